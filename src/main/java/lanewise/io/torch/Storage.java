package lanewise.io.torch;

/**
 * A run of elements in a file, as a pickle announces it: nothing of this is true before the
 * container has compared it with the file.
 *
 * @param key its name in the container
 * @param elements all that the container holds under this key
 */
record Storage(String key, Dtype dtype, long elements) {

  /** The bytes of all elements, or -1 if that is no number of bytes. */
  long bytes() {
    return elements < 0 || elements > Long.MAX_VALUE / dtype.bytes()
        ? -1
        : elements * dtype.bytes();
  }
}
