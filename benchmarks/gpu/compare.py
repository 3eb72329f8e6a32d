#!/usr/bin/env python3
"""Times Lanewise and PyTorch on the same GPU, by turns, and writes the ratios.

The cases have the names of `lanewise bench`, and are the same work there and here: DCGAN's training
steps (real and fake images in separate batches, the discriminator frozen while the generator learns,
Adam, images from the host, the four results read), CycleGAN's generator forward and backward, norms
with LeakyReLU forward and backward, and a copy. Every sample is synchronised with the device; a
number is the median of the medians of some rounds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

SLOPE = 0.2
EPS = 1e-5
SAMPLE_SECONDS = 2e-3
MAX_SAMPLES = 200
MIN_SAMPLES = 5
WARM_UP_RUNS = 3
COPIED = 1 << 26
NORM_CHANNELS, NORM_PIXELS = 64, 32
CYCLEGAN_PIXELS, CYCLEGAN_BLOCKS = 256, 9

# By importance: what the time does not suffice for is left out at the end.
CASES = [
    ("copy", [1]),
    ("dcgan64-step", [128]),
    ("instance-norm", [128]),
    ("batch-norm", [128]),
    ("dcgan32-step", [128]),
    ("instance-norm", [64, 512]),
    ("batch-norm", [64, 512]),
    ("dcgan64-step", [64, 512]),
    ("dcgan32-step", [64, 512]),
    ("cyclegan-generator", [1, 16]),
]
SMOKE = [("copy", [1]), ("instance-norm", [4]), ("batch-norm", [4]), ("dcgan32-step", [4])]


class Torch:
    """PyTorch on one device in one precision."""

    def __init__(self, device, precision):
        self.device = torch.device(device)
        self.precision = precision
        self.cuda = self.device.type == "cuda"
        tf32 = precision != "fp32"
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cudnn.benchmark = True
        self.dtype = torch.bfloat16 if precision == "bf16" else torch.float32

    def autocast(self):
        return torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16"
        )

    def synchronize(self):
        if self.cuda:
            torch.cuda.synchronize(self.device)

    def adam(self, parameters):
        fused = {"fused": True} if self.cuda else {}
        return torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999), **fused)

    def host(self, *shape):
        images = torch.rand(*shape) * 2 - 1
        return images.pin_memory() if self.cuda else images


class Variant:
    """How PyTorch computes: the memory's format, and whether it is compiled."""

    def __init__(self, name, channels_last=False, compiled=False, group_norm=False):
        self.name = name
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.compiled = compiled
        self.group_norm = group_norm

    def compile(self, function):
        return torch.compile(function, mode="reduce-overhead") if self.compiled else function

    def begin(self):
        if self.compiled:
            torch.compiler.cudagraph_mark_step_begin()


def variants(case, cuda):
    chosen = [Variant("eager"), Variant("channels_last", channels_last=True)]
    if case == "copy":
        return chosen[:1]
    if case == "instance-norm":
        # The same function under a name that PyTorch computes faster.
        chosen.append(Variant("group_norm", group_norm=True))
    if cuda and hasattr(torch, "compile"):
        chosen.append(Variant("compile", compiled=True))
        if case == "dcgan64-step":
            chosen.append(Variant("compile, channels_last", channels_last=True, compiled=True))
    return chosen


