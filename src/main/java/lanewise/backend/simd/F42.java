package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** F(4,2), of the points 0, 1/2, -1, 2 and infinity. */
final class F42 implements Filtering {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  @Override
  public int outputs() {
    return 4;
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
        FloatVector x3 = FloatVector.fromArray(SPECIES, d, p + i + 3 * step);
        FloatVector x4 = FloatVector.fromArray(SPECIES, d, p + i + 4 * step);
        x1.add(x2).mul(-1.5f).add(x0).add(x3).intoArray(v, q + i);
        x1.mul(-2).sub(x2).add(x3).intoArray(v, q + i + stepTo);
        x2.mul(-2.5f).add(x1).add(x3).intoArray(v, q + i + 2 * stepTo);
        x2.sub(x1).mul(0.5f).add(x3).intoArray(v, q + i + 3 * stepTo);
        x2.add(x3).mul(-1.5f).add(x1).add(x4).intoArray(v, q + i + 4 * stepTo);
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
        FloatVector x3 = FloatVector.fromArray(SPECIES, v, p + i + 3 * step);
        FloatVector x4 = FloatVector.fromArray(SPECIES, v, p + i + 4 * step);
        x0.intoArray(dd, q + i);
        x0.mul(-1.5f)
            .add(x1.mul(-2))
            .add(x3.mul(-0.5f))
            .add(x2)
            .add(x4)
            .intoArray(dd, q + i + stepTo);
        x0.add(x4)
            .mul(-1.5f)
            .sub(x1)
            .add(x2.mul(-2.5f))
            .add(x3.mul(0.5f))
            .intoArray(dd, q + i + 2 * stepTo);
        x4.mul(-1.5f).add(x0).add(x1).add(x2).add(x3).intoArray(dd, q + i + 3 * stepTo);
        x4.intoArray(dd, q + i + 4 * stepTo);
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
        x1.mul(0.5f).add(x0).mul(-8 / 9f).intoArray(u, q + i + stepTo);
        x1.sub(x0).mul(2 / 9f).intoArray(u, q + i + 2 * stepTo);
        x1.mul(2).add(x0).mul(1 / 9f).intoArray(u, q + i + 3 * stepTo);
        x1.intoArray(u, q + i + 4 * stepTo);
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
        FloatVector x3 = FloatVector.fromArray(SPECIES, m, p + i + 3 * step);
        FloatVector x4 = FloatVector.fromArray(SPECIES, m, p + i + 4 * step);
        x0.add(x1).add(x2).add(x3).intoArray(y, q + i);
        x1.mul(0.5f).sub(x2).add(x3.mul(2)).intoArray(y, q + i + stepTo);
        x1.mul(0.25f).add(x2).add(x3.mul(4)).intoArray(y, q + i + 2 * stepTo);
        x1.mul(0.125f).sub(x2).add(x3.mul(8)).add(x4).intoArray(y, q + i + 3 * stepTo);
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
        FloatVector x2 = FloatVector.fromArray(SPECIES, dy, p + i + 2 * step);
        FloatVector x3 = FloatVector.fromArray(SPECIES, dy, p + i + 3 * step);
        FloatVector even = x2.mul(0.25f).add(x0);
        FloatVector odd = x3.mul(0.125f).add(x1.mul(0.5f));
        x0.intoArray(e, q + i);
        even.add(odd).intoArray(e, q + i + stepTo);
        x0.sub(x1).add(x2).sub(x3).intoArray(e, q + i + 2 * stepTo);
        x3.mul(2).add(x2).mul(2).add(x1).mul(2).add(x0).intoArray(e, q + i + 3 * stepTo);
        x3.intoArray(e, q + i + 4 * stepTo);
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
        FloatVector x3 = FloatVector.fromArray(SPECIES, m, p + i + 3 * step);
        FloatVector x4 = FloatVector.fromArray(SPECIES, m, p + i + 4 * step);
        x1.mul(-8 / 9f).add(x2.mul(-2 / 9f)).add(x3.mul(1 / 9f)).add(x0).intoArray(dg, q + i);
        x1.mul(-4 / 9f).add(x2.add(x3).mul(2 / 9f)).add(x4).intoArray(dg, q + i + stepTo);
      }
    }
  }
}
