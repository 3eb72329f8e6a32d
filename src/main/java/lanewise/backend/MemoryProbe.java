package lanewise.backend;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a computation takes of an engine's memory, found by letting it run on a backend whose
 * tensors have no elements and whose operations do nothing.
 */
public final class MemoryProbe implements InvocationHandler {
  private final Scopes scopes = new Scopes();

  /** Blocks that nobody uses, by their size. */
  private final Map<Long, Integer> free = new HashMap<>();

  private long pooledBytes;

  private MemoryProbe() {}

  /**
   * Bytes that a pool would take from the system for a computation.
   *
   * @param computation decides nothing by the elements of tensors, which it cannot read
   */
  public static long bytes(Consumer<Backend> computation) {
    MemoryProbe probe = new MemoryProbe();
    computation.accept(
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, probe));
    return probe.pooledBytes;
  }

  @Override
  public Object invoke(Object backend, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "allocate", "allocateActivation" -> allocate((Backend) backend, (Shape) arguments[0]);
      case "scope" -> scopes.enter();
      case "capture" -> arguments[0];
      default -> {
        if (method.getReturnType() != void.class) {
          throw new UnsupportedOperationException(method.getName() + " of a backend that is none");
        }
        yield null;
      }
    };
  }

  private Tensor allocate(Backend backend, Shape shape) {
    long size = PooledBackend.bucket(ElementType.F32.bytes(shape));
    if (free.merge(size, -1, Integer::sum) < 0) {
      free.put(size, 0);
      pooledBytes += size;
    }
    return scopes.register(new Tensor(shape, ElementType.F32, new Block(backend, size)));
  }

  private final class Block extends Memory {
    private final long size;

    Block(Backend backend, long size) {
      super(backend);
      this.size = size;
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return MemorySegment.NULL;
    }

    @Override
    protected void release() {
      free.merge(size, 1, Integer::sum);
    }
  }
}
