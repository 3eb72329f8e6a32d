#!/usr/bin/python3
"""Writes images.json: PyTorch's numbers for what changes the size of images, for the order of their
elements, for activations and for dropout. To be run as, and with what is said in, make_reference.py:

    /usr/bin/python3 make_images.py

images.json has the form of operations.json. "dropout" multiplies by the mask that Lanewise draws;
dropout_mask below is all that another program needs to draw the same.
"""

import numpy as np
import torch
import torch.nn.functional as F

from make_reference import OPERATIONS, Random, operation_case, unary, write


# ------------------------------------------------------------------------------------ dropout


def mix(x):
    """Spreads each bit of 32-bit numbers over all others; products wrap."""
    x = np.atleast_1d(np.array(x, np.uint32))
    x ^= x >> 16
    x *= np.uint32(0x21F0AAAD)
    x ^= x >> 15
    x *= np.uint32(0x735A2D97)
    return x ^ x >> 15


def layer_salt(path):
    """The salt of a layer: the hash of its network's name and its own, such as "generator main.3"."""
    salt = 0
    for character in path:
        salt = (31 * salt + ord(character)) % 2**32
    return salt


def dropout_mask(key, salt, rate, shape):
    """What a dropout multiplies by: 0, or 1 / (1 - rate).

    key is an integer of 64 bits, salt one of 32, and shape N x C x H x W."""
    n, c, h, w = shape
    a = mix(key % 2**32 ^ int(mix(salt)[0]))
    b = mix(key >> 32 ^ int(mix(salt ^ 0xFFFFFFFF)[0]))
    place = np.arange(n * c * h * w, dtype=np.uint32)  # in memory, where channels come last
    threshold = int(np.floor(np.float32(rate) * 2**24 + 0.5))
    kept = mix(mix(place ^ a) ^ b) >> 8 >= threshold
    mask = np.where(kept, np.float32(1 / (1 - float(np.float32(rate)))), np.float32(0))
    return mask.reshape(n, h, w, c).transpose(0, 3, 1, 2)


def dropout(x, key, path, rate):
    parts = sum(part << 16 * i for i, part in enumerate(key))
    mask = dropout_mask(parts, layer_salt(path), rate, x.shape)
    return x * torch.from_numpy(mask.copy()).double()


# ------------------------------------------------------------------------------------- cases


OPERATIONS.update({
    "interpolate": lambda t, a: F.interpolate(t["x"], **a),
    "max_pool2d": lambda t, a: F.max_pool2d(t["x"], **a),
    "avg_pool2d": lambda t, a: F.avg_pool2d(t["x"], **a),
    "zero_pad2d": lambda t, a: F.pad(t["x"], a["padding"]),
    "replication_pad2d": lambda t, a: F.pad(t["x"], a["padding"], mode="replicate"),
    "flatten": lambda t, a: torch.flatten(t["x"], 1),
    "dropout": lambda t, a: dropout(t["x"], **a),
    "elu": lambda t, a: F.elu(t["x"], **a),
    "selu": unary(F.selu),
    "prelu": lambda t, a: F.prelu(t["x"], t["slope"]),
    "hardtanh": lambda t, a: F.hardtanh(t["x"], **a),
    "hardsigmoid": unary(lambda x: F.hardtanh(x / 6 + 0.5, 0, 1)),  # twice differentiable
})


def interpolations():
    modes = [{"mode": "nearest"}, {"mode": "nearest-exact"}]
    for mode in ("bilinear", "bicubic"):
        modes += [{"mode": mode, "align_corners": aligned} for aligned in (False, True)]
        modes += [{"mode": mode, "align_corners": False, "antialias": True}]
    for attributes in modes:
        for size in ([8, 3], [1, 11], [2, 2]):
            name = f"interpolate to {size}, " + ", ".join(f"{k} {v}" for k, v in attributes.items())
            yield operation_case(name, "interpolate", {"size": size, **attributes},
                                 {"x": Random(name).normal(1, 2, 5, 7)})
    for mode in ("nearest", "bilinear", "bicubic"):
        for scale in (1.7, 0.6, 3):
            name = f"interpolate x{scale}, {mode}"
            yield operation_case(name, "interpolate", {"scale_factor": scale, "mode": mode},
                                 {"x": Random(name).normal(1, 2, 5, 4)})


def poolings():
    windows = [
        {"kernel_size": [2, 2], "stride": [2, 2], "padding": [0, 0]},
        {"kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1]},
        {"kernel_size": [3, 2], "stride": [1, 3], "padding": [0, 1]},
        {"kernel_size": [5, 4], "stride": [3, 2], "padding": [2, 0]},
    ]
    for window in windows:
        for ceil in (False, True):
            attributes = {**window, "ceil_mode": ceil}
            name = ", ".join(f"{k} {v}" for k, v in attributes.items())
            x = Random("pool " + name).normal(1, 2, 6, 7)
            yield operation_case("max_pool2d " + name, "max_pool2d", attributes, {"x": x})
            for counted in (True, False):
                yield operation_case(
                    f"avg_pool2d {name}, count_include_pad {counted}", "avg_pool2d",
                    {**attributes, "count_include_pad": counted}, {"x": x})
    ties = torch.tensor([1.0, 2, 2, 0, 2, -1, 2, 2, 0, 0, 0, 0]).double().reshape(1, 1, 3, 4)
    yield operation_case("max_pool2d of ties", "max_pool2d",
                         {"kernel_size": [2, 2], "stride": [1, 1], "padding": [1, 1],
                          "ceil_mode": False}, {"x": ties}, smooth=False)


def paddings():
    for op in ("zero_pad2d", "replication_pad2d"):
        for padding in ([1, 1, 1, 1], [0, 3, 5, 2]):
            name = f"{op} {padding}"
            yield operation_case(name, op, {"padding": padding},
                                 {"x": Random(name).normal(2, 3, 4, 3)})


def others():
    for x in ((2, 3, 4, 5), (3, 7, 1, 1), (2, 1, 3, 3)):
        name = f"flatten {list(x)}"
        yield operation_case(name, "flatten", {}, {"x": Random(name).normal(*x)})
    for rate, key, path in ((0.5, [1, 2, 3, 4], "generator main.3"),
                            (0.1, [65535, 0, 65535, 40000], "")):
        name = f"dropout {rate}"
        yield operation_case(name, "dropout", {"rate": rate, "key": key, "path": path},
                             {"x": Random(name).normal(2, 5, 4, 3)})


def activations():
    shape = (1, 3, 4, 3)

    def case(op, **attributes):
        name = op + "".join(f" {v}" for v in attributes.values())
        return operation_case(name, op, attributes, {"x": Random(name).off_zero(*shape)})

    yield case("elu", alpha=1.0)
    yield case("elu", alpha=0.3)
    yield case("selu")
    yield case("hardsigmoid")
    yield case("hardtanh", min_val=-0.5, max_val=1.25)
    for slopes in (1, 3):
        name = f"prelu {slopes}"
        random = Random(name)
        yield operation_case(name, "prelu", {},
                             {"x": random.off_zero(*shape), "slope": random.normal(slopes)})


def images():
    for group in (interpolations, poolings, paddings, others, activations):
        yield from group()


def main():
    torch.set_num_threads(1)
    write("images.json", list(images()))


if __name__ == "__main__":
    main()
