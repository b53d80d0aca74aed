"""Trains the twin and the b1.58 model.

    train.py --data DIR --out DIR [--steps N] ...

One full-precision model learns for the first part; then it is branched: one copy goes on in full
precision (the twin), the other with ternary weights and int8 activations (b1.58, "16-to-1.58-bit"
continual training). From there both take every step in turn on the same batch, so that whenever
training ends they have seen the same tokens in the same order.

DIR/steps, if it exists, replaces --steps while training runs: the learning rate then falls to zero
at that step (shorten a run with `echo 3000 > DIR/steps`). SIGTERM stops after the step under way; a
run that was stopped or killed goes on from its last checkpoint when the same command is given again,
on another machine with --leave FILE there and --begin FILE here.
"""
import argparse
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"      # two workers of one thread each: see Run.learn
import numpy as np  # noqa: E402
import torch  # noqa: E402

from batches import LONG, SHORT, TrainingData, validation  # noqa: E402
from network import Network  # noqa: E402
from optimiser import Optimiser  # noqa: E402

LOG_EVERY = 20


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--out", required=True, type=Path)
    p.add_argument("--steps", type=int, default=6104)
    p.add_argument("--tokens", type=int, default=4096, help="tokens in a step")
    p.add_argument("--rate", type=float, default=3e-3, help="peak learning rate of embedding and gains")
    p.add_argument("--linear_rate", type=float, default=6e-3, help="peak learning rate of the linear layers")
    p.add_argument("--warm_up", type=int, default=100)
    p.add_argument("--branch_at", type=float, default=0.86, help="share of the steps before the branch")
    p.add_argument("--decay_from", type=float, default=0.84, help="from here the learning rate falls linearly to 0")
    p.add_argument("--long_from", type=float, default=0.94, help="from here rows are 2048 tokens")
    p.add_argument("--weight_decay", type=float, default=0.1, help="on linears, until the branch")
    p.add_argument("--optimiser", choices=["adamw", "muon"], default="muon")
    p.add_argument("--begin", type=Path, help="go on from weights that --leave wrote, with new optimiser state; their steps count")
    p.add_argument("--leave", type=Path, help="with every checkpoint write the weights here, in float16, for --begin elsewhere")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--validate_every", type=int, default=200)
    p.add_argument("--stop_at", type=int, default=0, help="for experiments: stop, unfinished, after this step")
    p.add_argument("--ternary_from_start", action="store_true", help="for experiments: one model, b1.58 throughout")
    return p.parse_args()


