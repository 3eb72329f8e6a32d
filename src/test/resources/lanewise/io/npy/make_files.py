"""Writes the .npy files beside this script, which NpyTest reads. Made with NumPy 1.24."""

import pathlib

import numpy

HERE = pathlib.Path(__file__).parent
RAMP = numpy.arange(-2, 4).reshape(2, 3)

for kind in "<f2 <f4 <f8 >f2 >f4 >f8 <i2 <i4 <i8 >i2 >i4 >i8 |i1".split():
    name = kind.replace("<", "little-").replace(">", "big-").replace("|", "")
    numpy.save(HERE / f"{name}.npy", RAMP.astype(kind))
numpy.save(HERE / "u1.npy", (RAMP + 202).astype("u1"))
numpy.save(HERE / "bool.npy", RAMP > 0)
numpy.save(HERE / "scalar.npy", numpy.float32(1.5))
numpy.save(HERE / "fortran.npy", numpy.asfortranarray(numpy.arange(24.0).reshape(2, 3, 4)))
numpy.save(HERE / "empty.npy", numpy.zeros((0, 3), "f4"))
for version in (2, 0), (3, 0):
    with open(HERE / f"version-{version[0]}.npy", "wb") as out:
        numpy.lib.format.write_array(out, RAMP.astype("f4"), version=version)
numpy.save(HERE / "complex.npy", RAMP.astype("c8"))
numpy.save(HERE / "record.npy", numpy.zeros(2, [("a", "f4"), ("b", "i2")]))
numpy.save(HERE / "object.npy", numpy.array([None, "x"], object))
