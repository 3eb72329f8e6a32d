package lanewise.train;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.GanSpec;

/**
 * What a step is computed from, in tensors that stay where they are, so that steps can be replayed:
 * for each of the step's batches real samples, latents, their classes and, for a gradient penalty,
 * where between real and fake it is taken.
 */
final class StepInputs implements AutoCloseable {
  private final Backend backend;
  private final GanSpec spec;
  private final Recipe recipe;
  private final Latents latents;
  private final Tensor real;
  private final Tensor latent;

  /** Null unless there is a gradient penalty. */
  private final Tensor epsilon;

  /** Null unless the networks are told classes. */
  private final Tensor classes;

  private final float[] z;
  private final float[] mixture;
  private final float[] oneHot;

  /** The step whose latents are drawn. */
  private long drawn;

  StepInputs(Backend backend, GanSpec spec, Recipe recipe, long seed) {
    this.backend = backend;
    this.spec = spec;
    this.recipe = recipe;
    latents = new Latents(seed, spec.latent());
    int samples = recipe.samplesPerStep();
    real = backend.allocateActivation(spec.judgedShape(samples));
    latent = backend.allocateActivation(spec.latentShape(samples));
    z = new float[samples * spec.latent()];
    boolean penalised = recipe.penalties().gp() > 0;
    mixture = new float[penalised ? samples / spec.pack() : 0];
    epsilon = penalised ? backend.allocate(Shape.of(mixture.length, 1, 1, 1)) : null;
    oneHot = new float[samples * spec.classes()];
    classes = spec.classes() > 0 ? backend.allocate(Shape.matrix(samples, spec.classes())) : null;
  }

  /** Draws what is random in a step, if that is not done yet. */
  void draw(long step) {
    if (drawn != step) {
      latents.ofStep(step, z);
      latents.mixtures(step, mixture);
      drawn = step;
    }
  }

  /** As {@link #draw(long)}, but for the latents, which are given. */
  void draw(long step, float[] given) {
    System.arraycopy(given, 0, z, 0, z.length);
    latents.mixtures(step, mixture);
    drawn = 0;
  }

  /**
   * Gives a step its inputs.
   *
   * @param images of all batches, in PyTorch's order
   * @param labels the class of each, or null if the networks are told none
   */
  void upload(float[] images, int[] labels) {
    backend.upload(images, real);
    backend.upload(z, latent);
    if (epsilon != null) {
      backend.upload(mixture, epsilon);
    }
    if (classes != null) {
      Labels.fillOneHot(labels, spec.classes(), oneHot);
      backend.upload(oneHot, classes);
    }
  }

  /** The real samples of a batch, as the discriminator sees them. */
  Variable real(int batch) {
    return part(real, spec.judgedShape(recipe.batchSize()), batch);
  }

  Variable latent(int batch) {
    return part(latent, spec.latentShape(recipe.batchSize()), batch);
  }

  /** {@code x = epsilon real + (1 - epsilon) fake} for each pack of a batch. */
  Variable epsilon(int batch) {
    return part(epsilon, Shape.of(recipe.batchSize() / spec.pack(), 1, 1, 1), batch);
  }

  /** The classes of a batch, or null. */
  Variable condition(int batch) {
    return classes == null
        ? null
        : part(classes, Shape.matrix(recipe.batchSize(), spec.classes()), batch);
  }

  private Variable part(Tensor all, Shape shape, int batch) {
    return Variable.constant(backend, all.part((long) batch * shape.size(), shape));
  }

  @Override
  public void close() {
    real.close();
    latent.close();
    if (epsilon != null) {
      epsilon.close();
    }
    if (classes != null) {
      classes.close();
    }
  }
}
