/**
 * What networks of fixed weights see in pictures: the features that perceptual losses compare.
 * Images are N x 3 x H x W, red, green, blue, in [0, 255].
 */
package lanewise.perceptual;
