package lanewise.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.model.TranslatorSpec.Kind;
import lanewise.model.Translators.Recognised;
import lanewise.nn.Module;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TranslatorsTest {

  static List<TranslatorSpec> specs() {
    return Stream.of(
            Stream.of(Norm.INSTANCE_PLAIN, Norm.BATCH, Norm.INSTANCE, Norm.NONE)
                .flatMap(
                    norm ->
                        Stream.of(
                            TranslatorSpec.resnet(3, 4, 9, norm),
                            TranslatorSpec.unet(1, 3, 2, 7, norm, false))),
            Stream.of(Norm.INSTANCE, Norm.BATCH, Norm.INSTANCE_PLAIN)
                .flatMap(
                    norm ->
                        Stream.of(Upsampling.values())
                            .map(upsampling -> TranslatorSpec.style(8, norm, upsampling))),
            Stream.of(
                resnetWith(BlockPadding.ZERO, false),
                resnetWith(BlockPadding.ZERO, true),
                resnetWith(BlockPadding.REFLECT, true)))
        .flatMap(specs -> specs)
        .toList();
  }

  private static TranslatorSpec resnetWith(BlockPadding padding, boolean dropout) {
    return new TranslatorSpec(
        Kind.RESNET, 3, 1, 4, 6, Norm.INSTANCE_PLAIN, dropout, padding, Upsampling.TRANSPOSED);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void recognisesWhatItsOwnNetworksAreCalled(TranslatorSpec spec) {
    Map<String, long[]> dimensions = spec.network().stateDimensions();
    Recognised recognised = Translators.recognise(dimensions);
    assertEquals(spec, recognised.spec());
    assertEquals(dimensions.keySet(), recognised.names().keySet());
    recognised.names().forEach(TranslatorsTest::assertSame);
  }

  private static void assertSame(String name, String inFile) {
    assertEquals(name, inFile);
  }

  @Test
  void leavesOutTheRunningAveragesThatOldInstanceNormsHave() {
    Map<String, long[]> state = TranslatorSpec.cycleGan(6).network().stateDimensions();
    Map<String, long[]> old = new LinkedHashMap<>(state);
    old.put("model.2.running_mean", new long[] {64});
    old.put("model.2.running_var", new long[] {64});
    old.put("model.2.num_batches_tracked", new long[0]);
    Recognised recognised = Translators.recognise(old);
    assertEquals(TranslatorSpec.cycleGan(6), recognised.spec());
    assertEquals(state.keySet(), recognised.names().keySet());

    TranslatorSpec style = TranslatorSpec.style(32, Norm.INSTANCE, Upsampling.RESIZE);
    old = new LinkedHashMap<>(style.network().stateDimensions());
    old.put("in1.running_mean", new long[] {32});
    old.put("res5.in2.running_var", new long[] {128});
    assertEquals(style, Translators.recognise(old).spec());
  }

  @Test
  void takesBatchNormWithoutItsCounters() {
    TranslatorSpec spec = TranslatorSpec.unet(3, 3, 4, 8, Norm.BATCH, false);
    Map<String, long[]> old = new LinkedHashMap<>(spec.network().stateDimensions());
    old.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));
    assertEquals(spec, Translators.recognise(old).spec());
  }

  @Test
  void takesOffThePrefixOfDataParallel() {
    Map<String, long[]> state =
        renamed(TranslatorSpec.cycleGan(9).network(), name -> "module." + name);
    Recognised recognised = Translators.recognise(state);
    assertEquals(TranslatorSpec.cycleGan(9), recognised.spec());
    assertEquals("module.model.1.weight", recognised.names().get("model.1.weight"));
  }

  @Test
  void saysWhatDidNotMatch() {
    Map<String, long[]> state =
        renamed(
            TranslatorSpec.cycleGan(9).network(),
            name -> name.equals("model.26.bias") ? "model.26.shift" : name);
    state.put("model.12.conv_block.1.weight", new long[] {256, 128, 3, 3});
    String message = refusal(state);
    assertTrue(message.contains("ResNet generator with 9 blocks"), message);
    assertTrue(message.contains("1 missing: model.26.bias"), message);
    assertTrue(message.contains("1 unexpected: model.26.shift"), message);
    assertTrue(
        message.contains("model.12.conv_block.1.weight is 256x128x3x3, not 256x256x3x3"), message);
  }

  @Test
  void refusesDiscriminatorsAndStrangers() {
    Module patch = new PatchDiscriminator(3, 64, 3, Norm.INSTANCE_PLAIN);
    assertTrue(refusal(patch.stateDimensions()).contains("discriminator"));
    Module pixel = new PixelDiscriminator(3, 64, Norm.BATCH);
    assertTrue(refusal(pixel.stateDimensions()).contains("discriminator"));
    String message = refusal(Map.of("features.0.weight", new long[] {64, 3, 3, 3}));
    assertTrue(message.contains("features.0.weight"), message);
    assertTrue(refusal(Map.of()).contains("names"), "an empty state dict");
  }

  @Test
  void refusesSizesThatNoNetworkHas() {
    Map<String, long[]> state =
        new LinkedHashMap<>(TranslatorSpec.cycleGan(9).network().stateDimensions());
    state.put("model.1.weight", new long[] {1L << 40, 3, 7, 7});
    assertTrue(refusal(state).contains("model.1.weight is 1099511627776x3x7x7"), refusal(state));
    state.put("model.1.weight", new long[] {64});
    assertTrue(refusal(state).contains("model.1.weight is 64"), refusal(state));
  }

  private static Map<String, long[]> renamed(Module network, UnaryOperator<String> name) {
    Map<String, long[]> renamed = new LinkedHashMap<>();
    network.stateDimensions().forEach((old, sizes) -> renamed.put(name.apply(old), sizes));
    return renamed;
  }

  private static String refusal(Map<String, long[]> state) {
    return assertThrows(UserException.class, () -> Translators.recognise(state)).getMessage();
  }
}
