/** ONNX models: read and run on any backend, with gradients, and written. */
package lanewise.onnx;
