"""The type of a value between two operations: bf16, or float32 on a CPU without products of bf16.

With such instructions two Zen 5 cores multiply at about 700 GFLOP/s. Without them torch reaches 30 GFLOP/s
a core, so that values stay float32 and are multiplied as they are (105 a core on Ice Lake with MKL). The
results differ in rounding only: sums are float32 in both.
"""
from pathlib import Path

import torch


def _cpu_multiplies_bf16():
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


STORED = torch.bfloat16 if _cpu_multiplies_bf16() else torch.float32

if __name__ == "__main__":                # for the compiler of kernels.c
    print("" if STORED is torch.bfloat16 else "-DSTORE_FLOAT32")
