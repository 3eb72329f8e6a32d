package lanewise.train.translation;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

/**
 * Reads what the next step wants while the present one is computed, on a thread of its own.
 *
 * @param <T> what a step wants
 */
final class ReadAhead<T> implements AutoCloseable {
  private final LongFunction<T> source;
  private final long end;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("lanewise-pictures").factory());

  private long ahead = -1;
  private CompletableFuture<T> next;

  /**
   * A reader.
   *
   * @param source reads what a step wants; called by one thread at a time
   * @param end the first step for which nothing is read ahead
   */
  ReadAhead(LongFunction<T> source, long end) {
    this.source = source;
    this.end = end;
  }

  /**
   * What a step wants.
   *
   * @throws lanewise.UserException if it cannot be read
   */
  T get(long step) {
    CompletableFuture<T> wanted = step == ahead ? next : start(step);
    try {
      T read = wanted.join();
      if (step + 1 < end) {
        ahead = step + 1;
        next = start(ahead);
      }
      return read;
    } catch (CompletionException e) {
      // It is read anew if it is asked for again.
      ahead = -1;
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } catch (CancellationException e) {
      throw new IllegalStateException("the reader is closed", e);
    }
  }

  private CompletableFuture<T> start(long step) {
    return CompletableFuture.supplyAsync(() -> source.apply(step), reader);
  }

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
