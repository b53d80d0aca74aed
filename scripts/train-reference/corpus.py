"""The natural half of the training text: read, cleaned, split into training and held-out documents.

Never trained on: the stories in the first 100,000 bytes of tinystories_b.txt (test material of other
programs), 2 % of the documents of TinyStories, the children's stories and the Bible, and the last 2 %
of every book. UD-EWT and WikiText are not read at all.
"""
import random
import re
from pathlib import Path

TEST_BYTES = 100_000
DOMAINS = ["tiny", "child", "books", "kjv", "shake"]
PLAIN = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u2014": "--",
                       "\u2013": "-", "\u2026": "...", "\u00a0": " ", "\ufeff": "", "\r": ""})


def cleaned(text):
    text = re.sub(r"[ \t]+", " ", text.translate(PLAIN))
    text = re.sub(r" *\n *", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def tiny_stories(root):
    """All stories in file order, and the set of those that overlap the test bytes of file b."""
    stories, test = [], set()
    for letter in "ab":
        offset = 0
        for raw in read(root / f"tinystories/tinystories_{letter}.txt").split("<|endoftext|>"):
            story = cleaned(raw)
            if len(story) > 100:
                stories.append(story)
                if letter == "b" and offset < TEST_BYTES:
                    test.add(story)
            offset += len(raw.encode("utf-8")) + len("<|endoftext|>")
    return stories, test


def children_stories(root):
    stories = []
    for folder in ("african-storybook", "pratham-storyweaver"):
        for raw in re.split(r"(?m)^@@@ .*$", read(root / folder / "en_stories.md.txt")):
            raw = re.sub(r"(?m)^\* .*$", "", raw)              # licence lines
            pages = re.split(r"(?m)^##\s*$", re.sub(r"(?m)^# ", "", raw))
            story = cleaned("\n".join(" ".join(p.split()) for p in pages if p.strip()))
            if len(story) > 150:
                stories.append(story)
    return stories


def books(root):
    texts = []
    for path in sorted((root / "classic-books").iterdir()):
        text = re.sub(r"(?m)^-{5,}$", "", read(path)).replace("_", "")
        for label in ("# Title: ", "## Author: ", "## Year: "):
            text = text.replace(label, "")
        texts.append(re.sub(r"(?m)^#+ *", "", cleaned(text)))
    return texts


def bible(root):
    chapters = []
    for raw in re.split(r"(?m)^(?=(?:\d )?[A-Z][A-Za-z ]+ \d+$)", read(root / "bible-kjv/kjv.txt")):
        head, _, body = raw.strip().partition("\n")
        if body:
            verses = re.sub(r"(^| )\d+ (?=[A-Z\(\[])", r"\1", " ".join(body.split()))
            chapters.append(head + "\n" + cleaned(verses))
    return chapters


def split_documents(documents, rng):
    documents = documents[:]
    rng.shuffle(documents)
    held_out = max(8, len(documents) // 50)
    return documents[held_out:], documents[:held_out]


def split_tails(texts):
    return [t[:int(len(t) * .98)] for t in texts], [t[int(len(t) * .98):] for t in texts]


def load(root):
    """root: the train-text folder. Returns (training, held out): {domain: [document]}."""
    root, rng = Path(root), random.Random(42)
    stories, test = tiny_stories(root)
    tiny_training, tiny_held_out = split_documents(stories, rng)
    parts = {"tiny": ([s for s in tiny_training if s not in test], tiny_held_out), "child": split_documents(children_stories(root), rng),
             "books": split_tails(books(root)), "kjv": split_documents(bible(root), rng),
             "shake": split_tails([cleaned(read(root / "tinyshakespeare/input.txt"))])}
    training = {d: parts[d][0] for d in DOMAINS}
    held_out = {d: parts[d][1] for d in DOMAINS}
    held_out["test"] = [s for s in stories if s in test]
    return training, held_out
