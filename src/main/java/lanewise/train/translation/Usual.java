package lanewise.train.translation;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.UserException;
import lanewise.model.TranslatorSpec;
import lanewise.train.OptionCheck;
import lanewise.train.RunOptions;
import lanewise.train.loss.GradientPenalty;

/** What both kinds of image-to-image training have in common. */
final class Usual {
  /** Batches of one, and rates that go down in the latter half. */
  static final RateOptions RATES = new RateOptions(1, 2e-4, 0.5, 0.999, 0.5);

  /** The papers' 200 epochs. */
  static final RunOptions RUN = new RunOptions(0, 200, 0, 400, 1000, false);

  private static final double LOADED_TO_CROPPED = 286.0 / 256;

  private Usual() {}

  /** The load size that goes with a crop size as in the papers. */
  static int loadSize(int cropSize) {
    return (int) Math.round(cropSize * LOADED_TO_CROPPED);
  }

  /** Passes if the generator can take the pictures. */
  static void requirePossible(PictureOptions pictures, NetworkOptions networks, RateOptions rates) {
    boolean haveOneSize = haveOneSize(pictures, networks);
    if (rates.batchSize() > 1 && !haveOneSize) {
      throw haveManySizes("--batch-size " + rates.batchSize(), pictures);
    }
  }

  /** Passes if all pictures have one size, which {@code option} needs. */
  static void requireOneSize(String option, PictureOptions pictures, NetworkOptions networks) {
    if (!haveOneSize(pictures, networks)) {
      throw haveManySizes(option, pictures);
    }
  }

  /** Whether all pictures have one size. */
  static boolean haveOneSize(PictureOptions pictures, NetworkOptions networks) {
    TranslatorSpec generator = networks.generator(pictures.inputNc(), pictures.outputNc());
    return pictures.plan(generator.multiple()).preprocess().crops();
  }

  private static UserException haveManySizes(String option, PictureOptions pictures) {
    return new UserException(
        ("%s needs pictures of one size, which --preprocess %s does not make; give"
                + " resize_and_crop, crop or scale_width_and_crop")
            .formatted(option, pictures.preprocess()));
  }

  /** Options with the penalty that belongs to their objective, unless they have another. */
  static Map<String, Object> withPenalty(Map<String, ?> changes) {
    Map<String, Object> all = new LinkedHashMap<>(changes);
    if (GanMode.WGANGP.toString().equals(changes.get("ganMode"))) {
      all.putIfAbsent("gp", GradientPenalty.WGAN_GP_WEIGHT);
    }
    return all;
  }

  /** Passes if a penalty keeps the slope of a critic bounded, or there is no critic. */
  static void requireBounded(GanMode mode, double gp) {
    OptionCheck.notNegative("--gp", gp);
    if (mode == GanMode.WGANGP && gp == 0) {
      throw new UserException(
          "--gan-mode wgangp needs a critic whose slope is bounded; leave out --gp 0, or give"
              + " --gp 10");
    }
  }
}
