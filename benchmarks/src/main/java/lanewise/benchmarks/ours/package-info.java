/** The workloads in Lanewise, on any of its backends. */
package lanewise.benchmarks.ours;
