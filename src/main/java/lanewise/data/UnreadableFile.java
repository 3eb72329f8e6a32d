package lanewise.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import lanewise.UserException;

/** Says in one line why a file of the data cannot be read. */
final class UnreadableFile {
  private UnreadableFile() {}

  static UserException of(String where, IOException e) {
    String message =
        switch (e) {
          case NoSuchFileException _ -> "is not there: give a path that exists";
          case AccessDeniedException _ -> "may not be read by this user: change its permissions";
          case FileSystemLoopException loop ->
              "has a link that leads back to itself: remove " + loop.getFile();
          default -> "cannot be read (" + e.getMessage() + "): check the disk and the path";
        };
    return new UserException(where + " " + message, e);
  }

  static UserException empty(String where) {
    return new UserException(where + " is empty: fetch it again");
  }
}
