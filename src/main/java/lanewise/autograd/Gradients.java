package lanewise.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Gradients by reverse accumulation; computes only what is asked for. */
public final class Gradients {
  /** Operations behind a usual loss; a list that need not grow leaves no garbage. */
  private static final int USUAL_SIZE = 64;

  private static final Comparator<Variable> LATEST_FIRST =
      Comparator.comparingLong(v -> -v.node().sequence());

  /** Of the temporaries, which end as soon as they were used; null while a graph is created. */
  private final Scope scope;

  private final Map<Variable, Variable> cotangents = new IdentityHashMap<>();
  private final List<Variable> used = new ArrayList<>();

  /** Where gradients that have memory of their own are to lie. */
  private final Map<Variable, Tensor> targets = new IdentityHashMap<>();

  /** Whose cotangents are computed: what is asked for, and what of the loss depends on it. */
  private Set<Variable> wanted;

  private Gradients(Scope scope) {
    this.scope = scope;
  }

  /**
   * The gradients of a scalar, as {@code torch.autograd.grad}.
   *
   * @param wrt leaves or computed variables
   * @param createGraph whether the gradients remember how they were computed, for gradients of
   *     gradients
   * @return one for each of {@code wrt}, of its shape; zeros where the loss does not depend on it
   * @throws IllegalArgumentException if {@code loss} is not a scalar
   */
  public static List<Variable> of(Variable loss, List<Variable> wrt, boolean createGraph) {
    return of(loss, one(loss), wrt, createGraph);
  }

  /** The vector-Jacobian product of {@code y} with the cotangent {@code dy}. */
  public static List<Variable> of(
      Variable y, Variable dy, List<Variable> wrt, boolean createGraph) {
    if (createGraph) {
      Gradients all = new Gradients(null);
      all.run(y, dy, wrt);
      return all.results(wrt);
    }
    try (Scope scope = y.backend().scope()) {
      Gradients all = new Gradients(scope);
      all.run(y, dy, wrt);
      List<Variable> gradients = all.results(wrt);
      for (Variable gradient : gradients) {
        scope.keep(gradient.tensor());
      }
      return gradients;
    }
  }

  /**
   * Computes the gradients of a scalar where they are to lie, as {@code loss.backward()} of PyTorch
   * does in {@code .grad}.
   *
   * @param leaves of which each has its target, of its shape
   * @param add whether to add to what the targets hold; if not, they are overwritten, with zeros
   *     where the loss does not depend on the leaf
   * @throws IllegalArgumentException if {@code loss} is not a scalar
   */
  public static void write(
      Variable loss, List<Variable> leaves, List<Tensor> targets, boolean add) {
    Backend backend = loss.backend();
    try (Scope scope = backend.scope()) {
      Gradients all = new Gradients(scope);
      for (int i = 0; i < leaves.size(); i++) {
        all.targets.put(leaves.get(i), targets.get(i));
        if (add) {
          all.cotangents.put(leaves.get(i), Variable.constant(backend, targets.get(i)));
        }
      }
      all.run(loss, one(loss), leaves);
      for (int i = 0; i < leaves.size(); i++) {
        Variable gradient = all.cotangents.get(leaves.get(i));
        if (gradient == null) {
          backend.fill(targets.get(i), 0);
        } else if (gradient.tensor() != targets.get(i)) {
          backend.copy(gradient.tensor(), targets.get(i));
        }
      }
    }
  }

  private static Variable one(Variable loss) {
    if (loss.shape().size() != 1) {
      throw new IllegalArgumentException(
          "A gradient needs a scalar loss, not " + loss.shape() + "; give a cotangent or sum it");
    }
    Tensor one = loss.backend().allocate(Shape.scalar());
    loss.backend().fill(one, 1);
    return Variable.constant(loss.backend(), one);
  }

  /**
   * One operation that a variable was computed by.
   *
   * @param operation its name in {@link Ops}
   */
  public record Step(String operation, List<Variable> inputs, Variable output) {}

  /** All remembered operations behind {@code y}, in the order in which they were computed. */
  public static List<Step> history(Variable y) {
    return computed(y).stream()
        .map(v -> new Step(v.node().operation(), List.of(v.node().inputs()), v))
        .toList();
  }

