package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of every matrix product: {@code c += a b} for one tile of c that stays in
 * registers.
 *
 * <p>A tile is some rows of two vectors each; in c, row follows row, {@link #COLUMNS} apart. The
 * panel of b holds {@link #COLUMNS} values for each step in depth. The panel of a comes in two
 * forms, so that rows of NHWC images are only ever copied, never transposed: <i>row panels</i>
 * {@code [ROWS][ROW_STRIDE]} for products along a row, <i>column panels</i> {@code [depth][WIDTH]},
 * one value per row of c, for products that sum over pixels.
 *
 * <p>The accumulators are spelled out because C2 keeps neither arrays of vectors nor loops over
 * them in registers, the operands are {@code float[]} because large loops over segments are at
 * times compiled to boxed vectors, and unrolling by hand spills registers.
 */
final class MicroKernels {
  /**
   * Steps in depth that a row panel holds at most: then a panel of b fits the first-level cache.
   */
  static final int MAX_DEPTH = 192;

  /** From row to row of a row panel: a constant, for addresses, and no power of two, for caches. */
  static final int ROW_STRIDE = MAX_DEPTH + 16;

  /** Rows of c that a column panel holds. */
  static final int WIDTH = 48;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int L = Lanes.COUNT;

  /** Whether 24 accumulators fit: AVX2 has 16 registers, AVX-512 and NEON have 32. */
  private static final boolean TALL = L != 8;

  /** Rows of a row panel. */
  static final int ROWS = TALL ? 12 : 4;

  /** Columns of a tile. */
  static final int COLUMNS = 2 * L;

  /** Row panels are filled up with zeros to a multiple of this. */
  static final int ROW_GRANULE = 4;

  /**
   * Steps of one innermost loop. C2 puts a loop around each loop of more than a hundred steps
   * (strip mining, for safepoints), and with it a fourth of the accumulators leaves the registers.
   */
  private static final int STEPS = 96;

  /** Where the first sums start, so that one kernel serves the first and the later panels. */
  private static final float[] ZEROS = new float[Buffer.LINE + 12 * COLUMNS];

  private MicroKernels() {}

  /**
   * Multiplies {@code rows} rows of one row panel by one panel of b and adds the product to c.
   *
   * @param rows at most {@link #ROWS}; c is written up to the next multiple of {@link #ROW_GRANULE}
   * @param depth at most {@link #MAX_DEPTH}
   */
  static void rowPanel(
      int rows, int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    if (rows > 2 * ROW_GRANULE) {
      rows12(depth, a, ao, b, bo, c, co, c, co);
      return;
    }
    for (int r = 0; r < rows; r += ROW_GRANULE) {
      int at = co + r * COLUMNS;
      rows4(depth, a, ao + r * ROW_STRIDE, b, bo, c, at, c, at);
    }
  }

  /** As {@link #rowPanel}, but the product replaces what is in c, which need not be cleared. */
  static void firstRowPanel(
      int rows, int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    if (rows > 2 * ROW_GRANULE) {
      rows12(depth, a, ao, b, bo, ZEROS, Buffer.LINE, c, co);
      return;
    }
    for (int r = 0; r < rows; r += ROW_GRANULE) {
      rows4(depth, a, ao + r * ROW_STRIDE, b, bo, ZEROS, Buffer.LINE, c, co + r * COLUMNS);
    }
  }

  /**
   * Multiplies {@code rows} rows of one column panel by one panel of b and adds the product to c.
   *
   * @param rows at most {@link #WIDTH}; c is written up to the next multiple of 12
   */
  static void columnPanel(
      int rows, int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    int r = 0;
    if (TALL) {
      for (; r + 2 * ROW_GRANULE < rows; r += 3 * ROW_GRANULE) {
        int at = co + r * COLUMNS;
        columns12(depth, a, ao + r, b, bo, c, at, c, at);
      }
    }
    for (; r < rows; r += ROW_GRANULE) {
      int at = co + r * COLUMNS;
      columns4(depth, a, ao + r, b, bo, c, at, c, at);
    }
  }

  /** As {@link #columnPanel}, but the product replaces what is in c, which need not be cleared. */
  static void firstColumnPanel(
      int rows, int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    int r = 0;
    if (TALL) {
      for (; r + 2 * ROW_GRANULE < rows; r += 3 * ROW_GRANULE) {
        columns12(depth, a, ao + r, b, bo, ZEROS, Buffer.LINE, c, co + r * COLUMNS);
      }
    }
    for (; r < rows; r += ROW_GRANULE) {
      columns4(depth, a, ao + r, b, bo, ZEROS, Buffer.LINE, c, co + r * COLUMNS);
    }
  }

  /** 12 rows of a row panel. */
  private static void rows12(
      int depth, float[] a, int ao, float[] b, int bo, float[] from, int fo, float[] c, int co) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, from, fo);
    FloatVector r0 = FloatVector.fromArray(SPECIES, from, fo + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, from, fo + 2 * L);
    FloatVector r1 = FloatVector.fromArray(SPECIES, from, fo + 3 * L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, from, fo + 4 * L);
    FloatVector r2 = FloatVector.fromArray(SPECIES, from, fo + 5 * L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, from, fo + 6 * L);
    FloatVector r3 = FloatVector.fromArray(SPECIES, from, fo + 7 * L);
    FloatVector l4 = FloatVector.fromArray(SPECIES, from, fo + 8 * L);
    FloatVector r4 = FloatVector.fromArray(SPECIES, from, fo + 9 * L);
    FloatVector l5 = FloatVector.fromArray(SPECIES, from, fo + 10 * L);
    FloatVector r5 = FloatVector.fromArray(SPECIES, from, fo + 11 * L);
    FloatVector l6 = FloatVector.fromArray(SPECIES, from, fo + 12 * L);
    FloatVector r6 = FloatVector.fromArray(SPECIES, from, fo + 13 * L);
    FloatVector l7 = FloatVector.fromArray(SPECIES, from, fo + 14 * L);
    FloatVector r7 = FloatVector.fromArray(SPECIES, from, fo + 15 * L);
    FloatVector l8 = FloatVector.fromArray(SPECIES, from, fo + 16 * L);
    FloatVector r8 = FloatVector.fromArray(SPECIES, from, fo + 17 * L);
    FloatVector l9 = FloatVector.fromArray(SPECIES, from, fo + 18 * L);
    FloatVector r9 = FloatVector.fromArray(SPECIES, from, fo + 19 * L);
    FloatVector l10 = FloatVector.fromArray(SPECIES, from, fo + 20 * L);
    FloatVector r10 = FloatVector.fromArray(SPECIES, from, fo + 21 * L);
    FloatVector l11 = FloatVector.fromArray(SPECIES, from, fo + 22 * L);
    FloatVector r11 = FloatVector.fromArray(SPECIES, from, fo + 23 * L);
    for (int done = 0; done < depth; done += STEPS) {
      int steps = Math.min(STEPS, depth - done);
      for (int k = 0; k < steps; k++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector a0 = FloatVector.broadcast(SPECIES, a[ao + k]);
        l0 = a0.fma(bl, l0);
        r0 = a0.fma(br, r0);
        FloatVector a1 = FloatVector.broadcast(SPECIES, a[ao + k + ROW_STRIDE]);
        l1 = a1.fma(bl, l1);
        r1 = a1.fma(br, r1);
        FloatVector a2 = FloatVector.broadcast(SPECIES, a[ao + k + 2 * ROW_STRIDE]);
        l2 = a2.fma(bl, l2);
        r2 = a2.fma(br, r2);
        FloatVector a3 = FloatVector.broadcast(SPECIES, a[ao + k + 3 * ROW_STRIDE]);
        l3 = a3.fma(bl, l3);
        r3 = a3.fma(br, r3);
        FloatVector a4 = FloatVector.broadcast(SPECIES, a[ao + k + 4 * ROW_STRIDE]);
        l4 = a4.fma(bl, l4);
        r4 = a4.fma(br, r4);
        FloatVector a5 = FloatVector.broadcast(SPECIES, a[ao + k + 5 * ROW_STRIDE]);
        l5 = a5.fma(bl, l5);
        r5 = a5.fma(br, r5);
        FloatVector a6 = FloatVector.broadcast(SPECIES, a[ao + k + 6 * ROW_STRIDE]);
        l6 = a6.fma(bl, l6);
        r6 = a6.fma(br, r6);
        FloatVector a7 = FloatVector.broadcast(SPECIES, a[ao + k + 7 * ROW_STRIDE]);
        l7 = a7.fma(bl, l7);
        r7 = a7.fma(br, r7);
        FloatVector a8 = FloatVector.broadcast(SPECIES, a[ao + k + 8 * ROW_STRIDE]);
        l8 = a8.fma(bl, l8);
        r8 = a8.fma(br, r8);
        FloatVector a9 = FloatVector.broadcast(SPECIES, a[ao + k + 9 * ROW_STRIDE]);
        l9 = a9.fma(bl, l9);
        r9 = a9.fma(br, r9);
        FloatVector a10 = FloatVector.broadcast(SPECIES, a[ao + k + 10 * ROW_STRIDE]);
        l10 = a10.fma(bl, l10);
        r10 = a10.fma(br, r10);
        FloatVector a11 = FloatVector.broadcast(SPECIES, a[ao + k + 11 * ROW_STRIDE]);
        l11 = a11.fma(bl, l11);
        r11 = a11.fma(br, r11);
      }
      ao += steps;
      bo += steps * COLUMNS;
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + 2 * L);
    r1.intoArray(c, co + 3 * L);
    l2.intoArray(c, co + 4 * L);
    r2.intoArray(c, co + 5 * L);
    l3.intoArray(c, co + 6 * L);
    r3.intoArray(c, co + 7 * L);
    l4.intoArray(c, co + 8 * L);
    r4.intoArray(c, co + 9 * L);
    l5.intoArray(c, co + 10 * L);
    r5.intoArray(c, co + 11 * L);
    l6.intoArray(c, co + 12 * L);
    r6.intoArray(c, co + 13 * L);
    l7.intoArray(c, co + 14 * L);
    r7.intoArray(c, co + 15 * L);
    l8.intoArray(c, co + 16 * L);
    r8.intoArray(c, co + 17 * L);
    l9.intoArray(c, co + 18 * L);
    r9.intoArray(c, co + 19 * L);
    l10.intoArray(c, co + 20 * L);
    r10.intoArray(c, co + 21 * L);
    l11.intoArray(c, co + 22 * L);
    r11.intoArray(c, co + 23 * L);
  }

  /** 4 rows of a row panel. */
  private static void rows4(
      int depth, float[] a, int ao, float[] b, int bo, float[] from, int fo, float[] c, int co) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, from, fo);
    FloatVector r0 = FloatVector.fromArray(SPECIES, from, fo + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, from, fo + 2 * L);
    FloatVector r1 = FloatVector.fromArray(SPECIES, from, fo + 3 * L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, from, fo + 4 * L);
    FloatVector r2 = FloatVector.fromArray(SPECIES, from, fo + 5 * L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, from, fo + 6 * L);
    FloatVector r3 = FloatVector.fromArray(SPECIES, from, fo + 7 * L);
    for (int done = 0; done < depth; done += STEPS) {
      int steps = Math.min(STEPS, depth - done);
      for (int k = 0; k < steps; k++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector a0 = FloatVector.broadcast(SPECIES, a[ao + k]);
        l0 = a0.fma(bl, l0);
        r0 = a0.fma(br, r0);
        FloatVector a1 = FloatVector.broadcast(SPECIES, a[ao + k + ROW_STRIDE]);
        l1 = a1.fma(bl, l1);
        r1 = a1.fma(br, r1);
        FloatVector a2 = FloatVector.broadcast(SPECIES, a[ao + k + 2 * ROW_STRIDE]);
        l2 = a2.fma(bl, l2);
        r2 = a2.fma(br, r2);
        FloatVector a3 = FloatVector.broadcast(SPECIES, a[ao + k + 3 * ROW_STRIDE]);
        l3 = a3.fma(bl, l3);
        r3 = a3.fma(br, r3);
      }
      ao += steps;
      bo += steps * COLUMNS;
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + 2 * L);
    r1.intoArray(c, co + 3 * L);
    l2.intoArray(c, co + 4 * L);
    r2.intoArray(c, co + 5 * L);
    l3.intoArray(c, co + 6 * L);
    r3.intoArray(c, co + 7 * L);
  }

  /** 12 rows of a column panel. */
  private static void columns12(
      int depth, float[] a, int ao, float[] b, int bo, float[] from, int fo, float[] c, int co) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, from, fo);
    FloatVector r0 = FloatVector.fromArray(SPECIES, from, fo + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, from, fo + 2 * L);
    FloatVector r1 = FloatVector.fromArray(SPECIES, from, fo + 3 * L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, from, fo + 4 * L);
    FloatVector r2 = FloatVector.fromArray(SPECIES, from, fo + 5 * L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, from, fo + 6 * L);
    FloatVector r3 = FloatVector.fromArray(SPECIES, from, fo + 7 * L);
    FloatVector l4 = FloatVector.fromArray(SPECIES, from, fo + 8 * L);
    FloatVector r4 = FloatVector.fromArray(SPECIES, from, fo + 9 * L);
    FloatVector l5 = FloatVector.fromArray(SPECIES, from, fo + 10 * L);
    FloatVector r5 = FloatVector.fromArray(SPECIES, from, fo + 11 * L);
    FloatVector l6 = FloatVector.fromArray(SPECIES, from, fo + 12 * L);
    FloatVector r6 = FloatVector.fromArray(SPECIES, from, fo + 13 * L);
    FloatVector l7 = FloatVector.fromArray(SPECIES, from, fo + 14 * L);
    FloatVector r7 = FloatVector.fromArray(SPECIES, from, fo + 15 * L);
    FloatVector l8 = FloatVector.fromArray(SPECIES, from, fo + 16 * L);
    FloatVector r8 = FloatVector.fromArray(SPECIES, from, fo + 17 * L);
    FloatVector l9 = FloatVector.fromArray(SPECIES, from, fo + 18 * L);
    FloatVector r9 = FloatVector.fromArray(SPECIES, from, fo + 19 * L);
    FloatVector l10 = FloatVector.fromArray(SPECIES, from, fo + 20 * L);
    FloatVector r10 = FloatVector.fromArray(SPECIES, from, fo + 21 * L);
    FloatVector l11 = FloatVector.fromArray(SPECIES, from, fo + 22 * L);
    FloatVector r11 = FloatVector.fromArray(SPECIES, from, fo + 23 * L);
    for (int done = 0; done < depth; done += STEPS) {
      int steps = Math.min(STEPS, depth - done);
      for (int k = 0; k < steps; k++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector a0 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH]);
        l0 = a0.fma(bl, l0);
        r0 = a0.fma(br, r0);
        FloatVector a1 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 1]);
        l1 = a1.fma(bl, l1);
        r1 = a1.fma(br, r1);
        FloatVector a2 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 2]);
        l2 = a2.fma(bl, l2);
        r2 = a2.fma(br, r2);
        FloatVector a3 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 3]);
        l3 = a3.fma(bl, l3);
        r3 = a3.fma(br, r3);
        FloatVector a4 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 4]);
        l4 = a4.fma(bl, l4);
        r4 = a4.fma(br, r4);
        FloatVector a5 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 5]);
        l5 = a5.fma(bl, l5);
        r5 = a5.fma(br, r5);
        FloatVector a6 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 6]);
        l6 = a6.fma(bl, l6);
        r6 = a6.fma(br, r6);
        FloatVector a7 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 7]);
        l7 = a7.fma(bl, l7);
        r7 = a7.fma(br, r7);
        FloatVector a8 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 8]);
        l8 = a8.fma(bl, l8);
        r8 = a8.fma(br, r8);
        FloatVector a9 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 9]);
        l9 = a9.fma(bl, l9);
        r9 = a9.fma(br, r9);
        FloatVector a10 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 10]);
        l10 = a10.fma(bl, l10);
        r10 = a10.fma(br, r10);
        FloatVector a11 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 11]);
        l11 = a11.fma(bl, l11);
        r11 = a11.fma(br, r11);
      }
      ao += steps * WIDTH;
      bo += steps * COLUMNS;
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + 2 * L);
    r1.intoArray(c, co + 3 * L);
    l2.intoArray(c, co + 4 * L);
    r2.intoArray(c, co + 5 * L);
    l3.intoArray(c, co + 6 * L);
    r3.intoArray(c, co + 7 * L);
    l4.intoArray(c, co + 8 * L);
    r4.intoArray(c, co + 9 * L);
    l5.intoArray(c, co + 10 * L);
    r5.intoArray(c, co + 11 * L);
    l6.intoArray(c, co + 12 * L);
    r6.intoArray(c, co + 13 * L);
    l7.intoArray(c, co + 14 * L);
    r7.intoArray(c, co + 15 * L);
    l8.intoArray(c, co + 16 * L);
    r8.intoArray(c, co + 17 * L);
    l9.intoArray(c, co + 18 * L);
    r9.intoArray(c, co + 19 * L);
    l10.intoArray(c, co + 20 * L);
    r10.intoArray(c, co + 21 * L);
    l11.intoArray(c, co + 22 * L);
    r11.intoArray(c, co + 23 * L);
  }

  /** 4 rows of a column panel. */
  private static void columns4(
      int depth, float[] a, int ao, float[] b, int bo, float[] from, int fo, float[] c, int co) {
    FloatVector l0 = FloatVector.fromArray(SPECIES, from, fo);
    FloatVector r0 = FloatVector.fromArray(SPECIES, from, fo + L);
    FloatVector l1 = FloatVector.fromArray(SPECIES, from, fo + 2 * L);
    FloatVector r1 = FloatVector.fromArray(SPECIES, from, fo + 3 * L);
    FloatVector l2 = FloatVector.fromArray(SPECIES, from, fo + 4 * L);
    FloatVector r2 = FloatVector.fromArray(SPECIES, from, fo + 5 * L);
    FloatVector l3 = FloatVector.fromArray(SPECIES, from, fo + 6 * L);
    FloatVector r3 = FloatVector.fromArray(SPECIES, from, fo + 7 * L);
    for (int done = 0; done < depth; done += STEPS) {
      int steps = Math.min(STEPS, depth - done);
      for (int k = 0; k < steps; k++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS + L);
        FloatVector a0 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH]);
        l0 = a0.fma(bl, l0);
        r0 = a0.fma(br, r0);
        FloatVector a1 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 1]);
        l1 = a1.fma(bl, l1);
        r1 = a1.fma(br, r1);
        FloatVector a2 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 2]);
        l2 = a2.fma(bl, l2);
        r2 = a2.fma(br, r2);
        FloatVector a3 = FloatVector.broadcast(SPECIES, a[ao + k * WIDTH + 3]);
        l3 = a3.fma(bl, l3);
        r3 = a3.fma(br, r3);
      }
      ao += steps * WIDTH;
      bo += steps * COLUMNS;
    }
    l0.intoArray(c, co);
    r0.intoArray(c, co + L);
    l1.intoArray(c, co + 2 * L);
    r1.intoArray(c, co + 3 * L);
    l2.intoArray(c, co + 4 * L);
    r2.intoArray(c, co + 5 * L);
    l3.intoArray(c, co + 6 * L);
    r3.intoArray(c, co + 7 * L);
  }
}
