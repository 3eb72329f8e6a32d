package lanewise.train.translation;

import lanewise.UserException;
import lanewise.model.TranslatorSpec;
import lanewise.train.RunOptions;

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
    TranslatorSpec generator = networks.generator(pictures.inputNc(), pictures.outputNc());
    boolean crops = pictures.plan(generator.multiple()).preprocess().crops();
    if (rates.batchSize() > 1 && !crops) {
      throw new UserException(
          ("--batch-size %d needs pictures of one size, which --preprocess %s does not make; give"
                  + " resize_and_crop, crop or scale_width_and_crop")
              .formatted(rates.batchSize(), pictures.preprocess()));
    }
  }
}
