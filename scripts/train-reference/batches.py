"""Training batches: half natural text, half micro-world; a function of the step number alone."""
from pathlib import Path

import numpy as np
import torch

from bpe import ANSWER_FLAG, ID_MASK
from corpus import DOMAINS

DOMAIN_SHARES = np.array([.58, .14, .18, .05, .05])     # of the natural half, in the order of DOMAINS
CONTEXT_WEIGHT, ANSWER_WEIGHT = 0.5, 3.0                # loss weights in micro-world rows; natural text has 1
SHORT, LONG = 512, 2048


class Batch:
    def __init__(self, rows, domains):
        """rows [n][T+1] flagged ids; domains: index into DOMAINS, or -1 for the micro-world."""
        self.domains = domains
        self.ids = torch.from_numpy((rows[:, :-1] & ID_MASK).astype(np.int64))
        self.targets = torch.from_numpy((rows[:, 1:] & ID_MASK).astype(np.int64).reshape(-1))
        self.is_answer = (rows[:, 1:] & ANSWER_FLAG) != 0
        micro = np.where(self.is_answer, ANSWER_WEIGHT, CONTEXT_WEIGHT)
        weights = np.where((domains < 0)[:, None], micro, 1.0).astype(np.float32)
        self.weights = torch.from_numpy((weights / weights.sum()).reshape(-1))

    def part_of(self, losses):
        """Adds up losses by kind: {kind: (sum, count)}; answers and context of the micro-world apart."""
        losses, sums = losses.view(self.ids.shape).numpy(), {}
        for kind in range(-1, len(DOMAINS)):
            rows = self.domains == kind
            chosen = [("answer", self.is_answer), ("context", ~self.is_answer)] if kind < 0 else [(DOMAINS[kind], None)]
            for name, mask in chosen:
                values = losses[rows] if mask is None else losses[rows][mask[rows]]
                if values.size:
                    sums[name] = (float(values.sum()), values.size)
        return sums


class TrainingData:
    def __init__(self, directory, seed):
        directory = Path(directory)
        self.seed = seed
        self.streams = [np.load(directory / f"{d}_train.npy") for d in DOMAINS]
        self.micro = {SHORT: np.load(directory / "micro512.npy"), LONG: np.load(directory / "micro2048.npy")}

    def _natural(self, rng, length):
        domain = rng.choice(len(DOMAINS), p=DOMAIN_SHARES)
        stream = self.streams[domain]
        start = rng.integers(0, len(stream) - length - 1)
        return stream[start:start + length + 1], domain

    def batch(self, step, tokens, length):
        rng = np.random.default_rng([self.seed, step])
        count = tokens // length
        of_micro = count // 2
        rows, domains = np.zeros((count, length + 1), dtype=np.uint16), np.full(count, -1)
        pool = self.micro[length]
        for i in range(of_micro):
            rows[i] = pool[(step * of_micro + i) % len(pool)]
        for i in range(of_micro, count):
            rows[i], domains[i] = self._natural(rng, length)
        return Batch(rows, domains)


def validation(directory, rows_each=10, micro_rows=24):
    """One small held-out batch a domain."""
    directory, out = Path(directory), []
    for domain in ("tiny", "child", "books", "kjv"):
        stream = np.load(directory / f"{domain}_val.npy")
        count = min(rows_each, (len(stream) - 1) // SHORT)
        rows = np.stack([stream[i * SHORT:(i + 1) * SHORT + 1] for i in range(count)])
        out.append(Batch(rows, np.full(count, DOMAINS.index(domain))))
    out.append(Batch(np.load(directory / "micro_val.npy")[:micro_rows], np.full(micro_rows, -1)))
    return out
