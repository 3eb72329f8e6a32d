package lanewise.benchmarks.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import lanewise.backend.Shape;
import lanewise.benchmarks.Workload.Convolution;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

final class ConvolutionWork extends PrimitiveWork {
  private static final algorithm AUTO = algorithm.convolution_auto;

  private final long[] x;
  private final long[] w;
  private final long[] y;
  private final long[] stride;
  private final long[] padding;

  ConvolutionWork(Convolution c) {
    x = dimensions(c.x());
    w = dimensions(c.w());
    y = dimensions(c.y());
    stride = new long[] {c.stride(), c.stride()};
    padding = new long[] {c.pad(), c.pad()};
    switch (c.pass()) {
      case FORWARD -> forward();
      case BACKWARD_DATA -> backwardData();
      case BACKWARD_FILTER -> backwardFilter();
    }
  }

  private static long[] dimensions(Shape s) {
    return new long[] {s.n(), s.c(), s.h(), s.w()};
  }

  private convolution_forward.primitive_desc forwardDescription() {
    memory.desc none = new memory.desc();
    return new convolution_forward.primitive_desc(
        cpu,
        prop_kind.forward_training,
        AUTO,
        any(x),
        any(w),
        none,
        any(y),
        stride,
        padding,
        padding);
  }

  private void forward() {
    var description = forwardDescription();
    input(DNNL_ARG_SRC, description.src_desc(), 1, x);
    input(DNNL_ARG_WEIGHTS, description.weights_desc(), 2, w);
    output(DNNL_ARG_DST, description.dst_desc(), y);
    execute(new convolution_forward(description));
  }

  private void backwardData() {
    var description =
        new convolution_backward_data.primitive_desc(
            cpu, AUTO, any(x), any(w), any(y), stride, padding, padding, forwardDescription());
    input(DNNL_ARG_WEIGHTS, description.weights_desc(), 2, w);
    input(DNNL_ARG_DIFF_DST, description.diff_dst_desc(), 3, y);
    output(DNNL_ARG_DIFF_SRC, description.diff_src_desc(), x);
    execute(new convolution_backward_data(description));
  }

  private void backwardFilter() {
    var description =
        new convolution_backward_weights.primitive_desc(
            cpu, AUTO, any(x), any(w), any(y), stride, padding, padding, forwardDescription());
    input(DNNL_ARG_SRC, description.src_desc(), 1, x);
    input(DNNL_ARG_DIFF_DST, description.diff_dst_desc(), 3, y);
    output(DNNL_ARG_DIFF_WEIGHTS, description.diff_weights_desc(), w);
    execute(new convolution_backward_weights(description));
  }
}
