import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Puts sample grids of style networks side by side: a row for each photograph, with the photograph
 * first and then the picture of each network.
 *
 * <p>Run as {@code java SideBySide.java OUT.jpg SIDE GRID.png...}; the grids are of the same
 * photographs, of SIDE pixels, two to a row with their pictures.
 */
final class SideBySide {
  private static final int ROWS = 4;
  private static final int GAP = 2;
  private static final float QUALITY = 0.85f;

  private SideBySide() {}

  public static void main(String[] args) throws IOException {
    int side = Integer.parseInt(args[1]);
    int pitch = side + GAP;
    BufferedImage all =
        new BufferedImage(
            GAP + (args.length - 1) * pitch, GAP + ROWS * pitch, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    for (int i = 2; i < args.length; i++) {
      BufferedImage grid = ImageIO.read(Path.of(args[i]).toFile());
      for (int row = 0; row < ROWS; row++) {
        // Two photographs to a row of the grid, each with its picture on the right.
        int left = GAP + row % 2 * 2 * pitch;
        int top = GAP + row / 2 * pitch;
        int down = GAP + row * pitch;
        if (i == 2) {
          graphics.drawImage(grid.getSubimage(left, top, side, side), GAP, down, null);
        }
        BufferedImage picture = grid.getSubimage(left + pitch, top, side, side);
        graphics.drawImage(picture, GAP + (i - 1) * pitch, down, null);
      }
    }
    graphics.dispose();
    write(all, Path.of(args[0]));
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    Files.deleteIfExists(file);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(QUALITY);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
  }
}
