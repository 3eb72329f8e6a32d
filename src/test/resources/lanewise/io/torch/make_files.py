"""Writes the .pth files beside this script, which TorchFileTest reads. Made with PyTorch 1.13."""

import argparse
import collections
import os
import pathlib

import numpy
import torch

HERE = pathlib.Path(__file__).parent


def save(name, what, **options):
    torch.save(what, HERE / name, **options)


def state_dict():
    """One of everything: types, views, ties, parameters."""
    matrix = torch.arange(12.0).reshape(3, 4)
    ramp = torch.arange(-3.0, 4.0)
    tied = torch.full((2, 2), 0.5)
    return collections.OrderedDict(
        f32=torch.tensor([[1.5, -2.0, 3.25]]),
        f64=torch.tensor([0.1, -1e300], dtype=torch.float64),
        f16=ramp.half(),
        bf16=ramp.bfloat16(),
        i64=torch.tensor([2**40, -7]),
        i32=ramp.int(),
        i16=ramp.short(),
        i8=ramp.char(),
        u8=torch.tensor([0, 200], dtype=torch.uint8),
        bool=ramp > 0,
        scalar=torch.tensor(3.5),
        empty=torch.zeros(0, 4),
        transposed=matrix.t(),
        columns=matrix[:, 1:3],
        every_other=matrix[1, ::2],
        expanded=torch.tensor([7.0]).expand(2, 3),
        channels_last=torch.arange(24.0)
        .reshape(1, 2, 3, 4)
        .contiguous(memory_format=torch.channels_last),
        parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        tied_a=tied,
        tied_b=tied,
    )


for protocol in 2, 3, 4, 5:
    save(f"zip-{protocol}.pth", state_dict(), pickle_protocol=protocol)
save("legacy-2.pth", state_dict(), _use_new_zipfile_serialization=False)
save(
    "legacy-4.pth", state_dict(), _use_new_zipfile_serialization=False, pickle_protocol=4
)

torch.manual_seed(0)
generator = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
discriminator = torch.nn.Sequential(torch.nn.Linear(2, 1))
adam = torch.optim.Adam(generator.parameters())
generator(torch.zeros(1, 1, 4, 4)).sum().backward()
adam.step()
schedule = torch.optim.lr_scheduler.MultiStepLR(adam, [3, 5])
save("module.pth", generator)
save(
    "checkpoint.pth",
    {
        "epoch": 3,
        "loss": 0.25,
        "size": torch.Size([3, 4]),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "names": ["a", ("b", None, True)],
        "bytes": b"\x00\xff",
        "large": 2**100,
        "model": torch.nn.DataParallel(generator).state_dict(),
        "optimizer": adam.state_dict(),
        "schedule": schedule.state_dict(),
    },
    pickle_protocol=3,
)
save(
    "two.pth",
    {
        "gan": {"G": generator.state_dict(), "D": discriminator.state_dict()},
        "epoch": 3,
    },
)
beside = {
    "args": argparse.Namespace(lr=0.1, size=(3, 4), out=pathlib.PosixPath("runs/1"), seen={1, 2}),
    "best": numpy.float64(0.5),
    "step": numpy.int64(7),
    "history": collections.defaultdict(list, {"loss": [0.5, numpy.float32(0.25)]}),
    "numpy_rng": numpy.random.RandomState(0).get_state(),
    "torch_rng": torch.arange(8, dtype=torch.uint8),
    "state_dict": {"weight": torch.ones(1, 2), "bias": torch.tensor([1.0, 2.0])},
}
save("beside-2.pth", beside)
save("beside-4.pth", beside, pickle_protocol=4)
save("beside-legacy.pth", beside, _use_new_zipfile_serialization=False)


def dcgan(*layers):
    """With PyTorch's DCGAN example's names."""
    module = torch.nn.Module()
    module.main = torch.nn.Sequential(*layers)
    return module.state_dict()


transposed, batch_norm = torch.nn.ConvTranspose2d, torch.nn.BatchNorm2d
save(
    "dcgan.pth",
    {
        "netG": dcgan(
            transposed(3, 4, 4, 1, 0, bias=False),
            batch_norm(4),
            torch.nn.ReLU(),
            transposed(4, 2, 4, 2, 1, bias=False),
            batch_norm(2),
            torch.nn.ReLU(),
            transposed(2, 1, 4, 2, 1, bias=False),
        ),
        "netD": dcgan(torch.nn.Conv2d(1, 2, 4, 2, 1, bias=False)),
    },
)
save("tensor.pth", torch.ones(2))
save("list.pth", [torch.ones(2)])


class Command:
    def __reduce__(self):
        return os.system, ("touch hacked",)


save("command.pth", {"weight": torch.ones(2), "extra": Command()})
save(
    "command-legacy.pth",
    {"weight": torch.ones(2), "extra": Command()},
    _use_new_zipfile_serialization=False,
)
torch.jit.script(torch.nn.ReLU()).save(str(HERE / "script.pt"))
