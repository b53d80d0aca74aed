"""Products of bf16 matrices, as fast as this CPU can.

torch has fast bf16 products only for CPUs with such instructions (about 700 GFLOP/s on two Zen 5
cores); without them they run at 1 GFLOP/s a core, where float32 products of converted matrices
reach 48 (Zen 3). The results differ in rounding only: float32 sums, narrowed to bf16 at the end.
"""
from pathlib import Path

import torch

BF16 = torch.bfloat16


def _has_bf16():
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


HAS_BF16 = _has_bf16()
FASTEST = BF16 if HAS_BF16 else torch.float32     # for values that may have either type


def product(a, b):
    """a @ b of matrices or of stacks of matrices, in bf16."""
    return a @ b if HAS_BF16 else (a.float() @ b.float()).to(BF16)
