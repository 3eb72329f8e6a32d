/**
 * What every backend is held to: one table of cases, and how a case is run and judged. Tests and
 * {@code lanewise check} go through it.
 */
package lanewise.backend.conformance;
