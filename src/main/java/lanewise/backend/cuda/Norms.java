package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;
import lanewise.backend.cuda.driver.Workspace;

/**
 * Launches of {@code native/kernels/norm.cuh}: normalisation of any scope and size.
 *
 * <p>Planes that fit into registers go through {@link ResidentNorms} instead. What does not fit is
 * read twice; where samples are normalised by themselves, in chunks that stay in the second-level
 * cache between the two passes.
 */
final class Norms {
  /** Of a block that merges partial results. */
  private static final int TABLE_THREADS = 512;

  /** Threads of such a block that share a set at most, if sets lie side by side. */
  private static final int TABLE_ROWS = 64;

  /**
   * Gradients of parameters whose partial results a block merges at a time, as the kernel has it.
   */
  private static final int PARAMETERS_PER_BLOCK = 8;

  private final Call call;
  private final Chunks chunks;
  private final Workspace workspace;
  private final ResidentNorms resident;
  private final Function moments;
  private final Function table;
  private final Function apply;
  private final Function backwardSums;
  private final Function backwardTable;
  private final Function backwardApply;

  Norms(Module module, Call call, Chunks chunks, Workspace workspace) {
    this.call = call;
    this.chunks = chunks;
    this.workspace = workspace;
    resident = new ResidentNorms(module, call);
    moments = module.function("norm_moments");
    table = module.function("norm_table");
    apply = module.function("norm_apply");
    backwardSums = module.function("norm_backward_sums");
    backwardTable = module.function("norm_backward_table");
    backwardApply = module.function("norm_backward_apply");
  }