def generator(pixels, channels, latent=100, width=64):
    doublings = (pixels // 4).bit_length() - 1
    c = width << (doublings - 1)
    layers = [nn.ConvTranspose2d(latent, c, 4, 1, 0, bias=False), nn.BatchNorm2d(c), nn.ReLU(True)]
    for _ in range(doublings - 1):
        layers += [nn.ConvTranspose2d(c, c // 2, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(c // 2), nn.ReLU(True)]
        c //= 2
    layers += [nn.ConvTranspose2d(c, channels, 4, 2, 1, bias=False), nn.Tanh()]
    return nn.Sequential(*layers)


def discriminator(pixels, channels, width=64):
    doublings = (pixels // 4).bit_length() - 1
    layers = [nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(SLOPE, True)]
    c = width
    for _ in range(doublings - 1):
        layers += [nn.Conv2d(c, 2 * c, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(2 * c), nn.LeakyReLU(SLOPE, True)]
        c *= 2
    layers += [nn.Conv2d(c, 1, 4, 1, 0, bias=False)]
    return nn.Sequential(*layers)


def initialize(network):
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.02)
    return network


def dcgan_step(t, variant, pixels, channels, batch):
    place = {"device": t.device, "memory_format": variant.format}
    g_network = initialize(generator(pixels, channels)).to(**place)
    d_network = initialize(discriminator(pixels, channels)).to(**place)
    g_adam, d_adam = t.adam(g_network.parameters()), t.adam(d_network.parameters())
    g, d = variant.compile(g_network), variant.compile(d_network)
    host = t.host(batch, channels, pixels, pixels)

    def step():
        variant.begin()
        real = host.to(t.device, non_blocking=True).contiguous(memory_format=variant.format)
        z = torch.randn(batch, 100, 1, 1, device=t.device)
        with t.autocast():
            fake = g(z)
            on_real, on_fake = d(real), d(fake.detach())
        loss_d = F.softplus(-on_real.float()).mean() + F.softplus(on_fake.float()).mean()
        d_adam.zero_grad(set_to_none=True)
        loss_d.backward()
        d_adam.step()

        d_network.requires_grad_(False)
        with t.autocast():
            loss_g = F.softplus(-d(fake).float()).mean()
        g_adam.zero_grad(set_to_none=True)
        loss_g.backward()
        g_adam.step()
        d_network.requires_grad_(True)
        seen = torch.sigmoid(on_real.float()).mean(), torch.sigmoid(on_fake.float()).mean()
        return torch.stack([loss_d.detach(), loss_g.detach(), *(s.detach() for s in seen)]).tolist()

    return step


class Block(nn.Module):
    """A residual block of CycleGAN's generator."""

    def __init__(self, width):
        super().__init__()
        self.f = nn.Sequential(*padded(width, width, 3), nn.ReLU(True), *padded(width, width, 3))

    def forward(self, x):
        return x + self.f(x)


def padded(inputs, outputs, kernel):
    return [
        nn.ReflectionPad2d(kernel // 2),
        nn.Conv2d(inputs, outputs, kernel),
        nn.InstanceNorm2d(outputs),
    ]


def cyclegan_generator(width=64):
    layers = [*padded(3, width, 7), nn.ReLU(True)]
    for c in (width, 2 * width):
        layers += [nn.Conv2d(c, 2 * c, 3, 2, 1), nn.InstanceNorm2d(2 * c), nn.ReLU(True)]
    layers += [Block(4 * width) for _ in range(CYCLEGAN_BLOCKS)]
    for c in (4 * width, 2 * width):
        layers += [nn.ConvTranspose2d(c, c // 2, 3, 2, 1, output_padding=1)]
        layers += [nn.InstanceNorm2d(c // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())


def cyclegan_step(t, variant, batch):
    place = {"device": t.device, "memory_format": variant.format}
    network = initialize(cyclegan_generator()).to(**place)
    compiled = variant.compile(network)
    images = t.host(batch, 3, CYCLEGAN_PIXELS, CYCLEGAN_PIXELS).to(**place)

    def step():
        variant.begin()
        network.zero_grad(set_to_none=True)
        with t.autocast():
            y = compiled(images)
        y.float().square().mean().backward()

    return step


def norm_step(t, variant, case, batch):
    shape = (batch, NORM_CHANNELS, NORM_PIXELS, NORM_PIXELS)
    place = {"device": t.device, "dtype": t.dtype, "memory_format": variant.format}
    x = t.host(*shape).to(**place).requires_grad_()
    dy = t.host(*shape).to(**place)
    gamma = torch.rand(NORM_CHANNELS, device=t.device).requires_grad_()
    beta = torch.rand(NORM_CHANNELS, device=t.device).requires_grad_()
    wanted = [x, gamma, beta] if case == "batch-norm" else [x]

    def forward(x, gamma, beta):
        if case == "batch-norm":
            y = F.batch_norm(x, None, None, gamma, beta, True, 0, EPS)
        elif variant.group_norm:
            y = F.group_norm(x, NORM_CHANNELS, eps=EPS)
        else:
            y = F.instance_norm(x, eps=EPS)
        return F.leaky_relu(y, SLOPE, inplace=True)

    compiled = variant.compile(forward)

    def step():
        variant.begin()
        return torch.autograd.grad(compiled(x, gamma, beta), wanted, dy)

    return step


def copy_step(t):
    x = torch.rand(COPIED, device=t.device)
    y = torch.empty_like(x)
    return lambda: y.copy_(x)


def prepare(t, variant, case, batch):
    if case == "copy":
        return copy_step(t)
    if case in ("instance-norm", "batch-norm"):
        return norm_step(t, variant, case, batch)
    if case == "cyclegan-generator":
        return cyclegan_step(t, variant, batch)
    pixels, channels = (32, 1) if case == "dcgan32-step" else (64, 3)
    return dcgan_step(t, variant, pixels, channels, batch)


class Stopwatch:
    """Measures one prepared variant; the rules are those of Lanewise's."""

    def __init__(self, t, step, seconds):
        self.t, self.step, self.seconds = t, step, seconds
        start, runs, last = time.perf_counter(), 0, 0
        while runs < WARM_UP_RUNS or time.perf_counter() - start < seconds:
            last = self.time(1)
            runs += 1
        self.runs = max(1, int(-(-SAMPLE_SECONDS // max(last, 1e-9))))

    def time(self, runs):
        start = time.perf_counter()
        for _ in range(runs):
            self.step()
        self.t.synchronize()
        return time.perf_counter() - start

    def measure(self):
        samples, start = [], time.perf_counter()
        while len(samples) < MIN_SAMPLES or (
            len(samples) < MAX_SAMPLES and time.perf_counter() - start < self.seconds
        ):
            samples.append(self.time(self.runs) * 1000 / self.runs)
        return statistics.median(samples)


class Lanewise:
    """A process of `lanewise bench --stdin`."""

    def __init__(self, launcher, backend, device, precision, seconds, log):
        command = [launcher, "bench", "--stdin", "--backend", backend, "--device", str(device)]
        command += ["--precision", precision, "--seconds", str(seconds)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )

    def measure(self, case, batch):
        try:
            self.process.stdin.write(f"{case} {batch}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError("lanewise bench has ended; see lanewise.log")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["median_ms"]

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()


def norm_bytes(batch, precision):
    """Forward reads x twice and writes y; backward reads x and dy twice and writes dx."""
    element = 2 if precision == "bf16" else 4
    return 8 * element * batch * NORM_CHANNELS * NORM_PIXELS * NORM_PIXELS


def compare(case, batch, t, lanewise, arguments, deadline):
    """The medians of all that compute a case, measured by turns; errors instead where they fail."""
    times = {"lanewise": []}
    errors = {}
    watches = {}
    for round_ in range(arguments.rounds):
        if "lanewise" not in errors:
            try:
                times["lanewise"].append(lanewise.measure(case, batch))
            except RuntimeError as e:
                errors["lanewise"] = str(e)
        for variant in variants(case, t.cuda):
            name = variant.name
            if name in errors or (round_ == 0 and time.monotonic() > deadline):
                continue
            try:
                if round_ == 0:
                    step = prepare(t, variant, case, batch)
                    watches[name] = Stopwatch(t, step, arguments.seconds)
                if name in watches:
                    times.setdefault(name, []).append(watches[name].measure())
            except Exception as e:  # One variant that fails must not end the others.
                errors[name] = f"{type(e).__name__}: {e}".splitlines()[0][:200]
                watches.pop(name, None)
    watches.clear()
    if t.cuda:
        # Compiled functions and the memory of their graphs, too.
        if hasattr(torch, "compile"):
            torch._dynamo.reset()
        torch.cuda.empty_cache()
    row = {"case": case, "batch": batch, "precision": t.precision, "errors": errors}
    row["ms"] = {name: statistics.median(ms) for name, ms in times.items() if ms}
    return row


def markdown(rows, machine):
    lines = [f"{machine}", ""]
    copies = {
        (row["precision"], who): 2 * 4 * COPIED / ms / 1e6
        for row in rows
        if row["case"] == "copy"
        for who, ms in row["ms"].items()
    }
    for precision in dict.fromkeys(row["precision"] for row in rows):
        lines += [f"### {precision}", ""]
        lines += ["| case | batch | Lanewise ms | best PyTorch ms | ratio | PyTorch, all variants |"]
        lines += ["|---|---:|---:|---:|---:|---|"]
        for row in rows:
            if row["precision"] == precision:
                lines.append(line(row, copies))
        lines.append("")
    lines += ["Ratio: PyTorch's best time over Lanewise's; above 1 Lanewise is faster.", ""]
    return "\n".join(lines)


def line(row, copies):
    ours = row["ms"].get("lanewise")
    peers = {name: ms for name, ms in row["ms"].items() if name != "lanewise"}
    best = min(peers, key=peers.get, default=None)
    failed = [f"{name} failed ({why})" for name, why in row["errors"].items()]
    texts = [f"{name} {ms:.3f}" for name, ms in peers.items()] + failed
    mine = "-" if ours is None else f"{ours:.3f}"
    if ours is not None and row["case"].endswith("-norm"):
        rate = norm_bytes(row["batch"], row["precision"]) / ours / 1e6
        copy = copies.get((row["precision"], "lanewise"))
        mine += f" ({rate:.0f} GB/s" + (f", {100 * rate / copy:.0f} % of a copy)" if copy else ")")
    elif ours is not None and row["case"] == "copy":
        mine += f" ({copies[row['precision'], 'lanewise']:.0f} GB/s)"
    theirs = "-" if best is None else f"{peers[best]:.3f}"
    ratio = "-" if best is None or ours is None else f"**{peers[best] / ours:.2f}**"
    name = row["case"]
    return f"| {name} | {row['batch']} | {mine} | {theirs} | {ratio} | {'; '.join(texts)} |"


def describe(t):
    if not t.cuda:
        return f"No GPU: PyTorch {torch.__version__} on the CPU, {torch.get_num_threads()} threads."
    name = torch.cuda.get_device_name(t.device)
    cudnn = torch.backends.cudnn.version()
    return f"{name}, PyTorch {torch.__version__} with CUDA {torch.version.cuda}, cuDNN {cudnn}."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lanewise", default="./lanewise", help="the launcher")
    parser.add_argument("--backend", default="cuda", help="Lanewise's")
    parser.add_argument("--device", type=int, default=0, help="the GPU's number, for both")
    parser.add_argument("--precisions", default="fp32,tf32,bf16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.3, help="of a measurement")
    parser.add_argument("--limit", type=float, default=400, help="seconds in all")
    parser.add_argument("--smoke", action="store_true", help="a few small cases")
    parser.add_argument("--out", type=Path, default=Path("."), help="folder of the results")
    arguments = parser.parse_args()

    end = time.monotonic() + arguments.limit
    arguments.out.mkdir(parents=True, exist_ok=True)
    device = f"cuda:{arguments.device}" if torch.cuda.is_available() else "cpu"
    precisions = arguments.precisions.split(",")
    rows, failed = [], False
    with open(arguments.out / "lanewise.log", "w") as log:
        for number, precision in enumerate(precisions):
            # Each precision gets its share of what is left.
            left = end - time.monotonic()
            deadline = time.monotonic() + left / (len(precisions) - number)
            t = Torch(device, precision)
            lanewise = Lanewise(
                arguments.lanewise,
                arguments.backend,
                arguments.device,
                precision,
                arguments.seconds,
                log,
            )
            try:
                for case, batches in SMOKE if arguments.smoke else CASES:
                    for batch in batches:
                        if time.monotonic() > deadline:
                            print(f"no time for {case} {batch} in {precision}", flush=True)
                            continue
                        row = compare(case, batch, t, lanewise, arguments, deadline)
                        rows.append(row)
                        failed |= "lanewise" in row["errors"]
                        print(json.dumps(row), flush=True)
                        # Written each time: whoever ends this early keeps what there is.
                        results = {"machine": describe(t), "rows": rows}
                        (arguments.out / "results.json").write_text(json.dumps(results, indent=1))
                        (arguments.out / "results.md").write_text(markdown(rows, describe(t)))
            finally:
                lanewise.close()
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
