/**
 * Owners of the CUDA driver's objects: what is created is closed once, and every status that is not
 * success becomes an exception with the function's name.
 */
package lanewise.backend.cuda.driver;
