#!/usr/bin/python3
"""Writes the numbers that the tests of lanewise.metrics are held to, as NumPy and SciPy have them.

Run by hand, in this folder; metrics.json beside it is its output and is committed:

    apt install python3-numpy python3-scipy   # Debian 12: NumPy 1.24, SciPy 1.10
    /usr/bin/python3 make_reference.py        # half a minute, for 10,000 x 10,000 points

Points come from SplitMix64 (Steele et al. 2014), which a test repeats in a few lines, and from
single operations in float32, so that both sides see the same bits; everything behind them is
float64. Each definition is written from its paper, in its plainest form:

    frechet    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))               Heusel et al. 2017
    precision  share of generated points in the ball of a real one, k=3  Kynkaanniemi et al. 2019
    recall     the same with the roles changed, k=3
    density    balls of real points that hold a generated one, mean / k  Naeem et al. 2020, k=5
    coverage   share of real points whose ball holds a generated one, k=5
    mixture    nearest mode, three deviations, KL of the modes           Lin et al. 2018
    diversity  mean distance of two points of a batch
"""

import json

import numpy as np
import scipy.linalg
import scipy.special
from scipy.spatial.distance import cdist, pdist

GOLDEN = 0x9E3779B97F4A7C15


def uniform(seed, count, dimensions):
    """SplitMix64's top 24 bits as float32 in [-1, 1)."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.uint64(GOLDEN) * np.arange(
            1, count * dimensions + 1, dtype=np.uint64
        )
        z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    bits = (z >> np.uint64(40)).astype(np.float32)
    return (bits / np.float32(2**23) - np.float32(1)).reshape(count, dimensions)


def features(seed, count, dimensions, scale, shift):
    """Correlated points: u scaled and shifted, plus the point's first coordinate in each."""
    u = uniform(seed, count, dimensions)
    return (u * np.float32(scale) + np.float32(shift)) + u[:, :1]


def frechet(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    mean = a.mean(axis=0) - b.mean(axis=0)
    c1, c2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    if min(len(a), len(b)) > a.shape[1]:
        root = np.trace(scipy.linalg.sqrtm(c1 @ c2)).real
    else:  # singular: sqrtm fails; the nuclear norm of the product of the roots is the same
        root = np.linalg.norm(symmetric_root(c1) @ symmetric_root(c2), "nuc")
    return mean @ mean + np.trace(c1) + np.trace(c2) - 2 * root


def symmetric_root(c):
    values, vectors = np.linalg.eigh(c)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def radii(points, k):
    result = []
    for block in np.array_split(points, max(1, len(points) // 1000)):
        result.append(np.partition(cdist(block, points), k, axis=1)[:, k])
    return np.concatenate(result)


def manifold(real, generated):
    real, generated = real.astype(np.float64), generated.astype(np.float64)
    narrow, wide, generated_radii = radii(real, 3), radii(real, 5), radii(generated, 3)
    precise, hits = [], 0
    recalled = np.zeros(len(real), bool)
    covered = np.zeros(len(real), bool)
    for i in range(0, len(generated), 1000):
        d = cdist(generated[i : i + 1000], real)
        precise.append((d <= narrow).any(axis=1))
        hits += (d <= wide).sum()
        recalled |= (d <= generated_radii[i : i + 1000, None]).any(axis=0)
        covered |= (d <= wide).any(axis=0)
    return {
        "precision": np.concatenate(precise).mean(),
        "recall": recalled.mean(),
        "density": hits / (5 * len(generated)),
        "coverage": covered.mean(),
    }


def mixture(points, means, deviation, real):
    d = cdist(points.astype(np.float64), means)
    nearest, good = d.argmin(axis=1), d.min(axis=1) < 3 * deviation
    q = np.bincount(nearest[good], minlength=len(means)) / good.sum()
    p = np.array(real) / np.sum(real)
    return {
        "captured": len(set(nearest[good])),
        "highQuality": good.mean(),
        "reverseKl": scipy.special.rel_entr(q, p).sum(),
    }


def pair(name, first, second, metric):
    """A case with the arguments of features() for both sides."""
    return {"name": name, "first": first, "second": second, **metric(first, second)}


def main():
    def of_frechet(a, b):
        return {"distance": frechet(features(*a), features(*b))}

    def of_manifold(a, b):
        return manifold(features(*a), features(*b))

    ring = [[np.cos(i * np.pi / 4), np.sin(i * np.pi / 4)] for i in range(8)]
    real = [1, 2, 3, 4, 5, 6, 7, 8]
    # Uniform in a square: some within three deviations of a mode, most between the modes.
    points = uniform(7, 2500, 2) * np.float32(1.25)
    cases = {
        "frechet": [
            pair("same", [1, 500, 8, 1, 0], [1, 500, 8, 1, 0], of_frechet),
            pair("shifted", [1, 500, 8, 1, 0], [1, 500, 8, 1, 3], of_frechet),
            pair("other covariance", [1, 500, 8, 1, 0], [2, 300, 8, 0.25, 0.5], of_frechet),
            pair("far from zero", [1, 500, 8, 1, 1000], [2, 300, 8, 0.25, 1000], of_frechet),
            pair("singular", [1, 20, 32, 1, 0], [2, 24, 32, 0.5, 0.25], of_frechet),
            pair("real size", [1, 10000, 64, 1, 0], [2, 10000, 64, 0.75, 0.125], of_frechet),
        ],
        "manifold": [
            pair("odd sizes", [1, 401, 5, 1, 0], [2, 293, 5, 0.5, 0.25], of_manifold),
            pair("several blocks", [1, 1300, 3, 1, 0], [2, 1111, 3, 0.5, 0.125], of_manifold),
            pair("narrow", [1, 600, 6, 1, 0], [2, 700, 6, 0.0625, 0], of_manifold),
            pair("real size", [1, 10000, 64, 1, 0], [2, 10000, 64, 1.0625, 0.0625], of_manifold),
        ],
        "mixture": mixture(points, np.array(ring, np.float32), 0.1, real),
        "diversity": float(np.mean([pdist(b) for b in features(1, 96, 7, 1, 0).reshape(3, 32, 7)])),
    }
    lines = []
    for name, value in cases.items():
        rows = value if isinstance(value, list) else [value]
        text = ",\n  ".join(json.dumps(row, default=float) for row in rows)
        lines.append(f' "{name}": ' + (f"[\n  {text}\n ]" if isinstance(value, list) else text))
    with open("metrics.json", "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
