#!/usr/bin/env python3
"""Writes NAME/tokenizer.json, NAME/config.json and NAME/vectors.json: small vocabularies behind each kind of pre-tokeniser, normalizer and
post-processor, and the ids that Hugging Face's tokenizers (PyPI, 0.21 or later) gives for texts, with special tokens added. The tests read
the files alone.   make_tokenizers.py"""
import json
import os

from tokenizers import Tokenizer

BS = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
ALPHABET = {b: chr(b) for b in BS} | {b: chr(256 + i) for i, b in enumerate(b for b in range(256) if b not in BS)}
u = lambda text: "".join(ALPHABET[b] for b in text.encode())
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
L3 = CONTRACTION + r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UP, LOW = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (rf"[^\r\n\p{{L}}\p{{N}}]?{UP}*{LOW}+|[^\r\n\p{{L}}\p{{N}}]?{UP}+{LOW}*|\p{{N}}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
byte_level = lambda regex=True, prefix=False: {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
split = lambda regex: {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}
sequence = lambda *parts: {"type": "Sequence", "pretokenizers": list(parts)}
special = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
text_part = {"Sequence": {"id": "A", "type_id": 0}}
template = lambda *parts, ids: {"type": "TemplateProcessing", "single": list(parts), "pair": [],
                                "special_tokens": {n: {"id": n, "ids": [i], "tokens": [n]} for n, i in ids.items()}}
TEXTS = ["ab", " a b", "a b", "12 34", "1234567", "aBC Ab ABc", "it's I'll", "a\n\n b  c", "a ('b')!", "\u00e9 \u4e16", "  ", "a b</s> a", "a</s>b"]
# decomposed and composed Latin, Thai, Hindi, Hangul, marks out of order and without a base, signs with a compatible form, letters that become two
FORMS = ["e\u0301 E\u0301 \u00e9", "a\u0323\u0302 a\u0302\u0323 \u1ead", "\u0e01\u0e33 \u0e19\u0e49\u0e33", "\u0915\u093c \u0958 \u0939\u093f\u0928\u094d\u0926\u0940",
         "\u1112\u1161\u11ab \ud55c", "\u2126 \u212b", "\u0301a", "\ufb01 \uff21\uff42 \u00bd \u2460 \ufdfa", "\u0130I\u0131 \u03a3\u03a3 \u00c4B",
         "ab\u0338</s>a\u0301b", "\u0344 \u1e9b\u0323 \u0f73", "\u4e16\u754c\uff0c", "\U0001d15e \U0001f600"]
MERGES = [("a", "b"), ("1", "2"), ("3", "4"), ("12", "34"), (" ", "a"), (" ", "b"), ("B", "C"), ("A", "b"), ("a", " b"), (" ", " "), ("\n", "\n"), ("'", "s"),
          (" a", " b"), ("(", "'"), (" ", "("), (" ", "12"), ("5", "6"), ("34", "56")]


def byte_model(ignore_merges=False):
    vocab = {ALPHABET[b]: b for b in range(256)}
    for left, right in MERGES:
        vocab[u(left + right)] = len(vocab)
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
            "byte_fallback": False, "ignore_merges": ignore_merges, "vocab": vocab, "merges": [u(a) + " " + u(b) for a, b in MERGES]}


def space_model():
    bar = "\u2581"
    pieces = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)] + [bar, "a", "b", "1", bar + "a", bar + "b", "ab", bar + "ab", bar + bar]
    merges = [bar + " a", bar + " b", "a b", bar + " ab", bar + "a b", bar + " " + bar]
    return {"type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, "vocab": {p: i for i, p in enumerate(pieces)}, "merges": merges}


BAR = "\u2581"
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": BAR}
PREPEND = {"type": "Prepend", "prepend": BAR}
metaspace = lambda scheme: {"type": "Metaspace", "replacement": BAR, "prepend_scheme": scheme, "split": False}
begins = template(special("<s>"), text_part, ids={"<s>": 1})
TOKENIZERS = {
    "gpt-2": dict(pre_tokenizer=byte_level()),
    "space-in-front": dict(pre_tokenizer=byte_level(prefix=True)),
    "whole": dict(pre_tokenizer=byte_level(regex=False)),
    "smollm": dict(pre_tokenizer=sequence({"type": "Digits", "individual_digits": True}, byte_level())),
    "qwen2": dict(pre_tokenizer=sequence(split(L3 % ""), byte_level(False)), normalizer={"type": "NFC"}),
    "dbrx": dict(pre_tokenizer=sequence(split(L3 % "{1,3}"), byte_level(False))),
    "llama-3": dict(pre_tokenizer=sequence(split(L3 % "{1,3}"), byte_level(False)), model=byte_model(True),
                    post_processor={"type": "Sequence", "processors": [byte_level(), template(special("<s>"), text_part, ids={"<s>": 274})]}),
    "tekken": dict(pre_tokenizer=sequence(split(TEKKEN), byte_level(False)), model=byte_model(True)),
    "falcon": dict(pre_tokenizer=sequence({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(), {"type": "Digits", "individual_digits": False},
                                          split("[0-9][0-9][0-9]")), texts=["1234567 a1234b", "a`b ('ab')1", "\u4e16\u754c\uff0c\u6c34", "\u0663\u0664 x\u00b2\u00bd3", "a\u00a1 b$12"]),
    "end": dict(pre_tokenizer=byte_level(), post_processor=template(text_part, special("</s>"), ids={"</s>": 275})),
    "both-ends": dict(pre_tokenizer=byte_level(), post_processor=template(special("<s>"), text_part, special("</s>"), ids={"<s>": 274, "</s>": 275})),
    "llama-2": dict(model=space_model(), normalizer={"type": "Sequence", "normalizers": [PREPEND, REPLACE]}, post_processor=begins),
    "no-prepend": dict(model=space_model(), normalizer=REPLACE, post_processor=begins),
    "metaspace-never": dict(model=space_model(), pre_tokenizer=metaspace("never"), post_processor=begins),
    "metaspace-first": dict(model=space_model(), pre_tokenizer=metaspace("first"), post_processor=begins),
    "metaspace-always": dict(model=space_model(), pre_tokenizer=metaspace("always"), post_processor=begins),
}
for form in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase"]:
    TOKENIZERS[form.lower()] = dict(pre_tokenizer=byte_level(), normalizer={"type": form})
TOKENIZERS["nfkc-lowercase"] = dict(pre_tokenizer=byte_level(), normalizer={"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]})
TOKENIZERS["spaces-nfkc"] = dict(model=space_model(), normalizer={"type": "Sequence", "normalizers": [{"type": "NFKC"}, PREPEND, REPLACE]}, post_processor=begins)
# added tokens that take white space along or count as whole words only, and texts around them
STRIPS = [("<|l|>", dict(lstrip=True)), ("<|r|>", dict(rstrip=True)), ("<|b|>", dict(lstrip=True, rstrip=True)), ("word", dict(single_word=True, special=False)),
          ("<|w|>", dict(single_word=True, lstrip=True))]
AROUND = ["a  <|l|>  b", "a  <|r|> \n b", "a \u3000<|b|>\u00a0\t b", "<|r|> <|l|>", "  <|l|>", "<|r|>  ", "a word, sword words word", "word", "\u00e9word word\u0301 _word",
          "a <|w|> b<|w|>", "word\u200d word\u24d0 word\u20ac", "</s> <|l|><|r|> <s>"]
TOKENIZERS["strips"] = dict(pre_tokenizer=byte_level(), added=STRIPS)
TOKENIZERS["spaces-strips"] = dict(model=space_model(), normalizer={"type": "Sequence", "normalizers": [PREPEND, REPLACE]}, added=STRIPS, post_processor=begins)
REFUSED = {
    "normalized-lowercase": dict(pre_tokenizer=byte_level(), normalizer={"type": "Lowercase"}, added=[("<X>", dict(normalized=True))]),
    "punctuation": dict(pre_tokenizer=sequence({"type": "Punctuation", "behavior": "Contiguous"}, byte_level())),
    "strip-accents": dict(pre_tokenizer=byte_level(), normalizer={"type": "StripAccents"}),
    "two-begins": dict(pre_tokenizer=byte_level(), post_processor=template(special("<s>"), special("</s>"), text_part, ids={"<s>": 274, "</s>": 275})),
}
for name, parts in {**TOKENIZERS, **REFUSED}.items():
    model = parts.get("model", byte_model())
    spm = model["byte_fallback"]
    first = 1 if spm else len(model["vocab"])
    added = [{"id": first + i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
             for i, c in enumerate(["<s>", "</s>"])]
    size = max(len(model["vocab"]), first + 2)
    added += [{**added[0], "id": size + i, "content": c, **flags} for i, (c, flags) in enumerate(parts.get("added", []))]
    file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None, "pre_tokenizer": None,
            "post_processor": None, "decoder": None, "model": model, **{k: v for k, v in parts.items() if k not in ("model", "added", "texts")}}
    os.makedirs(name, exist_ok=True)
    text = json.dumps(file, ensure_ascii=False)
    open(name + "/tokenizer.json", "w").write(text)
    tokenizer = Tokenizer.from_str(text)
    json.dump({"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 1,
               "max_position_embeddings": 8, "vocab_size": tokenizer.get_vocab_size(), "bos_token_id": first, "eos_token_id": first + 1},
              open(name + "/config.json", "w"))
    cases = [] if name in REFUSED else [{"text": t, "ids": tokenizer.encode(t).ids} for t in TEXTS + (FORMS if parts.get("normalizer") else []) + (AROUND if parts.get("added") else []) + parts.get("texts", [])]
    open(name + "/vectors.json", "w").write("[" + ",\n".join(json.dumps(c) for c in cases) + "]\n")
