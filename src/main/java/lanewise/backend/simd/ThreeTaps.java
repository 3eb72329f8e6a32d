package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * F(2x2,3x3): 16 multiplications for 2 x 2 outputs of a 3 x 3 filter, where 36 are direct.
 *
 * <p>Along one side, outputs (m0 + m1 + m2, m1 - m2 - m3) of the products m of (d0 - d2, d1 + d2,
 * d2 - d1, d1 - d3) and (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2).
 */
final class ThreeTaps implements Winograd {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  @Override
  public int taps() {
    return 3;
  }

  @Override
  public void input(
      int count, float[] x, int at, int down, int across, float[] v, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, x, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, x, p + across);
      FloatVector a2 = FloatVector.fromArray(SPECIES, x, p + 2 * across);
      FloatVector a3 = FloatVector.fromArray(SPECIES, x, p + 3 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, x, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, x, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, x, p + down + 2 * across);
      FloatVector b3 = FloatVector.fromArray(SPECIES, x, p + down + 3 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, x, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, x, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, x, p + 2 * down + 2 * across);
      FloatVector c3 = FloatVector.fromArray(SPECIES, x, p + 2 * down + 3 * across);
      FloatVector d0 = FloatVector.fromArray(SPECIES, x, p + 3 * down);
      FloatVector d1 = FloatVector.fromArray(SPECIES, x, p + 3 * down + across);
      FloatVector d2 = FloatVector.fromArray(SPECIES, x, p + 3 * down + 2 * across);
      FloatVector d3 = FloatVector.fromArray(SPECIES, x, p + 3 * down + 3 * across);
      int q = to + i;
      FloatVector w0 = a0.sub(c0);
      FloatVector x0 = b0.add(c0);
      FloatVector y0 = c0.sub(b0);
      FloatVector z0 = b0.sub(d0);
      FloatVector w1 = a1.sub(c1);
      FloatVector x1 = b1.add(c1);
      FloatVector y1 = c1.sub(b1);
      FloatVector z1 = b1.sub(d1);
      FloatVector w2 = a2.sub(c2);
      FloatVector x2 = b2.add(c2);
      FloatVector y2 = c2.sub(b2);
      FloatVector z2 = b2.sub(d2);
      FloatVector w3 = a3.sub(c3);
      FloatVector x3 = b3.add(c3);
      FloatVector y3 = c3.sub(b3);
      FloatVector z3 = b3.sub(d3);
      w0.sub(w2).intoArray(v, q);
      w1.add(w2).intoArray(v, q + plane);
      w2.sub(w1).intoArray(v, q + 2 * plane);
      w1.sub(w3).intoArray(v, q + 3 * plane);
      x0.sub(x2).intoArray(v, q + 4 * plane);
      x1.add(x2).intoArray(v, q + 5 * plane);
      x2.sub(x1).intoArray(v, q + 6 * plane);
      x1.sub(x3).intoArray(v, q + 7 * plane);
      y0.sub(y2).intoArray(v, q + 8 * plane);
      y1.add(y2).intoArray(v, q + 9 * plane);
      y2.sub(y1).intoArray(v, q + 10 * plane);
      y1.sub(y3).intoArray(v, q + 11 * plane);
      z0.sub(z2).intoArray(v, q + 12 * plane);
      z1.add(z2).intoArray(v, q + 13 * plane);
      z2.sub(z1).intoArray(v, q + 14 * plane);
      z1.sub(z3).intoArray(v, q + 15 * plane);
    }
  }

  @Override
  public void filter(
      int count, float[] g, int at, int down, int across, float[] u, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, g, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, g, p + across);
      FloatVector a2 = FloatVector.fromArray(SPECIES, g, p + 2 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, g, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, g, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, g, p + down + 2 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, g, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, g, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, g, p + 2 * down + 2 * across);
      int q = to + i;
      FloatVector x0 = a0.add(c0).add(b0).mul(0.5f);
      FloatVector y0 = a0.add(c0).sub(b0).mul(0.5f);
      FloatVector x1 = a1.add(c1).add(b1).mul(0.5f);
      FloatVector y1 = a1.add(c1).sub(b1).mul(0.5f);
      FloatVector x2 = a2.add(c2).add(b2).mul(0.5f);
      FloatVector y2 = a2.add(c2).sub(b2).mul(0.5f);
      a0.intoArray(u, q);
      a0.add(a2).add(a1).mul(0.5f).intoArray(u, q + plane);
      a0.add(a2).sub(a1).mul(0.5f).intoArray(u, q + 2 * plane);
      a2.intoArray(u, q + 3 * plane);
      x0.intoArray(u, q + 4 * plane);
      x0.add(x2).add(x1).mul(0.5f).intoArray(u, q + 5 * plane);
      x0.add(x2).sub(x1).mul(0.5f).intoArray(u, q + 6 * plane);
      x2.intoArray(u, q + 7 * plane);
      y0.intoArray(u, q + 8 * plane);
      y0.add(y2).add(y1).mul(0.5f).intoArray(u, q + 9 * plane);
      y0.add(y2).sub(y1).mul(0.5f).intoArray(u, q + 10 * plane);
      y2.intoArray(u, q + 11 * plane);
      c0.intoArray(u, q + 12 * plane);
      c0.add(c2).add(c1).mul(0.5f).intoArray(u, q + 13 * plane);
      c0.add(c2).sub(c1).mul(0.5f).intoArray(u, q + 14 * plane);
      c2.intoArray(u, q + 15 * plane);
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
      FloatVector a3 = FloatVector.fromArray(SPECIES, m, p + 3 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, m, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, m, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, m, p + down + 2 * across);
      FloatVector b3 = FloatVector.fromArray(SPECIES, m, p + down + 3 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, m, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, m, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, m, p + 2 * down + 2 * across);
      FloatVector c3 = FloatVector.fromArray(SPECIES, m, p + 2 * down + 3 * across);
      FloatVector d0 = FloatVector.fromArray(SPECIES, m, p + 3 * down);
      FloatVector d1 = FloatVector.fromArray(SPECIES, m, p + 3 * down + across);
      FloatVector d2 = FloatVector.fromArray(SPECIES, m, p + 3 * down + 2 * across);
      FloatVector d3 = FloatVector.fromArray(SPECIES, m, p + 3 * down + 3 * across);
      int q = to + i;
      FloatVector w0 = a0.add(b0).add(c0);
      FloatVector x0 = b0.sub(c0).sub(d0);
      FloatVector w1 = a1.add(b1).add(c1);
      FloatVector x1 = b1.sub(c1).sub(d1);
      FloatVector w2 = a2.add(b2).add(c2);
      FloatVector x2 = b2.sub(c2).sub(d2);
      FloatVector w3 = a3.add(b3).add(c3);
      FloatVector x3 = b3.sub(c3).sub(d3);
      w0.add(w1).add(w2).intoArray(y, q);
      w1.sub(w2).sub(w3).intoArray(y, q + plane);
      x0.add(x1).add(x2).intoArray(y, q + 2 * plane);
      x1.sub(x2).sub(x3).intoArray(y, q + 3 * plane);
    }
  }

  @Override
  public void gradient(
      int count, float[] dy, int at, int down, int across, float[] e, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, dy, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, dy, p + across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, dy, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, dy, p + down + across);
      int q = to + i;
      FloatVector x0 = a0.add(b0);
      FloatVector y0 = a0.sub(b0);
      FloatVector z0 = b0.neg();
      FloatVector x1 = a1.add(b1);
      FloatVector y1 = a1.sub(b1);
      FloatVector z1 = b1.neg();
      a0.intoArray(e, q);
      a0.add(a1).intoArray(e, q + plane);
      a0.sub(a1).intoArray(e, q + 2 * plane);
      a1.neg().intoArray(e, q + 3 * plane);
      x0.intoArray(e, q + 4 * plane);
      x0.add(x1).intoArray(e, q + 5 * plane);
      x0.sub(x1).intoArray(e, q + 6 * plane);
      x1.neg().intoArray(e, q + 7 * plane);
      y0.intoArray(e, q + 8 * plane);
      y0.add(y1).intoArray(e, q + 9 * plane);
      y0.sub(y1).intoArray(e, q + 10 * plane);
      y1.neg().intoArray(e, q + 11 * plane);
      z0.intoArray(e, q + 12 * plane);
      z0.add(z1).intoArray(e, q + 13 * plane);
      z0.sub(z1).intoArray(e, q + 14 * plane);
      z1.neg().intoArray(e, q + 15 * plane);
    }
  }

  @Override
  public void filterGradient(
      int count, float[] m, int at, int down, int across, float[] dw, int to, int plane) {
    for (int i = 0; i < count; i += L) {
      int p = at + i;
      FloatVector a0 = FloatVector.fromArray(SPECIES, m, p);
      FloatVector a1 = FloatVector.fromArray(SPECIES, m, p + across);
      FloatVector a2 = FloatVector.fromArray(SPECIES, m, p + 2 * across);
      FloatVector a3 = FloatVector.fromArray(SPECIES, m, p + 3 * across);
      FloatVector b0 = FloatVector.fromArray(SPECIES, m, p + down);
      FloatVector b1 = FloatVector.fromArray(SPECIES, m, p + down + across);
      FloatVector b2 = FloatVector.fromArray(SPECIES, m, p + down + 2 * across);
      FloatVector b3 = FloatVector.fromArray(SPECIES, m, p + down + 3 * across);
      FloatVector c0 = FloatVector.fromArray(SPECIES, m, p + 2 * down);
      FloatVector c1 = FloatVector.fromArray(SPECIES, m, p + 2 * down + across);
      FloatVector c2 = FloatVector.fromArray(SPECIES, m, p + 2 * down + 2 * across);
      FloatVector c3 = FloatVector.fromArray(SPECIES, m, p + 2 * down + 3 * across);
      FloatVector d0 = FloatVector.fromArray(SPECIES, m, p + 3 * down);
      FloatVector d1 = FloatVector.fromArray(SPECIES, m, p + 3 * down + across);
      FloatVector d2 = FloatVector.fromArray(SPECIES, m, p + 3 * down + 2 * across);
      FloatVector d3 = FloatVector.fromArray(SPECIES, m, p + 3 * down + 3 * across);
      int q = to + i;
      FloatVector w0 = b0.add(c0).mul(0.5f).add(a0);
      FloatVector x0 = b0.sub(c0).mul(0.5f);
      FloatVector y0 = b0.add(c0).mul(0.5f).add(d0);
      FloatVector w1 = b1.add(c1).mul(0.5f).add(a1);
      FloatVector x1 = b1.sub(c1).mul(0.5f);
      FloatVector y1 = b1.add(c1).mul(0.5f).add(d1);
      FloatVector w2 = b2.add(c2).mul(0.5f).add(a2);
      FloatVector x2 = b2.sub(c2).mul(0.5f);
      FloatVector y2 = b2.add(c2).mul(0.5f).add(d2);
      FloatVector w3 = b3.add(c3).mul(0.5f).add(a3);
      FloatVector x3 = b3.sub(c3).mul(0.5f);
      FloatVector y3 = b3.add(c3).mul(0.5f).add(d3);
      w1.add(w2).mul(0.5f).add(w0).intoArray(dw, q);
      w1.sub(w2).mul(0.5f).intoArray(dw, q + plane);
      w1.add(w2).mul(0.5f).add(w3).intoArray(dw, q + 2 * plane);
      x1.add(x2).mul(0.5f).add(x0).intoArray(dw, q + 3 * plane);
      x1.sub(x2).mul(0.5f).intoArray(dw, q + 4 * plane);
      x1.add(x2).mul(0.5f).add(x3).intoArray(dw, q + 5 * plane);
      y1.add(y2).mul(0.5f).add(y0).intoArray(dw, q + 6 * plane);
      y1.sub(y2).mul(0.5f).intoArray(dw, q + 7 * plane);
      y1.add(y2).mul(0.5f).add(y3).intoArray(dw, q + 8 * plane);
    }
  }
}
