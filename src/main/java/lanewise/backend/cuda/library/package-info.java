/**
 * Finds, loads and checks the two libraries that the GPU engine needs of a machine, and says what
 * is wrong where it cannot: nothing here throws at class initialisation or where a library is
 * missing.
 */
package lanewise.backend.cuda.library;
