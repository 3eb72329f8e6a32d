package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;
import lanewise.backend.ConvSpec;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.cuda.driver.Owner;
import lanewise.bindings.cudnn.Cudnn;

/**
 * What cuDNN calls a descriptor: the shape of a tensor or filter, or the terms of a convolution.
 */
final class Descriptor extends Owner {

  /** What is described, and the functions that create and destroy the description. */
  private enum Kind {
    TENSOR("TensorDescriptor", Cudnn::cudnnCreateTensorDescriptor) {
      @Override
      int destroy(MemorySegment handle) {
        return Cudnn.cudnnDestroyTensorDescriptor(handle);
      }
    },
    FILTER("FilterDescriptor", Cudnn::cudnnCreateFilterDescriptor) {
      @Override
      int destroy(MemorySegment handle) {
        return Cudnn.cudnnDestroyFilterDescriptor(handle);
      }
    },
    CONVOLUTION("ConvolutionDescriptor", Cudnn::cudnnCreateConvolutionDescriptor) {
      @Override
      int destroy(MemorySegment handle) {
        return Cudnn.cudnnDestroyConvolutionDescriptor(handle);
      }
    };

    private final String name;
    private final ToIntFunction<MemorySegment> create;

    Kind(String name, ToIntFunction<MemorySegment> create) {
      this.name = name;
      this.create = create;
    }

    abstract int destroy(MemorySegment handle);
  }

  private final Handle cudnn;
  private final Kind kind;
  private final MemorySegment handle;

  private Descriptor(Handle cudnn, Kind kind, MemorySegment handle) {
    this.cudnn = cudnn;
    this.kind = kind;
    this.handle = handle;
  }

  private static Descriptor create(Handle cudnn, Kind kind) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      cudnn.check(kind.create.applyAsInt(out), "cudnnCreate" + kind.name);
      return new Descriptor(cudnn, kind, out.get(ADDRESS, 0));
    }
  }

  /** Images or tables of {@code shape}, stored NHWC. */
  static Descriptor tensor(Handle cudnn, Shape shape, ElementType type) {
    return create(cudnn, Kind.TENSOR)
        .set(
            "cudnnSetTensor4dDescriptor",
            handle ->
                Cudnn.cudnnSetTensor4dDescriptor(
                    handle,
                    Cudnn.CUDNN_TENSOR_NHWC(),
                    DataTypes.of(type),
                    shape.n(),
                    shape.c(),
                    shape.h(),
                    shape.w()));
  }

  /** A filter of {@code shape} that is stored out x kh x kw x in, as goes with NHWC. */
  static Descriptor filter(Handle cudnn, Shape shape, ElementType type) {
    return create(cudnn, Kind.FILTER)
        .set(
            "cudnnSetFilter4dDescriptor",
            handle ->
                Cudnn.cudnnSetFilter4dDescriptor(
                    handle,
                    DataTypes.of(type),
                    Cudnn.CUDNN_TENSOR_NHWC(),
                    shape.n(),
                    shape.c(),
                    shape.h(),
                    shape.w()));
  }

  /** A convolution that adds up in fp32. */
  static Descriptor convolution(Handle cudnn, ConvSpec spec) {
    return create(cudnn, Kind.CONVOLUTION)
        .set(
            "cudnnSetConvolution2dDescriptor",
            handle ->
                Cudnn.cudnnSetConvolution2dDescriptor(
                    handle,
                    spec.padH(),
                    spec.padW(),
                    spec.strideH(),
                    spec.strideW(),
                    spec.dilationH(),
                    spec.dilationW(),
                    Cudnn.CUDNN_CROSS_CORRELATION(),
                    Cudnn.CUDNN_DATA_FLOAT()))
        .set(
            "cudnnSetConvolutionGroupCount",
            handle -> Cudnn.cudnnSetConvolutionGroupCount(handle, spec.groups()));
  }

  /** Whether and how a convolution may round its operands, a {@code cudnnMathType_t}. */
  void mathType(int type) {
    set(
        "cudnnSetConvolutionMathType",
        convolution -> Cudnn.cudnnSetConvolutionMathType(convolution, type));
  }

  /** Calls a setter; if that fails, nothing is left behind. */
  private Descriptor set(String function, ToIntFunction<MemorySegment> setter) {
    try {
      cudnn.check(setter.applyAsInt(handle), function);
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  MemorySegment handle() {
    requireOpen();
    return handle;
  }

  @Override
  protected void release() {
    cudnn.released(kind.destroy(handle), "cudnnDestroy" + kind.name);
  }
}
