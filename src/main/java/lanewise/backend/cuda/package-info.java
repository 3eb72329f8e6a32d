/** The engine on NVIDIA's GPUs: cuDNN where it has the operation, kernels of our own elsewhere. */
package lanewise.backend.cuda;
