/** The workloads that are one primitive, in oneDNN through JavaCPP. */
package lanewise.benchmarks.onednn;
