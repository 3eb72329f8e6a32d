/** Owners of cuDNN's objects, and the plans that keep all that one of its routines needs. */
package lanewise.backend.cuda.cudnn;
