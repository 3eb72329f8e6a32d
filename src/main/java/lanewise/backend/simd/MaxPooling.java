package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.PoolSpec;
import lanewise.backend.PoolSpec.Side;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Max pooling and its adjoint; neighbouring channels are compared at once. */
final class MaxPooling {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements of the input that one chunk of work covers, about. */
  private static final int CHUNK = 16 * 1024;

  private final Workers workers;

  MaxPooling(Workers workers) {
    this.workers = workers;
  }

  void pick(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    Shape small = y.shape();
    MemorySegment xs = x.segment();
    MemorySegment vs = values.segment();
    MemorySegment ys = y.segment();
    Shape image = x.shape();
    int sample = image.plane() * image.c();
    int row = small.w() * small.c();
    int count = small.n() * small.h();
    int group = Math.max(1, CHUNK / (image.w() * image.c() * spec.rows().stride()));
    workers.run(
        Math.ceilDiv(count, group),
        (chunk, worker) -> {
          int end = Math.min(count, (chunk + 1) * group);
          for (int i = chunk * group; i < end; i++) {
            int n = i / small.h();
            pickRow(
                spec,
                image,
                Lanes.slice(xs, n * sample, sample),
                Lanes.slice(vs, n * sample, sample),
                i % small.h(),
                Lanes.slice(ys, i * row, row),
                small.w());
          }
        });
  }

  /** One row of windows, of one sample. */
  private static void pickRow(
      PoolSpec spec,
      Shape image,
      MemorySegment x,
      MemorySegment values,
      int window,
      MemorySegment y,
      int windows) {
    int channels = image.c();
    int rowStep = image.w() * channels;
    int top = first(spec.rows(), window) * rowStep;
    int bottom = end(spec.rows(), window, image.h()) * rowStep;
    for (int w = 0; w < windows; w++) {
      int left = first(spec.columns(), w) * channels;
      int right = end(spec.columns(), w, image.w()) * channels;
      for (int c = 0; c < channels; c += Lanes.COUNT) {
        VectorMask<Float> inside = SPECIES.indexInRange(c, channels);
        long corner = (top + left + c) * 4L;
        FloatVector best = FloatVector.fromMemorySegment(SPECIES, x, corner, ORDER, inside);
        FloatVector picked = FloatVector.fromMemorySegment(SPECIES, values, corner, ORDER, inside);
        for (int row = top; row < bottom; row += rowStep) {
          for (int column = left; column < right; column += channels) {
            long at = (row + column + c) * 4L;
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER, inside);
            VectorMask<Float> better = v.compare(GT, best).or(v.test(IS_NAN));
            best = best.blend(v, better);
            picked =
                picked.blend(
                    FloatVector.fromMemorySegment(SPECIES, values, at, ORDER, inside), better);
          }
        }
        picked.intoMemorySegment(y, (w * channels + c) * 4L, ORDER, inside);
      }
    }
  }

  /**
   * Each chunk owns rows of dx, and adds to them what comes from all windows that reach there: some
   * windows are looked at twice, and the order of sums is the same however rows are shared out.
   */
  void scatter(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    Shape image = x.shape();
    Shape small = dy.shape();
    MemorySegment xs = x.segment();
    MemorySegment dys = dy.segment();
    MemorySegment dxs = dx.segment();
    int row = image.w() * image.c();
    int sample = image.h() * row;
    int smallRow = small.w() * small.c();
    Side side = spec.rows();
    int least = 4 * Math.max(side.kernel(), side.stride());
    Blocks bands = new Blocks(image.h(), Math.max(least, CHUNK / row));
    workers.run(
        image.n() * bands.count(),
        (chunk, worker) -> {
          int n = chunk / bands.count();
          int from = bands.start(chunk % bands.count());
          int to = from + bands.length(chunk % bands.count());
          MemorySegment xn = Lanes.slice(xs, n * sample, sample);
          MemorySegment dxn = Lanes.slice(dxs, n * sample, sample);
          Lanes.slice(dxn, from * row, (to - from) * row).fill((byte) 0);
          int h =
              Math.max(0, Math.ceilDiv(from + side.before() - side.kernel() + 1, side.stride()));
          for (; h < small.h() && side.start(h) < to; h++) {
            MemorySegment dyRow = Lanes.slice(dys, (n * small.h() + h) * smallRow, smallRow);
            scatterRow(spec, image, xn, h, dyRow, small.w(), dxn, from, to);
          }
        });
  }

  /** One row of windows, of one sample; only rows of dx from {@code from} to {@code to} change. */
  private static void scatterRow(
      PoolSpec spec,
      Shape image,
      MemorySegment x,
      int window,
      MemorySegment dy,
      int windows,
      MemorySegment dx,
      int from,
      int to) {
    int channels = image.c();
    int rowStep = image.w() * channels;
    int top = first(spec.rows(), window);
    int bottom = end(spec.rows(), window, image.h());
    int firstOwn = Math.max(top, from);
    int endOwn = Math.min(bottom, to);
    for (int w = 0; w < windows; w++) {
      int left = first(spec.columns(), w);
      int right = end(spec.columns(), w, image.w());
      int width = right - left;
      for (int c = 0; c < channels; c += Lanes.COUNT) {
        VectorMask<Float> inside = SPECIES.indexInRange(c, channels);
        FloatVector best =
            FloatVector.fromMemorySegment(
                SPECIES, x, (top * rowStep + left * channels + c) * 4L, ORDER, inside);
        FloatVector place = FloatVector.zero(SPECIES);
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++) {
            long at = (row * rowStep + column * channels + c) * 4L;
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER, inside);
            VectorMask<Float> better = v.compare(GT, best).or(v.test(IS_NAN));
            best = best.blend(v, better);
            place = place.blend((row - top) * width + column - left, better);
          }
        }
        FloatVector d =
            FloatVector.fromMemorySegment(SPECIES, dy, (w * channels + c) * 4L, ORDER, inside);
        for (int row = firstOwn; row < endOwn; row++) {
          for (int column = left; column < right; column++) {
            long at = (row * rowStep + column * channels + c) * 4L;
            VectorMask<Float> here =
                place.compare(EQ, (row - top) * width + column - left).and(inside);
            FloatVector.fromMemorySegment(SPECIES, dx, at, ORDER, here)
                .add(d)
                .intoMemorySegment(dx, at, ORDER, here);
          }
        }
      }
    }
  }

  private static int first(Side side, int window) {
    return Math.max(0, side.start(window));
  }

  private static int end(Side side, int window, int size) {
    return Math.min(size, side.start(window) + side.kernel());
  }
}
