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

    final MemorySegment slice(MemorySegment segment, int unit) {
      return segment.asSlice(sets.startOf(unit) * 4L, elements(unit) * 4L);
    }

    /** Where the first row of a unit's partial values starts; the second row follows. */
    final int row(int unit) {
      return 2 * channels * unit;
    }

    final void clear(int unit) {
      Arrays.fill(partial, row(unit), row(unit + 1), 0);
    }
  }

  private final class Forward extends Pass {
    /** Rows from which a first estimate of the mean is taken. */
    private static final int HEAD_ROWS = 8;

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
      MemorySegment xs = slice(x, unit);
      int elements = elements(unit);
      int head = Math.min(elements, HEAD_ROWS * pattern.width());
      ColumnSums.sum(pattern, xs, head, mine.sums);
      int means = row(unit);
      int squares = means + channels;
      clear(unit);
      ColumnSums.fold(pattern, mine.sums, 0, head, partial, means);
      int headPixels = head / channels;
      for (int c = 0; c < channels; c++) {
        mine.center[c] = (float) (partial[means + c] / headPixels);
      }
      pattern.repeat(mine.center, 0);
      ColumnSums.moments(pattern, xs, elements, mine.center, mine.sums);
      clear(unit);
      ColumnSums.fold(pattern, mine.sums, 0, elements, partial, means);
      ColumnSums.fold(pattern, mine.sums, pattern.tableLength(), elements, partial, squares);
      double pixels = sets.pixelsOf(unit);
      for (int c = 0; c < channels; c++) {
        double offset = partial[means + c] / pixels;
        double square = partial[squares + c] - offset * partial[means + c];
        partial[means + c] = mine.center[c] + offset;
        partial[squares + c] = Math.max(0, square);
      }
    }

    @Override
    void conclude(int from, int to) {
      if (ofInput) {
        int together = sets.acrossSamples() ? to - from : 1;
        for (int sample = from; sample < to; sample += together) {
          for (int set = 0; set < sets.setsPerSample(); set++) {
            merge(sample, sample + together, set);
          }
        }
      }
      for (int sample = from; sample < to; sample++) {
        tables.fold(sample);
      }
    }

    /** Chan, Golub and LeVeque's formula for the moments of a union, for many sets at once. */
    private void merge(int from, int to, int set) {
      int firstUnit = from * sets.unitsPerSample();
      int endUnit = to * sets.unitsPerSample();
      int firstChannel = set * sets.channelsPerSet();
      int endChannel = firstChannel + sets.channelsPerSet();
      double sum = 0;
      for (int unit = firstUnit; unit < endUnit; unit++) {
        double inUnit = 0;
        for (int c = firstChannel; c < endChannel; c++) {
          inUnit += partial[row(unit) + c];
        }
        sum += inUnit * sets.pixelsOf(unit);
      }
      double mean = sum / sets.count();
      double squares = 0;
      for (int unit = firstUnit; unit < endUnit; unit++) {
        double between = 0;
        for (int c = firstChannel; c < endChannel; c++) {
          double distance = partial[row(unit) + c] - mean;
          between += distance * distance;
          squares += partial[row(unit) + channels + c];
        }
        squares += between * sets.pixelsOf(unit);
      }
      tables.storeMoments(sets.entry(from, set), mean, squares / sets.count());
    }

    @Override
    void write(int unit, int worker) {
      ChannelKernels.affine(
          pattern,
          slice(x, unit),
          slice(y, unit),
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
      int elements = elements(unit);
      int table = tables.start(sets.sampleOf(unit));
      NormSums.sum(pattern, slice(x, unit), slice(dy, unit), elements, tables, table, slope, sums);
      clear(unit);
      ColumnSums.fold(pattern, sums, 0, elements, partial, row(unit));
      ColumnSums.fold(
          pattern, sums, pattern.tableLength(), elements, partial, row(unit) + channels);
    }

    @Override
    void conclude(int from, int to) {
      if (measures()) {
        for (int sample = from; sample < to; sample++) {
          sumUnits(sample);
        }
      }
      if (!writes()) {
        return;
      }
      int together = sets.acrossSamples() ? to - from : 1;
      for (int sample = from; sample < to; sample += together) {
        for (int set = 0; set < sets.setsPerSample(); set++) {
          flow(sample, sample + together, set);
        }
      }
      for (int sample = from; sample < to; sample++) {
        tables.repeatFlow(sample);
      }
    }

    /** Where the sums of a sample are once its units are added up: in the first one's rows. */
    private int totals(int sample) {
      return row(sample * sets.unitsPerSample());
    }

    private void sumUnits(int sample) {
      int total = totals(sample);
      for (int unit = 1; unit < sets.unitsPerSample(); unit++) {
        int from = total + row(unit);
        for (int i = 0; i < 2 * channels; i++) {
          partial[total + i] += partial[from + i];
        }
      }
    }

    /** The coefficients of x in dx: none where the moments are constants. */
    private void flow(int from, int to, int set) {
      int first = set * sets.channelsPerSet();
      int end = first + sets.channelsPerSet();
      double a = 0;
      double b = 0;
      if (ofInput) {
        double sum = 0;
        double products = 0;
        for (int sample = from; sample < to; sample++) {
          for (int c = first; c < end; c++) {
            double gamma = tables.gamma(sample, c);
            sum += gamma * partial[totals(sample) + c];
            products += gamma * partial[totals(sample) + channels + c];
          }
        }
        int entry = sets.entry(from, set);
        double inverse = tables.inverseDeviation(entry);
        a = -inverse * inverse * inverse * products / sets.count();
        b = -inverse * sum / sets.count() - a * tables.mean(entry);
      }
      for (int sample = from; sample < to; sample++) {
        int start = tables.start(sample);
        Arrays.fill(tables.xScale, start + first, start + end, (float) a);
        Arrays.fill(tables.xShift, start + first, start + end, (float) b);
      }
    }

    @Override
    void write(int unit, int worker) {
      ChannelKernels.affineGradient(
          pattern,
          slice(x, unit),
          slice(dy, unit),
          slice(dx, unit),
          elements(unit),
          tables,
          tables.start(sets.sampleOf(unit)),
          slope);
    }

    /** Gradients of gamma and beta from the sums of all samples. */
    void storeGradients() {
      if (gradients.gamma() != null) {
        double[] sums = new double[gradients.gamma().shape().size()];
        for (int sample = 0; sample < sets.samples(); sample++) {
          int to = gradients.gamma().shape().n() == 1 ? 0 : sample * channels;
          for (int set = 0, c = 0; set < sets.setsPerSample(); set++) {
            double inverse = tables.inverseDeviation(sets.entry(sample, set));
            for (int end = c + sets.channelsPerSet(); c < end; c++) {
              sums[to + c] += partial[totals(sample) + channels + c] * inverse;
            }
          }
        }
        store(sums, gradients.gamma());
      }
      if (gradients.beta() != null) {
        double[] sums = new double[gradients.beta().shape().size()];
        for (int sample = 0; sample < sets.samples(); sample++) {
          int to = gradients.beta().shape().n() == 1 ? 0 : sample * channels;
          for (int c = 0; c < channels; c++) {
            sums[to + c] += partial[totals(sample) + c];
          }
        }
        store(sums, gradients.beta());
      }
    }

    private void store(double[] values, Tensor target) {
      MemorySegment to = target.segment();
      for (int i = 0; i < values.length; i++) {
        to.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
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
