"""AdamW for everything, or Muon for the linear layers and AdamW for embedding and gains.

Muon: the momentum of a matrix is made nearly orthogonal by five Newton-Schulz steps and
scaled so that an entry moves as much as AdamW would move it (0.2 * sqrt(longer side)).
"""
import collections
import math

import torch

from network import kernels
from storage import STORED

BETA1, BETA2 = 0.9, 0.95
MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalised(x, steps=5):
    """x [count][rows][columns], rows <= columns, each of norm <= 1: singular values go to about 1."""
    a, b, c = NEWTON_SCHULZ
    for _ in range(steps):
        gram = torch.bmm(x, x.transpose(1, 2))
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


def lying(matrix):
    return matrix if matrix.shape[0] <= matrix.shape[1] else matrix.t()


class AdamW:
    """On one slice of a network's flat parameters."""

    def __init__(self, net, begin, end, decays):
        self.master, self.gradient = net.flat[begin:end], net.flat_gradient[begin:end]
        self.first, self.second = torch.zeros(end - begin), torch.zeros(end - begin)
        self.decays = decays

    def step(self, number, rate, decay, factor):
        kernels.adamw(self.master, self.gradient, self.first, self.second, self.master.numel(), rate, BETA1, BETA2,
                      rate * decay if self.decays else 0.0, 1 / (1 - BETA1 ** number), 1 / (1 - BETA2 ** number), factor)

    def state(self):
        return [self.first, self.second]


class Muon:
    """On matrices of one shape: [(master, gradient)]."""

    def __init__(self, group):
        self.group = [(master, gradient, torch.zeros_like(master)) for master, gradient in group]
        self.shape = sorted(group[0][0].shape)

    def step(self, number, rate, decay, factor):
        stacked = torch.empty(len(self.group), *self.shape, dtype=STORED)
        for i, (_, gradient, momentum) in enumerate(self.group):
            momentum.mul_(MOMENTUM).add_(gradient)
            ahead = gradient.add(momentum, alpha=MOMENTUM)
            stacked[i] = lying(ahead.div_(ahead.norm() + 1e-12))
        stacked = orthogonalised(stacked)
        for i, (master, _, _) in enumerate(self.group):
            lying(master).mul_(1 - rate * decay).add_(stacked[i], alpha=-rate * 0.2 * math.sqrt(self.shape[1]))

    def state(self):
        return [momentum for _, _, momentum in self.group]


def muon_parts(net, size=8):
    """The linear layers in groups of one shape, few enough in each that threads can share them out."""
    of_shape = collections.defaultdict(list)
    for name, first, rows, _ in net.shape.linears():
        pair = net.master[name][first:first + rows], net.gradient[name][first:first + rows]
        of_shape[tuple(sorted(pair[0].shape))].append(pair)
    return [Muon(group[i:i + size]) for group in of_shape.values() for i in range(0, len(group), size)]


class Optimiser:
    def __init__(self, net, use_muon):
        self.net, self.number, self.use_muon = net, 0, use_muon
        table = net.master["embedding"].numel()
        gains = net.size - sum(net.master[n].numel() for n, _ in net.shape.gains())
        self.linears = muon_parts(net) if use_muon else [AdamW(net, table, gains, True)]
        self.others = [AdamW(net, 0, table, False), AdamW(net, gains, net.size, False)]

    def step(self, rate, linear_rate, decay, each=map):
        """Moves the masters along the gradients, which are then zero. Returns the gradient norm.
        each: map, or that of a pool of threads."""
        norm = float(self.net.flat_gradient.norm())
        self.number += 1
        parts = [(part, linear_rate) for part in self.linears] + [(part, rate) for part in self.others]
        list(each(lambda p: p[0].step(self.number, p[1], decay, min(1.0, 1.0 / (norm + 1e-6))), parts))
        self.net.flat_gradient.zero_()
        self.net.refresh()
        return norm

    def state(self):
        return [self.net.flat] + [t for part in self.linears + self.others for t in part.state()]

    def record(self):
        return {"number": self.number, "tensors": self.state()}

    def restore(self, record):
        self.number = record["number"]
        for mine, saved in zip(self.state(), record["tensors"]):
            mine.copy_(saved)
        self.net.refresh()
