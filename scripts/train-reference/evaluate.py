"""Held-out losses and multiple-choice accuracy of a checkpoint, in the training arithmetic.

    evaluate.py CHECKPOINT.npz --data DIR [--full_precision] [--limit N] [--json FILE]

Losses: nats a token and bits a byte of each held-out domain at 512 tokens a row. Choices: argmax of
the summed log-likelihood of " " + choice; eval_seen.jsonl has names and combinations that training
draws, eval_heldout.jsonl those that it never does.
"""
import argparse
import collections
import json
import math
from pathlib import Path

import numpy as np
import torch

from batches import SHORT, Batch
from bpe import Tokenizer
from corpus import DOMAINS
from network import Network

TOKENS_AT_ONCE = 8192


def domain_loss(net, stream, meta, most_rows):
    count = min(most_rows, (len(stream) - 1) // SHORT)
    total = 0.0
    for first in range(0, count, 16):
        rows = np.stack([stream[i * SHORT:(i + 1) * SHORT + 1] for i in range(first, min(count, first + 16))])
        batch = Batch(rows, np.zeros(len(rows), dtype=int))
        total += float(net.losses(net.forward(batch.ids)[0], batch.targets).sum())
    nats = total / (count * SHORT)
    bits_a_byte = nats / math.log(2) * meta["tokens"] / meta["bytes"]
    return {"nats": round(nats, 4), "bits_per_byte": round(bits_a_byte, 4), "tokens": count * SHORT}


def held_out_losses(net, data, most_rows=60):
    meta = json.loads((data / "meta.json").read_text())
    return {domain: domain_loss(net, np.load(data / f"{domain}_val.npy"), meta[f"{domain}_val"], most_rows)
            for domain in [*DOMAINS, "test"]}


def micro_losses(net, data):
    sums = collections.defaultdict(lambda: np.zeros(2))
    rows = np.load(data / "micro_val.npy")
    for first in range(0, len(rows), 16):
        part = rows[first:first + 16]
        batch = Batch(part, np.full(len(part), -1))
        for kind, pair in batch.part_of(net.losses(net.forward(batch.ids)[0], batch.targets)).items():
            sums[kind] += pair
    return {kind: round(total / count, 4) for kind, (total, count) in sums.items()}


# ---- multiple choice -----------------------------------------------------------------------------
def packed(sequences):
    """Batches of sequence numbers, similar lengths together."""
    order, batch = sorted(range(len(sequences)), key=lambda i: len(sequences[i][0])), []
    for i in order:
        if batch and len(sequences[i][0]) * (len(batch) + 1) > TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def continuation_scores(net, sequences):
    """sequences: (ids, number of context ids). Returns the log-likelihood of the rest of each."""
    scores = [0.0] * len(sequences)
    for batch in packed(sequences):
        longest = max(len(sequences[i][0]) for i in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.int64)
        for row, i in enumerate(batch):
            ids[row, :len(sequences[i][0])] = torch.tensor(sequences[i][0])
        states = net.forward(ids)[0].view(len(batch), longest, -1)
        for row, i in enumerate(batch):
            whole, known = sequences[i]
            logits = net.logits(states[row, known - 1:len(whole) - 1]).float().log_softmax(-1)
            scores[i] = float(logits[range(len(whole) - known), whole[known:]].sum())
    return scores


def accuracy(net, tokenizer, items):
    sequences = []
    for item in items:
        context = [tokenizer.bos] + tokenizer.encode(item["context"])
        sequences += [(context + tokenizer.encode(" " + c), len(context)) for c in item["choices"]]
    scores, right = continuation_scores(net, sequences), 0
    for number, item in enumerate(items):
        of_item = scores[4 * number:4 * number + 4]
        right += int(np.argmax(of_item)) == item["gold"]
    return round(100 * right / len(items), 1)


def choice_table(net, tokenizer, path, limit):
    by_task = collections.defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        by_task[item["id"].split("/")[0]].append(item)
    table = {task: accuracy(net, tokenizer, items[:limit]) for task, items in by_task.items()}
    table["mean"] = round(float(np.mean([v for t, v in table.items() if not t.startswith("recall")])), 1)
    return table


def continue_text(net, tokenizer, prompt, count=60):
    ids = [tokenizer.bos] + tokenizer.encode_marked(prompt)
    known = len(ids)
    for _ in range(count):
        states = net.forward(torch.tensor([ids]))[0]
        following = int(net.logits(states[-1:]).float().argmax())
        if following in (tokenizer.eos, tokenizer.eot):
            break
        ids.append(following)
    return tokenizer.decode(ids[known:])


PROMPTS = ["Once upon a time, there was a little", "One day, a small rabbit went to the forest. He",
           "User: Tell me a story about a dog.<|eot_id|>Assistant:",
           "User: Tom put the ball in the box. Where is the ball?<|eot_id|>Assistant:",
           "Question: What is the opposite of hot?\nAnswer:", "The King said to his daughter,"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--full_precision", action="store_true")
    parser.add_argument("--limit", type=int, default=100, help="items of a task")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(2)
    net = Network(ternary=not args.full_precision).load(args.checkpoint)
    tokenizer, result = Tokenizer(args.data / "tokenizer.json"), {}

    def report(name, value):
        result[name] = value
        print(name, json.dumps(value), flush=True)
    report("losses", held_out_losses(net, args.data))
    report("micro", micro_losses(net, args.data))
    report("seen", choice_table(net, tokenizer, args.data / "eval_seen.jsonl", args.limit))
    report("heldout", choice_table(net, tokenizer, args.data / "eval_heldout.jsonl", args.limit))
    report("texts", {p: continue_text(net, tokenizer, p) for p in PROMPTS})
    if args.json:
        args.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
