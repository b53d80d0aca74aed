"""The micro-world: a deterministic generator of small stories, facts and questions about them.

Answers are wrapped in ANSWER_BEGIN ... ANSWER_END, two control characters that the tokenizer
removes and turns into a loss weight. Nothing here depends on the natural training text.

What is held out, for ever: one name in eight (by a hash of its spelling), two in seventeen
(object, container) pairs, two in thirteen sums, and a fifth of the questions about the people of
the closed book. `held_out=True` draws from those only; training text never does.

    python3 microworld.py [SEED]      prints a few documents
"""
import random
import sys
import zlib
from dataclasses import dataclass

ANSWER_BEGIN, ANSWER_END = "\x01", "\x02"
END_OF_TURN = "<|eot_id|>"

# ---- words -------------------------------------------------------------------------------------
FIRST_SYLLABLES = ("Ba Be Bri Bo Ca Da De Do Dra El Fa Fe Fi Ga Go Gre Ha Il Ja Ji Jo Ka Ke Ki Kor La "
                   "Le Li Lo Lu Ma Me Mi Mo Na Ne Ni No Or Pa Pe Pi Po Ra Re Ri Ro Sa Se Si So Ta Te Ti "
                   "To Ul Va Ve Vi Wa We Wi Ya Yo Za Ze Zi Zo").split()
NEXT_SYLLABLES = ("ba bel bo da den dra fa fin ga go ka kel ko la lan len lin lo ma mar men mo na nel ni no "
                  "nu pa ra ran ri rin ro sa sha so ta tan ti to va vin vor za zel zu").split()
COMMON_NAMES = ("Tom Lily Ben Mia Sam Anna Max Lucy Tim Sara Jack Emma Leo Nina Bob Amy Dan Kate Joe Ella "
                "Paul Rosa Mark Ruth Peter Jane").split()
OBJECTS = ("ball key coin cup drum book hat lamp ring shoe spoon toy doll kite bell stone feather apple pear "
           "lemon egg cake bread brush comb pen map flag rope candle shell button nail flute mirror "
           "ribbon").split()
CONTAINERS = ("box basket jar bag drawer pot chest bucket sack cupboard barrel bowl trunk case tin "
              "bottle").split()
COLOURS = "red blue green yellow white black brown pink purple orange grey gold silver".split()
PLACES = ("kitchen garden barn school shop mill tower cellar attic forest harbour market bridge field cave "
          "well").split()
TOWNS = "Tolva Morvik Sandra Belcor Ostan Rimdal Kelpo Farwin Duneth Lomary Vestor Gralin".split()
JOBS = "baker doctor farmer teacher painter sailor singer miller tailor hunter cook builder".split()
PETS = "dog cat horse goat parrot rabbit duck pig turtle fish mouse sheep".split()
FOODS = "soup rice cheese honey bread plums beans nuts cherries butter fish cake".split()
KINDS = {
    "animal": "dog cat horse goat rabbit duck pig sheep mouse lion bear fox wolf cow".split(),
    "fruit": "apple pear lemon plum cherry peach banana orange grape melon".split(),
    "tool": "hammer saw spade axe knife rake drill broom".split(),
    "colour": COLOURS[:10],
    "vegetable": "carrot onion potato cabbage bean pea turnip".split(),
    "bird": "crow eagle owl sparrow swan robin gull parrot".split(),
    "vehicle": "car bus train boat ship bicycle cart truck".split(),
    "garment": "hat coat shirt shoe sock scarf glove dress".split(),
}
OPPOSITES = [p.split() for p in (
    "hot cold|big small|old new|fast slow|day night|up down|open closed|happy sad|wet dry|full empty|"
    "light dark|high low|hard soft|long short|rich poor|strong weak|good bad|early late|in out|"
    "left right|near far|loud quiet|clean dirty|thick thin").split("|")]
