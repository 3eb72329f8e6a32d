package lanewise.io.torch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;

/** One of the two ways in which {@code torch.save} lays out a pickle and its storages. */
sealed interface Container extends Closeable permits ZipContainer, LegacyContainer {
  /** Far more than the pickle of any state dict; what is larger is not read at all. */
  int MAX_PICKLE_BYTES = 16 << 20;

  /**
   * What was saved, as {@link Unpickler} makes it.
   *
   * @throws IOException if it cannot be read, or is not what may be read
   */
  Object unpickle() throws IOException;

  /**
   * Refuses a storage that the file does not hold as it was announced.
   *
   * @throws IOException if so
   */
  void check(Storage storage) throws IOException;

  /** The bytes of a storage that was checked, from the given one on. */
  InputStream open(Storage storage, long from) throws IOException;

  /** The order of the bytes of an element. */
  ByteOrder byteOrder();
}
