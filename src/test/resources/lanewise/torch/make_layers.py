#!/usr/bin/python3
"""Writes layers.json: PyTorch's numbers for layers and networks that remember something, or that
depend on a condition. To be run as, and with what is said in, make_reference.py:

    /usr/bin/python3 make_layers.py

layers.json, an array of
    {"name", "op", "attributes", "state", "inputs", "outputs", "state_after", "second"}
  op       the module, as MODULES below names it, with "attributes".
  state    its state dict at the start, as load_state_dict(strict=True) takes it.
  inputs   "x"; "condition", a row for each sample, where there is one (of classes: one 1 among
           zeros); and the cotangents "dy0", "dy1", ... of the results of as many passes over the
           same x, all in training mode but for the last, which is in evaluation mode.
  outputs  the results "y0", "y1", ... and the gradients of the sum over i of <y_i, dy_i>, which
           needs what each pass remembered for itself: "dx" and "d" + the name of each parameter.
  state_after  the buffers after all passes.
  second   as in operations.json, with all operands and cotangents.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm
from torch.nn.utils.stateless import functional_call

from make_reference import (
    Random, check_slope, clear_of_kink, gradients, inner, minibatch_stddev, write)

PASSES = 3


# --------------------------------------------------------------------------------------- modules


def spectral(module):
    return lambda *args, **kwargs: spectral_norm(module(*args, **kwargs))


class SpectralEmbedding(nn.Embedding):
    """Takes a class as one 1 among zeros, through which a gradient can be asked for."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        spectral_norm(self)

    def forward(self, x):
        return x @ self.weight


def modulate(x, scale, shift):
    return scale[:, :, None, None] * x + shift[:, :, None, None]


class ConditionalBatchNorm(nn.BatchNorm2d):
    """Batch norm with a scale and a shift for each class (de Vries et al. 2017)."""

    def __init__(self, num_features, num_classes):
        super().__init__(num_features, affine=False)
        self.weights = nn.Embedding(num_classes, num_features)
        self.biases = nn.Embedding(num_classes, num_features)

    def forward(self, x, condition):
        label = condition.argmax(1)
        return modulate(super().forward(x), self.weights(label), self.biases(label))


class ConditionalInstanceNorm(nn.InstanceNorm2d):
    """Instance norm with a scale and a shift for each class (Dumoulin et al. 2017)."""

    def __init__(self, num_features, num_classes):
        super().__init__(num_features)
        self.weights = nn.Embedding(num_classes, num_features)
        self.biases = nn.Embedding(num_classes, num_features)

    def forward(self, x, condition):
        label = condition.argmax(1)
        return modulate(super().forward(x), self.weights(label), self.biases(label))


class AdaptiveInstanceNorm(nn.Module):
    """AdaIN (Huang and Belongie 2017) with scales and shifts that are affine in the condition."""

    def __init__(self, num_features, style_dim):
        super().__init__()
        self.norm = nn.InstanceNorm2d(num_features)
        self.fc = nn.Linear(style_dim, 2 * num_features)

    def forward(self, x, condition):
        scale, shift = self.fc(condition).chunk(2, 1)
        return modulate(self.norm(x), 1 + scale, shift)


class MinibatchStddev(nn.Module):
    def forward(self, x):
        return minibatch_stddev(x, 4)


class GlobalSumPool(nn.Module):
    def forward(self, x):
        return x.sum((2, 3))


class Conditioned(nn.Sequential):
    """Layers one after the other, of which norms may take a condition."""

    def forward(self, x, condition=None):
        for layer in self:
            x = layer(x, condition) if isinstance(layer, CONDITIONED) else layer(x)
        return x


class Residual(nn.Module):
    def __init__(self, residual, shortcut):
        super().__init__()
        self.residual = Conditioned(*residual)
        self.shortcut = Conditioned(*shortcut)

    def forward(self, x, condition):
        return self.residual(x, condition) + self.shortcut(x, condition)


CONDITIONED = (ConditionalBatchNorm, ConditionalInstanceNorm, AdaptiveInstanceNorm, Residual)


