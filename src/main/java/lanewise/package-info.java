/** GAN training on the JVM: one {@code Backend} interface for the Vector API and for cuDNN. */
package lanewise;
