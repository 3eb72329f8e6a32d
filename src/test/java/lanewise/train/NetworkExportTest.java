package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.model.Architecture;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.model.Mlp;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Conv2d;
import lanewise.nn.Initialization;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkExportTest {
  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Norm.class)
  void whatIsReadBackComputesTheSame(Norm norm) {
    int classes = norm.isConditional() ? 3 : 0;
    for (Architecture architecture : new Architecture[] {Architecture.DCGAN, Architecture.RESNET}) {
      GanSpec spec =
          new GanSpec(16, 3, 5, 8, 4, norm, Norm.NONE, false, false, Upsampling.RESIZE, classes, 1);
      for (int opset : new int[] {13, 22}) {
        Gan gan = architecture.of(spec);
        assertSame(gan.generator(), Signature.ofGenerator(5, classes, "image"), opset, 1);
      }
    }
  }

  @Test
  void pointsAndTranslatedImagesToo() {
    Module mlp = new Mlp(GanSpec.of(1, 2, 3, 16, 8, Norm.BATCH)).generator();
    assertSame(mlp, Signature.ofGenerator(3, 0, "point"), 17, Double.MAX_VALUE);
    Signature images = Signature.ofImages(Shape.of(1, 3, 32, 32), -1, 1);
    assertSame(TranslatorSpec.resnet(3, 4, 1, Norm.INSTANCE_PLAIN).network(), images, 17, 1);
    assertSame(TranslatorSpec.unet(3, 3, 4, 5, Norm.BATCH, true).network(), images, 17, 1);
    assertSame(
        TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE).network(),
        images,
        17,
        Double.MAX_VALUE);
  }

  private void assertSame(Module module, Signature signature, int opset, double most) {
    try (Backend backend = Backends.open("auto");
        Network network = new Network(backend, module, "generator")) {
      network.initialize(Initialization.DEFAULT, 1);
      NetworkExport export = new NetworkExport(network, signature, Statistics.RUNNING, Map.of());
      Path file = dir.resolve("model.onnx");
      OnnxCheck check = export.writeOnnx(file, opset);
      assertTrue(check.difference() <= 1e-5 * Math.max(1, check.largest()), check.toString());
      assertTrue(check.largest() > 0 && check.largest() <= most, check.toString());
      assertEquals(opset, OnnxModel.read(file).opset());
    }
  }

  @Test
  void aModelThatComputesSomethingElseIsNoticed() {
    Signature signature = Signature.ofGenerator(5, 0, "image");
    Module module = Architecture.DCGAN.of(GanSpec.of(16, 1, 5, 4, 4, Norm.BATCH)).generator();
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, module)) {
      network.initialize(Initialization.DEFAULT, 1);
      Path file = dir.resolve("model.onnx");
      NetworkExport export = new NetworkExport(network, signature, Statistics.RUNNING, Map.of());
      export.writeOnnx(file, 17);
      OnnxModel model = OnnxModel.read(file);
      OnnxCheck.run(export, model).requireSame();
      network.initialize(Initialization.DEFAULT, 2);
      OnnxCheck check = OnnxCheck.run(export, model);
      assertThrows(IllegalStateException.class, check::requireSame);
    }
  }

  @Test
  void aNetworkWithoutAFormInOnnxIsNamedBeforeAnythingIsWritten() {
    Module module = new Sequential(new Conv2d(3, 4, 3, 1, 1), new MinibatchStddev());
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, module)) {
      Signature signature = Signature.ofImages(Shape.of(1, 3, 8, 8), -1, 1);
      NetworkExport export = new NetworkExport(network, signature, Statistics.RUNNING, Map.of());
      Path file = dir.resolve("folder/model.onnx");
      UserException e = assertThrows(UserException.class, () -> export.writeOnnx(file, 17));
      assertTrue(e.getMessage().contains("the layer 1 (MinibatchStddev"), e.getMessage());
      assertFalse(Files.exists(file.getParent()));
    }
  }
}
