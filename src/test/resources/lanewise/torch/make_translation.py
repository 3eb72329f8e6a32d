#!/usr/bin/python3
"""Writes translation-*.json: PyTorch's numbers for three training steps of pix2pix and of CycleGAN,
in float64. To be run as, and with what is said in, make_reference.py:

    /usr/bin/python3 make_translation.py

A trace is an object
  kind       "pix2pix" or "cyclegan", with "attributes" of the networks and weights of the losses
  seed       of what is dropped, of the pools' choices and of the mixtures that a penalty is of
  networks   for each its first stream: weights start as in make_networks.py
  image_stream  A and B of step t, counted from 1, are the numbers of the streams image_stream + 2 t
             and image_stream + 2 t + 1
  a, b       their shapes
  steps      the losses and scores of each, by the names of metrics.jsonl
  gradients  of the first step, of each network, as summaries: shape, norm, mean and evenly spaced
             elements
  state      after the last step, of each network. Left out are the biases of convolutions before a
             norm without running averages, whose gradients are 0 but for roundings: Adam makes of
             any rounding a step as long as of a gradient, and the output does not depend on them.

The steps are those of pytorch-CycleGAN-and-pix2pix, with its gradient penalty, which its own
models do not call, added to what is halved. What is random follows from the seed and the
step t: Stream(seed, t, purpose) below is java.util.SplittableRandom, and what a dropout drops is
the hash that Dropped computes.
"""

import torch
from torch import nn
from torch.nn import functional as F

from make_networks import patch, pixel, resnet, start, summary, unet
from make_reference import uniform, write

STEPS = 3
MASK32 = (1 << 32) - 1
MASK64 = (1 << 64) - 1

# ------------------------------------------------------------------------------------- randomness


class SplittableRandom:
    def __init__(self, seed):
        self.seed = seed & MASK64

    def next_seed(self):
        self.seed = (self.seed + 0x9E3779B97F4A7C15) & MASK64
        return self.seed

    def next_long(self):
        z = self.next_seed()
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK64
        return z ^ (z >> 31)

    def next_int_below_1(self):
        """Always 0, and the stream goes on."""
        self.next_seed()
        return 0

    def next_double(self):
        return (self.next_long() >> 11) * 2.0**-53


DROPOUT, POOL, MIXTURE = 1, 2, 3


def stream(seed, step, purpose):
    first = SplittableRandom(seed + purpose).next_long() ^ purpose
    rotated = (step << 32 | step >> 32) & MASK64
    return SplittableRandom(SplittableRandom(first ^ rotated).next_long())


def mix(x):
    """Of a 32-bit number, or of a tensor of such in 64 bits."""
    x = x ^ (x >> 16)
    x = x * 0x21F0AAAD & MASK32
    x = x ^ (x >> 15)
    x = x * 0x735A2D97 & MASK32
    return x ^ (x >> 15)


def java_hash(text):
    h = 0
    for c in text:
        h = 31 * h + ord(c) & MASK32
    return h


class Dropped(nn.Module):
    """Dropout of a half whose mask is a hash of the key, the layer's place and the element's."""

    def __init__(self, path):
        super().__init__()
        self.salt = java_hash(path)
        self.key = 0

    def forward(self, x):
        a = mix(self.key & MASK32 ^ mix(self.salt))
        b = mix(self.key >> 32 ^ mix(~self.salt & MASK32))
        n, c, h, w = x.shape
        at = torch.arange(x.numel())  # in memory, where channels lie innermost
        kept = (mix(mix(at ^ a) ^ b) >> 8) >= 1 << 23
        return x * kept.reshape(n, h, w, c).permute(0, 3, 1, 2) * 2


def replace_dropouts(network, name):
    drops = []
    for path, module in list(network.named_modules()):
        if isinstance(module, nn.Dropout):
            parent = network.get_submodule(path.rpartition(".")[0])
            dropped = Dropped(name + " " + path)
            setattr(parent, path.rpartition(".")[2], dropped)
            drops.append(dropped)
    return drops


# ------------------------------------------------------------------------------------------ losses


TO_REAL = {
    "vanilla": lambda scores: F.softplus(-scores).mean(),
    "lsgan": lambda scores: (scores - 1).square().mean(),
    "wgangp": lambda scores: -scores.mean(),
}
TO_FAKE = {
    "vanilla": lambda scores: F.softplus(scores).mean(),
    "lsgan": lambda scores: scores.square().mean(),
    "wgangp": lambda scores: scores.mean(),
}


def reading(mode, scores):
    return (scores.sigmoid() if mode == "vanilla" else scores).mean()


def mixtures(count, random):
    return torch.tensor([random.next_double() for _ in range(count)]).reshape(count, 1, 1, 1)


def penalty(d, real, fake, epsilon, weight):
    """Of the slope of the sum of all patches' scores, at a mixture of real and fake."""
    x = (epsilon.double() * real + (1 - epsilon.double()) * fake.detach()).requires_grad_()
    gradient, = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    return weight * (gradient.flatten(1).norm(2, dim=1) - 1).square().mean()


