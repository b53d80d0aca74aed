"""Text to training data: tokenizer, natural token streams, micro-world rows, evaluation items.

    prepare.py --text TRAIN_TEXT_DIR --out DIR [--rows512 N] [--rows2048 N] [--sets DATASETS_DIR]
               [--tokenizer tokenizer.json]

Writes tokenizer.json, {domain}_{train,val}.npy (uint16 ids), micro512.npy, micro2048.npy,
micro_val.npy (rows of T+1 ids, answers flagged), eval_seen.jsonl, meta.json; with --sets also the
published microworld/*.jsonl and heldout/stories.txt.
"""
import argparse
import collections
import json
import random
import re
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import bpe
import corpus
import microworld as world

BPE_WEIGHTS = {"tiny": 4, "child": 4, "books": 1, "kjv": 1, "shake": 1, "micro": 2}
STORY_NOUNS = sorted(set(world.OBJECTS + world.PETS + world.PLACES + "tree bear bird girl boy park flower car truck "
                         "princess monster baby".split()))
CHAT_SHARE = 0.15
RECALL_DISTANCES = (100, 500, 1000, 1500)
STARTED = time.time()


def say(*words):
    print(f"[{time.time() - STARTED:.0f}s]", *words, flush=True)


def unmarked(text):
    return text.replace(world.ANSWER_BEGIN, "").replace(world.ANSWER_END, "")


# ---- tokenizer ---------------------------------------------------------------------------------
def pretoken_counts(training):
    rng = random.Random(1)
    micro = [unmarked(world.document(rng)).replace(world.END_OF_TURN, "\n") for _ in range(12000)]
    counts = collections.Counter()
    for domain, documents in {**training, "micro": micro}.items():
        of_domain = collections.Counter()
        for text in documents:
            of_domain.update(bpe.SPLIT.findall(text))
        for word, n in of_domain.items():
            counts[word] += n * BPE_WEIGHTS[domain]
    return {w: n for w, n in counts.items() if n >= 4}


def make_tokenizer(path, training, vocabulary=4096):
    tokens, merges = bpe.train(pretoken_counts(training), vocabulary - len(bpe.SPECIALS))
    bpe.save(path, tokens, merges)
    say("tokenizer", len(tokens), "tokens")
    return bpe.Tokenizer(path)


# ---- natural streams ---------------------------------------------------------------------------
def story_noun(rng, story):
    nouns = [w for w in STORY_NOUNS if re.search(rf"\b{w}\b", story)]
    return rng.choice(nouns) if nouns else None


def encoded_document(tokenizer, rng, text, chat):
    noun = story_noun(rng, text) if chat and rng.random() < CHAT_SHARE else None
    if noun is None:
        return [tokenizer.bos] + tokenizer.encode(text) + [tokenizer.eos]
    request = f"User: Tell me a story about {world.with_article(noun)}.{world.END_OF_TURN}Assistant:"
    return [tokenizer.bos] + tokenizer.encode_marked(request) + tokenizer.encode(" " + text) + [tokenizer.eot]


def write_stream(tokenizer, out, name, documents, chat):
    rng, ids = random.Random(5), []
    documents = documents[:]
    rng.shuffle(documents)
    for text in documents:
        ids += encoded_document(tokenizer, rng, text, chat)
    np.save(out / f"{name}.npy", np.array(ids, dtype=np.uint16))
    return {"tokens": len(ids), "bytes": sum(len(d.encode()) for d in documents), "documents": len(documents)}


# ---- micro-world rows --------------------------------------------------------------------------
def paragraphs(documents):
    return [p + "\n" for d in documents for p in d.split("\n") if 60 < len(p) < 500]