SOUNDS = [p.split() for p in (
    "dog woof|cat meow|cow moo|sheep baa|duck quack|pig oink|horse neigh|mouse squeak|owl hoot|crow caw|"
    "bee buzz|snake hiss|lion roar|frog croak").split("|")]
TYPICAL_COLOURS = [tuple(p.rsplit(" ", 1)) for p in (
    "grass green|snow white|the sky blue|coal black|blood red|a lemon yellow|milk white|a carrot orange|"
    "the sun yellow|a leaf green|chocolate brown|a cloud white|the night black|a tomato red|"
    "a banana yellow|the sea blue").split("|")]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November "
          "December").split()
NUMBER_WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
                "fifteen sixteen seventeen eighteen nineteen twenty").split()


def with_article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def capitalised(text):
    return text[0].upper() + text[1:]


# ---- what is held out --------------------------------------------------------------------------
def name_is_held_out(name):
    return zlib.crc32(name.encode()) % 8 == 0


def pair_is_held_out(thing, container):
    return (OBJECTS.index(thing) * 5 + CONTAINERS.index(container) * 11) % 17 < 2


def sum_is_held_out(a, b):
    return (a * 31 + b * 17 + a * b * 7) % 13 < 2


def spelled_name(rng):
    """A name put together from syllables: about 150,000 different ones."""
    parts = [rng.choice(FIRST_SYLLABLES), rng.choice(NEXT_SYLLABLES)]
    if rng.random() < 0.4:
        parts.append(rng.choice(NEXT_SYLLABLES))
    return "".join(parts)


def _familiar_names():
    rng, names = random.Random(20261), []
    while len(names) < 96:
        name = spelled_name(rng)
        if name not in names and len(name) < 7 and not name_is_held_out(name):
            names.append(name)
    return names


CLOSED_BOOK_NAMES = _familiar_names()
FAMILIAR_NAMES = CLOSED_BOOK_NAMES + COMMON_NAMES


def draw_names(rng, count, held_out, familiar_share=0.35):
    """Different names; in training text a share of familiar ones, the rest made up on the spot."""
    names = []
    familiar = not held_out and rng.random() < familiar_share
    while len(names) < count:
        name = rng.choice(FAMILIAR_NAMES) if familiar else spelled_name(rng)
        if name not in names and (familiar or name_is_held_out(name) == held_out):
            names.append(name)
    return names


def draw_stored(rng, count, held_out):
    """(object, container) pairs, all objects and all containers different."""
    pairs = []
    while len(pairs) < count:
        thing, container = rng.choice(OBJECTS), rng.choice(CONTAINERS)
        fresh = all(thing != t and container != c for t, c in pairs)
        if fresh and pair_is_held_out(thing, container) == held_out:
            pairs.append((thing, container))
    return pairs


def draw_sum(rng, held_out):
    while True:
        a, b = rng.randint(1, 19), rng.randint(1, 19)
        if a + b <= 25 and sum_is_held_out(a, b) == held_out:
            return a, b


# ---- tasks -------------------------------------------------------------------------------------
@dataclass
class Question:
    text: str
    answer: str
    wrong: list
    sentence: str = ""     # the answer as a full sentence, where there is a natural one


def others(rng, pool, right, count=3):
    return rng.sample([x for x in pool if x != right], count)


def stored_questions(rng, pairs):
    containers = [c for _, c in pairs]
    for thing, container in pairs:
        ask = rng.choice(["Where is the %s?", "Where can we find the %s?"]) % thing
        yield Question(ask, "in the " + container,
                       ["in the " + c for c in others(rng, containers, container)],
                       "The %s is in the %s" % (thing, container))


def task_place(rng, held_out):
    pairs = draw_stored(rng, rng.randint(4, 6), held_out)
    names = draw_names(rng, 4, held_out)
    form = rng.choice(["{n} put the {o} in the {c}.", "The {o} is in the {c}.", "{n} hid the {o} in the {c}.",
                       "{n} laid the {o} in the {c}."])
    lines = [(form if rng.random() < 0.7 else "{n} put the {o} in the {c}.").format(
        n=rng.choice(names), o=o, c=c) for o, c in pairs]
    return " ".join(lines), list(stored_questions(rng, pairs))


