package lanewise.train.translation;

import lanewise.model.TranslatorSpec;
import lanewise.train.AdamOptions;

/**
 * How CycleGAN is trained (Zhu et al. 2017).
 *
 * @param generator from A to B; the other one has its channels the other way round
 * @param discriminator of B; the other one judges A
 * @param gp the weight of WGAN-GP's gradient penalty, or 0
 * @param lambdaA the weight of the cycle from A to B to A
 * @param lambdaB the weight of the other cycle
 * @param lambdaIdentity the weight, beside a cycle's, of leaving pictures that are of the wanted
 *     kind already as they are; 0 for not asking that
 * @param poolSize images of earlier steps that are kept for each discriminator
 */
public record CycleGanRecipe(
    TranslatorSpec generator,
    DiscriminatorSpec discriminator,
    GanMode mode,
    float gp,
    float lambdaA,
    float lambdaB,
    float lambdaIdentity,
    int poolSize,
    AdamOptions adam,
    LinearDecay decay) {

  /** The generator from B to A. */
  TranslatorSpec backwards() {
    return new TranslatorSpec(
        generator.kind(),
        generator.outputChannels(),
        generator.inputChannels(),
        generator.ngf(),
        generator.depth(),
        generator.norm(),
        generator.dropout(),
        generator.padding(),
        generator.upsampling());
  }

  /** The discriminator of A. */
  DiscriminatorSpec ofInput() {
    return new DiscriminatorSpec(
        discriminator.kind(),
        generator.inputChannels(),
        discriminator.ndf(),
        discriminator.layers(),
        discriminator.norm());
  }
}
