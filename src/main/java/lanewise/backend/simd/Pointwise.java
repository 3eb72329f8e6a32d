package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import lanewise.backend.Activation;
import lanewise.backend.Binary;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;

/** Functions of each element, with broadcasting. */
final class Pointwise {
  /** Elements that one chunk of work covers: a multiple of every vector's length. */
  private static final int CHUNK = 16 * 1024;

  private static final int ALIGNMENT = 64;

  private final Workers workers;
  private final Tiles[] tiles;
  private float[] scale = {};
  private float[] shift = {};

  Pointwise(Workers workers) {
    this.workers = workers;
    tiles = new Tiles[workers.threads()];
    for (int i = 0; i < tiles.length; i++) {
      tiles[i] = new Tiles();
    }
  }

  void copy(Tensor source, Tensor target) {
    if (source.shape().equals(target.shape())) {
      copyAlike(source.segment(), target.segment(), target.shape().size());
    } else {
      copyRepeating(source, target);
    }
  }

  private void copyAlike(MemorySegment from, MemorySegment to, int size) {
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          long start = chunk * (CHUNK * 4L);
          long bytes = Math.min(CHUNK * 4L, size * 4L - start);
          MemorySegment.copy(from, start, to, start, bytes);
        });
  }

  private void copyRepeating(Tensor source, Tensor target) {
    Broadcast cut = Broadcast.of(target.shape(), source.shape());
    MemorySegment from = source.segment();
    MemorySegment to = target.segment();
    workers.run(cut.blocks(), (block, worker) -> cut.expand(0, block, from, to, cut.start(block)));
  }

  void fill(Tensor target, float value) {
    MemorySegment to = target.segment();
    int size = target.shape().size();
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          to.setAtIndex(JAVA_FLOAT, start, value);
          Broadcast.repeat(to, start, 1, Math.min(CHUNK, size - start));
        });
  }

  void map(Unary f, Tensor x, Tensor y) {
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    int size = y.shape().size();
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          int count = Math.min(CHUNK, size - start);
          int whole = Lanes.SPECIES.loopBound(count);
          UnaryKernels.apply(f, from, to, start, whole);
          if (whole < count) {
            MemorySegment tail = tiles[worker].tail(0, from, start + whole, count - whole);
            UnaryKernels.apply(f, tail, tail, 0, Lanes.COUNT);
            tiles[worker].store(0, to, start + whole, count - whole);
          }
        });
  }

  void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    if (a.shape().equals(b.shape())) {
      zipAlike(f, a.segment(), b.segment(), y.segment(), y.shape().size());
    } else {
      zipRepeating(f, a, b, y);
    }
  }

  private void zipAlike(Binary f, MemorySegment a, MemorySegment b, MemorySegment y, int size) {
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          zip(f, a, b, y, start, Math.min(CHUNK, size - start), tiles[worker]);
        });
  }

  private void zipRepeating(Binary f, Tensor a, Tensor b, Tensor y) {
    Broadcast cut = Broadcast.of(y.shape(), a.shape(), b.shape());
    MemorySegment left = a.segment();
    MemorySegment right = b.segment();
    MemorySegment to = y.segment();
    workers.run(
        cut.blocks(),
        (block, worker) -> {
          Tiles mine = tiles[worker];
          MemorySegment as = mine.operand(cut, 0, block, left);
          MemorySegment bs = mine.operand(cut, 1, block, right);
          int count = cut.length(block);
          zip(f, as, bs, Lanes.slice(to, cut.start(block), count), 0, count, mine);
        });
  }

  private static void zip(
      Binary f,
      MemorySegment a,
      MemorySegment b,
      MemorySegment y,
      int start,
      int count,
      Tiles tiles) {
    int whole = Lanes.SPECIES.loopBound(count);
    BinaryKernels.apply(f, a, b, y, start, whole);
    if (whole < count) {
      MemorySegment tailA = tiles.tail(0, a, start + whole, count - whole);
      MemorySegment tailB = tiles.tail(1, b, start + whole, count - whole);
      BinaryKernels.apply(f, tailA, tailB, tailA, 0, Lanes.COUNT);
      tiles.store(0, y, start + whole, count - whole);
    }
  }

  void accumulate(float alpha, Tensor x, Tensor y) {
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    int size = y.shape().size();
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          int count = Math.min(CHUNK, size - start);
          int whole = Lanes.SPECIES.loopBound(count);
          BinaryKernels.accumulate(alpha, from, to, start, whole);
          if (whole < count) {
            MemorySegment tailX = tiles[worker].tail(0, from, start + whole, count - whole);
            MemorySegment tailY = tiles[worker].tail(1, to, start + whole, count - whole);
            BinaryKernels.accumulate(alpha, tailX, tailY, 0, Lanes.COUNT);
            tiles[worker].store(1, to, start + whole, count - whole);
          }
        });
  }

  /** {@code y = activation(x + bias)}; the normalisation's pass with a scale of 1. */
  void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    ChannelPattern pattern = ChannelPattern.of(x.shape().c());
    if (scale.length < pattern.tableLength()) {
      scale = new float[pattern.tableLength()];
      shift = new float[pattern.tableLength()];
    }
    Arrays.fill(scale, 1);
    MemorySegment.copy(bias.segment(), JAVA_FLOAT, 0, shift, 0, pattern.channels());
    pattern.repeat(shift, 0);
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    int pixels = x.shape().size() / pattern.channels();
    int chunkPixels = pattern.pixels(CHUNK);
    workers.run(
        Math.ceilDiv(pixels, chunkPixels),
        (chunk, worker) -> {
          int start = chunk * chunkPixels;
          int count = Math.min(chunkPixels, pixels - start) * pattern.channels();
          ChannelKernels.affine(
              pattern,
              from,
              to,
              start * pattern.channels(),
              count,
              scale,
              shift,
              0,
              activation.slope());
        });
  }

  /** One worker's scratch: written-out operands, and vectors for what is left of a block. */
  private static final class Tiles {
    private final MemorySegment[] operands = new MemorySegment[2];
    private final MemorySegment[] tails = new MemorySegment[2];

    Tiles() {
      Arena arena = Arena.ofAuto();
      for (int i = 0; i < operands.length; i++) {
        operands[i] = arena.allocate(Broadcast.BLOCK * 4L, ALIGNMENT);
        tails[i] = arena.allocate(Lanes.COUNT * 4L, ALIGNMENT);
      }
    }

    /** The operand's own elements where they lie side by side, else a copy with repetitions. */
    MemorySegment operand(Broadcast cut, int operand, int block, MemorySegment source) {
      int count = cut.length(block);
      if (cut.isContiguous(operand)) {
        return Lanes.slice(source, cut.origin(operand, block), count);
      }
      cut.expand(operand, block, source, operands[operand], 0);
      return operands[operand].asSlice(0, count * 4L);
    }

    /** {@code count} elements, fewer than a vector has, in the first lanes of one. */
    MemorySegment tail(int operand, MemorySegment source, int start, int count) {
      MemorySegment tail = tails[operand];
      MemorySegment.copy(source, start * 4L, tail, 0, count * 4L);
      return tail;
    }

    void store(int operand, MemorySegment target, int start, int count) {
      MemorySegment.copy(tails[operand], 0, target, start * 4L, count * 4L);
    }
  }
}
