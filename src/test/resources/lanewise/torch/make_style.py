#!/usr/bin/python3
"""Writes style-trace-*.json: training steps of fast style transfer, as PyTorch computes them. To be
run as, and with what is said in, make_reference.py:

    /usr/bin/python3 make_style.py            # a minute
    /usr/bin/python3 make_style.py --search   # finds STREAM_OFFSETS

The network, the features and the losses are written out here from the papers and from the names of
PyTorch's example fast_neural_style; COMMENT says what is computed.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from make_reference import summary, uniform, write

COMMENT = """\
Training steps of fast style transfer (Johnson et al. 2016), made by make_style.py, which is the \
specification. u is the stream of uniform numbers that dcgan-trace-*.json describes, each operation \
rounded to float32. Weights of convolutions: u * sqrt(3 / fan in), times 30 in deconv3; biases 0; \
norm weight 1 + u / 4, norm bias u / 4. Images: 127.5 + 127.5 u; the painting is that of \
stream image_stream, the photographs of step t of image_stream + t. Features: vgg is VGG-16 with \
these widths, weights u * sqrt(6 / fan in) of streams feature_stream + 2 i and biases u / 10 of \
feature_stream + 2 i + 1; random is lanewise.perceptual.RandomFilters of the given seed. content is \
the mean squared error of the features of content_layers, style that of the Gram matrices F F' / \
(C H W) of style_layers with the painting's, each summed over layers, where relative says so divided \
by the mean square of the painting's; tv is the mean squared difference of vertical neighbours plus \
that of horizontal ones, of images in [0, 1]. All times their weights. Adam of all parameters. The \
state leaves out what the loss does not depend on, since a norm follows that takes any constant \
away: the biases of convolutions, and of the norms that residual blocks end with; and running means, \
which these biases move. Their gradients are rounding errors, of which Adam makes steps. kink_distance and numbers as \
in dcgan-trace-*.json, pairs of equal maxima of pools counted in."""

STREAM_OFFSETS = {"vgg": 180_000, "random": 310_000}
WEIGHT_STREAM, FEATURE_STREAM, IMAGE_STREAM = 100, 300, 1000
MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


# --------------------------------------------------------------------------------------- networks


