package lanewise.benchmarks.ours;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.benchmarks.Inputs;
import lanewise.benchmarks.Workload.DcganStep;
import lanewise.model.Dcgan;
import lanewise.train.GanTrainer;
import lanewise.train.AdamOptions;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.loss.NonSaturating;

final class DcganWork extends EngineWork {
  private final GanTrainer trainer;
  private final float[] images;
  private final float[] z;
  private StepResult result;

  DcganWork(Backend backend, DcganStep step) {
    super(backend);
    Dcgan model = step.model();
    trainer =
        new GanTrainer(
            backend, model, new NonSaturating(), AdamOptions.DCGAN, step.batch(), DcganStep.SEED);
    images = Inputs.uniform(model.imageShape(step.batch()).size(), 1);
    z = Inputs.uniform(model.latentShape(step.batch()).size(), 2);
  }

  @Override
  public void run() {
    result = trainer.step(images, z);
    backend.sync();
  }

  /** Each loss by itself: the relative error of one must not hide in the other. */
  @Override
  public List<float[]> results() {
    return List.of(new float[] {result.lossD()}, new float[] {result.lossG()});
  }

  @Override
  public void close() {
    trainer.close();
    super.close();
  }
}
