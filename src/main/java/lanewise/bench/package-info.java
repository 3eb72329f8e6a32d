/** Times of the main kernels and of training steps on one backend: {@code lanewise bench}. */
package lanewise.bench;
