/**
 * The CPU engine on the Vector API: NHWC, off-heap, multi-threaded, bit-identical for any threads.
 */
package lanewise.backend.simd;
