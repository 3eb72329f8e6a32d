package lanewise.perceptual;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;

/** What a network takes for levels from 0 to 255. */
public enum InputScale {
  /** [0, 1], then less ImageNet's mean and over its deviation, as torchvision's classifiers. */
  IMAGENET(255, new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f}),
  /** [0, 1]. */
  UNIT(255, new float[3], new float[] {1, 1, 1}),
  /** [-1, 1]. */
  SIGNED(127.5f, new float[] {1, 1, 1}, new float[] {1, 1, 1}),
  /** [0, 255]. */
  BYTES(1, new float[3], new float[] {1, 1, 1});

  private final float unit;
  private final float[] mean;
  private final float[] deviation;

  InputScale(float unit, float[] mean, float[] deviation) {
    this.unit = unit;
    this.mean = mean;
    this.deviation = deviation;
  }

  /** What is taken off each channel of [0, 255]. */
  float[] shift() {
    float[] shift = new float[mean.length];
    for (int c = 0; c < shift.length; c++) {
      shift[c] = unit * mean[c];
    }
    return shift;
  }

  /** By what it is then multiplied. */
  float[] factor() {
    float[] factor = new float[deviation.length];
    for (int c = 0; c < factor.length; c++) {
      factor[c] = 1 / (unit * deviation[c]);
    }
    return factor;
  }

  /** The one of that name. */
  public static InputScale named(String name) {
    return Names.find("features' input", name, Arrays.asList(values()));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
