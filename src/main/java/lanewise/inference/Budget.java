package lanewise.inference;

/**
 * How memory is saved. The numbers are the same on every machine, however much it has, so that a
 * picture is too.
 *
 * @param strip elements of a strip, so that it and what is made for it are small beside whole
 *     planes
 * @param whole elements of a layer up to which it is kept whole in any case
 * @param repeated the share of a network's multiplications up to which a larger layer is computed
 *     twice instead: once for the statistics of the norm behind it, and again where it is needed
 */
record Budget(int strip, long whole, double repeated) {
  static final Budget USUAL = new Budget(1 << 21, 1 << 29, 1.0 / 16);
}