class Run:
    def __init__(self, args):
        self.args, self.step, self.first, self.started = args, 0, 0, time.time()
        args.out.mkdir(parents=True, exist_ok=True)
        self.data, self.validation = TrainingData(args.data, args.seed), validation(args.data)
        first = "b158" if args.ternary_from_start else "twin"
        self.models = {first: self._model(first)}
        if args.begin:
            self.models[first].net.load(args.begin)
            self.step = self.first = int(np.load(args.begin)["step"])
        self.sums, self.helpers, self.pool = {}, {}, ThreadPoolExecutor(2)
        self._resume()

    def _model(self, name):
        return Optimiser(Network(ternary=name == "b158", seed=self.args.seed), self.args.optimiser == "muon")

    # ---- schedule ----------------------------------------------------------------------------
    def total(self):
        try:
            return int((self.args.out / "steps").read_text())
        except (OSError, ValueError):
            return self.args.steps

    def rate_factor(self, total):
        warm = min(1.0, (self.step - self.first + 1) / self.args.warm_up)
        left = (1 - self.step / total) / (1 - self.args.decay_from)
        return min(warm, left)

    def branch(self):
        twin = self.models["twin"]
        self.models["b158"] = self._model("b158")
        self.models["b158"].restore(twin.record())
        twin.net.save(self.args.out / "branch.npz", self.step)

    # ---- one step ------------------------------------------------------------------------------
    def train_step(self):
        total = self.total()
        progress = self.step / total
        if progress >= self.args.branch_at and "b158" not in self.models:
            self.branch()
        length = LONG if progress >= self.args.long_from else SHORT
        batch = self.data.batch(self.step, self.args.tokens, length)
        decay = self.args.weight_decay if progress < self.args.branch_at else 0.0
        factor = self.rate_factor(total)
        for name, losses in self.learn(batch, factor, decay).items():
            self._account(name, batch.part_of(losses))
        self.step += 1
        return self.step >= (self.args.stop_at or total)

    def learn(self, batch, factor, decay):
        """One step of each model: {name: losses}. Two threads that meet once a step: on a busy machine
        threads that share every matrix product would mostly wait for each other."""
        if len(self.models) == 1:
            (name, model), = self.models.items()
            losses = self._halves(name, model.net, batch)
            self._move(name, model, factor, decay, self.pool.map)
            return {name: losses}

        def whole(name):
            model = self.models[name]
            losses = model.net.loss_and_gradient(batch.ids, batch.targets, batch.weights)
            self._move(name, model, factor, decay)
            return losses
        return dict(zip(self.models, self.pool.map(whole, self.models)))

    def _halves(self, name, net, batch):
        helper = self.helpers.get(name) or self.helpers.setdefault(name, net.helper())
        half, length = batch.ids.shape[0] // 2, batch.ids.shape[1]
        cut = half * length
        other = self.pool.submit(helper.loss_and_gradient, batch.ids[half:], batch.targets[cut:], batch.weights[cut:])
        losses = net.loss_and_gradient(batch.ids[:half], batch.targets[:cut], batch.weights[:cut])
        losses = torch.cat([losses, other.result()])
        net.flat_gradient += helper.flat_gradient
        helper.flat_gradient.zero_()
        return losses

    def _move(self, name, model, factor, decay, each=map):
        norm = model.step(factor * self.args.rate, factor * self.args.linear_rate, decay, each)
        if not norm < 1e6:
            raise SystemExit(f"{name} diverged at step {self.step}")

    def _account(self, name, parts):
        for kind, (total, count) in parts.items():
            entry = self.sums.setdefault(f"{name}.{kind}", [0.0, 0])
            entry[0] += total
            entry[1] += count

    # ---- reports -------------------------------------------------------------------------------
    def validate(self):
        record = {}
        for name, model in self.models.items():
            for batch in self.validation:
                losses = model.net.losses(model.net.forward(batch.ids)[0], batch.targets)
                record.update({f"{name}.{k}": round(s / n, 4) for k, (s, n) in batch.part_of(losses).items()})
        return record

    def log(self, **more):
        record = {"step": self.step, "of": self.total(), "seconds": round(time.time() - self.started, 1),
                  "tokens": self.step * self.args.tokens, "rate_factor": round(self.rate_factor(self.total()), 5), **more}
        record.update({k: round(s / n, 4) for k, (s, n) in self.sums.items()})
        self.sums = {}
        line = json.dumps(record)
        print(line, flush=True)
        with open(self.args.out / "log.jsonl", "a", encoding="utf-8") as f:
            f.write(line + "\n")

    # ---- checkpoints ---------------------------------------------------------------------------
    def save(self):
        for name, model in self.models.items():
            model.net.save(self.args.out / f"{name}.npz", self.step)
        if self.args.leave:
            self.models["twin"].net.save(self.args.leave, self.step, np.float16)
        part = self.args.out / "state.part"
        torch.save({"step": self.step, "models": {n: m.record() for n, m in self.models.items()}}, part)
        part.replace(self.args.out / "state.pt")

    def _resume(self):
        path = self.args.out / "state.pt"
        if not path.exists():
            return
        state = torch.load(path)
        self.step = state["step"]
        for name, record in state["models"].items():
            if name not in self.models:
                self.models[name] = self._model(name)
            self.models[name].restore(record)
        print("resumed at step", self.step, flush=True)

    def go(self):
        (self.args.out / "options.json").write_text(json.dumps(vars(self.args), default=str, indent=1))
        done, stop = False, []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
        while not done and not stop:
            done = self.train_step()
            if self.step % LOG_EVERY == 0 or done:
                valid = done or self.step % self.args.validate_every == 0
                self.log(**({"held_out": self.validate()} if valid else {}))
            if done or stop or self.step % self.args.validate_every == 0:
                self.save()


def main():
    torch.set_num_threads(1)
    Run(options()).go()


if __name__ == "__main__":
    main()
