package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * F(2x2,2x2): 9 multiplications for 2 x 2 outputs of a 2 x 2 filter, where 16 are direct.
 *
 * <p>Along one side, outputs (m0 + m1, m1 - m2) of the products m of (d0 - d1, d1, d1 - d2) and
 * (g0, g0 + g1, g1).
 */
final class TwoTaps implements Winograd {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  @Override
  public int taps() {
    return 2;
  }

  @Override
  public void input(
      int count, float[] x, int at, int down, int across, float[] v, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, x, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, x, p + across);
      FloatVector a2 = FloatVector.fromArray(SPECIES, x, p + 2 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, x, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, x, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, x, p + down + 2 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, x, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, x, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, x, p + 2 * down + 2 * across);
      int q = to + i;
      FloatVector w0 = a0.sub(b0);
      FloatVector y0 = b0.sub(c0);
      FloatVector w1 = a1.sub(b1);
      FloatVector y1 = b1.sub(c1);
      FloatVector w2 = a2.sub(b2);
      FloatVector y2 = b2.sub(c2);
      w0.sub(w1).intoArray(v, q);
      w1.intoArray(v, q + plane);
      w1.sub(w2).intoArray(v, q + 2 * plane);
      b0.sub(b1).intoArray(v, q + 3 * plane);
      b1.intoArray(v, q + 4 * plane);
      b1.sub(b2).intoArray(v, q + 5 * plane);
      y0.sub(y1).intoArray(v, q + 6 * plane);
      y1.intoArray(v, q + 7 * plane);
      y1.sub(y2).intoArray(v, q + 8 * plane);
    }
  }

  @Override
  public void filter(
      int count, float[] g, int at, int down, int across, float[] u, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, g, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, g, p + across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, g, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, g, p + down + across);
      int q = to + i;
      FloatVector x0 = a0.add(b0);
      FloatVector x1 = a1.add(b1);
      a0.intoArray(u, q);
      a0.add(a1).intoArray(u, q + plane);
      a1.intoArray(u, q + 2 * plane);
      x0.intoArray(u, q + 3 * plane);
      x0.add(x1).intoArray(u, q + 4 * plane);
      x1.intoArray(u, q + 5 * plane);
      b0.intoArray(u, q + 6 * plane);
      b0.add(b1).intoArray(u, q + 7 * plane);
      b1.intoArray(u, q + 8 * plane);
    }
  }

  @Override
  public void output(
      int count, float[] m, int at, int down, int across, float[] y, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, m, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, m, p + across);
      FloatVector a2 = FloatVector.fromArray(SPECIES, m, p + 2 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, m, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, m, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, m, p + down + 2 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, m, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, m, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, m, p + 2 * down + 2 * across);
      int q = to + i;
      FloatVector w0 = a0.add(b0);
      FloatVector x0 = b0.sub(c0);
      FloatVector w1 = a1.add(b1);
      FloatVector x1 = b1.sub(c1);
      FloatVector w2 = a2.add(b2);
      FloatVector x2 = b2.sub(c2);
      w0.add(w1).intoArray(y, q);
      w1.sub(w2).intoArray(y, q + plane);
      x0.add(x1).intoArray(y, q + 2 * plane);
      x1.sub(x2).intoArray(y, q + 3 * plane);
    }
  }

  /** The filter's: signs that differ cancel those of {@link #filterGradient}. */
  @Override
  public void gradient(
      int count, float[] dy, int at, int down, int across, float[] e, int to, int plane) {
    filter(count, dy, at, down, across, e, to, plane);
  }

  /** The output's: signs that differ cancel those of {@link #gradient}. */
  @Override
  public void filterGradient(
      int count, float[] m, int at, int down, int across, float[] dw, int to, int plane) {
    output(count, m, at, down, across, dw, to, plane);
  }
}
