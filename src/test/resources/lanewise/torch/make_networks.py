#!/usr/bin/python3
"""Writes networks.json: PyTorch's numbers for the networks of image translation and style transfer.
To be run as, and with what is said in, make_reference.py:

    /usr/bin/python3 make_networks.py

networks.json, an array of
    {"name", "kind", "attributes", "stream", "x", "names", "y", "dx", "gradients"}
  kind       the network, as NETWORKS below names it, with "attributes". Its layers have the names
             of pytorch-CycleGAN-and-pix2pix and of fast_neural_style in PyTorch's examples.
  stream     its i-th parameter, in the order of the state dict without buffers, is made of the
             numbers u of the counter stream "stream" + i (make_reference.py's uniform): the weight
             of a convolution is 1.7 u / sqrt(product of its sizes but the first), of a norm
             1 + 0.5 u, a bias 0.5 u. The input is the numbers of stream - 1, the cotangent dy
             those of stream - 2.
  x          the input's shape.
  names      those of the state dict.
  y          the result in training mode.
  dx, gradients  of <y, dy>, as summaries: shape, norm, mean and evenly spaced elements.
"""

import math

import torch
from torch import nn

from make_reference import uniform, write

SAMPLES = 24
SAMPLES_OF_IMAGES = 200

NORMS = {
    "batch": nn.BatchNorm2d,
    "instance": lambda c: nn.InstanceNorm2d(c, affine=True),
    "instance-plain": nn.InstanceNorm2d,
    "none": lambda c: nn.Identity(),
}
PADS = {"reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d}


def biased(norm):
    return norm.startswith("instance")


class Named(nn.Module):
    """Layers one after the other below a name."""

    def __init__(self, name, *layers):
        super().__init__()
        self.layers = name
        self.add_module(name, nn.Sequential(*layers))

    def forward(self, x):
        return getattr(self, self.layers)(x)


class Plus(Named):
    def forward(self, x):
        return x + super().forward(x)


class Beside(Named):
    def forward(self, x):
        return torch.cat([x, super().forward(x)], 1)


def activated(norm, channels):
    return [NORMS[norm](channels), nn.ReLU()]


# ------------------------------------------------------------------------- image translation


def resnet(channels, ngf, blocks, norm, padding="reflect", dropout=False):
    bias = biased(norm)

    def block_half(c):
        pad = [] if padding == "zero" else [PADS[padding](1)]
        return pad + [nn.Conv2d(c, c, 3, padding=0 if pad else 1, bias=bias)]

    def block(c):
        drop = [nn.Dropout(0.5)] if dropout else []
        return Plus("conv_block", *block_half(c), *activated(norm, c), *drop,
                    *block_half(c), NORMS[norm](c))

    layers = [nn.ReflectionPad2d(3), nn.Conv2d(channels, ngf, 7, bias=bias),
              *activated(norm, ngf)]
    for c in (ngf, 2 * ngf):
        layers += [nn.Conv2d(c, 2 * c, 3, stride=2, padding=1, bias=bias),
                   *activated(norm, 2 * c)]
    layers += [block(4 * ngf) for _ in range(blocks)]
    for c in (4 * ngf, 2 * ngf):
        layers += [nn.ConvTranspose2d(c, c // 2, 3, stride=2, padding=1, output_padding=1,
                                      bias=bias),
                   *activated(norm, c // 2)]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, channels, 7), nn.Tanh()]
    return Named("model", *layers)


def unet(in_channels, out_channels, ngf, depth, norm, dropout=False):
    bias = biased(norm)

    def down(i, o):
        return nn.Conv2d(i, o, 4, stride=2, padding=1, bias=bias)

    def up(i, o, bias=bias):
        return nn.ConvTranspose2d(i, o, 4, stride=2, padding=1, bias=bias)

    def level(outer, inner, below, drop=False):
        return Beside("model", nn.LeakyReLU(0.2), down(outer, inner), NORMS[norm](inner), below,
                      nn.ReLU(), up(2 * inner, outer), NORMS[norm](outer),
                      *([nn.Dropout(0.5)] if drop else []))

    widest = 8 * ngf
    net = Beside("model", nn.LeakyReLU(0.2), down(widest, widest), nn.ReLU(), up(widest, widest),
                 NORMS[norm](widest))
    for _ in range(depth - 5):
        net = level(widest, widest, net, dropout)
    for c in (4 * ngf, 2 * ngf, ngf):
        net = level(c, 2 * c, net)
    net = Named("model", down(in_channels, ngf), net, nn.ReLU(),
                up(2 * ngf, out_channels, True), nn.Tanh())
    outer = nn.Module()
    outer.model = net
    outer.forward = net.forward
    return outer


def patch(channels, ndf, layers, norm):
    modules = [nn.Conv2d(channels, ndf, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    before = ndf
    for i in range(1, layers + 1):
        c = ndf * min(2 ** i, 8)
        modules += [nn.Conv2d(before, c, 4, stride=2 if i < layers else 1, padding=1,
                              bias=biased(norm)), NORMS[norm](c), nn.LeakyReLU(0.2)]
        before = c
    return Named("model", *modules, nn.Conv2d(before, 1, 4, padding=1))


def pixel(channels, ndf, norm):
    bias = biased(norm)
    return Named("net", nn.Conv2d(channels, ndf, 1), nn.LeakyReLU(0.2),
                 nn.Conv2d(ndf, 2 * ndf, 1, bias=bias), NORMS[norm](2 * ndf), nn.LeakyReLU(0.2),
                 nn.Conv2d(2 * ndf, 1, 1, bias=bias))


# ----------------------------------------------------------------------------- style transfer


class Convolution(nn.Module):
    def __init__(self, i, o, kernel, stride=1, repeat=1):
        super().__init__()
        self.before = nn.Sequential(nn.Upsample(scale_factor=repeat, mode="nearest"),
                                    nn.ReflectionPad2d(kernel // 2))
        self.conv2d = nn.Conv2d(i, o, kernel, stride)

    def forward(self, x):
        return self.conv2d(self.before(x))


class Transposed(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv_transpose2d = nn.ConvTranspose2d(i, o, 3, 2, 1, 1)

    def forward(self, x):
        return self.conv_transpose2d(x)


class StyleBlock(nn.Module):
    def __init__(self, c, norm):
        super().__init__()
        self.conv1 = Convolution(c, c, 3)
        self.in1 = NORMS[norm](c)
        self.conv2 = Convolution(c, c, 3)
        self.in2 = NORMS[norm](c)

    def forward(self, x):
        y = torch.relu(self.in1(self.conv1(x)))
        return self.in2(self.conv2(y)) + x


class Style(nn.Module):
    def __init__(self, ngf, blocks, norm, upsampling):
        super().__init__()
        self.blocks = blocks
        double = Transposed if upsampling == "transposed" else (
            lambda i, o: Convolution(i, o, 3, repeat=2))
        self.conv1 = Convolution(3, ngf, 9)
        self.in1 = NORMS[norm](ngf)
        self.conv2 = Convolution(ngf, 2 * ngf, 3, 2)
        self.in2 = NORMS[norm](2 * ngf)
        self.conv3 = Convolution(2 * ngf, 4 * ngf, 3, 2)
        self.in3 = NORMS[norm](4 * ngf)
        for i in range(blocks):
            setattr(self, f"res{i + 1}", StyleBlock(4 * ngf, norm))
        self.deconv1 = double(4 * ngf, 2 * ngf)
        self.in4 = NORMS[norm](2 * ngf)
        self.deconv2 = double(2 * ngf, ngf)
        self.in5 = NORMS[norm](ngf)
        self.deconv3 = Convolution(ngf, 3, 9)

    def forward(self, x):
        y = torch.relu(self.in1(self.conv1(x)))
        y = torch.relu(self.in2(self.conv2(y)))
        y = torch.relu(self.in3(self.conv3(y)))
        for i in range(self.blocks):
            y = getattr(self, f"res{i + 1}")(y)
        y = torch.relu(self.in4(self.deconv1(y)))
        y = torch.relu(self.in5(self.deconv2(y)))
        return self.deconv3(y)


# -------------------------------------------------------------------------------------- cases


NETWORKS = {"resnet": resnet, "unet": unet, "patch": patch, "pixel": pixel, "style": Style}

CASES = [
    ("resnet", (2, 3, 16, 20),
     {"channels": 3, "ngf": 4, "blocks": 2, "norm": "instance-plain", "padding": "reflect"}),
    ("resnet", (2, 1, 16, 12),
     {"channels": 1, "ngf": 3, "blocks": 2, "norm": "batch", "padding": "zero"}),
    ("resnet", (1, 3, 12, 16),
     {"channels": 3, "ngf": 4, "blocks": 1, "norm": "instance", "padding": "replicate"}),
    ("unet", (2, 3, 32, 64),
     {"in_channels": 3, "out_channels": 2, "ngf": 2, "depth": 5, "norm": "batch"}),
    ("unet", (1, 1, 64, 64),
     {"in_channels": 1, "out_channels": 3, "ngf": 2, "depth": 6, "norm": "instance-plain"}),
    ("patch", (2, 6, 32, 40), {"channels": 6, "ndf": 4, "layers": 3, "norm": "batch"}),
    ("patch", (1, 3, 64, 64), {"channels": 3, "ndf": 3, "layers": 4, "norm": "instance-plain"}),
    ("pixel", (2, 3, 8, 9), {"channels": 3, "ndf": 5, "norm": "batch"}),
    ("pixel", (1, 4, 7, 8), {"channels": 4, "ndf": 4, "norm": "instance-plain"}),
    ("style", (2, 3, 16, 20), {"ngf": 4, "blocks": 2, "norm": "instance",
                               "upsampling": "resize"}),
    ("style", (2, 3, 20, 16), {"ngf": 4, "blocks": 1, "norm": "batch",
                               "upsampling": "transposed"}),
]


def start(network, stream):
    for i, p in enumerate(network.parameters()):
        u = torch.from_numpy(uniform(stream + i, *p.shape))
        if p.dim() == 4:
            fan_in = math.prod(p.shape[1:])
            value = u * torch.tensor(1.7 / math.sqrt(fan_in), dtype=torch.float32)
        else:
            value = 0.5 * u
        with torch.no_grad():
            p.copy_(value)
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.InstanceNorm2d)) and module.affine:
            with torch.no_grad():
                module.weight.add_(1)


def summary(tensor, samples=SAMPLES):
    flat = tensor.detach().flatten()
    count = min(samples, flat.numel())
    at = torch.arange(count) * flat.numel() // count
    return {"shape": list(tensor.shape), "l2": flat.norm().item(), "mean": flat.mean().item(),
            "data": flat[at].tolist()}


def case(number, kind, shape, attributes):
    stream = 1000 * (number + 1)
    network = NETWORKS[kind](**attributes)
    start(network, stream)
    network.double().train()
    x = torch.from_numpy(uniform(stream - 1, *shape)).double().requires_grad_()
    y = network.forward(x)
    dy = torch.from_numpy(uniform(stream - 2, *y.shape)).double()
    parameters = dict(network.named_parameters())
    dx, *gradients = torch.autograd.grad((y * dy).sum(), [x, *parameters.values()])
    return {
        "name": " ".join([kind, *(str(v) for v in attributes.values())]),
        "kind": kind,
        "attributes": attributes,
        "stream": stream,
        "x": list(shape),
        "names": sorted(network.state_dict()),
        "y": summary(y, SAMPLES_OF_IMAGES),
        "dx": summary(dx, SAMPLES_OF_IMAGES),
        "gradients": {name: summary(g) for name, g in zip(parameters, gradients)},
    }


if __name__ == "__main__":
    write("networks.json", [case(i, *c) for i, c in enumerate(CASES)])