  private void run(Variable y, Variable dy, List<Variable> wrt) {
    List<Variable> computed = computed(y);
    wanted = Collections.newSetFromMap(new IdentityHashMap<>(wrt.size() + computed.size()));
    wanted.addAll(wrt);
    addDependents(computed);
    cotangents.put(y, dy);
    String layer = y.backend().layer();
    Backward at = new Backward();
    for (Variable v : computed.reversed()) {
      if (!wanted.contains(v)) {
        continue;
      }
      Variable cotangent = wrt.contains(v) ? cotangents.get(v) : cotangents.remove(v);
      if (cotangent != null) {
        y.backend().layer(v.node().layer());
        at.output = v;
        v.node().vjp().apply(at, cotangent);
        used.add(cotangent);
        releaseUsed();
      }
    }
    y.backend().layer(layer);
  }

  private List<Variable> results(List<Variable> wrt) {
    List<Variable> gradients = new ArrayList<>(wrt.size());
    for (Variable v : wrt) {
      Variable gradient = cotangents.get(v);
      gradients.add(gradient != null ? gradient : Ops.zeros(v));
    }
    return gradients;
  }

  /** A product may hand on the memory it was given, so what is used may still be needed. */
  private void releaseUsed() {
    if (scope != null) {
      for (Variable cotangent : used) {
        if (!isNeeded(cotangent)) {
          scope.release(cotangent.tensor());
        }
      }
    }
    used.clear();
  }

  private boolean isNeeded(Variable used) {
    for (Variable cotangent : cotangents.values()) {
      if (cotangent.tensor().sharesMemoryWith(used.tensor())) {
        return true;
      }
    }
    return false;
  }

  /** What {@code y} was computed by, {@code y} among it, in the order of computation. */
  private static List<Variable> computed(Variable y) {
    List<Variable> latestFirst = new ArrayList<>(USUAL_SIZE);
    Queue<Variable> open = new PriorityQueue<>(LATEST_FIRST);
    openIfComputed(y, open);
    Variable last = null;
    while (!open.isEmpty()) {
      Variable v = open.poll();
      // What several others were computed from is there several times, and comes in a row.
      if (v != last) {
        last = v;
        latestFirst.add(v);
        for (Variable input : v.node().inputs()) {
          openIfComputed(input, open);
        }
      }
    }
    return latestFirst.reversed();
  }

  private static void openIfComputed(Variable v, Queue<Variable> open) {
    if (v.node() != null) {
      open.add(v);
    }
  }

  /** Adds to {@code wanted} what depends on it. */
  private void addDependents(List<Variable> computed) {
    for (Variable v : computed) {
      for (Variable input : v.node().inputs()) {
        if (wanted.contains(input)) {
          wanted.add(v);
          break;
        }
      }
    }
  }

  /** Backpropagation through one operation after the other. */
  private final class Backward implements Node.Backpropagation {
    /** What the present operation computed. */
    private Variable output;

    @Override
    public Variable in(int i) {
      Variable input = output.node().inputs()[i];
      return createsGraph() ? input : input.detach();
    }

    @Override
    public Shape shape(int i) {
      return output.node().inputs()[i].shape();
    }

    @Override
    public Variable out() {
      return createsGraph() ? output : output.detach();
    }

    @Override
    public boolean wants(int i) {
      return wanted.contains(output.node().inputs()[i]);
    }

    @Override
    public boolean createsGraph() {
      return scope == null;
    }

    @Override
    public Tensor memory(int i) {
      Variable input = output.node().inputs()[i];
      Tensor target = targets.get(input);
      return target == null || cotangents.containsKey(input) ? Ops.like(input) : target;
    }

    @Override
    public boolean mayOverwrite(Variable dy) {
      return !createsGraph() && scope.holds(dy.tensor()) && !isNeeded(dy);
    }

    @Override
    public void give(int i, Variable gradient) {
      Variable input = output.node().inputs()[i];
      if (!gradient.shape().equals(input.shape())) {
        throw new IllegalStateException(
            "The gradient of input %d of %s is %s, not %s"
                .formatted(i, output.node().operation(), gradient.shape(), input.shape()));
      }
      Variable before = cotangents.get(input);
      if (before == null) {
        cotangents.put(input, gradient);
      } else if (before.tensor() == targets.get(input)) {
        input.backend().accumulate(1, gradient.tensor(), before.tensor());
        used.add(gradient);
      } else {
        cotangents.put(input, Ops.add(before, gradient));
        used.add(before);
        used.add(gradient);
      }
    }
  }
}
