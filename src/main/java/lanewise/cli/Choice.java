package lanewise.cli;

import java.util.Arrays;
import java.util.Iterator;
import lanewise.Names;
import lanewise.UserException;
import lanewise.backend.Precision;
import lanewise.data.Direction;
import lanewise.data.Preprocess;
import lanewise.model.Architecture;
import lanewise.model.Norm;
import lanewise.model.Upsampling;
import lanewise.nn.Statistics;
import lanewise.perceptual.InputScale;
import lanewise.train.Preset;
import lanewise.train.Schedule;
import lanewise.train.loss.Objective;
import lanewise.train.translation.GanMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The value of an option that names one of several things. */
abstract sealed class Choice<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
  private final String kind;
  private final E[] values;

  private Choice(String kind, E[] values) {
    this.kind = kind;
    this.values = values;
  }

  @Override
  public E convert(String value) {
    try {
      return Names.find(kind, value, Arrays.asList(values));
    } catch (UserException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(values).map(Enum::toString).iterator();
  }

  /** One of {@link Norm}. */
  static final class OfNorm extends Choice<Norm> {
    OfNorm() {
      super("norm", Norm.values());
    }
  }

  /** One of {@link Precision}. */
  static final class OfPrecision extends Choice<Precision> {
    OfPrecision() {
      super("precision", Precision.values());
    }
  }

  /** One of {@link Preset}. */
  static final class OfPreset extends Choice<Preset> {
    OfPreset() {
      super("preset", Preset.values());
    }
  }

  /** One of {@link Architecture}. */
  static final class OfArchitecture extends Choice<Architecture> {
    OfArchitecture() {
      super("architecture", Architecture.values());
    }
  }

  /** One of {@link Upsampling}. */
  static final class OfUpsampling extends Choice<Upsampling> {
    OfUpsampling() {
      super("upsampling", Upsampling.values());
    }
  }

  /** One of {@link Objective}. */
  static final class OfObjective extends Choice<Objective> {
    OfObjective() {
      super("loss", Objective.values());
    }
  }

  /** What a generator can be exported as. */
  static final class OfFormat extends Choice<ExportCommand.Format> {
    OfFormat() {
      super("format", ExportCommand.Format.values());
    }
  }

  /** What samples can be normalised by. */
  static final class OfStatistics extends Choice<Statistics> {
    OfStatistics() {
      super("statistics", new Statistics[] {Statistics.RUNNING, Statistics.INPUT});
    }
  }

  /** One of {@link Schedule}. */
  static final class OfSchedule extends Choice<Schedule> {
    OfSchedule() {
      super("schedule", Schedule.values());
    }
  }

  /** One of {@link TrainedModel}. */
  static final class OfModel extends Choice<TrainedModel> {
    OfModel() {
      super("model", TrainedModel.values());
    }
  }

  /** One of {@link Direction}. */
  static final class OfDirection extends Choice<Direction> {
    OfDirection() {
      super("direction", Direction.values());
    }
  }

  /** One of {@link Preprocess}. */
  static final class OfPreprocess extends Choice<Preprocess> {
    OfPreprocess() {
      super("preprocess", Preprocess.values());
    }
  }

  /** One of {@link GanMode}. */
  static final class OfGanMode extends Choice<GanMode> {
    OfGanMode() {
      super("gan mode", GanMode.values());
    }
  }

  /** One of {@link InputScale}. */
  static final class OfInputScale extends Choice<InputScale> {
    OfInputScale() {
      super("features' input", InputScale.values());
    }
  }
}