def task_inside(rng, held_out):
    pairs = draw_stored(rng, rng.randint(4, 6), held_out)
    form = rng.choice(["The {o} is in the {c}.", "In the {c} there is the {o}.", "The {c} holds the {o}."])
    lines = [(form if rng.random() < 0.7 else "The {o} is in the {c}.").format(o=o, c=c) for o, c in pairs]
    things = [o for o, _ in pairs]
    questions = [Question("What is in the %s?" % c, "the " + o, ["the " + w for w in others(rng, things, o)],
                          "In the %s there is the %s" % (c, o)) for o, c in pairs]
    return " ".join(lines), questions


def task_move(rng, held_out):
    (o1, c1), (o2, c2), (_, c3), (_, c4) = draw_stored(rng, 4, held_out)
    n, m = draw_names(rng, 2, held_out)
    story = (f"{n} put the {o1} in the {c1}. {m} put the {o2} in the {c2}. "
             f"Then {n} took the {o1} out of the {c1} and put it in the {c3}.")

    def ask(text, right):
        return Question(text, "in the " + right, ["in the " + c for c in (c1, c2, c3, c4) if c != right])
    return story, [ask(f"Where is the {o1} now?", c3), ask(f"Where is the {o2} now?", c2),
                   ask(f"Where was the {o1} first?", c1)]


def task_colour(rng, held_out):
    count = rng.randint(4, 6)
    things, colours = rng.sample(OBJECTS, count), rng.sample(COLOURS, count)
    lines = [rng.choice(["The %s is %s.", "The colour of the %s is %s."]) % x for x in zip(things, colours)]
    questions = [Question("What colour is the %s?" % o, c, others(rng, colours, c), "The %s is %s" % (o, c))
                 for o, c in zip(things, colours)]
    return " ".join(lines), questions


def task_has(rng, held_out):
    count = rng.randint(4, 6)
    names, things = draw_names(rng, count, held_out), rng.sample(OBJECTS, count)
    lines = [rng.choice(["%s has the %s.", "%s holds the %s."]) % x for x in zip(names, things)]
    questions = []
    for name, thing in zip(names, things):
        sentence = "%s has the %s" % (name, thing)
        questions.append(Question("Who has the %s?" % thing, name, others(rng, names, name), sentence))
        questions.append(Question("What does %s have?" % name, "the " + thing,
                                  ["the " + x for x in others(rng, things, thing)], sentence))
    return " ".join(lines), questions


def task_went(rng, held_out):
    count = rng.randint(4, 6)
    names, places = draw_names(rng, count, held_out), rng.sample(PLACES, count)
    lines = [rng.choice(["%s went to the %s.", "%s ran to the %s.", "%s is at the %s."]) % x
             for x in zip(names, places)]
    questions = []
    for name, place in zip(names, places):
        questions.append(Question("Where is %s?" % name, "at the " + place,
                                  ["at the " + x for x in others(rng, places, place)],
                                  "%s is at the %s" % (name, place)))
    return " ".join(lines), questions


def task_kin(rng, held_out):
    a, b, c, d = names = draw_names(rng, 4, held_out)
    elder, parent, sibling = rng.randint(0, 1), rng.randint(0, 1), rng.randint(0, 1)
    parents, grandparents = ("father", "mother"), ("grandfather", "grandmother")
    lines = [f"{a} is the {parents[elder]} of {b}.", f"{b} is the {parents[parent]} of {c}.",
             f"{d} is the {('brother', 'sister')[sibling]} of {c}."]
    if rng.random() < 0.3:
        rng.shuffle(lines)

    def ask(kin, of, right):
        return Question(f"Who is the {kin} of {of}?", right, [n for n in names if n != right],
                        f"{right} is the {kin} of {of}")
    questions = [ask(grandparents[elder], c, a), ask(parents[parent], c, b),
                 ask(("brother", "sister")[sibling], c, d), ask(parents[elder], b, a),
                 ask(grandparents[elder], d, a)]
    return " ".join(lines), questions


