#!/usr/bin/env python3
"""Writes vectors.json: what Jinja 2 renders from the templates below over their data, set up as lm-evaluation-harness does it
(StrictUndefined, keep_trailing_newline, commit 4e7e0d47f). Needs python3-jinja2 (Debian 12: 3.1.2); the tests read vectors.json
alone.   make_vectors.py > vectors.json"""
import json

import jinja2

env = jinja2.Environment(loader=jinja2.BaseLoader(), undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
env.filters["tojson"] = lambda x: json.dumps(x, ensure_ascii=False)
DOC = {"q": " Why?\n", "n": 3, "x": 1.5, "big": 12345678901234567, "e": 1e3, "yes": True, "none": None, "empty": "", "uni": "Grüße 世界 \U0001f44b",
       "choices": {"text": ["a", "b \"c\""], "label": ["A", "B"]}, "rows": [{"text": "x", "label": "1"}, {"text": "y", "label": "2"}],
       "targets": {"one": 0, "two": 1}, "nested": {"a": [{"b": "deep"}]}}
TEMPLATES = [
    "Question: {{q}}\nAnswer:", "{{q.strip()}}\n", "ends with a line\n\n", "{{n}} {{x}} {{big}} {{e}} {{yes}} {{none}} [{{empty}}]", "{{uni}} {{uni | length}}",
    "{{choices.text | tojson}}", "{{ (rows | map(attribute='text') | list) | tojson }}", "{{ (targets.keys() | list) | tojson }}{{ (targets.values() | list) | tojson }}",
    "{{ 'x' if q is mapping else 'y' }}", "{{ question.stem if question is defined else q }}", "{{ missing | default('d') }}", "{{ nested.a[0].b }}",
    "  {% if yes %}\n  block\n  {% endif %}\nafter", "{% for r in rows %}{{'ABCD'[loop.index0]}}. {{r.text}}\n{% endfor %}Answer:", "{%- for r in rows -%} {{r.label}} {%- endfor %}",
    "{{ 'the man walks ÉCOLE' | capitalize }} {{ 'straÇe' | upper }} {{ 'ÀÉÎ' | lower }} {{ 'él año' | title }}", "{{ q.split('W', 1)[1] }} {{ 'a_b'.split('_', 1)[0] ~ n }}",
    "{{ yes | int }} {{ 'id/7'.split('/')[0] }}",
    # errors: what is undefined is not used
    "{{ missing }}", "{{ q }}{{ choices.nothing }}", "{% if missing %}a{% endif %}", "{% for x in missing %}{% endfor %}", "{{ missing == 1 }}", "{{ missing | length }}", "{{ 'ABCD'[4] }}",
    "{{ rows[5] }}", "{{ 'a' if missing else 'b' }}", "{{ missing and 1 }}", "{{ [missing] | tojson }}", "{{ rows | map(attribute='nope') | list | tojson }}", "{{ missing ~ 'a' }}", "{{ nested.b.c }}",
    "{{ not missing }}", "{{ q", "{% if %}",
]
out = []
for t in TEMPLATES:
    try:
        text = env.from_string(t).render(**DOC)
    except (jinja2.TemplateError, TypeError, json.JSONDecodeError) as e:
        text = None
    out.append({"template": t, "text": text})
print(json.dumps({"data": DOC, "vectors": out}, ensure_ascii=False, indent=1))
