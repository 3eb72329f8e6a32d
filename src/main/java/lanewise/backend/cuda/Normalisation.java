package lanewise.backend.cuda;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.backend.ElementType;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Normalises in the way that was fastest for the shape, its activation included.
 *
 * <p>{@code -Dlanewise.cuda.norm=NAME} takes that routine wherever it can do what is asked.
 */
final class Normalisation {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  static final String PROPERTY = "lanewise.cuda.norm";

  /**
   * What a choice depends on.
   *
   * @param direction {@code forward} or {@code backward}
   * @param given the type of dy, or of y forward
   * @param wanted the type of dx, null if it is not wanted, or of y forward
   */
  private record Case(
      String direction,
      NormScope scope,
      boolean activated,
      Shape shape,
      ElementType type,
      ElementType given,
      ElementType wanted,
      boolean perSample,
      Source source) {

    static Case of(
        String direction,
        NormSpec spec,
        Tensor x,
        Affine affine,
        Moments moments,
        Tensor given,
        Tensor wanted) {
      return new Case(
          direction,
          spec.scope(),
          spec.activation().slope() != 1,
          x.shape(),
          x.type(),
          given.type(),
          wanted == null ? null : wanted.type(),
          isPerSample(affine.gamma()) || isPerSample(affine.beta()),
          moments.source());
    }

    private static boolean isPerSample(Tensor parameter) {
      return parameter != null && parameter.shape().n() > 1;
    }
  }

  private final NormRoutine ours;
  private final List<NormRoutine> all;
  private final Optional<NormRoutine> forced;
  private final Choices choices;
  private final Measuring measuring;
  private final Map<Case, NormRoutine> chosen = new HashMap<>();

  /**
   * Chooses between routines.
   *
   * @param ours takes every case
   * @param others take some
   */
  Normalisation(NormRoutine ours, List<NormRoutine> others, Choices choices, Measuring measuring) {
    this.ours = ours;
    this.choices = choices;
    this.measuring = measuring;
    all = new ArrayList<>(others);
    all.add(ours);
    forced = Optional.ofNullable(System.getProperty(PROPERTY)).map(this::named);
  }

  private NormRoutine named(String name) {
    return all.stream()
        .filter(routine -> routine.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("-D" + PROPERTY + " has no " + name));
  }

  void forward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    Case what = Case.of("forward", spec, x, affine, moments, y, y);
    NormRoutine routine = chosen.get(what);
    if (routine == null) {
      routine =
          choose(
              what,
              all.stream().filter(r -> r.canForward(spec, x, affine, moments, y)).toList(),
              r -> r.forward(spec, x, affine, moments, y));
    }
    routine.forward(spec, x, affine, moments, y);
  }

  void backward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    Case what = Case.of("backward", spec, x, affine, moments, dy, dx);
    NormRoutine routine = chosen.get(what);
    if (routine == null) {
      routine =
          choose(
              what,
              all.stream().filter(r -> r.canBackward(spec, x, dy, affine, moments, dx)).toList(),
              r -> r.backward(spec, x, dy, affine, moments, dx, gradients));
    }
    routine.backward(spec, x, dy, affine, moments, dx, gradients);
  }

  /**
   * Takes one of the routines for a case.
   *
   * @param able those that can do it
   * @param run does it, which may be repeated: it only overwrites its results
   */
  private NormRoutine choose(Case what, List<NormRoutine> able, Consumer<NormRoutine> run) {
    NormRoutine routine;
    if (forced.isPresent()) {
      routine = able.contains(forced.get()) ? forced.get() : ours;
    } else if (able.size() == 1) {
      routine = ours;
    } else {
      String name =
          choices.choose(
              what.toString(),
              known -> able.stream().anyMatch(r -> r.name().equals(known)),
              () -> fastest(able, run).name());
      routine = named(name);
    }
    chosen.put(what, routine);
    return routine;
  }

  private NormRoutine fastest(List<NormRoutine> able, Consumer<NormRoutine> run) {
    NormRoutine best = ours;
    long least = measuring.time(() -> run.accept(ours));
    for (NormRoutine routine : able) {
      if (routine != ours) {
        OptionalLong nanos = time(routine, run);
        if (nanos.isPresent() && nanos.getAsLong() < least) {
          best = routine;
          least = nanos.getAsLong();
        }
      }
    }
    return best;
  }

  /** How long a routine of cuDNN's takes; empty if it does not support the case after all. */
  private OptionalLong time(NormRoutine routine, Consumer<NormRoutine> run) {
    try {
      return OptionalLong.of(measuring.time(() -> run.accept(routine)));
    } catch (UserException e) {
      measuring.finish();
      LOG.log(
          Level.DEBUG, "The {0} normalisation is left out: {1}", routine.name(), e.getMessage());
      return OptionalLong.empty();
    }
  }
}
