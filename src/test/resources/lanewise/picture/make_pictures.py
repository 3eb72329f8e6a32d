"""Writes the pictures beside this script and pictures.json, what Pillow 9.4 makes of them.

PicturesTest and ResizeTest read them.
"""

import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 17, 11
y, x = numpy.mgrid[:HEIGHT, :WIDTH]
RGB = numpy.stack([x * 12, y * 20, 255 - x * 6 - y * 8], axis=2).astype(numpy.uint8)
GREY = (x * 8 + y * 6).astype(numpy.uint8)
ALPHA = (x * 12).astype(numpy.uint8)
GREY16 = (x * 3000 + y * 377).astype(numpy.uint16)
RGB16 = numpy.stack([x * 3000, y * 5000, 65535 - x * 2000 - y * 1111], axis=2).astype(numpy.uint16)


def png(name, samples, depth, color, interlaced=False, chunks=()):
    """A PNG as the specification has it, for kinds that Pillow does not write."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    def rows(part):
        lines = b""
        for row in part:
            if depth == 16:
                line = row.astype(">u2").tobytes()
            elif depth == 8:
                line = row.astype("u1").tobytes()
            else:
                bits = "".join(format(int(v), f"0{depth}b") for v in row.ravel())
                bits += "0" * (-len(bits) % 8)
                line = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
            lines += b"\0" + line
        return lines

    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first row, first column, row step, column step
        passes = [
            (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4),
            (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1),
        ]
    data = b"".join(rows(samples[r::rs, c::cs]) for r, c, rs, cs in passes)
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    with open(HERE / name, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        for kind, content in chunks:
            out.write(chunk(kind, content))
        out.write(chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def bytes_of_jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return bytearray(out.getvalue())


rgb = Image.fromarray(RGB)
profile = b"no profile at all"
palette = rgb.quantize(16)

# PNG
png("rgb.png", RGB, 8, 2)
png("rgb-interlaced.png", RGB, 8, 2, interlaced=True)
png("rgb-16.png", RGB16, 16, 2)
png("rgb-trns.png", RGB, 8, 2, chunks=[(b"tRNS", struct.pack(">HHH", *RGB[5, 7].tolist()))])
png("rgba.png", numpy.dstack([RGB, ALPHA]), 8, 6)
png("rgba-16.png", numpy.dstack([RGB16, GREY16]), 16, 6)
png("rgb-profile-gamma.png", RGB, 8, 2, chunks=[
    (b"gAMA", struct.pack(">I", 100000)), (b"iCCP", b"x\0\0" + zlib.compress(profile))])
png("grey.png", GREY, 8, 0)
png("grey-1.png", GREY > 99, 1, 0)
png("grey-2.png", GREY // 64, 2, 0)
png("grey-4.png", GREY // 16, 4, 0)
png("grey-4-interlaced.png", GREY // 16, 4, 0, interlaced=True)
png("grey-16.png", GREY16, 16, 0)
png("grey-trns.png", GREY, 8, 0, chunks=[(b"tRNS", struct.pack(">H", int(GREY[5, 7])))])
png("grey-alpha.png", numpy.dstack([GREY, ALPHA]), 8, 4)
palette.save(HERE / "palette.png")
palette.save(HERE / "palette-trns.png", transparency=bytes(range(0, 256, 16)))
palette.save(HERE / "palette-4.png", bits=4)

# JPEG
for name, options in {
    "rgb": {},
    "rgb-444": {"subsampling": 0},
    "rgb-422": {"subsampling": 1},
    "rgb-progressive": {"progressive": True},
    "rgb-profile": {"icc_profile": profile},
}.items():
    (HERE / f"{name}.jpg").write_bytes(bytes_of_jpeg(rgb, quality=90, **options))
(HERE / "grey.jpg").write_bytes(bytes_of_jpeg(Image.fromarray(GREY), quality=90))
ink = Image.fromarray(numpy.dstack([RGB, GREY]), "CMYK")
cmyk = bytes_of_jpeg(ink, quality=90)
(HERE / "cmyk.jpg").write_bytes(cmyk)
adobe = cmyk.index(b"Adobe")
ycck = bytearray(cmyk)
ycck[adobe + 11] = 2
(HERE / "ycck.jpg").write_bytes(ycck)
plain = bytes_of_jpeg(rgb, quality=90, subsampling=0)
jfif = plain.index(b"JFIF") - 4
no_jfif = plain[:jfif] + plain[jfif + 18 :]
(HERE / "rgb-without-jfif.jpg").write_bytes(no_jfif)
(HERE / "rgb-adobe-0.jpg").write_bytes(
    no_jfif[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00" + no_jfif[2:])
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    (HERE / f"orientation-{orientation}.jpg").write_bytes(
        bytes_of_jpeg(rgb, quality=90, exif=exif.tobytes()))
big_endian = bytes_of_jpeg(
    rgb, quality=90, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
(HERE / "orientation-6-big-endian.jpg").write_bytes(big_endian)
rgb.save(HERE / "orientation-8.png", exif=exif.tobytes())


def levels(image):
    """Width, height, and what Pillow makes of it: planes and alpha, a line of hex digits each."""
    if image.mode == "P":
        alpha = "transparency" in image.info
        image = image.convert("RGBA" if alpha else "RGB")
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "CMYK":
        image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    array = numpy.asarray(image)
    array = array.reshape(array.shape[0], array.shape[1], -1)
    sample = ">u2" if image.mode == "I" else "u1"
    return {
        "mode": image.mode,
        "width": image.width,
        "height": image.height,
        "levels": [array[:, :, c].astype(sample).tobytes().hex() for c in range(array.shape[2])],
    }


pictures = {
    file.name: levels(ImageOps.exif_transpose(Image.open(file)))
    for file in sorted(HERE.iterdir())
    if file.suffix in (".png", ".jpg")
}
resized = [
    {"filter": name, **levels(source.resize(size, getattr(Image.Resampling, name)))}
    for source in [rgb, Image.fromarray(numpy.dstack([RGB, ALPHA]))]
    for name in ["BILINEAR", "BICUBIC"]
    for size in [(8, 5), (24, 17), (17, 5), (4, 11), (3, 20)]
]
(HERE / "pictures.json").write_text(json.dumps({"pictures": pictures, "resized": resized}, indent=1))
