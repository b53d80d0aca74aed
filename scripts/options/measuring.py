"""What the scripts of this folder share: the program, and medians with percentile intervals from resampling."""
import os, random, statistics

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
reference = os.path.join(root, "datasets", "reference", "b158-i2_s.gguf")


def program(name):
    return os.path.join(os.environ.get("BN_BIN", os.path.join(root, "build", "bin")), name)


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def median_interval(values, draws=2000, seed=1):
    """The median and its 95 % interval."""
    rng = random.Random(seed)
    medians = sorted(statistics.median(rng.choices(values, k=len(values))) for _ in range(draws))
    return statistics.median(values), medians[draws // 40], medians[draws - draws // 40 - 1]


def show(values, digits=1):
    return "{:.{d}f} ({:.{d}f} to {:.{d}f})".format(*median_interval(values), d=digits)
