package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Tensor;

/**
 * Batch, instance, layer and group normalisation with their activation, all in one form: sums over
 * the pixels of each sample and channel, a table step that merges them over the elements that share
 * a mean, and one pass that writes.
 */
final class Normalisation {
  /**
   * Elements of a sample that is still in an L2 cache of 1 MiB, beside the result, when the second
   * pass comes to it.
   */
  private static final int CACHED = 128 * 1024;

  /** Elements of the samples that make one chunk of work. */
  private static final int CHUNK = 32 * 1024;

  private final Workers workers;
  private final NormTables tables = new NormTables();
  private final Scratch[] scratch;

  /** Two rows of values, one for each channel, for each unit of work. */
  private double[] partial = {};

  /** The same, merged over the units of each sample. */
  private double[] merged = {};

  Normalisation(Workers workers) {
    this.workers = workers;
    scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
  }

  void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    run(new Forward(spec, x, affine, moments, y));
  }

  void normBackward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    if (dx == null && gradients.gamma() == null && gradients.beta() == null) {
      return;
    }
    Backward pass = new Backward(spec, x, dy, affine, moments, dx, gradients);
    run(pass);
    pass.storeGradients();
  }

  /**
   * Takes each sample through all steps while it is in the cache, where samples are small and
   * enough to keep all threads busy; otherwise each step over the whole tensor. The numbers are the
   * same either way.
   */
  private void run(Pass pass) {
    NormSets sets = pass.sets;
    int perSample = sets.unitsPerSample();
    boolean whole = sets.acrossSamples() || sets.sampleSize() > CACHED;
    if (whole || sets.samples() < 2 * workers.threads()) {
      workers.run(sets.samples(), (sample, worker) -> pass.prepare(sample));
      if (pass.measures()) {
        workers.run(sets.units(), pass::measure);
      }
      pass.conclude(0, sets.samples());
      if (pass.writes()) {
        workers.run(sets.units(), pass::write);
      }
      return;
    }
    int group = Math.max(1, CHUNK / sets.sampleSize());
    workers.run(
        Math.ceilDiv(sets.samples(), group),
        (chunk, worker) -> {
          int end = Math.min(sets.samples(), (chunk + 1) * group);
          for (int sample = chunk * group; sample < end; sample++) {
            pass.prepare(sample);
            for (int i = 0; pass.measures() && i < perSample; i++) {
              pass.measure(sample * perSample + i, worker);
            }
            pass.conclude(sample, sample + 1);
            for (int i = 0; pass.writes() && i < perSample; i++) {
              pass.write(sample * perSample + i, worker);
            }
          }
        });
  }

  /** What forward and backward pass share: the steps of one normalisation and its geometry. */
  private abstract class Pass {
    final NormSets sets;
    final ChannelPattern pattern;
    final int channels;
    final float slope;
    final boolean ofInput;
    final MemorySegment x;

    Pass(NormSpec spec, Tensor x, Affine affine, Moments moments) {
      sets = NormSets.of(spec.scope(), x.shape(), affine);
      pattern = ChannelPattern.of(sets.channels());
      channels = sets.channels();
      slope = spec.activation().slope();
      ofInput = moments.source() == Source.INPUT;
      this.x = x.segment();
      tables.open(sets, pattern, spec.eps(), affine, moments);
      if (partial.length < 2 * channels * sets.units()) {
        partial = new double[2 * channels * sets.units()];
      }
      if (merged.length < 2 * channels * sets.samples()) {
        merged = new double[2 * channels * sets.samples()];
      }
      for (Scratch s : scratch) {
        s.grow(pattern.tableLength());
      }
    }

    abstract boolean measures();

    abstract boolean writes();

    /** What a sample needs before it is measured. */
    abstract void prepare(int sample);

    /** Sums over one unit. */
    abstract void measure(int unit, int worker);

    /** The table step for samples that share their sets with no others. */
    abstract void conclude(int from, int to);

    /** Writes the result of one unit. */
    abstract void write(int unit, int worker);

    final int elements(int unit) {
      return sets.pixelsOf(unit) * channels;
    }

    /** Where the first row of a unit or a sample starts; the second row follows. */
    final int row(int index) {
      return 2 * channels * index;
    }

    final void clear(int unit) {
      Arrays.fill(partial, row(unit), row(unit + 1), 0);
    }
  }

  private final class Forward extends Pass {
    /** The share of a unit's rows from which a first estimate of the mean is taken. */
    private static final int HEAD = 64;

    private final MemorySegment y;

    Forward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
      super(spec, x, affine, moments);
      this.y = y.segment();
    }

    @Override
    boolean measures() {
      return ofInput;
    }

    @Override
    boolean writes() {
      return true;
    }

    @Override
    void prepare(int sample) {
      // The coefficients come from what is measured.
    }

    /**
     * Mean and sum of squared deviations of the unit's channels, in one pass about a center that is
     * the mean of its first k pixels. Of all n pixels' deviations the center's is at most sqrt(n/k)
     * times the standard one, so that the correction in the end cannot cancel more than a factor of
     * 1 + n/k, whatever the data are.
     */
    @Override
    void measure(int unit, int worker) {
      Scratch mine = scratch[worker];
      int start = sets.startOf(unit);
      int elements = elements(unit);
      int rows = Math.max(1, elements / pattern.width() / HEAD);
      int head = Math.min(elements, rows * pattern.width());
      ColumnSums.sum(pattern, x, start, head, mine.sums);
      int means = row(unit);
      int squares = means + channels;
      clear(unit);
      ColumnSums.fold(pattern, mine.sums, 0, head, partial, means);
      double perPixel = channels / (double) head;
      for (int c = 0; c < channels; c++) {
        mine.center[c] = (float) (partial[means + c] * perPixel);
      }
      pattern.repeat(mine.center, 0);
      ColumnSums.moments(pattern, x, start, elements, mine.center, mine.sums);
      clear(unit);
      ColumnSums.fold(pattern, mine.sums, 0, elements, partial, means);
      ColumnSums.fold(pattern, mine.sums, pattern.tableLength(), elements, partial, squares);
      perPixel = channels / (double) elements;
      for (int c = 0; c < channels; c++) {
        double offset = partial[means + c] * perPixel;
        double square = partial[squares + c] - offset * partial[means + c];
        partial[means + c] = mine.center[c] + offset;
        partial[squares + c] = Math.max(0, square);
      }
    }

    @Override
    void conclude(int from, int to) {
      if (ofInput) {
        for (int sample = from; sample < to; sample++) {
          mergeUnits(sample);
        }
        storeMoments(from, to);
      }
      for (int sample = from; sample < to; sample++) {
        tables.fold(sample);
      }
    }

    private void storeMoments(int from, int to) {
      if (sets.eachChannelAlone()) {
        for (int sample = from; sample < to; sample++) {
          tables.storeMoments(sample, merged, row(sample));
        }
        return;
      }
      int together = sets.acrossSamples() ? to - from : 1;
      for (int sample = from; sample < to; sample += together) {
        for (int set = 0; set < sets.setsPerSample(); set++) {
          mergeSet(sample, sample + together, set);
        }
      }
    }

    /** Chan, Golub and LeVeque's formula for the moments of a union, for many parts at once. */
    private void mergeUnits(int sample) {
      int first = sample * sets.unitsPerSample();
      int end = first + sets.unitsPerSample();
      int means = row(sample);
      int squares = means + channels;
      if (sets.unitsPerSample() == 1) {
        System.arraycopy(partial, row(first), merged, means, 2 * channels);
        return;
      }
      Arrays.fill(merged, means, squares + channels, 0);
      for (int unit = first; unit < end; unit++) {
        double weight = sets.pixelsOf(unit) / (double) sets.pixels();
        int from = row(unit);
        for (int c = 0; c < channels; c++) {
          merged[means + c] += weight * partial[from + c];
        }
      }
      for (int unit = first; unit < end; unit++) {
        double pixels = sets.pixelsOf(unit);
        int from = row(unit);
        for (int c = 0; c < channels; c++) {
          double distance = partial[from + c] - merged[means + c];
          merged[squares + c] += partial[from + channels + c] + pixels * distance * distance;
        }
      }
    }

    /** The same for the channels and samples of a set, which have equal numbers of pixels. */
    private void mergeSet(int from, int to, int set) {
      int firstChannel = set * sets.channelsPerSet();
      int endChannel = firstChannel + sets.channelsPerSet();
      double sum = 0;
      for (int sample = from; sample < to; sample++) {
        for (int c = firstChannel; c < endChannel; c++) {
          sum += merged[row(sample) + c];
        }
      }
      double mean = sum * sets.pixels() / sets.count();
      double between = 0;
      double within = 0;
      for (int sample = from; sample < to; sample++) {
        for (int c = firstChannel; c < endChannel; c++) {
          double distance = merged[row(sample) + c] - mean;
          between += distance * distance;
          within += merged[row(sample) + channels + c];
        }
      }
      double variance = (within + between * sets.pixels()) / sets.count();
      tables.storeMoments(sets.entry(from, set), mean, variance);
    }

    @Override
    void write(int unit, int worker) {
      ChannelKernels.affine(
          pattern,
          x,
          y,
          sets.startOf(unit),
          elements(unit),
          tables.scale,
          tables.shift,
          tables.start(sets.sampleOf(unit)),
          slope);
    }
  }

  /**
   * With {@code dz = activation'(z) * dy}, {@code xhat = (x - mean) / deviation} and means taken
   * over the elements that share one:
   *
   * <pre>{@code
   * dx = (gamma * dz - mean(gamma * dz) - xhat * mean(gamma * dz * xhat)) / deviation
   * }</pre>
   *
   * which is {@code scale * dz + xScale * x + xShift}.
   */
  private final class Backward extends Pass {
    private final MemorySegment dy;
    private final MemorySegment dx;
    private final Affine gradients;

    Backward(
        NormSpec spec,
        Tensor x,
        Tensor dy,
        Affine affine,
        Moments moments,
        Tensor dx,
        Affine gradients) {
      super(spec, x, affine, moments);
      this.dy = dy.segment();
      this.dx = dx == null ? null : dx.segment();
      this.gradients = gradients;
    }

    @Override
    boolean measures() {
      return ofInput && writes() || gradients.gamma() != null || gradients.beta() != null;
    }

    @Override
    boolean writes() {
      return dx != null;
    }

    @Override
    void prepare(int sample) {
      tables.fold(sample);
    }

    @Override
    void measure(int unit, int worker) {
      float[] sums = scratch[worker].sums;
      int start = sets.startOf(unit);
      int elements = elements(unit);
      int table = tables.start(sets.sampleOf(unit));
      NormSums.sum(pattern, x, dy, start, elements, tables, table, slope, sums);
      clear(unit);
      ColumnSums.fold(pattern, sums, 0, elements, partial, row(unit));
      ColumnSums.fold(
          pattern, sums, pattern.tableLength(), elements, partial, row(unit) + channels);
    }

    @Override
    void conclude(int from, int to) {
      for (int sample = from; measures() && sample < to; sample++) {
        sumUnits(sample);
      }
      if (!writes()) {
        return;
      }
      int together = sets.acrossSamples() ? to - from : 1;
      for (int sample = from; sample < to; sample += together) {
        if (ofInput && sets.eachChannelAlone()) {
          flow(sample);
          continue;
        }
        for (int set = 0; set < sets.setsPerSample(); set++) {
          flow(sample, sample + together, set);
        }
      }
      for (int sample = from; sample < to; sample++) {
        tables.repeatFlow(sample);
      }
    }

    /** The coefficients of x in dx where each channel of a sample has a mean of its own. */
    private void flow(int sample) {
      double count = sets.count();
      int sums = row(sample);
      int products = sums + channels;
      int table = tables.start(sample);
      float[] xScales = tables.xScale;
      float[] xShifts = tables.xShift;
      for (int c = 0; c < channels; c++) {
        double scale = tables.scale[table + c];
        double xScale = -scale * merged[products + c] / count * tables.inverse[table + c];
        double xShift = -scale * merged[sums + c] / count - xScale * tables.mean[table + c];
        xScales[table + c] = (float) xScale;
        xShifts[table + c] = (float) xShift;
      }
    }

    /** The sums of dz and of {@code dz * xhat} over a sample. */
    private void sumUnits(int sample) {
      int first = sample * sets.unitsPerSample();
      int to = row(sample);
      Arrays.fill(merged, to, to + 2 * channels, 0);
      for (int unit = first; unit < first + sets.unitsPerSample(); unit++) {
        int from = row(unit);
        for (int i = 0; i < 2 * channels; i++) {
          merged[to + i] += partial[from + i];
        }
      }
      int table = tables.start(sample);
      for (int c = 0; c < channels; c++) {
        merged[to + channels + c] *= tables.inverse[table + c];
      }
    }

    /** The coefficients of x in dx: none where the moments are constants. */
    private void flow(int from, int to, int set) {
      int first = set * sets.channelsPerSet();
      int end = first + sets.channelsPerSet();
      double xScale = 0;
      double xShift = 0;
      if (ofInput) {
        double sum = 0;
        double products = 0;
        for (int sample = from; sample < to; sample++) {
          int row = row(sample);
          int table = tables.start(sample);
          for (int c = first; c < end; c++) {
            sum += tables.scale[table + c] * merged[row + c];
            products += tables.scale[table + c] * merged[row + channels + c];
          }
        }
        int entry = tables.start(from) + first;
        xScale = -products / sets.count() * tables.inverse[entry];
        xShift = -sum / sets.count() - xScale * tables.mean[entry];
      }
      for (int sample = from; sample < to; sample++) {
        int table = tables.start(sample);
        Arrays.fill(tables.xScale, table + first, table + end, (float) xScale);
        Arrays.fill(tables.xShift, table + first, table + end, (float) xShift);
      }
    }

    @Override
    void write(int unit, int worker) {
      ChannelKernels.affineGradient(
          pattern,
          x,
          dy,
          dx,
          sets.startOf(unit),
          elements(unit),
          tables,
          tables.start(sets.sampleOf(unit)),
          slope);
    }

    /** Sums what the samples contribute to gamma and beta. */
    void storeGradients() {
      store(0, gradients.beta());
      store(channels, gradients.gamma());
    }

    /** Stores one of the two rows, summed over the samples unless the target has one for each. */
    private void store(int row, Tensor target) {
      if (target == null) {
        return;
      }
      boolean perSample = target.shape().n() > 1;
      MemorySegment to = target.segment();
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int sample = 0; sample < sets.samples(); sample++) {
          double part = merged[row(sample) + row + c];
          sum += part;
          if (perSample) {
            to.setAtIndex(JAVA_FLOAT, sample * channels + c, (float) part);
          }
        }
        if (!perSample) {
          to.setAtIndex(JAVA_FLOAT, c, (float) sum);
        }
      }
    }
  }

  /** One worker's arrays; they grow and are kept. */
  private static final class Scratch {
    private float[] sums = {};
    private float[] center = {};

    void grow(int tableLength) {
      if (center.length < tableLength) {
        sums = new float[2 * tableLength];
        center = new float[tableLength];
      }
    }
  }
}
