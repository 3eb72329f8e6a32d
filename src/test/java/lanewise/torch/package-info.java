/** What Lanewise computes, held to the numbers that PyTorch computed (make_reference.py). */
package lanewise.torch;
