package lanewise.backend;

/**
 * Which channels {@link Backend#copyChannels} copies.
 *
 * @param from the first of them in the source
 * @param to the first of them in the target
 */
record ChannelCopy(int from, int to, int count) {}
