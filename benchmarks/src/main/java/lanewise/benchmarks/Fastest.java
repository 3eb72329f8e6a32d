package lanewise.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Of several configurations of one library, the one that is fastest for the workload. */
final class Fastest implements Implementation {
  private static final int WARM_UP = 3;
  private static final int TRIES = 5;

  private final List<Implementation> configurations;

  Fastest(Implementation... configurations) {
    this.configurations = List.of(configurations);
  }

  @Override
  public boolean supports(Workload workload) {
    return configurations.stream().anyMatch(c -> c.supports(workload));
  }

  @Override
  public Work prepare(Workload workload, int threads) {
    List<Implementation> able = configurations.stream().filter(c -> c.supports(workload)).toList();
    if (able.size() == 1) {
      return able.getFirst().prepare(workload, threads);
    }
    Implementation best = null;
    long least = Long.MAX_VALUE;
    for (Implementation configuration : able) {
      try (Work work = configuration.prepare(workload, threads)) {
        long nanos = time(work);
        if (nanos < least) {
          least = nanos;
          best = configuration;
        }
      }
    }
    return best.prepare(workload, threads);
  }

  private static long time(Work work) {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < WARM_UP + TRIES; i++) {
      long start = System.nanoTime();
      work.run();
      nanos.add(System.nanoTime() - start);
    }
    return nanos.subList(WARM_UP, nanos.size()).stream().sorted().toList().get(TRIES / 2);
  }
}
