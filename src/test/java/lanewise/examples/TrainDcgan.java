package lanewise.examples;

import java.nio.file.Path;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.io.Images;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.AdamOptions;
import lanewise.train.GanTrainer;
import lanewise.train.loss.NonSaturating;

/** The README's first example. */
final class TrainDcgan {
  private TrainDcgan() {}

  static void train(int steps, Path png) {
    // README: train
    Dataset data = Datasets.open("fashion-mnist", 32, 1, 0, System.out::println);
    Batches batches = new Batches(data, 64, 0);
    float[] images = new float[64 * 32 * 32];
    Dcgan model = new Dcgan(32, 1, Norm.INSTANCE);
    try (Backend backend = Backends.open("auto");
        GanTrainer trainer =
            new GanTrainer(backend, model, new NonSaturating(), AdamOptions.DCGAN, 64, 0)) {
      for (int step = 0; step < steps; step++) {
        batches.read(step, images);
        System.out.println(trainer.step(images));
      }
      Images.writeGrid(png, trainer.samples(64), 64, 1, 32, 32, 8);
    }
    // end
  }
}
