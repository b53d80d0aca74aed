"""small_db.py - small results databases (harness/store/schema.sql and views.sql), and running bitnet-report on them: what the tests of reports share."""
import os
import re
import sqlite3
import subprocess

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
program = os.path.join(os.environ.get("BN_BIN", os.path.join(root, "build", "bin")), "bitnet-report")


class Checks:
    """Prints a line for each check; `failed` counts those that were not so."""

    def __init__(self, what):
        self.what, self.failed = what, 0

    def __call__(self, name, ok, detail=""):
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.what} {name}" + (f": {detail}" if not ok and detail else ""))


def run(*arguments, stdin="", programs=None, timeout=60):
    environment = dict(os.environ, PATH=programs) if programs is not None else None
    return subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace", input=stdin, timeout=timeout, env=environment)


def database(path):
    db = sqlite3.connect(path)
    for name in "schema.sql", "views.sql":
        db.executescript(open(os.path.join(root, "harness", "store", name)).read())
    db.execute("PRAGMA user_version = %d" % len(os.listdir(os.path.join(root, "harness", "store", "migrations"))))
    return db


def section(page, name):
    return re.split(f'<section id="{name}"[^>]*>', page)[1].split("</section>")[0]


def cells(row):
    return [re.sub("<[^>]*>", "", c) for c in re.findall("<td.*?</td>", row)]


def config(db, key, model, kernel="avx2", options="", engine="bitnet", hash_="f00d", state="finished", ns=1e6, code=0):
    """One point of 8 prefill and 8 decode samples; returns its id."""
    c = db.execute("INSERT INTO config VALUES (NULL, ?, ?, ?, 'tg8', 0, 16, 8, ?, 1, ?, NULL)", (key, engine, model, kernel, options)).lastrowid
    point = db.execute("INSERT INTO point (run_id, ordinal, round, config_id, state, hash, reason, exit_code) VALUES (1, ?, 0, ?, ?, ?, ?, ?)",
                       (c, c, state, hash_, "other hash" if state == "failed" else None, code)).lastrowid
    for i in range(8 if state == "finished" else 0):
        db.execute("INSERT INTO sample VALUES (?, 'decode', 0, ?, ?, 1)", (point, i, int(ns)))
    return point


def small(path, models=("m.gguf",)):
    """A database with one run; returns it and the ids of its models."""
    db = database(path)
    ids = [db.execute("INSERT INTO fingerprint VALUES (NULL, 'model', ?, ?, NULL)", (f"fnv1a64:{i}abcdef0123456", m)).lastrowid for i, m in enumerate(models)]
    machine = db.execute("INSERT INTO fingerprint VALUES (NULL, 'machine', 'h', 'm', NULL)").lastrowid
    db.execute("INSERT INTO run VALUES (1, 'u', 'i', 'sweep', 'p', '', 1, 'c', 'host', ?, NULL, '2026-01-01T00:00:00Z', 't', NULL)", (machine,))
    return db, ids


def report_of(db, path, out, *arguments, **how):
    db.commit()
    db.close()
    done = run("--db", path, "--output", out, *arguments, **how)
    page = os.path.join(out, "index.html")
    return done, open(page).read() if os.path.exists(page) else ""
