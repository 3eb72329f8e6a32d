/** {@code compare} and {@code memory}: everything side by side, with a report. */
package lanewise.benchmarks.compare;
