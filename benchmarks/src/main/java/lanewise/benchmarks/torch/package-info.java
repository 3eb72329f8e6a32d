/** The workloads in libtorch's C++ API, through JavaCPP. */
package lanewise.benchmarks.torch;
