"""Compares losses and gradients of network.py with plain.py; fails when a direction differs."""
import sys

import torch
from torch.nn import functional

import plain
from network import Network, Shape

SMALLEST_COSINE = 0.99


def compare(is_ternary, length=200):
    torch.manual_seed(0)
    net = Network(Shape(layers=2), ternary=is_ternary)
    for name, _ in net.shape.gains():
        net.master[name] += torch.randn(net.master[name].shape) * 0.1
    net.refresh()
    ids, targets = torch.randint(0, 4096, (2, length)), torch.randint(0, 4096, (2 * length,))
    weights = torch.rand(2 * length) / (2 * length)
    losses = net.loss_and_gradient(ids, targets, weights)

    tensors = {k: v.clone().requires_grad_(True) for k, v in net.named().items()}
    logits = plain.logits(tensors, ids, net.shape, is_ternary)
    plain_losses = functional.cross_entropy(logits.view(-1, 4096), targets, reduction="none")
    (plain_losses * weights).sum().backward()
    worst = 1.0
    for name, gradient in net.named(net.gradient).items():
        a, b = gradient.flatten(), tensors[name].grad.flatten()
        cosine, ratio = float(functional.cosine_similarity(a, b, 0)), float(a.norm() / b.norm())
        worst = min(worst, cosine)
        print(f"  {name:50s} cosine {cosine:.5f} norm ratio {ratio:.4f}")
    difference = float((losses - plain_losses).abs().max())
    print(f"ternary={is_ternary}: largest loss difference {difference:.4f}, worst cosine {worst:.5f}")
    return worst > SMALLEST_COSINE


if __name__ == "__main__":
    sys.exit(0 if compare(True) and compare(False) else 1)
