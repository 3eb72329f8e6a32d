package lanewise.train.translation;

import lanewise.model.TranslatorSpec;
import lanewise.train.AdamOptions;

/**
 * How pix2pix is trained (Isola et al. 2017).
 *
 * @param discriminator of A and B, one behind the other
 * @param gp the weight of WGAN-GP's gradient penalty, or 0
 * @param lambdaL1 the weight of the mean absolute difference from B
 */
public record Pix2pixRecipe(
    TranslatorSpec generator,
    DiscriminatorSpec discriminator,
    GanMode mode,
    float gp,
    float lambdaL1,
    AdamOptions adam,
    LinearDecay decay) {}
