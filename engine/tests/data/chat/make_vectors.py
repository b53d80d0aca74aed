#!/usr/bin/env python3
"""Writes vectors.json: what Jinja 2 renders from templates/*.jinja and from the snippets below, set up as transformers does it
(trim_blocks, lstrip_blocks, loop controls, generation blocks, tojson with ensure_ascii=False, ImmutableSandboxedEnvironment).
The templates are written anew after the published forms of the models they are named after. Needs python3-jinja2 (Debian 12:
3.1.2); the tests read vectors.json alone.   make_vectors.py > vectors.json"""
import datetime
import glob
import json
import os

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    @staticmethod
    def _body(caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
    x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)

U, A, S = ({"role": r} for r in ("user", "assistant", "system"))
turn = lambda role, content: {**role, "content": content}
CONVERSATIONS = {
    "user": [turn(U, "Why is the sky blue?")],
    "system": [turn(S, " You are helpful.\n"), turn(U, "Hi")],
    "turns": [turn(U, "  Hello "), turn(A, "Hello, how can I help? "), turn(U, "Tell me\na story.\n")],
    "system and turns": [turn(S, "Be brief."), turn(U, "1 + 1?"), turn(A, "<think>\neasy\n</think>\n\n2"),
                         turn(U, "Grüße, 世界 👋\u00a0"), turn(A, "Hallo!"), turn(U, "\t{{ x }} {% if %}")],
    "specials": [turn(U, "</s><|eot_id|><|im_end|> is \"text\" & 'so' <on>\\n")],
    "empty": [turn(U, "")],
    "assistant first": [turn(A, "I begin."), turn(U, "Fine.")],
    "two users": [turn(U, "One."), turn(U, "Two.")],
}
SNIPPETS = [
    # white space and comments
    "  {% if true %}  \n a\n  {% endif %}\nb", "a\n  {#- c -#}  \n b", "{# c #}\nx", "  {# c #}\n  y\n", "x {%- if true -%} y {%- endif %} z",
    "  {%+ if true %}a{% endif +%}\nb", "{{ 'a' -}}   \n b", "a   \n{{- 'b' }}", "\n\n{% set x = 1 %}\n\n{{ x }}\n", "a\r\nb\rc\r\n",
    "{{ 1 }}  {% if true %}x{% endif %}", "  {{ 1 }}\n  {% if true %}\n  x\n  {% endif %}  \n", "{% if true %}\n\n x{% endif %}", "{{ {'a': {'b': 1}}['a'] }}",
    "{#-#}a {#- -#} b", "{% if true -%}\n  {{- 1 -}}\n{%- endif %}\n\n",
    # literals and operators
    "{{ 1 + 2 * 3 - 4 // 3 }} {{ 7 / 2 }} {{ 7 % 3 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }}", "{{ 1.5 }} {{ 1e3 }} {{ 1e16 }} {{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e-5 }} {{ 12.5 // 2 }}",
    "{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }}", "{{ 'a' 'b' \"c\" }}", r"{{ 'a\nb\t\'\"\\ \x41\u00e9\U0001F600 \q' }}", "{{ 'ab' * 3 }}{{ 2 * 'c' }}", "{{ [1, 'a', \"it's\", none, true, [2.5]] }}",
    "{{ {'a': 1, 'b': [1]} }}", "{{ (1, 2)[1] }}{{ [] }}{{ {} }}", "{{ 1 < 2 <= 2 != 3 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'é' > 'z' }}", "{{ not 1 == 2 and 3 or 4 }}{{ '' or 'x' }}{{ 0 and 1 }}",
    "{{ 'b' in 'abc' }} {{ 2 in [1, 2] }} {{ 'a' not in {'a': 1} }} {{ 1 not in [2] }}", "{{ 'a' if false }}{{ 'a' if 1 else 'b' }}{{ 'a' if 0 else 'b' if 0 else 'c' }}", "{{ -3 | abs }} {{ - 3 }} {{ +3 }}", "{{ 1 in 1 }}", "{{ 'a' + 1 }}", "{{ 1 / 0 }}", "{{ [1] + [2, 3] }}",
    "{{ 10 ** 4 }}",
    # names, attributes, undefined
    "[{{ nothing }}]", "{{ nothing.x }}", "{{ nothing['x'] }}", "{{ messages[0].role }} {{ messages[0]['content'] }} {{ messages[0].nothing }} {{ messages[9] }}", "{{ messages[0].nothing.x }}", "{{ nothing + 'x' }}", "{{ nothing ~ 'x' }}", "{{ nothing is defined }} {{ messages is defined }}", "{{ nothing | length }} {{ nothing | default('d') }} {{ '' | default('d') }} {{ '' | default('d', true) }} {{ none | default('d') }}", "{{ none.x }}|{{ 1 .x }}", "{{ nothing == nothing }} {{ nothing == none }}", "{% for x in nothing %}x{% else %}none{% endfor %}", "{{ unknown_function() }}", "{{ 'x' | unknown_filter }}", "{{ 1 is unknown_test }}", "{{ messages.append(1) }}", "{{ bos_token }}{{ eos_token }}[{{ unk_token }}]",
    # slices and indices
    "{{ [1, 2, 3, 4][1:3] }} {{ [1, 2, 3][::-1] }} {{ [1, 2, 3][-2:] }} {{ [1, 2, 3][:-1] }} {{ [1, 2, 3, 4][::2] }} {{ [1, 2, 3][5:] }} {{ [1, 2, 3][2:0:-1] }} {{ [1, 2][-1] }}", "{{ 'Grüße'[2] }}{{ 'Grüße'[1:4] }}{{ 'Grüße'[::-1] }}{{ 'Grüße'[-1] }} {{ 'Grüße' | length }} {{ 'a'[:1] }}{{ 'abc'[-9:2] }}", "{{ messages[1:] | length }} {{ messages[-1].role }} {{ [1, 2, 3][none:2] }}",
    # strings
    "{{ ' a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abc'.lstrip('ab') }}|{{ 'abc\n\n'.rstrip('\n') }}|{{ '\u00a0\u3000a\u2003'.strip() }}", "{{ 'a,b,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a</t>b'.split('</t>')[-1] }} {{ 'a b c'.split(none, 1) }}", "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.find('c') }} {{ 'abc'.find('x') }} {{ 'aXbX'.count('X') }}", "{{ 'hello world'.title() }} {{ \"it's a test\" | title }} {{ 'aBC'.capitalize() }} {{ 'aBc' | upper }} {{ 'AbC' | lower }} {{ 'user' | capitalize }}", "{{ 'aaa'.replace('a', 'b', 2) }} {{ 'aaa' | replace('aa', 'x') }} {{ ', '.join(['a', 'b']) }} {{ 'ab'.replace('', '-') }}", "{{ 'a\nb\n\nc' | indent(2) }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(2, false, true) }}", "{{ ' a ' | trim }}|{{ 'xax' | trim('x') }}|{{ 12 | string ~ 'x' }}",
    # lists and mappings
    "{{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }} {{ [1, 2] | first }} {{ [1, 2] | last }} {{ [1, 2] | reverse | list }} {{ 'abc' | list }} {{ 'abc' | reverse }} {{ [3, 1] | sort(reverse=true) }} {{ ['b', 'A', 'B', 'a'] | unique | list }}", "{{ [1, 'a', none] | join('-') }} {{ messages | map(attribute='role') | join(', ') }} {{ ['a', 'b'] | map('upper') | list }} {{ messages | join('|', 'role') }}", "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages | rejectattr('role', 'eq', 'user') | map(attribute='content') | list }} {{ [0, 1, 2] | select | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2, 3] | reject('gt', 1) | list }} {{ messages | selectattr('nothing') | list }} {{ messages | selectattr('content', 'defined') | list | length }}", "{% for k, v in {'b': 1, 'a': 2}.items() %}{{ k }}={{ v }} {% endfor %}{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}={{ v }} {% endfor %}{% for k, v in {'b': 1} | items %}{{ k }}{% endfor %}", "{{ {'a': 1}.keys() | list }} {{ {'a': 1}.values() | list }} {{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b', 'd') }} {{ {'a': 1}.get('b') }} {{ dict(a=1, b=2) }} {{ {'a': 1} | length }}", "{{ range(3) | list }} {{ range(1, 6, 2) | list }} {{ range(3, 0, -1) | list }}", "{{ '12' | int + 1 }} {{ 'x' | int }} {{ 'x' | int(5) }} {{ '1.5' | float }} {{ 3.9 | int }} {{ 'x' | float }} {{ ' 7 ' | int }}",
    # tests
    "{{ 1 is odd }}{{ 2 is even }}{{ 9 is divisibleby 3 }}{{ 1 is number }}{{ 1.0 is float }}{{ 1 is integer }}{{ true is integer }}{{ 'a' is string }}{{ [] is sequence }}{{ {} is mapping }}{{ {} is sequence }}{{ 'a' is iterable }}{{ 1 is iterable }}{{ none is none }}{{ true is boolean }}{{ true is true }}{{ 1 is true }}", "{{ 1 is eq 1 }}{{ 1 is ne 1 }}{{ 1 is lt 2 }}{{ 1 is ge 1 }}{{ 1 is in [1] }}{{ 'a' is not none }}{{ x is not defined }}{{ messages is not string }}", "{{ not x is defined }} {{ x is defined and y }}",
    # loops
    "{% for i in [1, 2, 3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }};{% endfor %}", "{% for i in range(9) if i is odd %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}", "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for a, b in [[1, 2], [3, 4]] %}{{ a }}{{ b }}{{ loop.depth }}{% endfor %}", "{% for i in [1, 2] %}{% for j in [1] %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}{{ loop.index }}{% endfor %}", "{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}", "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "{% for c in 'añ' %}{{ c }}.{% endfor %}{% for k in {'x': 1} %}{{ k }}{% endfor %}", "{% for i in [] %}a{% else %}b{% endfor %}", "{% for a, b in [[1]] %}{% endfor %}", "{% for i in 5 %}{% endfor %}",
    # set, if, macros, generation
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set x %}a{{ 1 }}b{% endset %}{{ x }}", "{% set x | upper | trim %} ab {% endset %}{{ x }}", "{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}{% if 0 %}a{% else %}c{% endif %}{% if true %}{% set y = 3 %}{% endif %}{{ y }}", "{% macro f(a, b='d', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, 2) }}{{ f(c=3, a=1) }}{{ f() }}", "{% set g = 7 %}{% macro f() %}{{ g }}{% endmacro %}{% for g in [1] %}{{ f() }}{% endfor %}", "{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% generation %}a{{ 1 }}{% endgeneration %}\nb", "{% set x = 1 %}{% generation %}{% set x = 2 %}{% endgeneration %}{{ x }}", "{% set m = messages[0].role %}{% set m.x = 1 %}",
    # JSON
    "{{ {'a': [1, 2.5, none, true], 'b': 'é\"\\n<&>'} | tojson }}", "{{ [1, {'a': []}] | tojson(indent=2) }}", "{{ messages | tojson }}", "{{ [] | tojson(indent=4) }}{{ {} | tojson }}", "{{ '/\x7f' | tojson }}",
    # errors
    "{{", "{% if %}", "{% if true %}", "{{ 1 + }}", "{% for %}", "{{ 'a }}", "{% endfor %}", "{% unknown %}", "{# open", "{{ raise_exception('no') }}", "{% for i in range(3) %}", "{{ a b }}", "{{ (1 }}", "{% set = 1 %}", "{{ [1, 2 }}",
]


def render(source, messages):
    try:
        return {"text": env.from_string(source).render(messages=messages, tools=None, documents=None, add_generation_prompt=True,
                                                       bos_token="<s>", eos_token="</s>")}
    except (jinja2.exceptions.TemplateError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        return {"error": str(error)}


here = os.path.dirname(os.path.abspath(__file__))
cases = []
for path in sorted(glob.glob(here + "/templates/*.jinja")):
    for name, messages in CONVERSATIONS.items():
        cases.append({"template": os.path.basename(path), "conversation": name, **render(open(path).read(), messages)})
for snippet in SNIPPETS:
    cases.append({"source": snippet, "conversation": "turns", **render(snippet, CONVERSATIONS["turns"])})
print('{"conversations": {\n' + ",\n".join(json.dumps(name) + ": " + json.dumps(m) for name, m in CONVERSATIONS.items()) + "},")
print('"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "]}")
