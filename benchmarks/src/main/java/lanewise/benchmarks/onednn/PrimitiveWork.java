package lanewise.benchmarks.onednn;

import java.util.List;
import lanewise.benchmarks.Inputs;
import lanewise.benchmarks.Work;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/** One primitive and its memory. */
abstract class PrimitiveWork implements Work {
  final engine cpu = new engine(engine.kind.cpu, 0);
  private final stream stream = new stream(cpu);
  private final IntMemoryMap arguments = new IntMemoryMap();
  private primitive primitive;
  private memory result;
  private memory.desc plainResult;

  static memory.desc plain(long... dimensions) {
    format_tag tag = dimensions.length == 2 ? format_tag.ab : format_tag.nchw;
    return new memory.desc(dimensions, data_type.f32, tag);
  }

  /** Leaves the order of the elements to the primitive. */
  static memory.desc any(long... dimensions) {
    return new memory.desc(dimensions, data_type.f32, format_tag.any);
  }

  static int size(long... dimensions) {
    int size = 1;
    for (long d : dimensions) {
      size = Math.toIntExact(size * d);
    }
    return size;
  }

  /** Random numbers, brought into the order that the primitive wants. */
  final void input(int argument, memory.desc wanted, long seed, long... dimensions) {
    memory target = new memory(wanted, cpu);
    try (FloatPointer data = new FloatPointer(Inputs.uniform(size(dimensions), seed));
        memory source = new memory(plain(dimensions), cpu, data)) {
      new reorder(source, target).execute(stream, source, target);
      stream._wait();
    }
    arguments.put(argument, target);
  }

  final void output(int argument, memory.desc wanted, long... dimensions) {
    result = new memory(wanted, cpu);
    plainResult = plain(dimensions);
    arguments.put(argument, result);
  }

  final void execute(primitive primitive) {
    this.primitive = primitive;
  }

  @Override
  public final void run() {
    primitive.execute(stream, arguments);
    stream._wait();
  }

  @Override
  public final List<float[]> results() {
    float[] values = new float[(int) (plainResult.get_size() / Float.BYTES)];
    try (FloatPointer data = new FloatPointer(values.length);
        memory target = new memory(plainResult, cpu, data)) {
      new reorder(result, target).execute(stream, result, target);
      stream._wait();
      data.get(values);
    }
    return List.of(values);
  }

  @Override
  public final void close() {
    primitive.close();
    arguments.close();
    result.close();
    stream.close();
    cpu.close();
  }
}
