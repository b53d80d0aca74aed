#!/usr/bin/env python3
"""Writes expected.json: the prompts that lm-evaluation-harness builds of the rows in this folder, with and without chat templates,
system instructions and examples. Needs lm-eval (commit 4e7e0d47f) and transformers, not our program:

    python3 -m venv V; V/bin/pip install transformers datasets numpy scipy scikit-learn sacrebleu rouge-score sqlitedict evaluate \\
        jsonlines more-itertools word2number pytablewriter dill zstandard tqdm-multiprocess
    PYTHONPATH=LM_EVAL_CHECKOUT V/bin/python make_expected.py"""
import json, os, tempfile

from lm_eval.tasks import TaskManager
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
import lm_eval.tasks

here = os.path.dirname(os.path.abspath(__file__))
theirs = os.path.dirname(lm_eval.tasks.__file__)
rows = {"arc_easy": ("arc/arc_easy.yaml", "arc-easy/test.jsonl", "arc-easy/train.jsonl"), "gsm8k": ("gsm8k/gsm8k.yaml", "gsm8k/test.jsonl", "gsm8k/train.jsonl"),
        "winogrande": ("winogrande/default.yaml", "winogrande/validation.jsonl", None), "mmlu": ("mmlu/default/_default_template_yaml", "mmlu/test.jsonl", "mmlu/dev.jsonl")}
templates = {}
for name in ("chatml", "tags"):
    with open(os.path.join(here, name + ".jinja")) as f:
        templates[name] = f.read()


def tokenizer(template):
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>", chat_template=template)


def load(folder, task):
    """lm-eval's own definition of the task, over our rows."""
    include, test, train = rows[task]
    split = "validation" if "validation" in test else "test"
    files = {split: os.path.join(here, test), **({"validation" if task == "mmlu" else "train": os.path.join(here, train)} if train else {})}
    lines = [f"include: {theirs}/{include}", f"task: own_{task}", "dataset_path: json", "dataset_name: null", f"dataset_kwargs: {{data_files: {json.dumps(files)}}}"]
    lines += [f"{split}_split: {split}", "tag: null", *([] if train and task != "mmlu" else ["training_split: null"])]
    if task == "mmlu":
        lines += ["fewshot_split: validation", 'description: "The following are multiple choice questions (with answers) about abstract algebra.\\n\\n"']
    with open(os.path.join(folder, f"own_{task}.yaml"), "w") as f:
        f.write("\n".join(lines) + "\n")


cases = [  # name, task, examples, seed, template, multiturn, system
    ("arc_easy as a chat", "arc_easy", 0, None, "chatml", True, None), ("arc_easy, two examples as turns", "arc_easy", 2, 1234, "chatml", True, None),
    ("arc_easy, two examples in one turn", "arc_easy", 2, 1234, "chatml", False, "Be brief."), ("arc_easy, other tags", "arc_easy", 2, 7, "tags", True, "Be brief."),
    ("arc_easy with a system instruction", "arc_easy", 0, None, None, True, "Be brief."), ("arc_easy, three examples drawn", "arc_easy", 3, 5, None, True, None),
    ("arc_easy, eight examples drawn", "arc_easy", 8, 1234, None, True, None), ("mmlu as a chat", "mmlu", 0, None, "chatml", True, None),
    ("mmlu, two examples as turns", "mmlu", 2, 1234, "chatml", True, "Be brief."), ("mmlu, two examples in one turn", "mmlu", 2, 1234, "tags", False, None),
    ("mmlu, a system instruction and two examples", "mmlu", 2, 1234, None, True, "Be brief."), ("gsm8k, two examples as turns", "gsm8k", 2, 1234, "chatml", True, None),
    ("gsm8k, two examples drawn", "gsm8k", 2, 99, None, True, "Be brief.\n"), ("winogrande as a chat", "winogrande", 0, None, "chatml", True, "Be brief."),
    ("winogrande with a system instruction", "winogrande", 0, None, None, True, "Be brief.")]
out = []
with tempfile.TemporaryDirectory() as folder:
    for task in rows:
        load(folder, task)
    manager = TaskManager(include_path=folder)
    for name, task, n, seed, template, multiturn, system in cases:
        loaded = manager.load([f"own_{task}"])["tasks"][f"own_{task}"]
        loaded.set_config("num_fewshot", n)
        loaded.set_fewshot_seed(seed=seed or 1234)
        render = tokenizer(templates[template]).apply_chat_template if template else None
        chat = (lambda messages, add_generation_prompt=True: render(messages, tokenize=False, add_generation_prompt=add_generation_prompt)) if template else None
        loaded.build_all_requests(system_instruction=system, apply_chat_template=bool(template), fewshot_as_multiturn=multiturn, chat_template=chat, tokenizer_name="own")
        prompts = {}
        for i in loaded.instances:
            prompts.setdefault(i.doc_id, []).append(list(i.arguments[:2]) if isinstance(i.arguments[1], str) else [i.arguments[0], ""])
        out.append({"name": name, "task": task, "num_fewshot": n, "seed": seed, "chat_template": template, "multiturn": multiturn, "system_instruction": system,
                    "prompts": [prompts[d] for d in sorted(prompts)]})
with open(os.path.join(here, "expected.json"), "w") as f:
    json.dump(out, f, indent=1, ensure_ascii=False)
    f.write("\n")
