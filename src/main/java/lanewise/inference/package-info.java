/**
 * Trained networks on real pictures, of any size: a network's graph is computed in strips of rows,
 * with the statistics of whole planes.
 */
package lanewise.inference;
