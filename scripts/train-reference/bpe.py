"""Byte-level BPE with Llama-3 pre-tokenisation: a trainer and an encoder.

Tokens are bytes objects; ids are positions. File form (JSON): {"tokens": [...], "merges": [...],
"specials": [...]} in the printable GPT-2 byte alphabet, specials after all other tokens.
"""
import collections
import heapq
import json

import regex

from microworld import ANSWER_BEGIN, ANSWER_END

LLAMA3_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
                  r"\s*[\r\n]+|\s+(?!\S)|\s+")
SPLIT = regex.compile(LLAMA3_PATTERN)
SPECIALS = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"] + [
    f"<|reserved_special_token_{i}|>" for i in range(5)]
ANSWER_FLAG = 0x8000       # set on the ids of answer tokens in training rows
ID_MASK = 0x7FFF


def _byte_alphabet():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in printable}
    rest = [b for b in range(256) if b not in table]
    table.update({b: chr(256 + i) for i, b in enumerate(rest)})
    return table


BYTE_TO_CHAR = _byte_alphabet()
CHAR_TO_BYTE = {c: b for b, c in BYTE_TO_CHAR.items()}


def printable(token):
    return "".join(BYTE_TO_CHAR[b] for b in token)


def unprintable(text):
    return bytes(CHAR_TO_BYTE[c] for c in text)


# ---- training ----------------------------------------------------------------------------------
def merged(word, pair, new_id):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


class PairTable:
    """How often each adjacent pair occurs, and in which words; the heap may hold stale counts."""

    def __init__(self, counts):
        self.words = [list(w.encode("utf-8")) for w in counts]
        self.weights = list(counts.values())
        self.count = collections.Counter()
        self.where = collections.defaultdict(set)
        for i in range(len(self.words)):
            self._account(i, +1)
        self.heap = [(-n, p) for p, n in self.count.items()]
        heapq.heapify(self.heap)

    def _account(self, index, sign):
        word = self.words[index]
        for pair in zip(word, word[1:]):
            self.count[pair] += sign * self.weights[index]
            if sign > 0:
                self.where[pair].add(index)

    def pop_most_frequent(self):
        while self.heap:
            stored, pair = heapq.heappop(self.heap)
            now = self.count[pair]
            if now == -stored and now > 1:
                return pair
            if now > 1:
                heapq.heappush(self.heap, (-now, pair))
        return None

    def apply(self, pair, new_id):
        touched = set()
        for index in self.where.pop(pair):
            self._account(index, -1)
            self.words[index] = merged(self.words[index], pair, new_id)
            self._account(index, +1)
            touched.update(p for p in zip(self.words[index], self.words[index][1:]) if new_id in p)
        self.count.pop(pair, None)
        for p in touched:
            heapq.heappush(self.heap, (-self.count[p], p))


def train(counts, n_tokens):
    """counts: {pre-token: occurrences}. Returns (tokens, merges); the first 256 tokens are the bytes."""
    table = PairTable(counts)
    tokens, merges = [bytes([b]) for b in range(256)], []
    while len(tokens) < n_tokens:
        pair = table.pop_most_frequent()
        if pair is None:
            break
        table.apply(pair, len(tokens))
        merges.append((tokens[pair[0]], tokens[pair[1]]))
        tokens.append(tokens[pair[0]] + tokens[pair[1]])
    return tokens, merges


def save(path, tokens, merges):
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"tokens": [printable(t) for t in tokens],
                   "merges": [printable(a) + " " + printable(b) for a, b in merges],
                   "specials": SPECIALS}, f)


# ---- encoding ----------------------------------------------------------------------------------
class Tokenizer:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        self.tokens, self.merges, self.specials = data["tokens"], data["merges"], data["specials"]
        self.bytes_of = [unprintable(t) for t in self.tokens] + [s.encode() for s in self.specials]
        self.id_of = {t: i for i, t in enumerate(self.bytes_of[:len(self.tokens)])}
        self.special_id = {s: len(self.tokens) + i for i, s in enumerate(self.specials)}
        self.rank = {tuple(unprintable(x) for x in m.split(" ")): i for i, m in enumerate(self.merges)}
        self.bos, self.eos, self.eot = (self.special_id[s] for s in SPECIALS[:3])
        self._cache = {}
        marks = [regex.escape(s) for s in self.specials] + [ANSWER_BEGIN, ANSWER_END]
        self._marks = regex.compile("(" + "|".join(marks) + ")")

    def _merge_all(self, text):
        parts = [bytes([b]) for b in text]
        while len(parts) > 1:
            ranks = [self.rank.get(p, 1 << 30) for p in zip(parts, parts[1:])]
            best = min(ranks)
            if best == 1 << 30:
                break
            i = ranks.index(best)
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        return [self.id_of[p] for p in parts]

    def _encode_word(self, word):
        ids = self._cache.get(word)
        if ids is None:
            raw = word.encode("utf-8")
            ids = [self.id_of[raw]] if raw in self.id_of else self._merge_all(raw)
            self._cache[word] = ids
        return ids

    def encode(self, text):
        """Plain text: specials are text here."""
        ids = []
        for word in SPLIT.findall(text):
            ids += self._encode_word(word)
        return ids

    def encode_marked(self, text):
        """Text with special tokens and answer marks; answer ids, and the end of turn after them, are flagged."""
        ids, flag = [], 0
        for part in self._marks.split(text):
            if part == ANSWER_BEGIN:
                flag = ANSWER_FLAG
            elif part == ANSWER_END:
                flag = 0
            elif part in self.special_id:
                after_answer = ids[-1] & ANSWER_FLAG if ids else 0
                ids.append(self.special_id[part] | after_answer)
            elif part:
                ids += [i | flag for i in self.encode(part)]
        return ids

    def decode(self, ids):
        return b"".join(self.bytes_of[i & ID_MASK] for i in ids).decode("utf-8", "replace")
