package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of convolutions whose input has few channels. As {@link MicroKernels}, but
 * windows are not packed: tables say where their elements lie, in rows that windows share. One flat
 * loop with a table is faster than a short loop for each row of a window.
 */
final class WindowKernels {
  /** Windows of a tile, for {@link #products}. */
  static final int WINDOWS = 8;

  /** Taps that lie one after the other, for {@link #sums}. */
  static final int PIECE = 4;

  /** Columns of a tile. */
  static final int COLUMNS = MicroKernels.COLUMNS;

  /** From window to window, for {@link #products}: a constant, for addresses. */
  static final int SPACING = 16;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  /** Whether more than 8 accumulators fit: AVX2 has 16 registers, AVX-512 and NEON have 32. */
  private static final boolean TALL = L != 8;

  /** Steps of one innermost loop, as in {@link MicroKernels}. */
  private static final int STEPS = 96;

  private WindowKernels() {}

  /**
   * Copies {@link #SPACING} elements for each window of a row.
   *
   * @param step from window to window
   */
  static void spread(float[] from, int start, int step, int windows, float[] to, int at) {
    for (int w = 0; w < windows; w++) {
      for (int i = 0; i < SPACING; i += L) {
        FloatVector.fromArray(SPECIES, from, start + w * step + i)
            .intoArray(to, at + w * SPACING + i);
      }
    }
  }

