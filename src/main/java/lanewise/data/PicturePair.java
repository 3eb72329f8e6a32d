package lanewise.data;

/** A picture of each kind: what a translator is given, and what it is to make of it. */
public record PicturePair(Planes a, Planes b) {}
