package lanewise.train.translation;

import lanewise.diagnosis.Diagnosis;
import lanewise.model.TranslatorSpec;
import lanewise.train.TaskOptions;

/** The options that both kinds of image-to-image training have, and what follows from them. */
sealed interface TranslationOptions extends TaskOptions permits CycleGanOptions, Pix2pixOptions {

  PictureOptions pictures();

  NetworkOptions networks();

  RateOptions rates();

  /** What looks for things that go wrong in such a training. */
  Diagnosis newDiagnosis();

  @Override
  default String label() {
    return task();
  }

  @Override
  default boolean isScheduled() {
    return rates().decay() > 0;
  }

  /** The generator of what the pictures are to become. */
  default TranslatorSpec generator() {
    return networks().generator(pictures().inputNc(), pictures().outputNc());
  }

  /** Whether all pictures have one size, without which a step cannot be replayed. */
  default boolean hasOneSize() {
    return Usual.haveOneSize(pictures(), networks());
  }
}