def optimizer(networks, o):
    parameters = [p for network in networks for p in network.parameters()]
    return torch.optim.Adam(parameters, lr=o["lr"], betas=(o["beta1"], 0.999))


def gradients(network):
    return {name: summary(p.grad) for name, p in network.named_parameters()
            if name not in idle(network)}


def idle(network):
    """The biases that the output does not depend on."""
    names = set()
    for path, module in network.named_modules():
        if isinstance(module, nn.Sequential):
            layers = list(module.named_children())
            for (name, layer), (_, following) in zip(layers, layers[1:]):
                convolution = isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))
                if convolution and isinstance(following, nn.InstanceNorm2d):
                    names.add(f"{path}.{name}.bias")
    return names


def state(network):
    return {name: summary(t.double()) for name, t in network.state_dict().items()
            if name not in idle(network)}


class Trace:
    def __init__(self, kind, options, networks, first_stream):
        self.kind = kind
        self.options = options
        self.networks = networks
        self.streams = {}
        for i, (name, network) in enumerate(networks.items()):
            self.streams[name] = first_stream + 1000 * i
            start(network, self.streams[name])
            network.double().train()
        self.image_stream = first_stream + 1000 * len(networks)
        self.steps = []
        self.first_gradients = {}

    def images(self, step):
        numbers = self.image_stream + 2 * step
        return [torch.from_numpy(uniform(numbers + i, *self.options[kind])).double()
                for i, kind in enumerate("ab")]

    def finish(self, losses):
        self.steps.append({name: value.item() for name, value in losses.items()})

    def keep_gradients(self, *names):
        for name in names:
            if name not in self.first_gradients:
                self.first_gradients[name] = gradients(self.networks[name])

    def json(self):
        return {
            "kind": self.kind,
            "attributes": self.options,
            "networks": self.streams,
            "image_stream": self.image_stream,
            "steps": self.steps,
            "gradients": self.first_gradients,
            "state": {name: state(network) for name, network in self.networks.items()},
        }


# ----------------------------------------------------------------------------------------- pix2pix


def pix2pix(name, first_stream, o):
    mode = o["mode"]
    in_channels, out_channels = o["a"][1], o["b"][1]
    g = unet(in_channels, out_channels, o["ngf"], o["depth"], o["norm"], o["dropout"])
    both = in_channels + out_channels
    d = (pixel(both, o["ndf"], o["norm"]) if o["net_d"] == "pixel"
         else patch(both, o["ndf"], 3, o["norm"]))
    drops = replace_dropouts(g, "generator")
    assert bool(drops) == o["dropout"]
    trace = Trace("pix2pix", o, {"generator": g, "discriminator": d}, first_stream)
    adam_g, adam_d = optimizer([g], o), optimizer([d], o)
    for step in range(1, STEPS + 1):
        a, b = trace.images(step)
        key = stream(o["seed"], step, DROPOUT).next_long()
        for drop in drops:
            drop.key = key
        fake = g.forward(a)
        adam_d.zero_grad()
        fake_pair, real_pair = torch.cat([a, fake.detach()], 1), torch.cat([a, b], 1)
        on_fake, on_real = d(fake_pair), d(real_pair)
        d_fake, d_real = TO_FAKE[mode](on_fake), TO_REAL[mode](on_real)
        both = d_fake + d_real
        penalties = {}
        if o["gp"] > 0:
            epsilon = mixtures(len(a), stream(o["seed"], step, MIXTURE))
            penalties["penalty"] = penalty(d, real_pair, fake_pair, epsilon, o["gp"])
            both = both + penalties["penalty"]
        (both * 0.5).backward()
        trace.keep_gradients("discriminator")
        adam_d.step()
        adam_g.zero_grad()
        deceived = TO_REAL[mode](d(torch.cat([a, fake], 1)))
        l1 = (fake - b).abs().mean() * o["lambda_l1"]
        (deceived + l1).backward()
        trace.keep_gradients("generator")
        adam_g.step()
        trace.finish({"loss_g": deceived, "loss_l1": l1, "loss_d_real": d_real,
                      "loss_d_fake": d_fake, **penalties, "d_real": reading(mode, on_real),
                      "d_fake": reading(mode, on_fake)})
    write(name, trace.json())


# ---------------------------------------------------------------------------------------- CycleGAN


class Pool:
    """Of one image."""

    def __init__(self):
        self.image = None
        self.chosen = []

    def query(self, image, random):
        image = image.detach()
        if self.image is None:
            self.image = image
            self.chosen.append("first")
            return image
        if random.next_double() > 0.5:
            random.next_int_below_1()
            old, self.image = self.image, image
            self.chosen.append("old")
            return old
        self.chosen.append("new")
        return image


