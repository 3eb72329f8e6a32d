/**
 * Experiments: the same training with several normalisations, objectives, packs and seeds, and what
 * their figures say. A cell of the grid is an ordinary run.
 */
package lanewise.lab;
