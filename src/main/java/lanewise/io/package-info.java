/**
 * Files of tensors, read as if strangers had made them; files that are written whole or not at all
 * (safetensors, PNG images, checkpoint folders); and TensorBoard's event files, which grow.
 */
package lanewise.io;
