/**
 * Networks that other people trained, whose recorded results each engine is to repeat. They lie
 * where LANEWISE_REFERENCE_MODELS points; without it nothing here runs.
 */
package lanewise.reference;
