package lanewise.benchmarks.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import lanewise.benchmarks.Workload.Gemm;
import org.bytedeco.dnnl.matmul;

/** Row-major matrices, as everyone else has them: packing is part of the product. */
final class GemmWork extends PrimitiveWork {

  GemmWork(Gemm g) {
    long[] a = {g.m(), g.k()};
    long[] b = {g.k(), g.n()};
    long[] c = {g.m(), g.n()};
    var description = new matmul.primitive_desc(cpu, plain(a), plain(b), plain(c));
    input(DNNL_ARG_SRC, description.src_desc(), 1, a);
    input(DNNL_ARG_WEIGHTS, description.weights_desc(), 2, b);
    output(DNNL_ARG_DST, description.dst_desc(), c);
    execute(new matmul(description));
  }
}
