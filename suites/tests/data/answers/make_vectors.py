#!/usr/bin/env python3
"""Writes vectors.json: what lm-evaluation-harness's RegexFilter and exact_match (commit 4e7e0d47f) make of texts, by
Python's own re. bitnet-eval must find the same answers with PCRE2."""
import json, re, string, sys

STRICT, FLEXIBLE = r"#### (\-?[0-9\.\,]+)", r"(-?[$0-9.,]{2,})|(-?[0-9]+)"
IGNORE = [",", r"\$", r"(?s).*#### ", r"\.$"]
TEXTS = ["", " 12", "She has 3 + 4 = 7 eggs.\n#### 7", "#### 1,234", "####7", "#### -5.\n", "so $18.50, or 18.5 at most", "a. b, c",
         "$", "-3", "1 2 3.", "x=-12,000.75 y=..", "#### 7\n#### 8", "\u0663 \u00c9COLE 42", "\ufffd 5 \ufffd", "- - 5-", "....", "7\n"]
TARGETS = ["Half is 6.\n#### 12", "#### 7", "#### 1,234", "x #### 18.50", "#### -5", "#### \u00e9cole 42"]
PATTERNS = [(STRICT, "first"), (STRICT, "last"), (FLEXIBLE, "last"), (FLEXIBLE, "first"), (r"\d*", "first"), (r"\d*", "last"),
            (r"(?:^|\s)(\w+)", "last"), (r"(x)?(y)?", "last"), (r"(x)?", "first"), (r"\w+$", "first"), (r"[\d.]+\.?", "last")]


def extract(pattern, select, text):
    found = re.compile(pattern).findall(text)
    if not found:
        return "[invalid]"
    match = found[-1 if select == "last" else 0]
    if isinstance(match, tuple):
        match = [m for m in match if m]
        if not match:
            return "[invalid]"
        match = match[0]
    return match.strip()


def equal(a, b, case, punctuation):
    for pattern in IGNORE:
        a, b = re.sub(pattern, "", a), re.sub(pattern, "", b)
    if case:
        a, b = a.lower(), b.lower()
    if punctuation:
        table = str.maketrans("", "", string.punctuation)
        a, b = a.translate(table), b.translate(table)
    return a == b


answers = [{"regex": p, "select": s, "text": t, "answer": extract(p, s, t)} for p, s in PATTERNS for t in TEXTS]
found = sorted({a["answer"] for a in answers} | {"18.5", "$18.50", "\u00c9cole 42", "1234.", "12-"})
pairs = [{"answer": a, "target": t, "case": c, "punctuation": p, "equal": equal(a, t, c, p)}
         for a in found for t in TARGETS for c in (False, True) for p in (False, True)]
json.dump({"ignore": IGNORE, "answers": answers, "pairs": pairs}, open(sys.argv[1], "w"), indent=0, ensure_ascii=False)
