package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** F(2,2), of the points 0, -1 and infinity: as exact as the direct way. */
final class F22 implements Filtering {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  @Override
  public int outputs() {
    return 2;
  }

  @Override
  public int taps() {
    return 2;
  }

  @Override
  public void input(
      int lines,
      int count,
      float[] d,
      int at,
      int line,
      int step,
      float[] v,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, d, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, d, p + i + step);
        FloatVector x2 = FloatVector.fromArray(SPECIES, d, p + i + 2 * step);
        x0.sub(x1).intoArray(v, q + i);
        x1.intoArray(v, q + i + stepTo);
        x1.sub(x2).intoArray(v, q + i + 2 * stepTo);
      }
    }
  }

  @Override
  public void inputGradient(
      int lines,
      int count,
      float[] v,
      int at,
      int line,
      int step,
      float[] dd,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, v, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, v, p + i + step);
        FloatVector x2 = FloatVector.fromArray(SPECIES, v, p + i + 2 * step);
        x0.intoArray(dd, q + i);
        x1.sub(x0).add(x2).intoArray(dd, q + i + stepTo);
        x2.neg().intoArray(dd, q + i + 2 * stepTo);
      }
    }
  }

  @Override
  public void filter(
      int lines,
      int count,
      float[] g,
      int at,
      int line,
      int step,
      float[] u,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, g, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, g, p + i + step);
        x0.intoArray(u, q + i);
        x0.add(x1).intoArray(u, q + i + stepTo);
        x1.intoArray(u, q + i + 2 * stepTo);
      }
    }
  }

  @Override
  public void output(
      int lines,
      int count,
      float[] m,
      int at,
      int line,
      int step,
      float[] y,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, m, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, m, p + i + step);
        FloatVector x2 = FloatVector.fromArray(SPECIES, m, p + i + 2 * step);
        x0.add(x1).intoArray(y, q + i);
        x1.sub(x2).intoArray(y, q + i + stepTo);
      }
    }
  }

  @Override
  public void gradient(
      int lines,
      int count,
      float[] dy,
      int at,
      int line,
      int step,
      float[] e,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, dy, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, dy, p + i + step);
        x0.intoArray(e, q + i);
        x0.add(x1).intoArray(e, q + i + stepTo);
        x1.neg().intoArray(e, q + i + 2 * stepTo);
      }
    }
  }

  @Override
  public void filterGradient(
      int lines,
      int count,
      float[] m,
      int at,
      int line,
      int step,
      float[] dg,
      int to,
      int lineTo,
      int stepTo) {
    for (int l = 0; l < lines; l++) {
      int p = at + l * line;
      int q = to + l * lineTo;
      for (int i = 0; i < count; i += L) {
        FloatVector x0 = FloatVector.fromArray(SPECIES, m, p + i);
        FloatVector x1 = FloatVector.fromArray(SPECIES, m, p + i + step);
        FloatVector x2 = FloatVector.fromArray(SPECIES, m, p + i + 2 * step);
        x0.add(x1).intoArray(dg, q + i);
        x1.add(x2).intoArray(dg, q + i + stepTo);
      }
    }
  }
}
