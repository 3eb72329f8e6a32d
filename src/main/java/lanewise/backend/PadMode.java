package lanewise.backend;

/** What a padded image shows beside its border. */
public enum PadMode {
  /** Zeros, as {@code ZeroPad2d}. */
  ZERO,
  /** The nearest pixel of the border, as {@code ReplicationPad2d}. */
  EDGE,
  /** The image mirrored at the pixels of its border, which are not repeated. */
  REFLECT
}