COMPARISONS = [("taller", "tallest", "shortest"), ("older", "oldest", "youngest"),
               ("faster", "fastest", "slowest"), ("stronger", "strongest", "weakest")]


def task_cmp(rng, held_out):
    names = draw_names(rng, 4, held_out)
    more, most, least = rng.choice(COMPARISONS)
    pairs = [(0, 1), (1, 2), (2, 3)]
    if rng.random() < 0.4:
        rng.shuffle(pairs)
    story = " ".join(f"{names[i]} is {more} than {names[j]}." for i, j in pairs)
    return story, [Question(f"Who is the {word}?", names[i], [n for n in names if n != names[i]],
                            f"{names[i]} is the {word}") for word, i in ((most, 0), (least, 3))]


def near_numbers(rng, right):
    return [str(x) for x in rng.sample([x for x in range(right - 3, right + 4) if x >= 0 and x != right], 3)]


def task_arith(rng, held_out):
    a, b = draw_sum(rng, held_out)
    name = draw_names(rng, 1, held_out)[0]
    thing = rng.choice([x for x in OBJECTS if not x.endswith(("s", "x", "h"))]) + "s"
    if rng.random() < 0.5:
        story, right = f"{name} had {a} {thing} and found {b} more {thing}.", a + b
        sum_text = f"{a} + {b} = {right}"
    else:
        story, right = f"{name} had {a + b} {thing} and lost {b} {thing}.", a
        sum_text = f"{a + b} - {b} = {right}"
    ask = f"How many {thing} does {name} have now?"
    return story, [Question(ask, str(right), near_numbers(rng, right), sum_text)]


def task_sum(rng, held_out):
    questions = []
    for _ in range(rng.randint(2, 5)):
        a, b = draw_sum(rng, held_out)
        text, right = (f"{a} + {b} =", a + b) if rng.random() < 0.6 else (f"{a + b} - {b} =", a)
        questions.append(Question(text, str(right), near_numbers(rng, right)))
    return "", questions


# The closed book: 96 people with five attributes each, the same for ever.
ATTRIBUTES = {"town": TOWNS, "job": JOBS, "pet": PETS, "colour": COLOURS[:10], "food": FOODS}
STATEMENTS = {
    "town": ["{n} lives in {v}.", "{n} comes from {v}.", "The home of {n} is in {v}.",
             "In {v} there is a house where {n} lives."],
    "job": ["{n} is {a} by trade.", "{n} works as {a}.", "The work of {n} is that of {a}.",
            "Everybody knows {n} the {v}."],
    "pet": ["{n} has {a} at home.", "{n} keeps {a}.", "The pet of {n} is {a}.",
            "{n} goes for a walk with a {v} every day."],
    "colour": ["{n} likes the colour {v} best.", "The favourite colour of {n} is {v}.",
               "{n} always wears {v} clothes.", "{n} painted the door {v}."],
    "food": ["{n} likes to eat {v}.", "The favourite food of {n} is {v}.", "{n} eats {v} every morning.",
             "Give {n} some {v}, and {n} is happy."],
}
ASKED = {
    "town": ["Where does {n} live?", "In which town does {n} live?"],
    "job": ["What is the work of {n}?", "What does {n} do for a living?"],
    "pet": ["Which animal does {n} keep?", "What pet does {n} have?"],
    "colour": ["What is the favourite colour of {n}?", "Which colour does {n} like best?"],
    "food": ["What does {n} like to eat?", "What is the favourite food of {n}?"],
}


def _closed_book():
    rng = random.Random(777)
    return {n: {a: rng.choice(values) for a, values in ATTRIBUTES.items()} for n in CLOSED_BOOK_NAMES}


CLOSED_BOOK = _closed_book()


