/**
 * Reverse-mode differentiation of any order: {@link lanewise.autograd.Ops} computes and remembers,
 * {@link lanewise.autograd.Gradients} goes back.
 */
package lanewise.autograd;
