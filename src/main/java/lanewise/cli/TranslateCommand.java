package lanewise.cli;

import picocli.CommandLine.Command;

/** Translates pictures from one kind to another. */
@Command(
    name = "translate",
    description = "Translates a picture, or all of a folder, with a pix2pix or CycleGAN generator.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise translate --model RUN edges/ shoes/",
      "  lanewise translate --model latest_net_G.pth horse.jpg zebra.png",
      "  lanewise translate --model RUN/generator_B.safetensors zebras/ horses/"
    })
final class TranslateCommand extends PictureCommand {}
