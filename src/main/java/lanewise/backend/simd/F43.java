package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** F(4,3), of the points 0, 2/3, -2/3, 3/2, -3/2 and infinity. */
final class F43 implements Filtering {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;
  private static final float A = 2 / 3f;
  private static final float B = 3 / 2f;
  private static final float A2 = 4 / 9f;
  private static final float B2 = 9 / 4f;
  private static final float A3 = 8 / 27f;
  private static final float B3 = 27 / 8f;

  /** A2 + B2. */
  private static final float SQUARES = 97 / 36f;

  /** One through the product of the differences between a point and all others. */
  private static final float NA = -81 / 130f;

  private static final float NB = 8 / 65f;

  @Override
  public int outputs() {
    return 4;
  }

  @Override
  public int taps() {
    return 3;
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
        FloatVector x5 = FloatVector.fromArray(SPECIES, d, p + i + 5 * step);
        FloatVector evenA = x2.mul(-B2).add(x4);
        FloatVector oddA = x1.mul(-B2).add(x3).mul(A);
        FloatVector evenB = x2.mul(-A2).add(x4);
        FloatVector oddB = x1.mul(-A2).add(x3).mul(B);
        x2.mul(-SQUARES).add(x0).add(x4).intoArray(v, q + i);
        evenA.add(oddA).intoArray(v, q + i + stepTo);
        evenA.sub(oddA).intoArray(v, q + i + 2 * stepTo);
        evenB.add(oddB).intoArray(v, q + i + 3 * stepTo);
        evenB.sub(oddB).intoArray(v, q + i + 4 * stepTo);
        x3.mul(-SQUARES).add(x1).add(x5).intoArray(v, q + i + 5 * stepTo);
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
        FloatVector x5 = FloatVector.fromArray(SPECIES, v, p + i + 5 * step);
        FloatVector sumA = x1.add(x2);
        FloatVector differenceA = x1.sub(x2).mul(A);
        FloatVector sumB = x3.add(x4);
        FloatVector differenceB = x3.sub(x4).mul(B);
        x0.intoArray(dd, q + i);
        differenceA.mul(-B2).add(differenceB.mul(-A2)).add(x5).intoArray(dd, q + i + stepTo);
        x0.mul(-SQUARES).add(sumA.mul(-B2)).add(sumB.mul(-A2)).intoArray(dd, q + i + 2 * stepTo);
        x5.mul(-SQUARES).add(differenceA).add(differenceB).intoArray(dd, q + i + 3 * stepTo);
        x0.add(sumA).add(sumB).intoArray(dd, q + i + 4 * stepTo);
        x5.intoArray(dd, q + i + 5 * stepTo);
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
        FloatVector x2 = FloatVector.fromArray(SPECIES, g, p + i + 2 * step);
        FloatVector evenA = x2.mul(A2).add(x0).mul(NA);
        FloatVector oddA = x1.mul(A * NA);
        FloatVector evenB = x2.mul(B2).add(x0).mul(NB);
        FloatVector oddB = x1.mul(B * NB);
        x0.intoArray(u, q + i);
        evenA.add(oddA).intoArray(u, q + i + stepTo);
        evenA.sub(oddA).intoArray(u, q + i + 2 * stepTo);
        evenB.add(oddB).intoArray(u, q + i + 3 * stepTo);
        evenB.sub(oddB).intoArray(u, q + i + 4 * stepTo);
        x2.intoArray(u, q + i + 5 * stepTo);
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
        FloatVector x5 = FloatVector.fromArray(SPECIES, m, p + i + 5 * step);
        FloatVector evenA = x1.add(x2);
        FloatVector oddA = x1.sub(x2);
        FloatVector evenB = x3.add(x4);
        FloatVector oddB = x3.sub(x4);
        x0.add(evenA).add(evenB).intoArray(y, q + i);
        oddA.mul(A).add(oddB.mul(B)).intoArray(y, q + i + stepTo);
        evenA.mul(A2).add(evenB.mul(B2)).intoArray(y, q + i + 2 * stepTo);
        oddA.mul(A3).add(oddB.mul(B3)).add(x5).intoArray(y, q + i + 3 * stepTo);
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
        FloatVector evenA = x2.mul(A2).add(x0);
        FloatVector oddA = x3.mul(A3).add(x1.mul(A));
        FloatVector evenB = x2.mul(B2).add(x0);
        FloatVector oddB = x3.mul(B3).add(x1.mul(B));
        x0.intoArray(e, q + i);
        evenA.add(oddA).intoArray(e, q + i + stepTo);
        evenA.sub(oddA).intoArray(e, q + i + 2 * stepTo);
        evenB.add(oddB).intoArray(e, q + i + 3 * stepTo);
        evenB.sub(oddB).intoArray(e, q + i + 4 * stepTo);
        x3.intoArray(e, q + i + 5 * stepTo);
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
        FloatVector x5 = FloatVector.fromArray(SPECIES, m, p + i + 5 * step);
        FloatVector evenA = x1.add(x2).mul(NA);
        FloatVector oddA = x1.sub(x2);
        FloatVector evenB = x3.add(x4).mul(NB);
        FloatVector oddB = x3.sub(x4);
        x0.add(evenA).add(evenB).intoArray(dg, q + i);
        oddA.mul(A * NA).add(oddB.mul(B * NB)).intoArray(dg, q + i + stepTo);
        evenA.mul(A2).add(evenB.mul(B2)).add(x5).intoArray(dg, q + i + 2 * stepTo);
      }
    }
  }
}
