package lanewise.backend.cuda;

import lanewise.backend.ElementType;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/**
 * Launches of {@code native/kernels/norm_resident.cuh}: one launch for planes that fit into the
 * registers of a block.
 */
final class ResidentNorms {
  private static final int MAX_THREADS = 512;
  private static final int MIN_THREADS = 64;
  private static final int WARP = 32;

  /**
   * Bytes that a thread keeps of one tensor, at most: forward, and backward where there are two.
   */
  private static final int FORWARD_BYTES = 256;

  private static final int BACKWARD_BYTES = 128;

  /** What a block should read of a pixel at least: two sectors of memory. */
  private static final int GOOD_RUN = 64;

  /** The least: one sector. */
  private static final int SHORTEST_RUN = 32;

  /** Channels of a set at most, each of which a thread adds up by itself. */
  private static final int MAX_SET_CHANNELS = 32;

  /** Below this many bytes a single launch is the fastest way, however few its blocks are. */
  private static final long SMALL = 1L << 20;

  private final Call call;
  private final Variants forward;
  private final Variants backward;

  ResidentNorms(Module module, Call call) {
    this.call = call;
    forward = new Variants(module, "norm_resident_forward", FORWARD_BYTES);
    backward = new Variants(module, "norm_resident_backward", BACKWARD_BYTES);
  }

  /** One kernel's versions for 64 bytes a thread, 128, ... up to {@code maxBytes}. */
  private static final class Variants {
    private static final int LEAST_BYTES = 64;

    private final Function[][] functions;
    private final int maxBytes;

    Variants(Module module, String name, int maxBytes) {
      this.maxBytes = maxBytes;
      int sizes = Integer.numberOfTrailingZeros(maxBytes / LEAST_BYTES) + 1;
      functions = new Function[ElementType.values().length][sizes];
      for (ElementType type : ElementType.values()) {
        for (int i = 0; i < sizes; i++) {
          int pixels = (LEAST_BYTES << i) / quadBytes(type);
          functions[type.ordinal()][i] = module.function(name + "_" + type + "_" + pixels);
        }
      }
    }

    Function of(ElementType type, int pixels) {
      int bytes = Math.max(LEAST_BYTES, Tiles.powerOfTwo(pixels * quadBytes(type)));
      return functions[type.ordinal()][Integer.numberOfTrailingZeros(bytes / LEAST_BYTES)];
    }
  }

  private static int quadBytes(ElementType type) {
    return Tiles.QUAD * type.bytes();
  }

  /** A kernel and how it is launched: {@code lanes} quads of channels a block. */
  private record Fit(Function kernel, int lanes, int threads, long blocks) {}

  /** Does the forward pass if it is one for these kernels. */
  boolean forward(
      NormSpec spec, NormSets sets, Tensor x, Affine affine, Moments moments, Tensor y) {
    Fit fit = alike(x, y) ? fit(forward, x.shape(), x.type(), sets) : null;
    if (fit == null) {
      return false;
    }
    call.start(fit.kernel).pointer(x.segment()).pointer(y.segment());
    arguments(spec, sets, affine, moments);
    launch(x.shape(), fit);
    return true;
  }

  boolean fitsBackward(NormSets sets, Tensor x, Tensor dy, Tensor dx) {
    return alike(x, dy) && alike(x, dx) && fit(backward, x.shape(), x.type(), sets) != null;
  }

  /** The gradient of x, and with one split what {@code sums} is for, if it is for anything. */
  void backward(
      NormSpec spec,
      NormSets sets,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Norms.Sums sums) {
    Fit fit = fit(backward, x.shape(), x.type(), sets);
    call.start(fit.kernel).pointer(x.segment()).pointer(dy.segment()).pointer(dx.segment());
    arguments(spec, sets, affine, moments);
    call.pointer(sums.dz()).pointer(sums.dzXhat());
    launch(x.shape(), fit);
  }

  private void arguments(NormSpec spec, NormSets sets, Affine affine, Moments moments) {
    call.table(moments.mean()).table(moments.variance()).i32(sets.channels());
    call.table(affine.gamma()).i32(NormPlanes.stride(affine.gamma()));
    call.table(affine.beta()).i32(NormPlanes.stride(affine.beta()));
    call.f32(spec.eps()).f32(spec.activation().slope());
  }

  private void launch(Shape x, Fit fit) {
    call.i32(x.n()).i32(x.plane()).i32(x.c()).i32(fit.lanes).launch(fit.blocks, fit.threads);
  }

  /** Of one type, and both aligned for accesses of four elements. */
  private static boolean alike(Tensor a, Tensor b) {
    int quad = quadBytes(a.type());
    return a.type() == b.type()
        && a.segment().address() % quad == 0
        && b.segment().address() % quad == 0;
  }

  /** The launch, or null if sets go beyond a sample, or planes are too large, or blocks too few. */
  private Fit fit(Variants variants, Shape x, ElementType type, NormSets sets) {
    int quad = quadBytes(type);
    int capacity = variants.maxBytes / quad;
    int pixels = x.plane();
    int lanes = x.c() % Tiles.QUAD == 0 ? lanes(x, quad, capacity) : 0;
    boolean inSample = sets.perSample() || x.n() == 1;
    if (lanes == 0
        || !inSample
        || sets.channels() > MAX_SET_CHANNELS
        || lanes * Tiles.QUAD % sets.channels() != 0) {
      return null;
    }
    // As much as a thread can hold: the fewer the threads, the more blocks run at once.
    int enough = Tiles.powerOfTwo(Tiles.ceilDiv(pixels, capacity));
    int rows = Math.min(MAX_THREADS / lanes, Math.max(MIN_THREADS / lanes, enough));
    long blocks = (long) x.n() * Tiles.ceilDiv(x.c() / Tiles.QUAD, lanes);
    if (2 * blocks < call.multiprocessors() && type.bytes(x) > SMALL) {
      return null;
    }
    Function kernel = variants.of(type, Tiles.ceilDiv(pixels, rows));
    return new Fit(kernel, lanes, lanes * rows, blocks);
  }

  /** Quads of channels for a block: many for small planes, 0 if the smallest run does not fit. */
  private static int lanes(Shape x, int quad, int capacity) {
    int lanes = Math.min(WARP, Tiles.powerOfTwo(x.c() / Tiles.QUAD));
    long room = (long) MAX_THREADS * capacity / x.plane();
    while (lanes * quad > GOOD_RUN && lanes > room / 2) {
      lanes /= 2;
    }
    while (lanes * quad > SHORTEST_RUN && lanes > room) {
      lanes /= 2;
    }
    return lanes <= room ? lanes : 0;
  }
}
