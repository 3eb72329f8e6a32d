/** The specification of every operation: plain loops that accumulate in double. */
package lanewise.backend.scalar;