class Kinks:
    """How near inputs of ReLU come to zero, and maxima to what they are the maximum of."""

    def __init__(self):
        self.nearest = 1.0

    def relu(self, x):
        self._see(x.detach())
        return F.relu(x)

    def max_pool(self, x):
        n, c, h, w = x.shape
        blocks = x.detach()[:, :, :h // 2 * 2, :w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2)
        top = blocks.transpose(3, 4).reshape(n, c, h // 2, w // 2, 4).topk(2).values
        gap = top[..., 0] - top[..., 1]
        self._see(gap[gap > 0])  # equal ones are zeros behind ReLU
        return F.max_pool2d(x, 2)

    def _see(self, x):
        self.nearest = min(self.nearest, (x.abs().min() / x.square().mean().sqrt()).item())


class Conv(nn.Module):
    def __init__(self, i, o, kernel, stride=1, upsample=False):
        super().__init__()
        self.upsample, self.pad = upsample, kernel // 2
        self.conv2d = nn.Conv2d(i, o, kernel, stride)

    def forward(self, x):
        if self.upsample:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.conv2d(F.pad(x, [self.pad] * 4, mode="reflect"))


NORMS = {"batch": nn.BatchNorm2d, "instance": lambda c: nn.InstanceNorm2d(c, affine=True)}


class Residual(nn.Module):
    def __init__(self, width, norm, kinks):
        super().__init__()
        self.kinks = kinks
        self.conv1, self.in1 = Conv(width, width, 3), norm(width)
        self.conv2, self.in2 = Conv(width, width, 3), norm(width)

    def forward(self, x):
        y = self.kinks.relu(self.in1(self.conv1(x)))
        return self.in2(self.conv2(y)) + x


class StyleNetwork(nn.Module):
    def __init__(self, width, depth, norm, kinks):
        super().__init__()
        self.kinks, self.depth = kinks, depth
        self.conv1, self.in1 = Conv(3, width, 9), norm(width)
        self.conv2, self.in2 = Conv(width, 2 * width, 3, 2), norm(2 * width)
        self.conv3, self.in3 = Conv(2 * width, 4 * width, 3, 2), norm(4 * width)
        for i in range(1, depth + 1):
            setattr(self, f"res{i}", Residual(4 * width, norm, kinks))
        self.deconv1, self.in4 = Conv(4 * width, 2 * width, 3, upsample=True), norm(2 * width)
        self.deconv2, self.in5 = Conv(2 * width, width, 3, upsample=True), norm(width)
        self.deconv3 = Conv(width, 3, 9)

    def forward(self, x):
        relu = self.kinks.relu
        x = relu(self.in1(self.conv1(x)))
        x = relu(self.in2(self.conv2(x)))
        x = relu(self.in3(self.conv3(x)))
        for i in range(1, self.depth + 1):
            x = getattr(self, f"res{i}")(x)
        x = relu(self.in4(self.deconv1(x)))
        x = relu(self.in5(self.deconv2(x)))
        return self.deconv3(x)


def initialise(network, first_stream):
    """Sets every parameter; returns its stream number by name (biases of convolutions have none)."""
    streams = {}
    with torch.no_grad():
        for i, (name, parameter) in enumerate(network.named_parameters()):
            last, convolution = name.startswith("deconv3"), "conv2d" in name
            if convolution and name.endswith("bias"):
                parameter.zero_()
                continue
            streams[name] = first_stream + i
            u = uniform(first_stream + i, *parameter.shape)
            if convolution:
                value = u * scale(3, parameter.shape)
                value = value * np.float32(30) if last else value
            else:
                value = u * np.float32(0.25) + np.float32(1 if name.endswith("weight") else 0)
            assert value.dtype == np.float32
            parameter.copy_(torch.from_numpy(value))
    return streams


def scale(variance, shape):
    return np.float32(np.sqrt(variance / np.prod(shape[1:])))


def has_no_effect(name):
    of_convolution = name.endswith("conv2d.bias") and not name.startswith("deconv3")
    of_block = name.startswith("res") and name.endswith("in2.bias")
    return of_convolution or of_block or name.endswith("running_mean")


# --------------------------------------------------------------------------------------- features


class Vgg:
    """VGG-16 of any widths; see COMMENT for its weights."""

    CONTENT, STYLE = ["relu2_2"], ["relu1_2", "relu2_2", "relu3_3", "relu4_3"]

    def __init__(self, widths, stream, dtype, kinks):
        self.kinks, self.blocks, i, channels = kinks, [], 0, 3
        for count, width in zip((2, 2, 3, 3), widths):
            block = []
            for _ in range(count):
                w = uniform(stream + 2 * i, width, channels, 3, 3)
                w = w * scale(6, w.shape)
                b = uniform(stream + 2 * i + 1, width) * np.float32(0.1)
                block.append((torch.from_numpy(w).to(dtype), torch.from_numpy(b).to(dtype)))
                channels, i = width, i + 1
            self.blocks.append(block)
        self.mean = torch.tensor([0.485, 0.456, 0.406], dtype=dtype).view(1, 3, 1, 1)
        self.deviation = torch.tensor([0.229, 0.224, 0.225], dtype=dtype).view(1, 3, 1, 1)

    def __call__(self, x):
        x, features = (x / 255 - self.mean) / self.deviation, {}
        for block, layers in enumerate(self.blocks, 1):
            x = x if block == 1 else self.kinks.max_pool(x)
            for layer, (w, b) in enumerate(layers, 1):
                x = self.kinks.relu(F.conv2d(x, w, b, padding=1))
                features[f"relu{block}_{layer}"] = x
        return features


class JavaRandom:
    """java.util.SplittableRandom."""

    def __init__(self, seed):
        self.seed = seed & MASK

    def next_long(self):
        self.seed = (self.seed + GOLDEN) & MASK
        z = self.seed
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def next_double(self):
        return (self.next_long() >> 11) * 2.0**-53


class RandomFilters:
    """As lanewise.perceptual.RandomFilters says."""

    CONTENT = ["scale1_2"]
    STYLE = ["colour"] + [f"scale{i}_{j}" for i in range(1, 5) for j in (1, 2)]

    def __init__(self, seed, dtype, kinks):
        self.kinks, self.seeds, self.dtype = kinks, JavaRandom(seed), dtype
        self.scales = []
        for _ in range(4):
            first = self.draw((32, 3, 5, 5), 75)
            mean = first.astype(np.float64).sum((2, 3), keepdims=True) / 25
            first = first - mean.astype(np.float32)
            second = self.draw((32, 32, 3, 3), 288)
            self.scales.append((self.tensor(first), self.tensor(second)))
        self.colours = self.tensor(self.draw((32, 3, 1, 1), 3))
        self.bias = self.tensor(self.draw((32,), 2))

    def draw(self, shape, fan_in):
        random = JavaRandom(self.seeds.next_long())
        bound = np.sqrt(6.0 / fan_in)
        values = [bound * (2 * random.next_double() - 1) for _ in range(int(np.prod(shape)))]
        return np.array(values).astype(np.float32).reshape(shape)

    def tensor(self, array):
        return torch.from_numpy(array).to(self.dtype)

    def __call__(self, x):
        def half(t):
            return F.avg_pool2d(t, 4, 2, 1, count_include_pad=False)

        x, features = (x - 127.5) / 63.75, {}
        relu = self.kinks.relu
        features["colour"] = relu(F.conv2d(half(x), self.colours, self.bias))
        for i, (first, second) in enumerate(self.scales, 1):
            x = x if i == 1 else half(x)
            features[f"scale{i}_1"] = relu(F.conv2d(x, first))
            features[f"scale{i}_2"] = relu(F.conv2d(features[f"scale{i}_1"], second))
        return features


# ----------------------------------------------------------------------------------------- losses


def gram(features):
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return flat @ flat.transpose(1, 2) / (c * h * w)


def mean_square(x):
    return x.square().mean()


def total_variation(x):
    x = x / 255
    return ((x[:, :, 1:] - x[:, :, :-1]).square().mean()
            + (x[:, :, :, 1:] - x[:, :, :, :-1]).square().mean())


class Loss:
    def __init__(self, o, features, painting):
        seen = features(painting)
        self.o, self.features = o, features
        self.style = {k: gram(seen[k]) for k in features.STYLE}
        self.content_scale = {k: self._scale(seen[k]) for k in features.CONTENT}
        self.style_scale = {k: self._scale(self.style[k]) for k in features.STYLE}

    def _scale(self, x):
        return mean_square(x) if self.o["relative"] else 1

    def __call__(self, pictures, photographs):
        seen, wanted = self.features(pictures), self.features(photographs)
        content = sum(mean_square(seen[k] - wanted[k]) / self.content_scale[k]
                      for k in self.features.CONTENT)
        styled = sum(mean_square(gram(seen[k]) - self.style[k]) / self.style_scale[k]
                     for k in self.features.STYLE)
        return (self.o["content_weight"] * content, self.o["style_weight"] * styled,
                self.o["tv_weight"] * total_variation(pictures))


# ------------------------------------------------------------------------------------------ traces


def images(o, step, count, dtype):
    u = uniform(o["stream_offset"] + IMAGE_STREAM + step, count, 3, o["image_size"], o["image_size"])
    return torch.from_numpy(u * np.float32(127.5) + np.float32(127.5)).to(dtype)


def train(o, dtype):
    """Runs the trace in one precision."""
    kinks = Kinks()
    network = StyleNetwork(o["ngf"], o["depth"], NORMS[o["norm"]], kinks)
    streams = initialise(network, o["stream_offset"] + WEIGHT_STREAM)
    network.to(dtype)
    stream = o["stream_offset"] + FEATURE_STREAM
    features = (Vgg(o["widths"], stream, dtype, kinks) if o["features"] == "vgg"
                else RandomFilters(o["seed"], dtype, kinks))
    loss = Loss(o, features, images(o, 0, 1, dtype))
    adam = torch.optim.Adam(network.parameters(), lr=o["lr"], betas=o["betas"], eps=o["eps"])
    steps, first_gradients = [], {}
    for step in range(1, o["steps"] + 1):
        photographs = images(o, step, o["batch_size"], dtype)
        adam.zero_grad()
        content, styled, tv = loss(network(photographs), photographs)
        total = content + styled + tv
        total.backward()
        if step == 1:
            first_gradients = {name: p.grad.clone() for name, p in network.named_parameters()
                               if not has_no_effect(name)}
        adam.step()
        steps.append({"step": step, "content": content.item(), "style": styled.item(),
                      "tv": tv.item(), "total": total.item()})
    state = {k: v for k, v in network.state_dict().items() if not has_no_effect(k)}
    return {"streams": streams, "steps": steps, "kink_distance": kinks.nearest,
            "gradients": first_gradients, "state": state}


def trace_options():
    common = {"image_size": 32, "batch_size": 2, "ngf": 4, "depth": 1, "norm": "instance",
              "lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8, "steps": 3}
    traces = {
        "vgg": {**common, "features": "vgg", "widths": [8, 12, 16, 20], "relative": False,
                "content_weight": 1e5, "style_weight": 1e10, "tv_weight": 1e5},
        "random": {**common, "features": "random", "seed": 1, "image_size": 64, "norm": "batch",
                   "relative": True, "content_weight": 1.0, "style_weight": 10.0,
                   "tv_weight": 1.0},
    }
    return {k: {**o, "stream_offset": STREAM_OFFSETS[k]} for k, o in traces.items()}


def style_trace(o):
    run, run32 = train(o, torch.float64), train(o, torch.float32)
    drift = {key: max(abs(a[key] - b[key]) / abs(a[key])
                      for a, b in zip(run["steps"], run32["steps"]))
             for key in ("content", "style", "tv", "total")}

    def summaries(key):
        return {name: summary(t, run32[key][name]) for name, t in run[key].items()}

    return {
        "comment": COMMENT,
        "options": o,
        "streams": {**run["streams"], "feature_stream": o["stream_offset"] + FEATURE_STREAM,
                    "image_stream": o["stream_offset"] + IMAGE_STREAM},
        "steps": run["steps"],
        "float32_max_relative_difference": drift,
        "kink_distance": run["kink_distance"],
        "gradients_of_first_step": summaries("gradients"),
        "state_after_last_step": summaries("state"),
    }


def search_stream_offsets():
    """Prints the offsets whose traces stay farthest from any kink, as they are found."""
    for name, o in trace_options().items():
        farthest = 0.0
        for offset in range(0, 400_000, 10_000):
            for steps in (1, o["steps"]):
                candidate = {**o, "stream_offset": offset, "steps": steps}
                distance = train(candidate, torch.float64)["kink_distance"]
                if distance <= farthest:
                    break
            else:
                farthest = distance
                print(name, offset, distance, flush=True)


def main():
    torch.set_num_threads(1)
    if sys.argv[1:] == ["--search"]:
        search_stream_offsets()
        return
    for name, options in trace_options().items():
        write(f"style-trace-{name}.json", style_trace(options))


if __name__ == "__main__":
    main()
