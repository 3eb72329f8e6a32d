/**
 * What generated samples are worth beside real ones: which metrics apply to which data, and their
 * values. Knows data and mathematics; networks are behind interfaces.
 */
package lanewise.evaluate;