  void forward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    NormSets sets = NormSets.of(spec.scope(), x.shape());
    if (moments.source() == Source.GIVEN) {
      apply(spec, sets, x, affine, moments, y);
      return;
    }
    if (resident.forward(spec, sets, x, affine, moments, y)) {
      return;
    }
    int samples = x.shape().n();
    int chunk = sets.perSample() ? chunks.samples(samples, bytesPerSample(x)) : samples;
    for (int first = 0; first < samples; first += chunk) {
      Samples part = new Samples(first, Math.min(chunk, samples - first), samples);
      forwardPart(spec, sets, part.of(x), part.of(affine), part.of(moments, sets), part.of(y));
    }
  }

  private static long bytesPerSample(Tensor x) {
    return x.type().bytes(x.shape()) / x.shape().n();
  }

  private void forwardPart(
      NormSpec spec, NormSets sets, Tensor x, Affine affine, Moments moments, Tensor y) {
    NormPlanes planes = sets.perSample() ? NormPlanes.of(x.shape()) : NormPlanes.merged(x.shape());
    Tiles tiles = planes.reducing(call.multiprocessors());
    MemorySegment partial = workspace.take(2 * planes.partialBytes(tiles.splits()));
    planes(call.start(this.moments).operand(x).pointer(partial), planes);
    tiles(tiles).launch(tiles.blocks(), Call.THREADS);

    int rows = tableRows(sets, tiles.splits() * sets.channels());
    int lanes = TABLE_THREADS / rows;
    call.start(table).pointer(partial).table(moments.mean()).table(moments.variance());
    planes(call, planes).i32(tiles.splits()).i32(sets.channels()).i32(lanes).i32(rows);
    int count = moments.mean().shape().size();
    call.launch(Tiles.ceilDiv(count, lanes), TABLE_THREADS);

    apply(spec, sets, x, affine, moments, y);
  }

  /** Threads that share a set: neighbours where a set's entries are, else not more than needed. */
  private static int tableRows(NormSets sets, int entries) {
    int most = sets.channels() == 1 ? TABLE_ROWS : TABLE_THREADS;
    return Math.min(most, Tiles.powerOfTwo(entries));
  }

  private void apply(
      NormSpec spec, NormSets sets, Tensor x, Affine affine, Moments moments, Tensor y) {
    NormPlanes planes = NormPlanes.of(x.shape(), sets, affine);
    Tiles tiles = planes.streaming(call.multiprocessors());
    call.start(apply).operand(x).operand(y);
    tables(sets, affine, moments);
    call.f32(spec.eps()).f32(spec.activation().slope());
    planes(call, planes);
    tiles(tiles).launch(tiles.blocks(), Call.THREADS);
  }

  void backward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    NormSets sets = NormSets.of(spec.scope(), x.shape());
    boolean throughMoments = dx != null && moments.source() == Source.INPUT;
    boolean parameters = gradients.gamma() != null || gradients.beta() != null;
    if (throughMoments && resident.fitsBackward(sets, x, dy, dx)) {
      NormPlanes planes = NormPlanes.of(x.shape());
      Sums sums = parameters ? sums(planes, 1, 0) : Sums.NONE;
      resident.backward(spec, sets, x, dy, affine, moments, dx, sums);
      parameterGradients(planes, 1, sums, affine, gradients);
      return;
    }
    if (throughMoments) {
      backwardThroughMoments(spec, sets, x, dy, affine, moments, dx, gradients);
      return;
    }
    if (parameters) {
      NormPlanes planes = NormPlanes.of(x.shape(), sets, affine);
      Tiles tiles = planes.reducing(call.multiprocessors());
      Sums sums = sums(planes, tiles.splits(), 0);
      backwardSums(spec, sets, planes, tiles, x, dy, affine, moments, sums);
      parameterGradients(planes, tiles.splits(), sums, affine, gradients);
    }
    if (dx != null) {
      backwardApply(spec, sets, x, dy, affine, moments, MemorySegment.NULL, dx);
    }
  }

  private void backwardThroughMoments(
      NormSpec spec,
      NormSets sets,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    int samples = x.shape().n();
    long bytes = bytesPerSample(x) + bytesPerSample(dy);
    int chunk = sets.perSample() ? chunks.samples(samples, bytes) : samples;
    NormPlanes all = NormPlanes.of(x.shape(), sets, affine);
    NormPlanes some = sets.perSample() ? new NormPlanes(chunk, all.pixels(), all.channels()) : all;
    Tiles tiles = some.reducing(call.multiprocessors());
    Sums sums = sums(all, tiles.splits(), moments.mean().shape().size());
    for (int first = 0; first < samples; first += chunk) {
      Samples part = new Samples(first, Math.min(chunk, samples - first), samples);
      Sums partSums = sums.from(first * all.partialBytes(tiles.splits()) / samples);
      Tensor partX = part.of(x);
      Tensor partDy = part.of(dy);
      Affine partAffine = part.of(affine);
      Moments partMoments = part.of(moments, sets);
      NormPlanes planes = NormPlanes.of(partX.shape(), sets, affine);
      backwardSums(spec, sets, planes, tiles, partX, partDy, partAffine, partMoments, partSums);
      setMeans(sets, planes, tiles.splits(), partSums, partAffine, partMoments);
      backwardApply(spec, sets, partX, partDy, partAffine, partMoments, sums.means(), part.of(dx));
    }
    parameterGradients(all, tiles.splits(), sums, affine, gradients);
  }

  /**
   * What the first pass backwards leaves: sums of the gradient before the activation, and of that
   * times the normalised input, for each sample, split and channel; and the two means of each set.
   */
  record Sums(MemorySegment dz, MemorySegment dzXhat, MemorySegment means) {
    static final Sums NONE = new Sums(null, null, null);

    Sums from(long bytes) {
      return bytes == 0 ? this : new Sums(dz.asSlice(bytes), dzXhat.asSlice(bytes), means);
    }
  }

  private Sums sums(NormPlanes planes, int splits, int sets) {
    long each = planes.partialBytes(splits);
    MemorySegment scratch = workspace.take(2 * each + 2L * sets * Float.BYTES);
    return new Sums(scratch, scratch.asSlice(each), scratch.asSlice(2 * each));
  }

  private void backwardSums(
      NormSpec spec,
      NormSets sets,
      NormPlanes planes,
      Tiles tiles,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Sums sums) {
    call.start(backwardSums).operand(x).operand(dy);
    tables(sets, affine, moments);
    call.f32(spec.eps()).f32(spec.activation().slope()).pointer(sums.dz()).pointer(sums.dzXhat());
    planes(call, planes);
    tiles(tiles).launch(tiles.blocks(), Call.THREADS);
  }

  private void setMeans(
      NormSets sets, NormPlanes planes, int splits, Sums sums, Affine affine, Moments moments) {
    int samples = sets.perSample() ? 1 : planes.samples();
    int lanes = TABLE_THREADS / tableRows(sets, samples * splits * sets.channels());
    call.start(backwardTable).pointer(sums.dz()).pointer(sums.dzXhat()).pointer(sums.means());
    call.i32(sets.stride()).i32(sets.channels()).table(affine.gamma());
    call.i32(NormPlanes.stride(affine.gamma())).table(null).table(null).i32(0);
    planes(call, planes).i32(splits).i32(lanes);
    call.launch(Tiles.ceilDiv(moments.mean().shape().size(), lanes), TABLE_THREADS);
  }

  private void parameterGradients(
      NormPlanes planes, int splits, Sums sums, Affine affine, Affine gradients) {
    Tensor dgamma = gradients.gamma();
    Tensor dbeta = gradients.beta();
    if (dgamma == null && dbeta == null) {
      return;
    }
    call.start(backwardTable).pointer(sums.dz()).pointer(sums.dzXhat()).pointer(null);
    call.i32(0).i32(1).table(affine.gamma()).i32(NormPlanes.stride(affine.gamma()));
    call.table(dgamma).table(dbeta).i32(NormPlanes.stride(affine.beta()));
    planes(call, planes).i32(splits).i32(PARAMETERS_PER_BLOCK);
    int most = Math.max(size(dgamma), size(dbeta));
    call.launchRoles(Tiles.ceilDiv(most, PARAMETERS_PER_BLOCK), 3, TABLE_THREADS);
  }

  private static int size(Tensor gradient) {
    return gradient == null ? 0 : gradient.shape().size();
  }

  private void backwardApply(
      NormSpec spec,
      NormSets sets,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      MemorySegment means,
      Tensor dx) {
    NormPlanes planes = NormPlanes.of(x.shape(), sets, affine);
    Tiles tiles = planes.streaming(call.multiprocessors());
    call.start(backwardApply).operand(x).operand(dy).operand(dx);
    tables(sets, affine, moments);
    call.pointer(means).i32(moments.mean().shape().size());
    call.f32(spec.eps()).f32(spec.activation().slope());
    planes(call, planes);
    tiles(tiles).launch(tiles.blocks(), Call.THREADS);
  }

  private void tables(NormSets sets, Affine affine, Moments moments) {
    call.table(moments.mean()).table(moments.variance()).i32(sets.stride()).i32(sets.channels());
    call.table(affine.gamma()).i32(NormPlanes.stride(affine.gamma()));
    call.table(affine.beta()).i32(NormPlanes.stride(affine.beta()));
  }

  private static Call planes(Call call, NormPlanes planes) {
    return call.i32(planes.samples()).i32(planes.pixels()).i32(planes.channels());
  }

  private Call tiles(Tiles tiles) {
    return call.i32(tiles.splits()).i32(tiles.lanes()).i32(tiles.rows());
  }

  /** Some neighbouring samples of {@code all}, and the parts of tensors that belong to them. */
  private record Samples(int first, int count, int all) {

    Tensor of(Tensor x) {
      if (count == all) {
        return x;
      }
      Shape s = x.shape();
      Shape part = new Shape(count, s.c(), s.h(), s.w(), s.layout());
      return x.part((long) first * (s.size() / s.n()), part);
    }

    Affine of(Affine affine) {
      return new Affine(ofParameter(affine.gamma()), ofParameter(affine.beta()));
    }

    private Tensor ofParameter(Tensor parameter) {
      return NormPlanes.stride(parameter) == 0 ? parameter : of(parameter);
    }

    Moments of(Moments moments, NormSets sets) {
      return sets.perSample()
          ? new Moments(of(moments.mean()), of(moments.variance()), moments.source())
          : moments;
    }
  }
}
