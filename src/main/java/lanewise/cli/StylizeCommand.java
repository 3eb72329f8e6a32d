package lanewise.cli;

import picocli.CommandLine.Command;

/** Gives pictures a style. */
@Command(
    name = "stylize",
    description = "Gives a picture, or all of a folder, the style that a network has learned.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise stylize --model RUN photo.jpg painted.png",
      "  lanewise stylize --model mosaic.pth --original-colors photos/ painted/",
      "  lanewise stylize --model style.safetensors --size 1024 photo.jpg painted.jpg"
    })
final class StylizeCommand extends PictureCommand {}