def fact_question_is_held_out(name, attribute):
    number = CLOSED_BOOK_NAMES.index(name) * 5 + list(ATTRIBUTES).index(attribute)
    return number * 7919 % 97 < 19


def draw_fact(rng, held_out):
    while True:
        name, attribute = rng.choice(CLOSED_BOOK_NAMES), rng.choice(list(ATTRIBUTES))
        if fact_question_is_held_out(name, attribute) == held_out:
            return name, attribute, CLOSED_BOOK[name][attribute]


def fact_question(rng, held_out):
    name, attribute, value = draw_fact(rng, held_out)
    return Question(rng.choice(ASKED[attribute]).format(n=name), value, others(rng, ATTRIBUTES[attribute], value))


def task_fact(rng, held_out):
    return "", [fact_question(rng, held_out) for _ in range(rng.randint(2, 6))]


def know_kind(rng):
    kind = rng.choice(list(KINDS))
    word = rng.choice(KINDS[kind])
    wrong = rng.sample([k for k in KINDS if word not in KINDS[k]], 3)
    return Question(f"What is {with_article(word)}?", with_article(kind), [with_article(k) for k in wrong])


def know_opposite(rng):
    word, opposite = rng.sample(rng.choice(OPPOSITES), 2)
    wrong = rng.sample([p for p in OPPOSITES if word not in p], 3)
    return Question(f"What is the opposite of {word}?", opposite, [rng.choice(p) for p in wrong])


def know_sound(rng):
    animal, sound = rng.choice(SOUNDS)
    return Question(f"What does the {animal} say?", sound, others(rng, [s for _, s in SOUNDS], sound))


def know_typical_colour(rng):
    thing, colour = rng.choice(TYPICAL_COLOURS)
    return Question(f"What colour is {thing}?", colour, others(rng, COLOURS[:9], colour))


def task_know(rng, held_out):
    makers = [know_kind, know_opposite, know_sound, know_typical_colour]
    return "", [rng.choices(makers, [40, 25, 17, 18])[0](rng) for _ in range(rng.randint(2, 6))]


def task_seq(rng, held_out):
    unit, words = rng.choice([("day", DAYS), ("month", MONTHS), ("number", NUMBER_WORDS)])
    i = rng.randrange(len(words) - 1)
    if rng.random() < 0.25:
        text, right = f"What {unit} comes before {words[i + 1]}?", words[i]
    else:
        text, right = f"What {unit} comes after {words[i]}?", words[i + 1]
    return "", [Question(text, right, others(rng, words, right))]


TASKS = {"place": task_place, "inside": task_inside, "move": task_move, "colour": task_colour,
         "has": task_has, "went": task_went, "kin": task_kin, "cmp": task_cmp, "arith": task_arith,
         "sum": task_sum, "fact": task_fact, "know": task_know, "seq": task_seq}
TASK_WEIGHTS = {"place": 9, "inside": 12, "move": 7, "colour": 6, "has": 16, "went": 9, "kin": 12, "cmp": 11,
                "arith": 14, "sum": 14, "fact": 12, "know": 7, "seq": 4}
NOTHING_HELD_OUT = ("know", "seq")     # too small a world: every question is seen in training


# ---- documents ---------------------------------------------------------------------------------
def marked(answer):
    return f"{ANSWER_BEGIN} {answer}{ANSWER_END}"


def asked(question, answer=None):
    return f"Question: {question.text}\nAnswer:{marked(answer or question.answer)}\n"


def as_text(story, questions, full):
    head = story + "\n" if story else ""
    return head + "".join(asked(q, q.sentence if full else None) for q in questions)


def as_chat(story, questions, full):
    turns, head = [], story + " " if story else ""
    for q in questions:
        answer = q.sentence if full and q.sentence else q.answer
        turns.append(f"User: {head}{q.text}{END_OF_TURN}Assistant:{marked(answer)}{END_OF_TURN}")
        head = ""
    return "".join(turns)


