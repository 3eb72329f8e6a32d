package lanewise.autograd;

import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * One remembered operation.
 *
 * @param sequence grows with time, so that descending order is an order of backpropagation
 * @param layer that the backward pass belongs to as well
 */
record Node(long sequence, String operation, String layer, Variable[] inputs, Vjp vjp) {

  /**
   * The vector-Jacobian product of an operation, itself written with {@link Ops} so that it can be
   * differentiated.
   */
  @FunctionalInterface
  interface Vjp {
    /**
     * Gives the gradient of each input that wants one.
     *
     * @param at the operation's inputs and output, and where gradients go
     * @param dy the gradient of the output
     */
    void apply(Backpropagation at, Variable dy);
  }

  /** What a {@link Vjp} sees. */
  interface Backpropagation {
    /** Input i: with its history while a graph is created, a constant otherwise. */
    Variable in(int i);

    /** Its shape alone. */
    Shape shape(int i);

    /** The operation's output, likewise. */
    Variable out();

    /** Whether the gradient of input i is asked for. */
    boolean wants(int i);

    /** Whether gradients are themselves to be differentiated. */
    boolean createsGraph();

    /** Where to compute the gradient of input i, for {@link #give}: its target if that is free. */
    Tensor memory(int i);

    /** Whether the memory of {@code dy} is a temporary of this pass that nothing else needs. */
    boolean mayOverwrite(Variable dy);

    /** Adds to the gradient of input i. */
    void give(int i, Variable gradient);
  }
}
