package lanewise.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import lanewise.UserException;

/**
 * CIFAR-10 in its binary version: records of one label byte and 3 x 32 x 32 bytes of pixels, by
 * channel. See Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */
final class Cifar10 {
  static final String TEST_BATCH = "test_batch.bin";

  private static final int CLASSES = 10;
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int PIXELS = CHANNELS * SIDE * SIDE;
  private static final int RECORD = 1 + PIXELS;

  private Cifar10() {}

  /** The training batches in a folder, in order; empty if there are none. */
  static List<Path> findIn(List<Path> files) {
    return files.stream()
        .filter(file -> file.getFileName().toString().matches("data_batch_\\d+\\.bin"))
        .sorted(Comparator.comparing(Path::getFileName))
        .toList();
  }

  /** Reads all records of the given files, in order. */
  static Dataset read(String name, String where, List<Path> files, ImageShape wanted) {
    long count = files.stream().mapToLong(Cifar10::count).sum();
    wanted.checkFits(where, Math.toIntExact(count), CHANNELS, SIDE, SIDE);
    List<ByteImage> images = new ArrayList<>((int) count);
    IntStream.Builder labels = IntStream.builder();
    for (Path file : files) {
      read(file, wanted, images, labels);
    }
    String title = String.format(Locale.ROOT, "%s (%,d images, %s)", name, count, where);
    return new PixelDataset(title, images, new Labels(labels.build().toArray(), CLASSES));
  }

  private static long count(Path file) {
    try {
      long length = Files.size(file);
      if (length == 0) {
        throw UnreadableFile.empty(file.toString());
      }
      if (length % RECORD != 0) {
        throw new UserException(
            String.format(
                Locale.ROOT,
                "%s is not whole CIFAR-10 data: its %,d bytes are no multiple of the %,d of a"
                    + " record; fetch it again",
                file,
                length,
                RECORD));
      }
      return length / RECORD;
    } catch (IOException e) {
      throw UnreadableFile.of(file.toString(), e);
    }
  }

  private static void read(
      Path file, ImageShape wanted, List<ByteImage> images, IntStream.Builder labels) {
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (long left = count(file); left > 0; left--) {
        int label = in.readUnsignedByte();
        if (label >= CLASSES) {
          throw new UserException(
              String.format(
                  "%s is not CIFAR-10 data: a record has label %d, the largest is %d; fetch it"
                      + " again",
                  file, label, CLASSES - 1));
        }
        labels.add(label);
        byte[] pixels = new byte[PIXELS];
        in.readFully(pixels);
        ByteImage image = new ByteImage(CHANNELS, SIDE, SIDE, pixels);
        images.add(image.withChannels(wanted.channels()).resizedTo(wanted.side()));
      }
    } catch (EOFException e) {
      throw new UserException(file + " shrank while it was read: try again", e);
    } catch (IOException e) {
      throw UnreadableFile.of(file.toString(), e);
    }
  }
}
