"""AdamW for everything, or Muon for the linear layers and AdamW for embedding and gains.

Muon: the momentum of a matrix is made nearly orthogonal by five Newton-Schulz steps and
scaled so that an entry moves as much as AdamW would move it (0.2 * sqrt(longer side)).
"""
import collections
import math

import torch

from network import kernels
from product import FASTEST

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
    def __init__(self, net):
        self.groups = collections.defaultdict(list)
        for name, first, rows, _ in net.shape.linears():
            master, gradient = net.master[name][first:first + rows], net.gradient[name][first:first + rows]
            self.groups[tuple(sorted(master.shape))].append((master, gradient, torch.zeros_like(master)))

    def step(self, number, rate, decay, factor):
        for (rows, columns), group in self.groups.items():
            stacked = torch.empty(len(group), rows, columns, dtype=FASTEST)
            for i, (_, gradient, momentum) in enumerate(group):
                momentum.mul_(MOMENTUM).add_(gradient)
                ahead = gradient.add(momentum, alpha=MOMENTUM)
                stacked[i] = lying(ahead.div_(ahead.norm() + 1e-12))
            stacked = orthogonalised(stacked)
            for i, (master, _, _) in enumerate(group):
                lying(master).mul_(1 - rate * decay).add_(stacked[i], alpha=-rate * 0.2 * math.sqrt(columns))

    def state(self):
        return [momentum for group in self.groups.values() for _, _, momentum in group]


class Optimiser:
    def __init__(self, net, use_muon):
        self.net, self.number, self.use_muon = net, 0, use_muon
        table = net.master["embedding"].numel()
        gains = net.size - sum(net.master[n].numel() for n, _ in net.shape.gains())
        linears = Muon(net) if use_muon else AdamW(net, table, gains, True)
        self.parts = [AdamW(net, 0, table, False), linears, AdamW(net, gains, net.size, False)]

    def step(self, rate, linear_rate, decay):
        """Moves the masters along the gradients, which are then zero. Returns the gradient norm."""
        norm = float(self.net.flat_gradient.norm())
        self.number += 1
        for part, its_rate in zip(self.parts, (rate, linear_rate, rate)):
            part.step(self.number, its_rate, decay, min(1.0, 1.0 / (norm + 1e-6)))
        self.net.flat_gradient.zero_()
        self.net.refresh()
        return norm

    def state(self):
        return [self.net.flat] + [t for part in self.parts for t in part.state()]

    def record(self):
        return {"number": self.number, "tensors": self.state()}

    def restore(self, record):
        self.number = record["number"]
        for mine, saved in zip(self.state(), record["tensors"]):
            mine.copy_(saved)
        self.net.refresh()
