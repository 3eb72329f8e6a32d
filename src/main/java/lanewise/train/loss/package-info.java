/** What the two networks of a GAN minimise. */
package lanewise.train.loss;
