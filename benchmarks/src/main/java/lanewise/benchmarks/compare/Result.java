package lanewise.benchmarks.compare;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import lanewise.benchmarks.Suite;

/** One case, measured with a number of threads. */
record Result(Suite.Case benchmark, int threads, List<Timing> timings) {

  Timing lanewise() {
    return best("simd").orElseThrow();
  }

  /** libtorch in its faster memory format, if it took part. */
  Optional<Timing> torch() {
    return best("torch");
  }

  Optional<Timing> oneDnn() {
    return best("onednn");
  }

  private Optional<Timing> best(String prefix) {
    return timings.stream()
        .filter(t -> t.implementation().startsWith(prefix))
        .min(Comparator.comparingDouble(Timing::median));
  }

  /** The peer's time over Lanewise's: above 1, Lanewise is faster. */
  double ratio(Timing peer) {
    return peer.median() / lanewise().median();
  }

  /** GFLOP/s where arithmetic is the limit, else GB/s. */
  double rate(Timing timing) {
    double work = benchmark.workload().flop() + benchmark.workload().bytes();
    return work / timing.median() / 1e6;
  }

  String rateUnit() {
    return benchmark.workload().flop() > 0 ? "GFLOP/s" : "GB/s";
  }
}
