/** GAN training on the JVM. */
module lanewise {
  requires com.fasterxml.jackson.jr.ob;
  requires java.desktop;
  requires static info.picocli;
  requires static jdk.incubator.vector;
  requires static me.tongfei.progressbar;

  exports lanewise;
}