class RowMaker:
    """Packs documents into rows; some rows begin with a long document (fact early, question late)."""

    def __init__(self, tokenizer, filler_paragraphs, padding):
        self.tokenizer, self.paragraphs, self.padding = tokenizer, filler_paragraphs, padding

    def filler(self, rng):
        return rng.choice(self.paragraphs) if rng.random() < 0.75 else world.doc_know(rng)

    def count(self, text):
        return len(self.tokenizer.encode_marked(text))

    def encode(self, text):
        return [self.tokenizer.bos] + self.tokenizer.encode_marked(text) + [self.tokenizer.eos]

    def row(self, rng, length, long_share, shortest, longest):
        row, misses = [], 0
        if rng.random() < long_share:
            row += self.encode(world.doc_long(rng, self.filler, self.count, rng.randint(shortest, longest)))
        while len(row) < length and misses < 3:
            ids = self.encode(world.document(rng))
            if len(row) + len(ids) <= length:
                row += ids
            else:
                misses += 1
        start = rng.randrange(len(self.padding) - length)
        row += self.padding[start:start + length].tolist()
        return row[:length]

    def rows(self, job):
        seed, count, length, long_share, shortest, longest = job
        rng = random.Random(seed)
        return np.array([self.row(rng, length, long_share, shortest, longest) for _ in range(count)], dtype=np.uint16)


MAKER = None


def make_rows(job):
    return MAKER.rows(job)


def write_rows(out, name, seed, count, *shape, batch=1000):
    jobs = [(f"{name}-{seed}-{first}", min(batch, count - first), *shape) for first in range(0, count, batch)]
    with Pool(2) as pool:
        rows = np.concatenate(pool.map(make_rows, jobs, chunksize=1))
    np.save(out / f"{name}.npy", rows)
    say(name, rows.shape)


# ---- evaluation --------------------------------------------------------------------------------
def write_items(path, items):
    with open(path, "w", encoding="utf-8") as f:
        for item in items:
            f.write(json.dumps(item, ensure_ascii=False) + "\n")
    say(path.name, len(items), "items")


def task_set(per_task, held_out):
    tasks = [t for t in world.TASKS if not (held_out and t in world.NOTHING_HELD_OUT)]
    return [item for t in tasks for item in world.task_items(t, per_task, held_out)]


def recall_set(count, held_out, maker):
    return [item for d in RECALL_DISTANCES for item in
            world.recall_items(d, count, held_out, maker.filler, maker.count)]


def main():
    global MAKER
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--rows512", type=int, default=24000)
    parser.add_argument("--rows2048", type=int, default=1800)
    parser.add_argument("--tokenizer", type=Path, help="use this one instead of making one (to go on from a checkpoint)")
    parser.add_argument("--sets", type=Path, help="also write the published sets under this directory")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    training, held_out = corpus.load(args.text)
    if args.tokenizer:
        (args.out / "tokenizer.json").write_text(args.tokenizer.read_text())
        tokenizer = bpe.Tokenizer(args.out / "tokenizer.json")
    else:
        tokenizer = make_tokenizer(args.out / "tokenizer.json", training)
    meta = {}
    for suffix, documents in (("train", training), ("val", held_out)):
        for domain, texts in documents.items():
            name = f"{domain}_{suffix}"
            meta[name] = write_stream(tokenizer, args.out, name, texts, chat=name == "tiny_train")
            say(name, meta[name])
    (args.out / "meta.json").write_text(json.dumps(meta, indent=1))

    padding = np.concatenate([np.load(args.out / f"{d}_train.npy") for d in ("tiny", "child")])
    MAKER = RowMaker(tokenizer, paragraphs(training["tiny"] + training["child"]), padding)
    write_rows(args.out, "micro_val", 999, 120, 513, .30, 80, 500)
    write_rows(args.out, "micro512", 11, args.rows512, 513, .25, 80, 500)
    write_rows(args.out, "micro2048", 12, args.rows2048, 2049, .75, 500, 2030)

    held_out_maker = RowMaker(tokenizer, paragraphs(held_out["tiny"] + held_out["child"]), padding)
    write_items(args.out / "eval_seen.jsonl", task_set(100, False) + recall_set(50, False, held_out_maker))
    write_items(args.out / "eval_heldout.jsonl", task_set(100, True) + recall_set(50, True, held_out_maker))
    if args.sets:
        write_published_sets(args.sets, held_out, held_out_maker)


def write_published_sets(root, held_out, maker):
    (root / "microworld").mkdir(parents=True, exist_ok=True)
    (root / "heldout").mkdir(exist_ok=True)
    write_items(root / "microworld/microworld_heldout.jsonl", task_set(37, True))
    write_items(root / "microworld/microworld_recall.jsonl", recall_set(25, True, maker))
    text = ""
    for story in held_out["test"]:
        if len(text) < 60_000:
            text += story + "\n<|endoftext|>\n"
    (root / "heldout/stories.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