class Generator(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.main = Conditioned(*layers)

    def forward(self, z, condition):
        return self.main(torch.cat([z, condition], 1)[:, :, None, None], condition)


class Discriminator(nn.Module):
    """Score and projection (Miyato and Koyama 2018)."""

    def __init__(self, features, score, embed):
        super().__init__()
        self.main = Conditioned(*features)
        self.score = Conditioned(*score)
        self.embed = embed

    def forward(self, x, condition):
        features = self.main(x, condition)
        pooled = features if features.dim() == 2 else features.sum((2, 3))
        product = self.embed(condition.argmax(1)) * pooled
        return self.score(features).flatten() + product.sum(1)


NORMS = {
    "batch": lambda channels, classes: nn.BatchNorm2d(channels),
    "instance": lambda channels, classes: nn.InstanceNorm2d(channels, affine=True),
    "instance-plain": lambda channels, classes: nn.InstanceNorm2d(channels),
    "layer": lambda channels, classes: nn.GroupNorm(1, channels),
    "none": lambda channels, classes: nn.Identity(),
    "conditional-batch": ConditionalBatchNorm,
    "conditional-instance": ConditionalInstanceNorm,
    "adain": AdaptiveInstanceNorm,
}


def resize_dcgan_generator(channels, latent, ngf, norm, classes):
    """For 16 x 16 pixels, with resize-convolutions."""
    return Generator([
        nn.ConvTranspose2d(latent + classes, 2 * ngf, 4, bias=False),
        NORMS[norm](2 * ngf, classes), nn.ReLU(),
        nn.Upsample(scale_factor=2), nn.Conv2d(2 * ngf, ngf, 3, padding=1, bias=False),
        NORMS[norm](ngf, classes), nn.ReLU(),
        nn.Upsample(scale_factor=2), nn.Conv2d(ngf, channels, 3, padding=1, bias=False),
        nn.Tanh()])


def dcgan_discriminator(channels, ndf, norm, classes):
    """For 16 x 16 pixels, with spectral norm, minibatch standard deviation and projection."""
    def conv(*args):
        return spectral_norm(nn.Conv2d(*args, bias=False))

    return Discriminator(
        [conv(channels, ndf, 4, 2, 1), nn.LeakyReLU(0.2),
         conv(ndf, 2 * ndf, 4, 2, 1), NORMS[norm](2 * ndf, classes), nn.LeakyReLU(0.2)],
        [MinibatchStddev(), conv(2 * ndf + 1, 1, 4, 1, 0)],
        spectral_norm(nn.Embedding(classes, 2 * ndf)))


def resnet_generator(channels, latent, ngf, norm, classes):
    """For 20 x 20 pixels."""
    def block():
        return Residual(
            [NORMS[norm](ngf, classes), nn.ReLU(),
             nn.Upsample(scale_factor=2), nn.Conv2d(ngf, ngf, 3, padding=1),
             NORMS[norm](ngf, classes), nn.ReLU(), nn.Conv2d(ngf, ngf, 3, padding=1)],
            [nn.Conv2d(ngf, ngf, 1), nn.Upsample(scale_factor=2)])

    return Generator([
        nn.ConvTranspose2d(latent + classes, ngf, 5), block(), block(), NORMS[norm](ngf, classes),
        nn.ReLU(), nn.Conv2d(ngf, channels, 3, padding=1), nn.Tanh()])


def resnet_discriminator(channels, ndf, norm, classes):
    """For 20 x 20 pixels, with spectral norm and projection."""
    def conv(i, kernel):
        return spectral_norm(nn.Conv2d(i, ndf, kernel, padding=kernel // 2))

    def residual():
        return [NORMS[norm](ndf, classes), nn.ReLU(), conv(ndf, 3),
                NORMS[norm](ndf, classes), nn.ReLU(), conv(ndf, 3)]

    return Discriminator(
        [Residual([conv(channels, 3), nn.ReLU(), conv(ndf, 3), nn.AvgPool2d(2)],
                  [nn.AvgPool2d(2), conv(channels, 1)]),
         Residual([*residual(), nn.AvgPool2d(2)], [nn.AvgPool2d(2), conv(ndf, 1)]),
         Residual(residual(), []), Residual(residual(), []), nn.ReLU(), GlobalSumPool()],
        [spectral_norm(nn.Linear(ndf, 1))],
        spectral_norm(nn.Embedding(classes, ndf)))


MODULES = {
    "spectral_conv2d": spectral(nn.Conv2d),
    "spectral_conv_transpose2d": spectral(nn.ConvTranspose2d),
    "spectral_linear": spectral(nn.Linear),
    "spectral_embedding": SpectralEmbedding,
    "conditional_batch_norm": ConditionalBatchNorm,
    "conditional_instance_norm": ConditionalInstanceNorm,
    "adain": AdaptiveInstanceNorm,
    "resize_dcgan_generator": resize_dcgan_generator,
    "dcgan_discriminator": dcgan_discriminator,
    "resnet_generator": resnet_generator,
    "resnet_discriminator": resnet_discriminator,
}


# ----------------------------------------------------------------------------------------- cases


def draw_state(module, random):
    """New values for everything in the state dict; what spectral_norm remembers has length 1."""
    state = {}
    for name, value in module.state_dict().items():
        shape = value.shape
        if name.endswith("num_batches_tracked"):
            state[name] = torch.zeros((), dtype=torch.float64)
        elif name.endswith(("weight_u", "weight_v")):
            state[name] = F.normalize(random.normal(*shape), dim=0).float().double()
        elif name.endswith("running_var"):
            state[name] = random.uniform(*shape, low=0.5, high=3.0)
        elif name.endswith("weight") and len(shape) == 1:
            state[name] = random.uniform(*shape, low=0.5, high=1.5)
        elif name.endswith("weights.weight"):
            state[name] = random.uniform(*shape, low=0.5, high=1.5)
        else:
            fan_in = max(1, int(value[0].numel())) if len(shape) > 1 else 4
            state[name] = random.normal(*shape, scale=fan_in ** -0.5)
    return state


def refuse_kinks(layer, arguments):
    clear_of_kink(arguments[0])


def layer_case(name, op, attributes, x, condition=None, style=False, smooth=True):
    """One case; a style is a condition that gets a gradient; smooth=False where there are kinks."""
    random = Random(name)
    module = MODULES[op](**attributes).double()
    state = draw_state(module, random)
    module.load_state_dict(state, strict=True)
    buffers = {k for k, _ in module.named_buffers()}
    inputs = {"x": x(random) if callable(x) else random.normal(*x)}
    constants = {}
    if condition is not None:
        inputs["condition"] = condition(random)
        if not style:
            constants["condition"] = inputs["condition"]
    at = {k: t.clone().requires_grad_()
          for k, t in {**state, **inputs}.items() if k not in buffers and k not in constants}
    operands = list(at)

    def forward(t):
        scratch = {k: state[k].clone() for k in buffers if not k.endswith("tracked")}
        parameters = {k: t[k] for k in state if k not in buffers}
        given = {**constants, **t}
        arguments = (given["x"], given["condition"]) if condition is not None else (given["x"],)
        ys = []
        for i in range(PASSES):
            module.train(i < PASSES - 1)
            ys.append(functional_call(module, {**parameters, **scratch}, arguments))
        return ys, scratch

    for layer in module.modules():
        if isinstance(layer, (nn.ReLU, nn.LeakyReLU)):
            layer.register_forward_pre_hook(refuse_kinks)
    ys, after = forward(at)
    for i, y in enumerate(ys):
        at[f"dy{i}"] = random.like(y).requires_grad_()

    def first_order(t):
        return sum((y * t[f"dy{i}"]).sum() for i, y in enumerate(forward(t)[0]))

    v = {k: random.like(at[k]) for k in operands}

    def second_order(t):
        first = gradients(first_order(t), {k: t[k] for k in operands}, create_graph=True)
        return inner(first, v)

    first = gradients(first_order(at), {k: at[k] for k in operands})
    second = gradients(second_order(at), at)
    # What is remembered depends on the operands, but is constant to PyTorch: a difference shows
    # another slope.
    if not buffers and smooth:
        held = {k: t.detach() for k, t in at.items()}
        dys = {k: t for k, t in held.items() if k not in operands}
        check_slope(name, lambda t: first_order({**t, **dys}), {k: held[k] for k in operands},
                    first, random)
        check_slope(name + ", second order", second_order, held, second, random)
    outputs = {**{f"y{i}": y for i, y in enumerate(ys)}, **{"d" + k: g for k, g in first.items()}}
    cotangents = {k: t for k, t in at.items() if k not in operands}
    return {
        "name": name,
        "op": op,
        "attributes": attributes,
        "state": state,
        "inputs": {**inputs, **cotangents},
        "outputs": outputs,
        "state_after": after,
        "second": {"v": v, "gradients": second},
    }


def spectral_cases():
    def case(name, op, attributes, x):
        return layer_case(f"{op} {name}", op, attributes, x)

    def conv(i, o, k, **attributes):
        return {"in_channels": i, "out_channels": o, "kernel_size": k, **attributes}

    yield case("k3", "spectral_conv2d", conv(3, 5, 3, padding=1), (2, 3, 5, 4))
    yield case("k4 s2, no bias", "spectral_conv2d", conv(2, 7, 4, stride=2, padding=1, bias=False),
               (2, 2, 6, 8))
    yield case("k3, 2 groups", "spectral_conv2d", conv(4, 6, 3, padding=1, groups=2), (1, 4, 4, 3))
    yield case("k1 to 1 channel", "spectral_conv2d", conv(17, 1, 1), (2, 17, 3, 2))
    yield case("k4 s2", "spectral_conv_transpose2d", conv(5, 3, 4, stride=2, padding=1),
               (2, 5, 3, 2))
    yield case("k4 s1 from one pixel, no bias", "spectral_conv_transpose2d",
               conv(6, 4, 4, bias=False), (3, 6, 1, 1))
    yield case("k3 s2, 2 groups", "spectral_conv_transpose2d",
               conv(4, 6, 3, stride=2, groups=2), (1, 4, 2, 3))
    yield case("13 to 7", "spectral_linear", {"in_features": 13, "out_features": 7}, (4, 13))
    yield case("9 to 1, no bias", "spectral_linear",
               {"in_features": 9, "out_features": 1, "bias": False}, (3, 9))


    yield case("5 classes", "spectral_embedding", {"num_embeddings": 5, "embedding_dim": 6},
               one_hot(5, [4, 0, 4, 2]))


def one_hot(classes, labels):
    return lambda random: F.one_hot(torch.tensor(labels), classes).double()


def norm_cases():
    x = (3, 4, 5, 3)
    for op in ("conditional_batch_norm", "conditional_instance_norm"):
        yield layer_case(op, op, {"num_features": 4, "num_classes": 6}, x, one_hot(6, [5, 1, 5]))
    yield layer_case("adain", "adain", {"num_features": 4, "style_dim": 7}, x,
                     lambda random: random.normal(3, 7), style=True)


def network_cases():
    def case(name, op, x, labels, **attributes):
        attributes["classes"] = 3
        return layer_case(name, op, attributes, x, one_hot(3, labels), smooth=False)

    yield case("DCGAN generator by class", "resize_dcgan_generator", (3, 5), [2, 0, 2],
               channels=3, latent=5, ngf=3, norm="conditional-batch")
    yield case("DCGAN discriminator by class", "dcgan_discriminator", (4, 1, 16, 16),
               [1, 2, 0, 1], channels=1, ndf=3, norm="instance")
    yield case("ResNet generator by class", "resnet_generator", (2, 5), [1, 2],
               channels=1, latent=5, ngf=4, norm="conditional-instance")
    yield case("ResNet discriminator by class", "resnet_discriminator", (2, 1, 20, 20), [2, 0],
               channels=1, ndf=4, norm="none")


def layers():
    yield from spectral_cases()
    yield from norm_cases()
    yield from network_cases()


def main():
    torch.set_num_threads(1)
    write("layers.json", list(layers()))


if __name__ == "__main__":
    main()