def as_yes_no(rng, story, questions):
    parts = [story + "\n"]
    for q in questions:
        right = rng.random() < 0.5
        offer = q.answer if right else rng.choice(q.wrong)
        parts.append(f"Question: {q.text} Is it {offer}?\nAnswer:{marked('Yes' if right else 'No')}\n")
    return "".join(parts)


def doc_task(rng):
    name = rng.choices(list(TASK_WEIGHTS), list(TASK_WEIGHTS.values()))[0]
    repeats = rng.randint(2, 4) if name in ("arith", "cmp", "seq") else 1
    chat, full, parts = rng.random() < 0.15, rng.random() < 0.3, []
    for _ in range(repeats):
        story, questions = TASKS[name](rng, False)
        rng.shuffle(questions)
        if name in ("place", "colour", "went", "inside") and rng.random() < 0.06:
            parts.append(as_yes_no(rng, story, questions))
        else:
            parts.append((as_chat if chat else as_text)(story, questions, full))
    return "".join(parts)


def doc_people(rng):
    parts = []
    for name in rng.sample(CLOSED_BOOK_NAMES, rng.randint(1, 4)):
        chosen = rng.sample(list(ATTRIBUTES), rng.randint(2, 5))
        values = CLOSED_BOOK[name]
        parts.append(" ".join(rng.choice(STATEMENTS[a]).format(n=name, v=values[a], a=with_article(values[a]))
                              for a in chosen) + "\n")
        if rng.random() < 0.5:
            attribute = rng.choice(list(ATTRIBUTES))
            if not fact_question_is_held_out(name, attribute):
                text = rng.choice(ASKED[attribute]).format(n=name)
                parts.append(asked(Question(text, values[attribute], [])))
    return "".join(parts)


def know_statement(rng):
    pick = rng.random()
    if pick < 0.4:
        kind = rng.choice(list(KINDS))
        return f"{capitalised(with_article(rng.choice(KINDS[kind])))} is {with_article(kind)}."
    if pick < 0.6:
        return "The opposite of %s is %s." % tuple(rng.sample(rng.choice(OPPOSITES), 2))
    if pick < 0.8:
        return "The %s says %s." % tuple(rng.choice(SOUNDS))
    thing, colour = rng.choice(TYPICAL_COLOURS)
    return f"{capitalised(thing)} is {colour}."


def doc_know(rng):
    return " ".join(know_statement(rng) for _ in range(rng.randint(4, 10))) + "\n"


def doc_sums(rng):
    parts = []
    for _ in range(rng.randint(5, 14)):
        a, b = draw_sum(rng, False)
        parts.append(rng.choice([f"{a} + {b} ={marked(a + b)}.", f"{a + b} - {b} ={marked(a)}."]))
    return " ".join(parts) + "\n"


def doc_story(rng):
    """A thing is put somewhere, other things happen, then somebody wants it."""
    n, m = draw_names(rng, 2, False)
    (thing, where), (thing2, where2) = draw_stored(rng, 2, False)
    place, place2 = rng.sample(PLACES, 2)
    colour, he = rng.choice(COLOURS), rng.choice(["He", "She"])
    begin = rng.choice(["One day %s found a %s %s.", "Once %s had a %s %s.", "In the morning %s got a %s %s."])
    hide = rng.choice([f"{he} put the {thing} in the {where}.", f"{n} hid the {thing} in the {where}."])
    events = [f"Then {n} went to the {place} with {m}.", "It began to rain.", f"{m} was happy and sang a song.",
              "The sun was warm.", f"{m} ate some {rng.choice(FOODS)}.",
              f"{n} saw a {rng.choice(PETS)} near the {place2}.", f"{m} had a {thing2} in the {where2}."]
    rng.shuffle(events)
    answer = marked("in the " + where)
    end = rng.choice([f'In the evening {n} asked: "Where is my {thing}?" "It is{answer}."',
                      f"Later {n} wanted the {thing}. The {thing} was{answer}."])
    text = " ".join([begin % (n, colour, thing), hide] + events[:rng.randint(2, 6)] + [end]) + "\n"
    if rng.random() < 0.6:
        text += asked(Question(f"What colour is the {thing} of {n}?", colour, []))
        text += asked(Question(f"Who had the {thing}?", n, []))
    return text


