package lanewise.diagnosis;

/**
 * What one step of a training measured; {@code NaN} stands for what it did not measure.
 *
 * @param step counted from 1
 * @param dReal what the discriminator said of real images, on average, as {@link Scores} says
 * @param dFake the same for fake images
 * @param gradNormD Euclidean norm of the discriminator's gradients
 * @param gradNormG the same for the generator
 * @param diversity mean squared distance between two samples of the fake batch, divided by that of
 *     the real batch: 0 for copies of one image, 1 for as much variety as the data has
 * @param modes how many modes of the data the generator reaches
 */
public record Observation(
    long step,
    double dReal,
    double dFake,
    double gradNormD,
    double gradNormG,
    double diversity,
    double modes) {}
