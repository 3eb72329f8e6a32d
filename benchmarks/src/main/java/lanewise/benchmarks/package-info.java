/**
 * Lanewise against libtorch and oneDNN: what is computed ({@link lanewise.benchmarks.Workload}), by
 * whom ({@link lanewise.benchmarks.Implementation}), and the JMH benchmarks on top.
 */
package lanewise.benchmarks;