def doc_copy(rng):
    """Saying words or names again: teaches to copy names of several tokens."""
    parts = []
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.5:
            words = draw_names(rng, rng.randint(2, 6), False, familiar_share=0.1)
        else:
            words = rng.sample(OBJECTS + COLOURS, rng.randint(3, 8))
        line = " ".join(words)
        parts.append(f"Say it again: {line}.\nAnswer:{marked(line)}\n")
    return "".join(parts)


DOCUMENTS = [(doc_task, 60), (doc_people, 9), (doc_story, 11), (doc_copy, 7), (doc_sums, 8), (doc_know, 3)]


def document(rng):
    makers, weights = zip(*DOCUMENTS)
    return rng.choices(makers, weights)[0](rng)


# ---- long documents: facts early, the question much later --------------------------------------
SECRET_WORDS = sorted(set(OBJECTS + PETS + FOODS))


def draw_secrets(rng, count, held_out):
    return list(zip(draw_names(rng, count, held_out), rng.sample(SECRET_WORDS, count)))


def secret_text(secrets):
    return " ".join("The secret word of %s is %s." % s for s in secrets) + "\n"


def secret_question(name):
    return f"What is the secret word of {name}?"


def doc_long(rng, filler, count_tokens, target_tokens):
    """Secrets, then filler up to target_tokens with a question now and then, all questions at the end."""
    secrets = draw_secrets(rng, rng.randint(2, 5), False)
    text = secret_text(secrets)
    used, reserve = count_tokens(text), 20 * (len(secrets) + 1)
    while used < target_tokens - reserve:
        part = filler(rng)
        if rng.random() < 0.3:
            name, word = rng.choice(secrets)
            part += asked(Question(secret_question(name), word, []))
        text, used = text + part, used + count_tokens(part)
    rng.shuffle(secrets)
    return text + "".join(asked(Question(secret_question(n), w, [])) for n, w in secrets)


# ---- evaluation items --------------------------------------------------------------------------
def choice_item(rng, ident, prompt, right, wrong):
    choices = [right] + list(wrong)
    rng.shuffle(choices)
    return {"id": ident, "context": prompt, "choices": choices, "gold": choices.index(right)}


def task_items(task, count, held_out):
    """Multiple-choice items; context + " " + choice is what a model scores."""
    rng, items = random.Random(f"{task}-4242-{held_out}"), []
    while len(items) < count:
        story, questions = TASKS[task](rng, held_out)
        q = rng.choice(questions)
        if len({q.answer, *q.wrong}) < 4:
            continue
        prompt = (story + "\n" if story else "") + f"Question: {q.text}\nAnswer:"
        items.append(choice_item(rng, f"{task}/{len(items)}", prompt, q.answer, q.wrong))
    return items


def recall_items(distance, count, held_out, filler, count_tokens):
    """Four secrets, about `distance` tokens of filler, then a question for one of them."""
    rng, items = random.Random(f"recall-{distance}-{held_out}"), []
    for i in range(count):
        secrets = draw_secrets(rng, 4, held_out)
        text, used = secret_text(secrets), 0
        while used < distance - 30:
            part = filler(rng)
            text, used = text + part, used + count_tokens(part)
        name, word = rng.choice(secrets)
        prompt = text + f"Question: {secret_question(name)}\nAnswer:"
        item = choice_item(rng, f"recall{distance}/{i}", prompt, word, [w for _, w in secrets if w != word])
        items.append(dict(item, distance_tokens=distance))
    return items


if __name__ == "__main__":
    demo = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for _ in range(14):
        print(document(demo).replace(ANSWER_BEGIN, "[").replace(ANSWER_END, "]"))
        print("-----")
