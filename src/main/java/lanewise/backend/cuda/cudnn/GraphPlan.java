package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.cuda.driver.CudaException;
import lanewise.backend.cuda.driver.Resources;
import lanewise.backend.cuda.driver.Workspace;
import lanewise.bindings.cudnn.Cudnn;

/**
 * One operation of cuDNN's graph API, with the engine that runs it.
 *
 * <p>Operands are numbered from 0 in the order in which they were added.
 */
final class GraphPlan implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  private static final int ALIGNMENT = 16;

  /** How many of the engines that cuDNN recommends are tried. */
  private static final int MAX_ENGINES = 16;

  private static final int MAX_NOTES = 32;

  private final Handle cudnn;
  private final Resources owned = new Resources();
  private final Arena arena = Arena.ofShared();
  private final GraphDescriptor operation;
  private GraphDescriptor plan;
  private long workspaceBytes;
  private int operands;
  private MemorySegment ids;
  private MemorySegment pointers;
  private MemorySegment workspacePointer;

  private GraphPlan(Handle cudnn, GraphDescriptor operation) {
    this.cudnn = cudnn;
    this.operation = owned.add(operation);
  }

  /**
   * A plan of one operation, which is to be described next.
   *
   * @param type a {@code cudnnBackendDescriptorType_t}
   */
  static GraphPlan of(Handle cudnn, int type) {
    GraphDescriptor operation = GraphDescriptor.create(cudnn, type);
    return new GraphPlan(cudnn, operation);
  }

  /** What the operation does, beside its operands. */
  GraphPlan choice(int attribute, int type, int value) {
    operation.choice(attribute, type, value);
    return this;
  }

  /** Adds an operand of {@code shape}, stored NHWC. */
  GraphPlan operand(int attribute, Shape shape, ElementType type) {
    return operand(attribute, shape, type, false);
  }

  /** Adds a number that is read from the host when the plan is run. */
  GraphPlan number(int attribute) {
    return operand(attribute, Shape.scalar(), ElementType.F32, true);
  }

  private GraphPlan operand(int attribute, Shape shape, ElementType type, boolean byValue) {
    long c = shape.c();
    long row = shape.w() * c;
    GraphDescriptor tensor = create(Cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR());
    tensor
        .choice(
            Cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE(), Cudnn.CUDNN_TYPE_DATA_TYPE(), DataTypes.of(type))
        .longs(Cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS(), shape.n(), c, shape.h(), shape.w())
        .longs(Cudnn.CUDNN_ATTR_TENSOR_STRIDES(), shape.h() * row, 1, row, c)
        .longs(Cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID(), operands++)
        .longs(Cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT(), ALIGNMENT)
        .flag(Cudnn.CUDNN_ATTR_TENSOR_IS_BY_VALUE(), byValue)
        .finish();
    operation.descriptor(attribute, tensor);
    return this;
  }

  /**
   * Takes the first engine, in the order that cuDNN recommends, that supports the operation and
   * computes the same bits each time.
   *
   * @return whether there is one
   */
  boolean finish() {
    operation.finish();
    GraphDescriptor graph =
        create(Cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR())
            .library(Cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE())
            .descriptor(Cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS(), operation)
            .finish();
    Optional<GraphDescriptor> found = plan(graph, Cudnn.CUDNN_HEUR_MODE_A());
    if (found.isEmpty()) {
      found = plan(graph, Cudnn.CUDNN_HEUR_MODE_FALLBACK());
    }
    if (found.isEmpty()) {
      return false;
    }
    plan = found.get();
    MemorySegment bytes = arena.allocate(JAVA_LONG);
    plan.get(Cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE(), Cudnn.CUDNN_TYPE_INT64(), 1, bytes);
    workspaceBytes = bytes.get(JAVA_LONG, 0);
    workspacePointer = arena.allocate(ADDRESS);
    pointers = arena.allocate(ADDRESS, operands);
    ids = arena.allocate(JAVA_LONG, operands);
    for (int i = 0; i < operands; i++) {
      ids.setAtIndex(JAVA_LONG, i, i);
    }
    return true;
  }

  private Optional<GraphDescriptor> plan(GraphDescriptor graph, int mode) {
    List<GraphDescriptor> configurations = recommended(graph, mode);
    for (int i = 0; i < configurations.size(); i++) {
      try {
        if (isDeterministic(configurations.get(i))) {
          return Optional.of(executionPlan(configurations.get(i)));
        }
      } catch (CudaException e) {
        leaveOut("engine configuration %d of heuristic mode %d".formatted(i, mode), e);
      }
    }
    return Optional.empty();
  }

  /** The configurations of engines for the operation, the best first; none if cuDNN refuses. */
  private List<GraphDescriptor> recommended(GraphDescriptor graph, int mode) {
    try (Arena scratch = Arena.ofConfined()) {
      GraphDescriptor heuristic =
          create(Cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR())
              .descriptor(Cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH(), graph)
              .choice(Cudnn.CUDNN_ATTR_ENGINEHEUR_MODE(), Cudnn.CUDNN_TYPE_HEUR_MODE(), mode)
              .finish();
      List<GraphDescriptor> configurations = new ArrayList<>();
      MemorySegment handles = scratch.allocate(ADDRESS, MAX_ENGINES);
      for (int i = 0; i < MAX_ENGINES; i++) {
        configurations.add(create(Cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR()));
        handles.setAtIndex(ADDRESS, i, configurations.getLast().handle());
      }
      int count =
          heuristic.get(
              Cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS(),
              Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(),
              MAX_ENGINES,
              handles);
      return configurations.subList(0, count);
    } catch (CudaException e) {
      leaveOut("heuristic mode " + mode, e);
      return List.of();
    }
  }

  /**
   * Notes what is not supported on this GPU or by this version: other ways to compute it remain.
   *
   * @throws CudaException if the device is at fault
   */
  private void leaveOut(String what, CudaException e) {
    cudnn.stream().probe();
    LOG.log(Level.DEBUG, "cuDNN''s {0} is left out: {1}", what, e.getMessage());
  }

  private GraphDescriptor executionPlan(GraphDescriptor configuration) {
    return create(Cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR())
        .library(Cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE())
        .descriptor(Cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), configuration)
        .finish();
  }

  private boolean isDeterministic(GraphDescriptor configuration) {
    GraphDescriptor engine = create(Cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR());
    try (Arena scratch = Arena.ofConfined()) {
      configuration.get(
          Cudnn.CUDNN_ATTR_ENGINECFG_ENGINE(),
          Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(),
          1,
          scratch.allocateFrom(ADDRESS, engine.handle()));
      MemorySegment notes = scratch.allocate(JAVA_INT, MAX_NOTES);
      int count =
          engine.get(
              Cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE(),
              Cudnn.CUDNN_TYPE_NUMERICAL_NOTE(),
              MAX_NOTES,
              notes);
      for (int i = 0; i < count; i++) {
        if (notes.getAtIndex(JAVA_INT, i) == Cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC()) {
          return false;
        }
      }
      return true;
    }
  }

  private GraphDescriptor create(int type) {
    return owned.add(GraphDescriptor.create(cudnn, type));
  }

  /** Says where operand {@code index} is: on the device, or on the host for a number. */
  GraphPlan at(int index, MemorySegment operand) {
    pointers.setAtIndex(ADDRESS, index, operand);
    return this;
  }

  /** Queues the operation on the operands that {@link #at} named. */
  void run(Workspace workspace) {
    workspacePointer.set(ADDRESS, 0, workspace.take(workspaceBytes));
    try (GraphDescriptor pack =
        GraphDescriptor.create(cudnn, Cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR())) {
      int pointer = Cudnn.CUDNN_TYPE_VOID_PTR();
      pack.set(Cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS(), pointer, operands, pointers)
          .set(Cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS(), Cudnn.CUDNN_TYPE_INT64(), operands, ids)
          .set(Cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE(), pointer, 1, workspacePointer)
          .finish();
      cudnn.check(
          Cudnn.cudnnBackendExecute(cudnn.handle(), plan.handle(), pack.handle()),
          "cudnnBackendExecute");
    }
  }

  @Override
  public void close() {
    owned.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
