package lanewise.train.translation;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.diagnosis.Scores;

/** How far the scores of patches are from those of real or fake images, as {@code --gan-mode}. */
public enum GanMode {
  /** Cross-entropy of logits (Goodfellow et al. 2014). */
  VANILLA(Scores.PROBABILITIES) {
    @Override
    Variable toReal(Variable scores) {
      return Ops.mean(Ops.softplus(Ops.neg(scores)));
    }

    @Override
    Variable toFake(Variable scores) {
      return Ops.mean(Ops.softplus(scores));
    }
  },
  /** The squared distance to 1 and to 0 (Mao et al. 2017), not halved. */
  LSGAN(Scores.TARGETS) {
    @Override
    Variable toReal(Variable scores) {
      return Ops.mean(Ops.square(Ops.affine(scores, 1, -1)));
    }

    @Override
    Variable toFake(Variable scores) {
      return Ops.mean(Ops.square(scores));
    }
  },
  /**
   * The scores of a critic (Arjovsky et al. 2017), whose slope {@link
   * lanewise.train.loss.GradientPenalty#wganGp} bounds.
   */
  WGANGP(Scores.UNBOUNDED) {
    @Override
    Variable toReal(Variable scores) {
      return Ops.neg(Ops.mean(scores));
    }

    @Override
    Variable toFake(Variable scores) {
      return Ops.mean(scores);
    }
  };

  private final Scores meaning;

  GanMode(Scores meaning) {
    this.meaning = meaning;
  }

  /** The mean over all patches; a scalar. */
  abstract Variable toReal(Variable scores);

  /** The mean over all patches; a scalar. */
  abstract Variable toFake(Variable scores);

  /** The mean of what the scores of patches mean; a scalar without a gradient. */
  Variable reading(Variable scores) {
    Variable given = scores.detach();
    return Ops.mean(meaning.equals(Scores.PROBABILITIES) ? Ops.sigmoid(given) : given);
  }

  /** What {@link #reading} gives. */
  Scores meaning() {
    return meaning;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static GanMode named(String name) {
    return Names.find("gan mode", name, Arrays.asList(values()));
  }
}
