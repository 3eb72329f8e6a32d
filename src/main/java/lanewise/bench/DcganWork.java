package lanewise.bench;

import java.util.SplittableRandom;
import lanewise.backend.Backend;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.AdamOptions;
import lanewise.train.GanTrainer;
import lanewise.train.loss.NonSaturating;

/** A training step of DCGAN on images from the host, its results read. */
final class DcganWork implements Work {
  private final GanTrainer trainer;
  private final float[] images;

  DcganWork(Backend backend, int pixels, int channels, int batch) {
    Dcgan model = new Dcgan(pixels, channels, Norm.BATCH);
    trainer = new GanTrainer(backend, model, new NonSaturating(), AdamOptions.DCGAN, batch, 1);
    images = new float[model.imageShape(batch).size()];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = 2 * random.nextFloat() - 1;
    }
  }

  @Override
  public void run() {
    trainer.step(images);
  }

  @Override
  public void close() {
    trainer.close();
  }
}
