/**
 * Files that are written whole or not at all: safetensors weights, PNG images, checkpoint folders;
 * and TensorBoard's event files, which grow.
 */
package lanewise.io;