def cyclegan(name, first_stream, o):
    mode = o["mode"]
    channels = o["a"][1]
    g_a, g_b = (resnet(channels, o["ngf"], o["blocks"], o["norm"]) for _ in range(2))
    d_a, d_b = (patch(channels, o["ndf"], 3, o["norm"]) for _ in range(2))
    trace = Trace("cyclegan", o, {"generator_A": g_a, "generator_B": g_b, "discriminator_A": d_a,
                                  "discriminator_B": d_b}, first_stream)
    adam_g, adam_d = optimizer([g_a, g_b], o), optimizer([d_a, d_b], o)
    pool_a, pool_b = Pool(), Pool()
    for step in range(1, STEPS + 1):
        real_a, real_b = trace.images(step)
        fake_b = g_a(real_a)
        rec_a = g_b(fake_b)
        fake_a = g_b(real_b)
        rec_b = g_a(fake_a)
        adam_g.zero_grad()
        identity = o["lambda_identity"]
        losses = {
            "loss_g_a": TO_REAL[mode](d_a(fake_b)),
            "loss_g_b": TO_REAL[mode](d_b(fake_a)),
            "loss_cycle_a": (rec_a - real_a).abs().mean() * o["lambda_a"],
            "loss_cycle_b": (rec_b - real_b).abs().mean() * o["lambda_b"],
        }
        if identity > 0:
            losses["loss_idt_a"] = (g_a(real_b) - real_b).abs().mean() * o["lambda_b"] * identity
            losses["loss_idt_b"] = (g_b(real_a) - real_a).abs().mean() * o["lambda_a"] * identity
        sum(losses.values()).backward()
        trace.keep_gradients("generator_A", "generator_B")
        adam_g.step()
        adam_d.zero_grad()
        random = stream(o["seed"], step, POOL)
        mixture = stream(o["seed"], step, MIXTURE)
        of_a, of_b = mixtures(len(real_a), mixture), mixtures(len(real_b), mixture)
        for side, d, real, fake, pool, epsilon in (("a", d_a, real_b, fake_b, pool_b, of_b),
                                                   ("b", d_b, real_a, fake_a, pool_a, of_a)):
            judged = pool.query(fake, random)
            on_real, on_fake = d(real), d(judged)
            loss = (TO_REAL[mode](on_real) + TO_FAKE[mode](on_fake)) * 0.5
            losses["loss_d_" + side] = loss
            if o["gp"] > 0:
                losses["penalty_" + side] = penalty(d, real, judged, epsilon, o["gp"])
                loss = loss + losses["penalty_" + side] * 0.5
            loss.backward()
            losses["d_real_" + side] = reading(mode, on_real)
            losses["d_fake_" + side] = reading(mode, on_fake)
        trace.keep_gradients("discriminator_A", "discriminator_B")
        adam_d.step()
        trace.finish(losses)
    assert {"old", "new"} <= set(pool_a.chosen + pool_b.chosen), (pool_a.chosen, pool_b.chosen)
    write(name, trace.json())


if __name__ == "__main__":
    pix2pix("translation-pix2pix.json", 100_000, {
        "a": [1, 3, 64, 64], "b": [1, 3, 64, 64], "ngf": 2, "ndf": 4, "depth": 6, "norm": "batch",
        "net_d": "basic", "dropout": True, "mode": "vanilla", "gp": 0, "lambda_l1": 100,
        "lr": 2e-4, "beta1": 0.5, "seed": 7})
    pix2pix("translation-pix2pix-instance.json", 110_000, {
        "a": [2, 1, 32, 64], "b": [2, 3, 32, 64], "ngf": 2, "ndf": 4, "depth": 5,
        "norm": "instance-plain", "net_d": "pixel", "dropout": False, "mode": "lsgan", "gp": 0,
        "lambda_l1": 10, "lr": 2e-4, "beta1": 0.5, "seed": 0})
    cyclegan("translation-cyclegan.json", 120_000, {
        "a": [1, 3, 32, 40], "b": [1, 3, 32, 40], "ngf": 4, "ndf": 4, "blocks": 2,
        "norm": "instance-plain", "mode": "lsgan", "gp": 0, "lambda_a": 10, "lambda_b": 8,
        "lambda_identity": 0.5, "pool_size": 1, "lr": 2e-4, "beta1": 0.5, "seed": 3})
    pix2pix("translation-pix2pix-wgangp.json", 130_000, {
        "a": [2, 3, 32, 64], "b": [2, 1, 32, 64], "ngf": 2, "ndf": 4, "depth": 5,
        "norm": "instance-plain", "net_d": "basic", "dropout": False, "mode": "wgangp", "gp": 10,
        "lambda_l1": 100, "lr": 2e-4, "beta1": 0.5, "seed": 5})
    cyclegan("translation-cyclegan-wgangp.json", 140_000, {
        "a": [1, 3, 32, 40], "b": [1, 3, 32, 40], "ngf": 4, "ndf": 4, "blocks": 1,
        "norm": "instance-plain", "mode": "wgangp", "gp": 10, "lambda_a": 10, "lambda_b": 10,
        "lambda_identity": 0, "pool_size": 1, "lr": 2e-4, "beta1": 0.5, "seed": 3})
