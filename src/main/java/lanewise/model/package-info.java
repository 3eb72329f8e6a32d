/** Architectures: plain assembly of layers. */
package lanewise.model;
