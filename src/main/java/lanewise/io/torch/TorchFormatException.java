package lanewise.io.torch;

import java.io.IOException;

/** What a file holds is not what can be read; the message says in one line why. */
final class TorchFormatException extends IOException {
  private static final long serialVersionUID = 1;

  private TorchFormatException(String message) {
    super(message);
  }

  /** The file breaks its own format. */
  static TorchFormatException damaged(String what) {
    return new TorchFormatException(what + "; it is no file of torch.save, or a damaged one");
  }

  /** The file may be whole, but is not read as it is. */
  static TorchFormatException refused(String whatAndWhatToDo) {
    return new TorchFormatException(whatAndWhatToDo);
  }
}
