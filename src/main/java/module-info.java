/** GAN training on the JVM. */
@SuppressWarnings("requires-automatic") // JLine, protobuf and Tribuo name no module descriptor
module lanewise {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires com.google.protobuf;
  requires java.desktop;
  requires java.logging;
  requires jdk.jfr;
  requires jdk.management;
  requires org.tribuo.util.onnx;
  requires static info.picocli;
  requires static jdk.incubator.vector;
  requires static me.tongfei.progressbar;
  requires static org.jline.terminal;

  exports lanewise;
  exports lanewise.autograd;
  exports lanewise.backend;
  exports lanewise.backend.conformance;
  exports lanewise.data;
  exports lanewise.diagnosis;
  exports lanewise.evaluate;
  exports lanewise.inference;
  exports lanewise.io;
  exports lanewise.io.torch;
  exports lanewise.lab;
  exports lanewise.metrics;
  exports lanewise.model;
  exports lanewise.nn;
  exports lanewise.onnx;
  exports lanewise.perceptual;
  exports lanewise.picture;
  exports lanewise.report;
  exports lanewise.train;
  exports lanewise.train.loss;
  exports lanewise.train.style;
  exports lanewise.train.translation;

  opens lanewise.cli to
      info.picocli;
  opens lanewise.train to
      com.fasterxml.jackson.jr.ob;

  uses lanewise.backend.BackendProvider;

  provides lanewise.backend.BackendProvider with
      lanewise.backend.cuda.CudaProvider,
      lanewise.backend.scalar.ScalarProvider,
      lanewise.backend.simd.SimdProvider;
}
