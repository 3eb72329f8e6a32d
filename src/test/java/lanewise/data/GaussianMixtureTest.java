package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GaussianMixtureTest {

  /** Checks share, mean and standard deviation of each Gaussian. */
  private static void assertMoments(Dataset data, double[][] means, double deviation) {
    int modes = means.length;
    assertEquals(modes, data.classes());
    int[] count = new int[modes];
    double[] squares = new double[modes];
    double[][] sums = new double[modes][2];
    float[] point = new float[2];
    for (int i = 0; i < data.size(); i++) {
      data.read(i, point, 0);
      int mode = data.label(i);
      count[mode]++;
      for (int c = 0; c < 2; c++) {
        double error = point[c] - means[mode][c];
        sums[mode][c] += error;
        squares[mode] += error * error;
      }
    }
    for (int mode = 0; mode < modes; mode++) {
      double share = (double) data.size() / modes;
      assertEquals(share, count[mode], 5 * Math.sqrt(share));
      double meanError = 5 * deviation / Math.sqrt(count[mode]);
      assertEquals(0, sums[mode][0] / count[mode], meanError);
      assertEquals(0, sums[mode][1] / count[mode], meanError);
      assertEquals(deviation, Math.sqrt(squares[mode] / (2 * count[mode])), 0.05 * deviation);
    }
  }

  @Test
  void ringHasEightGaussiansOnTheUnitCircle() {
    double h = Math.sqrt(0.5);
    double[][] means = {{1, 0}, {h, h}, {0, 1}, {-h, h}, {-1, 0}, {-h, -h}, {0, -1}, {h, -h}};
    assertMoments(GaussianMixture.ring8(7), means, 0.01);
  }

  @Test
  void gridHas25GaussiansTwoApart() {
    double[][] means = new double[25][];
    int i = 0;
    for (int x = -4; x <= 4; x += 2) {
      for (int y = -4; y <= 4; y += 2) {
        means[i++] = new double[] {x, y};
      }
    }
    assertMoments(GaussianMixture.grid25(7), means, 0.05);
  }
}
