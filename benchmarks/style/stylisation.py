#!/usr/bin/python3
"""Times the network of fast style transfer in PyTorch, forward, as `lanewise bench stylisation` does.

    /usr/bin/python3 stylisation.py --threads 2 --batch 1

Prints the median and the fastest of the samples, in milliseconds.
"""

import argparse
import statistics
import time

import torch
from torch import nn


def convolution(i, o, kernel, stride=1):
    return nn.Sequential(nn.ReflectionPad2d(kernel // 2), nn.Conv2d(i, o, kernel, stride))


def norm(c, relu=True):
    layers = [nn.InstanceNorm2d(c, affine=True)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else layers[0]


class Residual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.layers = nn.Sequential(convolution(c, c, 3), norm(c), convolution(c, c, 3),
                                    norm(c, relu=False))

    def forward(self, x):
        return x + self.layers(x)


def network():
    double = nn.Upsample(scale_factor=2, mode="nearest")
    return nn.Sequential(
        convolution(3, 32, 9), norm(32),
        convolution(32, 64, 3, 2), norm(64),
        convolution(64, 128, 3, 2), norm(128),
        *(Residual(128) for _ in range(5)),
        double, convolution(128, 64, 3), norm(64),
        double, convolution(64, 32, 3), norm(32),
        convolution(32, 3, 9))


def median_ms(net, x, seconds):
    samples = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(samples) < 5:
        before = time.perf_counter()
        net(x)
        samples.append(1e3 * (time.perf_counter() - before))
    return statistics.median(samples), min(samples)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--pixels", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    print("PyTorch", torch.__version__, options.threads, "threads")
    for layout in (torch.contiguous_format, torch.channels_last):
        net = network().eval().to(memory_format=layout)
        x = 255 * torch.rand(options.batch, 3, options.pixels, options.pixels)
        x = x.contiguous(memory_format=layout)
        with torch.no_grad():
            median_ms(net, x, options.seconds)
            print("%-20s median %.1f ms, fastest %.1f ms"
                  % (layout, *median_ms(net, x, options.seconds)))


if __name__ == "__main__":
    main()
