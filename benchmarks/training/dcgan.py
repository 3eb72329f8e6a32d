"""Trains PyTorch's DCGAN on Fashion-MNIST as `lanewise train` does by default, and writes images.

    dcgan.py --steps 4000 --seed 0 --out images-idx3-ubyte [--data FOLDER] [--samples 10000]

The same networks, initialisation, optimiser, batch and images (28 pixels with a border of 2), so that
`lanewise evaluate --images` compares what both have learned. The random numbers are PyTorch's: seeds
are other draws than Lanewise's. Runs on the CPU with PyTorch 1.13 or newer.
"""

import argparse
import gzip
import pathlib
import struct
import time

import numpy as np
import torch
from torch import nn

LATENT, WIDTH = 100, 64
FASHION_MNIST = "/usr/share/datasets/fashion-mnist"


def generator():
    layers = [nn.ConvTranspose2d(LATENT, 4 * WIDTH, 4, 1, 0, bias=False)]
    for width in (4 * WIDTH, 2 * WIDTH):
        layers += [nn.BatchNorm2d(width), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(WIDTH), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(WIDTH, 1, 4, 2, 1, bias=False), nn.Tanh())


def discriminator():
    layers = [nn.Conv2d(1, WIDTH, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for width in (WIDTH, 2 * WIDTH):
        layers += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(4 * WIDTH, 1, 4, 1, 0, bias=False), nn.Flatten(0))


def initialise(layer):
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


def read_images(folder):
    with gzip.open(pathlib.Path(folder) / "train-images-idx3-ubyte.gz") as file:
        _, count, rows, columns = struct.unpack(">4i", file.read(16))
        pixels = np.frombuffer(file.read(), np.uint8).reshape(count, rows, columns)
    padded = np.pad(pixels, ((0, 0), (2, 2), (2, 2)))
    return torch.from_numpy(padded).unsqueeze(1).float() / 127.5 - 1


def batches(images, size):
    while True:
        order = torch.randperm(len(images))
        for first in range(0, len(order) - size + 1, size):
            yield images[order[first:first + size]]


def train(images, steps, batch):
    g, d = generator().apply(initialise), discriminator().apply(initialise)
    adam_g, adam_d = (torch.optim.Adam(n.parameters(), 2e-4, (0.5, 0.999)) for n in (g, d))
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch), torch.zeros(batch)
    source = batches(images, batch)
    start = time.time()
    for step in range(1, steps + 1):
        fake = g(torch.randn(batch, LATENT, 1, 1))
        d.zero_grad()
        loss_d = loss(d(next(source)), ones) + loss(d(fake.detach()), zeros)
        loss_d.backward()
        adam_d.step()
        g.zero_grad()
        loss_g = loss(d(fake), ones)
        loss_g.backward()
        adam_g.step()
        if step % 100 == 0 or step == steps:
            print(f"step {step}/{steps}  loss D {loss_d.item():.3f} G {loss_g.item():.3f}"
                  f"  {1000 * (time.time() - start) / step:.1f} ms a step", flush=True)
    return g.eval()


@torch.no_grad()
def write_samples(g, count, path):
    chunks = [g(torch.randn(min(500, count - i), LATENT, 1, 1)) for i in range(0, count, 500)]
    pixels = ((torch.cat(chunks).squeeze(1) + 1) * 127.5).round().clamp(0, 255)
    with open(path, "wb") as file:
        file.write(struct.pack(">4i", 0x803, *pixels.shape))
        file.write(pixels.to(torch.uint8).numpy().tobytes())


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--steps", type=int, default=4000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--batch-size", type=int, default=64)
    arguments.add_argument("--samples", type=int, default=10_000)
    arguments.add_argument("--data", default=FASHION_MNIST)
    arguments.add_argument("--out", required=True)
    given = arguments.parse_args()
    torch.manual_seed(given.seed)
    trained = train(read_images(given.data), given.steps, given.batch_size)
    write_samples(trained, given.samples, given.out)


if __name__ == "__main__":
    main()
