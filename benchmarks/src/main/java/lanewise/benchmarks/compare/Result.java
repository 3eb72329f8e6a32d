package lanewise.benchmarks.compare;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lanewise.benchmarks.Suite;

/**
 * One case, measured with a number of threads.
 *
 * @param failures what was wrong with the implementations that computed something else
 */
record Result(
    Suite.Case benchmark, int threads, List<Timing> timings, Map<String, String> failures) {

  Optional<Timing> lanewise() {
    return best("simd");
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

  /** Whether one of an engine's configurations computed something else than the others. */
  boolean failed(String prefix) {
    return failures.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** The peer's time over Lanewise's, if both were measured: above 1, Lanewise is faster. */
  Optional<Double> ratio(Optional<Timing> peer) {
    return peer.flatMap(p -> lanewise().map(ours -> p.median() / ours.median()));
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
