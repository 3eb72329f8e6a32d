/** Training of networks that turn pictures of one kind into another: pix2pix and CycleGAN. */
package lanewise.train.translation;
