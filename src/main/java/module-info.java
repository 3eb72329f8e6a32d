/** GAN training on the JVM, on the Vector API or on a GPU. */
module lanewise {
  requires com.fasterxml.jackson.jr.ob;
  requires java.desktop;
  // Without these the library works: on the scalar backend, and without its command line.
  requires static info.picocli;
  requires static jdk.incubator.vector;
  requires static me.tongfei.progressbar;

  exports lanewise;
  exports lanewise.autograd;
  exports lanewise.backend;
}
