package lanewise.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * An engine that stores activations as bf16, computes nothing, and remembers what was asked for.
 */
public final class Bf16Backend {
  private final Scopes scopes = new Scopes();
  private final Backend engine;
  private final List<Call> calls = new ArrayList<>();

  public Bf16Backend() {
    InvocationHandler handler =
        (_, method, arguments) ->
            switch (method.getName()) {
              case "allocate" -> tensor((Shape) arguments[0], ElementType.F32);
              case "allocateActivation" -> tensor((Shape) arguments[0], ElementType.BF16);
              case "scope" -> scopes.enter();
              case "capture" -> captured((Runnable) arguments[0]);
              default -> {
                calls.add(
                    Call.of(method.getName(), arguments == null ? List.of() : List.of(arguments)));
                yield null;
              }
            };
    engine =
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, handler);
  }

  /**
   * A call of the engine.
   *
   * @param types of the tensors among the arguments, in their order
   */
  public record Call(String operation, List<ElementType> types, List<Shape> shapes) {

    private static Call of(String operation, List<Object> arguments) {
      List<Tensor> tensors = arguments.stream().flatMap(Call::tensors).toList();
      return new Call(
          operation,
          tensors.stream().map(Tensor::type).toList(),
          tensors.stream().map(Tensor::shape).toList());
    }

    private static Stream<Tensor> tensors(Object argument) {
      return argument instanceof Tensor tensor ? Stream.of(tensor) : Stream.of();
    }
  }

  /** Runs it once. */
  private static Runnable captured(Runnable step) {
    AtomicBoolean recorded = new AtomicBoolean();
    return () -> {
      if (recorded.compareAndSet(false, true)) {
        step.run();
      }
    };
  }

  /** Itself, behind the checks that every engine is behind. */
  public Backend checked() {
    return new CheckedBackend(engine);
  }

  public List<Call> calls() {
    return calls;
  }

  private Tensor tensor(Shape shape, ElementType type) {
    return scopes.register(new Tensor(shape, type, new Block(engine, type.bytes(shape))));
  }

  private static final class Block extends Memory {
    private final MemorySegment memory;

    Block(Backend owner, long bytes) {
      super(owner);
      memory = Arena.ofAuto().allocate(bytes, 64);
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return memory.asSlice(offset, bytes);
    }

    @Override
    protected void release() {}
  }
}
