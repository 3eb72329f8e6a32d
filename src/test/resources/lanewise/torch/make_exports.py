#!/usr/bin/python3
"""Writes exports.json: what PyTorch makes of the weights that Lanewise exports. To be run as
make_reference.py, once a test has left the files:

    mvn test -Dtest=ExportedWeightsTest          # writes target/exports/*.safetensors
    /usr/bin/python3 make_exports.py ../../../../../target/exports

Each file is loaded with load_state_dict(strict=True) into the PyTorch module of MODULES below.

exports.json, an array of {"name", "sha256", "inputs", "y"}
  sha256  of the file, without its extension the "name".
  inputs  "x", and "condition" where there is one.
  y       the result in evaluation mode.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn

import make_layers
import make_networks
import make_reference
from make_reference import Random, write


def perceptron(latent, ngf, channels):
    layers = []
    for i in range(4):
        layers += [nn.Linear(ngf if i else latent, ngf, bias=False), nn.BatchNorm1d(ngf), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(ngf, channels))


MODULES = {
    "dcgan": (
        make_reference.generator({"image_size": 16, "nz": 5, "ngf": 4, "nc": 1, "norm": "batch"}),
        {"x": (2, 5, 1, 1)}),
    "resnet-gan": (
        make_layers.resnet_generator(
            channels=1, latent=5, ngf=4, norm="conditional-instance", classes=3),
        {"x": (2, 5), "condition": make_layers.one_hot(3, [2, 0])}),
    "mlp": (perceptron(latent=3, ngf=6, channels=2), {"x": (4, 3)}),
    "cyclegan": (
        make_networks.resnet(channels=3, ngf=4, blocks=2, norm="instance-plain"),
        {"x": (1, 3, 12, 16)}),
    "pix2pix": (
        make_networks.unet(in_channels=1, out_channels=3, ngf=2, depth=5, norm="batch"),
        {"x": (1, 1, 32, 32)}),
    "style": (
        make_networks.Style(ngf=4, blocks=5, norm="instance", upsampling="resize"),
        {"x": (1, 3, 12, 16)}),
}


def read(file):
    """The format's own description: a length, a JSON header, the tensors' bytes."""
    data = file.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__")
    state = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[start + begin:start + end], dtype="<f4")
        state[name] = torch.from_numpy(values.copy()).reshape(entry["shape"])
    return state, hashlib.sha256(data).hexdigest()


def export(name, file):
    module, inputs = MODULES[name]
    state, sha256 = read(file)
    print(name, module.load_state_dict(state, strict=True))
    random = Random(name)
    inputs = {k: v(random) if callable(v) else random.normal(*v) for k, v in inputs.items()}
    y = module.double().eval()(*inputs.values())
    return {"name": name, "sha256": sha256, "inputs": inputs, "y": y}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    write("exports.json", [export(name, folder / f"{name}.safetensors") for name in MODULES])


if __name__ == "__main__":
    main()
