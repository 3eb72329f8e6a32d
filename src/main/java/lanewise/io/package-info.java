/** Files that are written whole or not at all: safetensors weights, PNG images, checkpoint folders. */
package lanewise.io;