  /**
   * Adds {@code run} elements for each window; the windows must not overlap.
   *
   * @param ld from window to window in {@code from}, {@code step} in {@code to}
   */
  static void addWindows(
      int windows, int run, float[] from, int start, int ld, float[] to, int at, int step) {
    int whole = SPECIES.loopBound(run);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, run);
    for (int w = 0; w < windows; w++) {
      for (int i = 0; i < whole; i += L) {
        FloatVector.fromArray(SPECIES, from, start + i)
            .add(FloatVector.fromArray(SPECIES, to, at + i))
            .intoArray(to, at + i);
      }
      if (whole < run) {
        FloatVector.fromArray(SPECIES, from, start + whole, rest)
            .add(FloatVector.fromArray(SPECIES, to, at + whole, rest))
            .intoArray(to, at + whole, rest);
      }
      start += ld;
      at += step;
    }
  }

  /**
   * {@code c = a b}, a row of c for each window, {@code ldc} apart.
   *
   * @param windows at most {@link #WINDOWS}; room for so many is needed in a and c
   * @param columns that are wanted: further ones are not computed where that is faster
   * @param taps where the first window's elements lie, from {@code ao} on; the next windows' lie
   *     {@link #SPACING} further each
   * @param b a panel of {@link RightPanels}
   */
  static void products(
      int windows,
      int columns,
      int[] taps,
      float[] a,
      int ao,
      float[] b,
      int bo,
      float[] c,
      int co,
      int ldc) {
    if (columns <= L) {
      narrow8(taps, a, ao, b, bo, c, co, ldc);
      return;
    }
    if (TALL && windows > 4) {
      windows8(taps, a, ao, b, bo, c, co, ldc);
      return;
    }
    for (int w = 0; w < windows; w += 4) {
      windows4(taps, a, ao + w * SPACING, b, bo, c, co + w * ldc, ldc);
    }
  }

  /**
   * {@code c += a^T b}, summed over pixels, {@link #PIECE} rows of c for each piece of the filter.
   *
   * @param pieces where the first window's pieces of {@link #PIECE} taps begin, from {@code ao} on
   * @param pixels where the windows begin, of which the first {@code count} are taken
   * @param b {@link #COLUMNS} values for each pixel, {@code ldb} apart
   */
  static void sums(
      int[] pieces,
      int ao,
      int[] pixels,
      int count,
      float[] a,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc) {
    int i = 0;
    if (TALL) {
      for (; i + 2 < pieces.length; i += 3) {
        int a0 = ao + pieces[i];
        int a1 = ao + pieces[i + 1];
        int a2 = ao + pieces[i + 2];
        sums12(pixels, count, a, a0, a1, a2, b, bo, ldb, c, co + i * PIECE * ldc, ldc);
      }
    }
    for (; i < pieces.length; i++) {
      int at = co + i * PIECE * ldc;
      sums4(pixels, count, a, ao + pieces[i], b, bo, ldb, c, at, ldc);
    }
  }

  /** 8 windows. */
  private static void windows8(
      int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = FloatVector.zero(SPECIES);
    FloatVector l1 = FloatVector.zero(SPECIES);
    FloatVector r1 = FloatVector.zero(SPECIES);
    FloatVector l2 = FloatVector.zero(SPECIES);
    FloatVector r2 = FloatVector.zero(SPECIES);
    FloatVector l3 = FloatVector.zero(SPECIES);
    FloatVector r3 = FloatVector.zero(SPECIES);
    FloatVector l4 = FloatVector.zero(SPECIES);
    FloatVector r4 = FloatVector.zero(SPECIES);
    FloatVector l5 = FloatVector.zero(SPECIES);
    FloatVector r5 = FloatVector.zero(SPECIES);
    FloatVector l6 = FloatVector.zero(SPECIES);
    FloatVector r6 = FloatVector.zero(SPECIES);
    FloatVector l7 = FloatVector.zero(SPECIES);
    FloatVector r7 = FloatVector.zero(SPECIES);
    for (int from = 0; from < taps.length; from += STEPS) {
      int end = Math.min(from + STEPS, taps.length);
      for (int k = from; k < end; k++) {
        int at = ao + taps[k];
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector x0 = FloatVector.broadcast(SPECIES, a[at]);
        l0 = x0.fma(bl, l0);
        r0 = x0.fma(br, r0);
        FloatVector x1 = FloatVector.broadcast(SPECIES, a[at + SPACING]);
        l1 = x1.fma(bl, l1);
        r1 = x1.fma(br, r1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, a[at + 2 * SPACING]);
        l2 = x2.fma(bl, l2);
        r2 = x2.fma(br, r2);
        FloatVector x3 = FloatVector.broadcast(SPECIES, a[at + 3 * SPACING]);
        l3 = x3.fma(bl, l3);
        r3 = x3.fma(br, r3);
        FloatVector x4 = FloatVector.broadcast(SPECIES, a[at + 4 * SPACING]);
        l4 = x4.fma(bl, l4);
        r4 = x4.fma(br, r4);
        FloatVector x5 = FloatVector.broadcast(SPECIES, a[at + 5 * SPACING]);
        l5 = x5.fma(bl, l5);
        r5 = x5.fma(br, r5);
        FloatVector x6 = FloatVector.broadcast(SPECIES, a[at + 6 * SPACING]);
        l6 = x6.fma(bl, l6);
        r6 = x6.fma(br, r6);
        FloatVector x7 = FloatVector.broadcast(SPECIES, a[at + 7 * SPACING]);
        l7 = x7.fma(bl, l7);
        r7 = x7.fma(br, r7);
      }
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + ldc);
    r1.intoArray(c, co + ldc + L);
    l2.intoArray(c, co + 2 * ldc);
    r2.intoArray(c, co + 2 * ldc + L);
    l3.intoArray(c, co + 3 * ldc);
    r3.intoArray(c, co + 3 * ldc + L);
    l4.intoArray(c, co + 4 * ldc);
    r4.intoArray(c, co + 4 * ldc + L);
    l5.intoArray(c, co + 5 * ldc);
    r5.intoArray(c, co + 5 * ldc + L);
    l6.intoArray(c, co + 6 * ldc);
    r6.intoArray(c, co + 6 * ldc + L);
    l7.intoArray(c, co + 7 * ldc);
    r7.intoArray(c, co + 7 * ldc + L);
  }

  /** 4 windows. */
  private static void windows4(
      int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = FloatVector.zero(SPECIES);
    FloatVector l1 = FloatVector.zero(SPECIES);
    FloatVector r1 = FloatVector.zero(SPECIES);
    FloatVector l2 = FloatVector.zero(SPECIES);
    FloatVector r2 = FloatVector.zero(SPECIES);
    FloatVector l3 = FloatVector.zero(SPECIES);
    FloatVector r3 = FloatVector.zero(SPECIES);
    for (int from = 0; from < taps.length; from += STEPS) {
      int end = Math.min(from + STEPS, taps.length);
      for (int k = from; k < end; k++) {
        int at = ao + taps[k];
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector x0 = FloatVector.broadcast(SPECIES, a[at]);
        l0 = x0.fma(bl, l0);
        r0 = x0.fma(br, r0);
        FloatVector x1 = FloatVector.broadcast(SPECIES, a[at + SPACING]);
        l1 = x1.fma(bl, l1);
        r1 = x1.fma(br, r1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, a[at + 2 * SPACING]);
        l2 = x2.fma(bl, l2);
        r2 = x2.fma(br, r2);
        FloatVector x3 = FloatVector.broadcast(SPECIES, a[at + 3 * SPACING]);
        l3 = x3.fma(bl, l3);
        r3 = x3.fma(br, r3);
      }
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + ldc);
    r1.intoArray(c, co + ldc + L);
    l2.intoArray(c, co + 2 * ldc);
    r2.intoArray(c, co + 2 * ldc + L);
    l3.intoArray(c, co + 3 * ldc);
    r3.intoArray(c, co + 3 * ldc + L);
  }

  /** 8 windows, one vector each. */
  private static void narrow8(
      int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
    FloatVector c0 = FloatVector.zero(SPECIES);
    FloatVector c1 = FloatVector.zero(SPECIES);
    FloatVector c2 = FloatVector.zero(SPECIES);
    FloatVector c3 = FloatVector.zero(SPECIES);
    FloatVector c4 = FloatVector.zero(SPECIES);
    FloatVector c5 = FloatVector.zero(SPECIES);
    FloatVector c6 = FloatVector.zero(SPECIES);
    FloatVector c7 = FloatVector.zero(SPECIES);
    for (int from = 0; from < taps.length; from += STEPS) {
      int end = Math.min(from + STEPS, taps.length);
      for (int k = from; k < end; k++) {
        int at = ao + taps[k];
        FloatVector bk = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        c0 = FloatVector.broadcast(SPECIES, a[at]).fma(bk, c0);
        c1 = FloatVector.broadcast(SPECIES, a[at + SPACING]).fma(bk, c1);
        c2 = FloatVector.broadcast(SPECIES, a[at + 2 * SPACING]).fma(bk, c2);
        c3 = FloatVector.broadcast(SPECIES, a[at + 3 * SPACING]).fma(bk, c3);
        c4 = FloatVector.broadcast(SPECIES, a[at + 4 * SPACING]).fma(bk, c4);
        c5 = FloatVector.broadcast(SPECIES, a[at + 5 * SPACING]).fma(bk, c5);
        c6 = FloatVector.broadcast(SPECIES, a[at + 6 * SPACING]).fma(bk, c6);
        c7 = FloatVector.broadcast(SPECIES, a[at + 7 * SPACING]).fma(bk, c7);
      }
    }
    c0.intoArray(c, co);
    c1.intoArray(c, co + ldc);
    c2.intoArray(c, co + 2 * ldc);
    c3.intoArray(c, co + 3 * ldc);
    c4.intoArray(c, co + 4 * ldc);
    c5.intoArray(c, co + 5 * ldc);
    c6.intoArray(c, co + 6 * ldc);
    c7.intoArray(c, co + 7 * ldc);
  }

  /** 12 rows of the filter. */
  private static void sums12(
      int[] pixels,
      int count,
      float[] a,
      int a0,
      int a1,
      int a2,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, c, co);
    FloatVector r0 = FloatVector.fromArray(SPECIES, c, co + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, c, co + ldc);
    FloatVector r1 = FloatVector.fromArray(SPECIES, c, co + ldc + L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc);
    FloatVector r2 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc + L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc);
    FloatVector r3 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc + L);
    FloatVector l4 = FloatVector.fromArray(SPECIES, c, co + 4 * ldc);
    FloatVector r4 = FloatVector.fromArray(SPECIES, c, co + 4 * ldc + L);
    FloatVector l5 = FloatVector.fromArray(SPECIES, c, co + 5 * ldc);
    FloatVector r5 = FloatVector.fromArray(SPECIES, c, co + 5 * ldc + L);
    FloatVector l6 = FloatVector.fromArray(SPECIES, c, co + 6 * ldc);
    FloatVector r6 = FloatVector.fromArray(SPECIES, c, co + 6 * ldc + L);
    FloatVector l7 = FloatVector.fromArray(SPECIES, c, co + 7 * ldc);
    FloatVector r7 = FloatVector.fromArray(SPECIES, c, co + 7 * ldc + L);
    FloatVector l8 = FloatVector.fromArray(SPECIES, c, co + 8 * ldc);
    FloatVector r8 = FloatVector.fromArray(SPECIES, c, co + 8 * ldc + L);
    FloatVector l9 = FloatVector.fromArray(SPECIES, c, co + 9 * ldc);
    FloatVector r9 = FloatVector.fromArray(SPECIES, c, co + 9 * ldc + L);
    FloatVector l10 = FloatVector.fromArray(SPECIES, c, co + 10 * ldc);
    FloatVector r10 = FloatVector.fromArray(SPECIES, c, co + 10 * ldc + L);
    FloatVector l11 = FloatVector.fromArray(SPECIES, c, co + 11 * ldc);
    FloatVector r11 = FloatVector.fromArray(SPECIES, c, co + 11 * ldc + L);
    for (int from = 0; from < count; from += STEPS) {
      int end = Math.min(from + STEPS, count);
      for (int p = from; p < end; p++) {
        int at = pixels[p];
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + p * ldb);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + p * ldb + L);
        FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
        l0 = x0.fma(bl, l0);
        r0 = x0.fma(br, r0);
        FloatVector x1 = FloatVector.broadcast(SPECIES, a[a0 + at + 1]);
        l1 = x1.fma(bl, l1);
        r1 = x1.fma(br, r1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, a[a0 + at + 2]);
        l2 = x2.fma(bl, l2);
        r2 = x2.fma(br, r2);
        FloatVector x3 = FloatVector.broadcast(SPECIES, a[a0 + at + 3]);
        l3 = x3.fma(bl, l3);
        r3 = x3.fma(br, r3);
        FloatVector x4 = FloatVector.broadcast(SPECIES, a[a1 + at]);
        l4 = x4.fma(bl, l4);
        r4 = x4.fma(br, r4);
        FloatVector x5 = FloatVector.broadcast(SPECIES, a[a1 + at + 1]);
        l5 = x5.fma(bl, l5);
        r5 = x5.fma(br, r5);
        FloatVector x6 = FloatVector.broadcast(SPECIES, a[a1 + at + 2]);
        l6 = x6.fma(bl, l6);
        r6 = x6.fma(br, r6);
        FloatVector x7 = FloatVector.broadcast(SPECIES, a[a1 + at + 3]);
        l7 = x7.fma(bl, l7);
        r7 = x7.fma(br, r7);
        FloatVector x8 = FloatVector.broadcast(SPECIES, a[a2 + at]);
        l8 = x8.fma(bl, l8);
        r8 = x8.fma(br, r8);
        FloatVector x9 = FloatVector.broadcast(SPECIES, a[a2 + at + 1]);
        l9 = x9.fma(bl, l9);
        r9 = x9.fma(br, r9);
        FloatVector x10 = FloatVector.broadcast(SPECIES, a[a2 + at + 2]);
        l10 = x10.fma(bl, l10);
        r10 = x10.fma(br, r10);
        FloatVector x11 = FloatVector.broadcast(SPECIES, a[a2 + at + 3]);
        l11 = x11.fma(bl, l11);
        r11 = x11.fma(br, r11);
      }
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + ldc);
    r1.intoArray(c, co + ldc + L);
    l2.intoArray(c, co + 2 * ldc);
    r2.intoArray(c, co + 2 * ldc + L);
    l3.intoArray(c, co + 3 * ldc);
    r3.intoArray(c, co + 3 * ldc + L);
    l4.intoArray(c, co + 4 * ldc);
    r4.intoArray(c, co + 4 * ldc + L);
    l5.intoArray(c, co + 5 * ldc);
    r5.intoArray(c, co + 5 * ldc + L);
    l6.intoArray(c, co + 6 * ldc);
    r6.intoArray(c, co + 6 * ldc + L);
    l7.intoArray(c, co + 7 * ldc);
    r7.intoArray(c, co + 7 * ldc + L);
    l8.intoArray(c, co + 8 * ldc);
    r8.intoArray(c, co + 8 * ldc + L);
    l9.intoArray(c, co + 9 * ldc);
    r9.intoArray(c, co + 9 * ldc + L);
    l10.intoArray(c, co + 10 * ldc);
    r10.intoArray(c, co + 10 * ldc + L);
    l11.intoArray(c, co + 11 * ldc);
    r11.intoArray(c, co + 11 * ldc + L);
  }

  /** 4 rows of the filter. */
  private static void sums4(
      int[] pixels,
      int count,
      float[] a,
      int a0,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, c, co);
    FloatVector r0 = FloatVector.fromArray(SPECIES, c, co + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, c, co + ldc);
    FloatVector r1 = FloatVector.fromArray(SPECIES, c, co + ldc + L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc);
    FloatVector r2 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc + L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc);
    FloatVector r3 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc + L);
    for (int from = 0; from < count; from += STEPS) {
      int end = Math.min(from + STEPS, count);
      for (int p = from; p < end; p++) {
        int at = pixels[p];
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + p * ldb);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + p * ldb + L);
        FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
        l0 = x0.fma(bl, l0);
        r0 = x0.fma(br, r0);
        FloatVector x1 = FloatVector.broadcast(SPECIES, a[a0 + at + 1]);
        l1 = x1.fma(bl, l1);
        r1 = x1.fma(br, r1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, a[a0 + at + 2]);
        l2 = x2.fma(bl, l2);
        r2 = x2.fma(br, r2);
        FloatVector x3 = FloatVector.broadcast(SPECIES, a[a0 + at + 3]);
        l3 = x3.fma(bl, l3);
        r3 = x3.fma(br, r3);
      }
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + ldc);
    r1.intoArray(c, co + ldc + L);
    l2.intoArray(c, co + 2 * ldc);
    r2.intoArray(c, co + 2 * ldc + L);
    l3.intoArray(c, co + 3 * ldc);
    r3.intoArray(c, co + 3 * ldc + L);
  }
}
