"""The microscope shows what memories hold and answer, for facts that a reader types."""

import base64
import doctest
import io
import math
from itertools import combinations

import ipywidgets as widgets
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import lcutils as lc
from helpers import assert_close, assert_refused
from lcutils import memory, microscope, show
from lcutils.microscope import facts as facts_of
from lcutils.microscope import paper
from lcutils.microscope.traces import RUNGS, UNSEEN, Settings, Trace

STORY = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Rome, Bob: Lima, Ann: Kyiv"
VIEW = "application/vnd.jupyter.widget-view+json"
LADDER = [name for name in memory.__all__ if not name.endswith(("_step", "_parallel"))]
KINDS = {
    kind: [name for name, rung in RUNGS.items() if rung.kind == kind]
    for kind in ("vector", "matrix", "cache")
}
K, BETA, GAMMA, MOMENTUM, RIDGE, WINDOW, SHARPNESS = 8, 0.7, 0.9, 0.4, 0.05, 3, 5.0


def watched(facts: object = STORY, **options) -> microscope.Microscope:
    """With keys at right angles."""
    return lc.watch(facts, **{"orthogonal": True} | options)


def said(scope: microscope.Microscope, t: int, ask: str) -> list[str]:
    """Each memory's verdict after t facts."""
    return [trace.verdict(t, ask).words for trace in scope.traces]


# --- what is watched


def test_the_example_of_the_docstring_is_what_it_prints():
    results = doctest.testmod(microscope)
    assert (results.failed, results.attempted) == (0, 1)


@pytest.mark.parametrize("name", LADDER)
def test_every_rung_is_drawn_or_refused_with_its_reason(name):
    if name in RUNGS:
        assert lc.watch(STORY, rungs=name).film([1, 7], "It is drawn.").png
    else:
        message = f"rungs: expected one of .*, got '{name}'. {UNSEEN[name]}"
        with pytest.raises(ValueError, match=message):
            lc.watch(STORY, rungs=name)


def test_no_rung_is_watched_that_the_ladder_does_not_have():
    assert {*RUNGS, *UNSEEN} == set(LADDER)


@pytest.mark.parametrize(
    ("rungs", "error", "message"),
    [
        ("delta", ValueError, "rungs: expected one of additive_memory, .*, got 'delta'"),
        ((), ValueError, "rungs: expected a whole number from 1 to 2, got 0"),
        (("delta_rule",) * 3, ValueError, "rungs: expected .* 1 to 2, got 3. Two fit"),
        (("delta_rule", 3), TypeError, "rungs: expected one of .*, got 3"),
        (None, TypeError, "rungs: expected one or two rungs, got None"),
        (
            ("decay_memory", "delta_rule"),
            ValueError,
            "rungs: expected two that keep the same, got decay_memory and delta_rule",
        ),
    ],
    ids=str,
)
def test_rungs_are_refused(rungs, error, message):
    with pytest.raises(error, match=message):
        lc.watch(STORY, rungs=rungs)


# --- states and answers are the ladder's


def gates_of(name: str, T: int) -> dict[str, object]:
    """What the form for a whole sequence is given besides q, k and v."""
    one = torch.ones(1, T, 1)
    fade = (GAMMA * one).log()
    if name == "vector_decay":
        fade = torch.linspace(GAMMA, 1, K).log().expand(1, T, 1, K)
    return {
        "decay_memory": {"gamma": GAMMA},
        "scalar_decay": {"g": fade},
        "vector_decay": {"g": fade},
        "delta_rule": {"beta": BETA * one},
        "gated_delta_rule": {"g": fade, "beta": BETA * one},
        "momentum_rule": {"lr": BETA * one, "momentum": MOMENTUM * one, "g": fade},
        "least_squares": {"ridge": RIDGE},
        "window_attention": {"window": WINDOW},
    }.get(name, {})


@pytest.fixture
def told(rng):
    """Nine facts at random, about three names, with keys that disturb each other."""
    names, values = ["Ann", "Bob", "Cy"], ["Oslo", "Rome", "Lima", "Kyiv", "Bern"]
    picks = torch.randint(0, 15, (9,), generator=rng).tolist()
    facts = [(names[pick % 3], values[pick // 3]) for pick in picks]
    keys = dict(zip(names, lc.tasks.unit_keys(3, K, rng=rng), strict=True))
    return facts, values, keys


SETTINGS = Settings(BETA, GAMMA, MOMENTUM, RIDGE, WINDOW, SHARPNESS)


@pytest.mark.parametrize("name", KINDS["matrix"] + KINDS["cache"])
def test_after_each_fact_a_memory_of_pairs_is_and_answers_as_its_form_for_sequences(name, told):
    facts, values, keys = told
    trace = Trace(name, facts, values, keys, SETTINGS)
    codes = torch.eye(len(values))
    k = torch.stack([keys[who] for who, _ in facts])[None, :, None]
    v = torch.stack([codes[values.index(value)] for _, value in facts])[None, :, None]
    scale = SHARPNESS if name in KINDS["cache"] else 1.0
    for t in range(1, len(facts) + 1):
        for ask, key in keys.items():
            q = k[:, :t].clone()
            q[:, -1] = key
            given = {"scale": scale, "output_final_state": True} | gates_of(name, t)
            o, state = getattr(memory, name)(q, k[:, :t], v[:, :t], **given)
            answers = torch.tensor([trace.answers(t, ask)[value] for value in values])
            assert_close(f"answers after {t}", answers, o[0, -1, 0], 1e-5)  # float32
        assert trace.sizes[t] == state.numel()
        if name in KINDS["cache"]:
            assert_close("cache", trace.states[t], state[0, :, 0])
            weights = torch.tensor(trace.weights(t, ask))
            assert_close("answer", weights @ trace.states[t][:, K:], o[0, -1, 0], 1e-5)  # float32


@pytest.mark.parametrize("name", KINDS["vector"])
def test_after_each_item_a_vector_is_that_of_its_form_for_sequences(name, rng):
    items = list("abcadbea")
    names = sorted(set(items))
    keys = dict(zip(names, lc.tasks.unit_keys(len(names), K, rng=rng), strict=True))
    trace = Trace(name, [(item, item) for item in items], names, keys, SETTINGS)
    x = torch.stack([keys[item] for item in items])[None]
    states, _ = getattr(memory, name)(x, **gates_of(name, len(items)))
    assert_close("states", torch.stack(trace.states[1:]), states[0], 1e-5)  # float32
    assert trace.sizes == [K] * (len(items) + 1)
    answers = trace.answers(3, "a")
    assert answers["b"] == pytest.approx(float(keys["b"] @ states[0, 2]), abs=1e-5)


@pytest.mark.parametrize("name", KINDS["vector"] + KINDS["matrix"])
def test_what_was_found_and_what_is_written_make_the_new_state(name, told):
    facts, values, keys = told
    if name in KINDS["vector"]:
        facts = [(who, who) for who, _ in facts]
        values = list(keys)
    trace = Trace(name, facts, values, keys, SETTINGS)
    for t in range(1, len(facts) + 1):
        before, written, after = trace.parts(t)
        assert_close("sum", before + written, after, 1e-6)  # float32
        if name in ("linear_attention", "scalar_decay", "vector_decay"):
            v = torch.eye(len(values))[values.index(facts[t - 1][1])]
            assert_close("written", written, torch.outer(keys[facts[t - 1][0]], v), 1e-6)


def test_the_delta_rule_takes_from_each_row_what_the_key_finds_there(told):
    facts, values, keys = told
    trace = Trace("delta_rule", facts, values, keys, SETTINGS)
    for t, (who, value) in enumerate(facts, start=1):
        for row, share in trace.shares(t).items():
            found = trace.answers(t - 1, who)[row]
            assert share == pytest.approx(BETA * ((row == value) - found), abs=1e-5)


def test_numbers_kept_are_all_that_a_memory_carries_on():
    sizes = {name: lc.watch(STORY, rungs=name).traces[0].sizes[-1] for name in RUNGS}
    assert {name: sizes[name] for name in KINDS["matrix"]} == {
        "linear_attention": 8 * 4,
        "scalar_decay": 8 * 4,
        "vector_decay": 8 * 4,
        "delta_rule": 8 * 4,
        "gated_delta_rule": 8 * 4,
        "momentum_rule": 2 * 8 * 4,  # the last step, too
        "least_squares": 8 * 8 + 8 * 4,  # P, too
    }
    assert (sizes["full_attention"], sizes["window_attention"]) == (7 * 12, 4 * 12)


# --- verdicts


def test_a_sum_is_torn_where_a_fact_has_changed_and_the_delta_rule_knows_the_new_one():
    scope = watched()
    assert [said(scope, t, "Ann") for t in (1, 5, 7)] == [
        ["Oslo, right", "Oslo, right"],
        ["torn: Oslo or Rome", "Rome, right"],
        ["torn: Oslo, Rome or Kyiv", "Kyiv, right"],
    ]


def test_in_oslos_row_of_the_delta_rule_nothing_is_left():
    _, delta = watched().traces
    _, _, after = delta.parts(5)
    assert after[:, 0].abs().max() < 1e-6
    assert delta.answers(5, "Ann")["Oslo"] == pytest.approx(0, abs=1e-6)


def test_before_a_name_is_told_there_is_no_answer_to_judge():
    assert said(watched(), 3, "Dee") == ["not told yet", "not told yet"]


def test_the_same_fact_twice_is_twice_as_much_in_a_sum_and_nothing_new_for_the_delta_rule():
    scope = watched("Ann: Oslo, Ann: Oslo")
    assert [x.answers(2, "Ann")["Oslo"] for x in scope.traces] == pytest.approx([2, 1])
    assert said(scope, 2, "Ann") == ["Oslo, right", "Oslo, right"]


def test_a_fact_told_again_after_another_is_right_again():
    adding, delta = watched("Ann: Oslo, Ann: Rome, Ann: Oslo").traces
    assert delta.old(3, "Ann") == {"Rome"}
    assert adding.verdict(3, "Ann") == ("right", ("Oslo",), "right")  # told twice


def test_what_was_told_twice_outweighs_the_newer_fact_in_a_sum():
    adding, _ = watched("Ann: Oslo, Ann: Oslo, Ann: Rome").traces
    assert adding.verdict(3, "Ann") == ("out of date", ("Oslo",), "wrong")


def test_a_faded_answer_is_none():
    scope = watched("Ann: Oslo, Bob: Rome, Bob: Rome", rungs="scalar_decay", gamma=0.3)
    assert said(scope, 3, "Ann") == ["too faint to tell"]


def test_what_a_window_has_let_go_is_answered_wrongly():
    facts = "Ann: Oslo, Bob: Rome, Bob: Rome"
    assert said(watched(facts, rungs="window_attention", window=2), 3, "Ann") == ["Rome, wrong"]


def test_attention_without_a_sense_of_time_weighs_both_answers_alike():
    scope = watched("Ann: Oslo, Bob: Rome, Ann: Rome", rungs="full_attention", sharpness=50)
    assert scope.traces[0].weights(3, "Ann") == pytest.approx([0.5, 0, 0.5])
    assert said(scope, 3, "Ann") == ["torn: Oslo or Rome"]


def test_a_vector_is_judged_by_what_it_was_not_told():
    words = watched("dog bites man", rungs="additive_memory", others="fish sun")
    assert said(words, 3, "dog") == ["3 of 3 above all others"]
    alone = watched("dog bites man", rungs="additive_memory")
    assert [alone.traces[0].verdict(t, "dog").words for t in (2, 3)] == [
        "2 of 2 above all others",
        "nothing untold to compare with",
    ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_the_delta_rule_is_right_about_the_newest_fact_whatever_the_keys(seed, n):
    rng = torch.Generator().manual_seed(seed)
    values, names = list("abcdef"), ["Ann", "Bob", "Cy"]
    picks = torch.randint(0, 18, (n,), generator=rng).tolist()
    facts = [(names[pick % 3], values[pick // 3]) for pick in picks]
    keys = dict(zip(names, lc.tasks.unit_keys(3, K, rng=rng), strict=True))
    trace = Trace("delta_rule", facts, values, keys, SETTINGS._replace(beta=1.0))
    for t, (who, value) in enumerate(facts, start=1):
        assert trace.verdict(t, who) == ("right", (value,), "right")
        assert trace.lead(t, who) == pytest.approx(1, abs=1e-4)


def test_keys_at_right_angles_are_so_and_of_length_1():
    keys = torch.stack(list(watched().traces[0].keys.values()))
    assert_close("products", keys @ keys.T, torch.eye(4), 1e-6)  # float32


# --- what a reader types


PAIRS = [("Ann", "Oslo"), ("Bob", "Rome"), ("Ann", "Rome")]


@pytest.mark.parametrize(
    "facts",
    [
        "Ann: Oslo, Bob: Rome, Ann: Rome",
        "Ann:Oslo;Bob:Rome;Ann:Rome",
        "\n  Ann: Oslo\n  Bob: Rome\n\n  Ann:\tRome\n",
        "Ann = Oslo, Bob = Rome, Ann = Rome,",
        "Ann -> Oslo, Bob → Rome, Ann -> Rome",
        "Ann：Oslo，Bob：Rome；Ann：Rome",
        ["Ann: Oslo", "Bob: Rome", "Ann: Rome"],
        PAIRS,
        tuple(map(list, PAIRS)),
        [(" Ann\n", "Oslo"), ("Bob", " Rome"), ("Ann", "Rome")],
    ],
    ids=repr,
)
def test_facts_are_read_in_any_plain_form(facts):
    story = facts_of.read(facts, (), pairs=True)
    assert story.facts == PAIRS
    assert story.strip == ["Ann: Oslo", "Bob: Rome", "Ann: Rome"]
    assert (story.names, story.values) == (["Ann", "Bob"], ["Oslo", "Rome"])


def test_a_dict_and_numbers_are_facts():
    story = facts_of.read({"x": 3, "y": 0.5}, (), pairs=True)
    assert story.facts == [("x", "3"), ("y", "0.5")]


def test_words_are_told_what_follows_them():
    for facts in ("the dog bites the man", ["the", "dog", "bites", "the", "man"]):
        story = facts_of.read(facts, (), pairs=True)
        assert story.facts == [("the", "dog"), ("dog", "bites"), ("bites", "the"), ("the", "man")]
        assert story.strip == ["the", "dog", "bites", "the", "man"]


def test_a_vector_stores_words_or_whole_facts():
    words = facts_of.read("dog bites dog", "fish", pairs=False)
    assert words.facts == [("dog", "dog"), ("bites", "bites"), ("dog", "dog")]
    assert words.names == words.values == ["dog", "bites", "fish"]
    assert facts_of.read(PAIRS, (), pairs=False).names == ["Ann: Oslo", "Bob: Rome", "Ann: Rome"]


@pytest.mark.parametrize("others", ["Riga Bern", "Riga, Bern", ("Riga", "Bern"), ["Riga", "Bern"]])
def test_others_are_values_that_nobody_tells(others):
    story = facts_of.read("Ann: Oslo", others, pairs=True)
    assert story.values == ["Oslo", "Riga", "Bern"]
    assert story.names == ["Ann"]


REFUSED = {
    "none at all": (None, TypeError, ".*, or words, got None"),
    "a number": (5, TypeError, ".*, got 5"),
    "a set has no order": ({"Ann: Oslo"}, TypeError, ".*, got a set"),
    "empty text": ("  ", ValueError, ".*, got none"),
    "empty list": ([], ValueError, ".*, got none"),
    "empty dict": ({}, ValueError, ".*, got none"),
    "no name": (": Oslo", ValueError, ".*, got ''. Names and values"),
    "no value": ("Ann: Oslo, Bob:", ValueError, ".*, got ''. Names and values"),
    "a comma in a value": ("Ann: Oslo, Norway", ValueError, ".*, got 'Norway'. It has no value"),
    "triples": ([("Ann", "Oslo", 3)], ValueError, ".*, got a tuple. .* has 3 entries"),
    "numbers": ([1, 2], TypeError, ".*, got 1 among them"),
    "truth": ([("Ann", True)], TypeError, ".*, got True. A name or a value is a text"),
    "nothing told": ([("Ann", None)], TypeError, ".*, got None"),
    "nested": ([("Ann", ("Oslo", "Rome"))], TypeError, ".*, got a tuple"),
    "bytes": (b"Ann: Oslo", TypeError, ".*, got a bytes"),
    "a single word": ("Ann", ValueError, ".*, got 'Ann'. A single word"),
    "much too long": (f"Ann: {'x' * 500}", ValueError, ".*, got 'xxx.*At most 80 characters"),
    "13 names": (
        [(f"n{i}", "Oslo") for i in range(13)],
        ValueError,
        "names in facts: expected a whole number from 1 to 12, got 13. Each has a row",
    ),
    "13 values": (
        [("Ann", f"v{i}") for i in range(13)],
        ValueError,
        "values in facts: expected a whole number from 1 to 12, got 13. Each has a row",
    ),
    "25 facts": (
        [("Ann", "Oslo")] * 25,
        ValueError,
        "facts: expected a whole number from 1 to 24, got 25. Each has a place",
    ),
}


@pytest.mark.parametrize(("facts", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_facts_are_refused_in_a_sentence(facts, error, message):
    with pytest.raises(error, match=message) as caught:
        lc.watch(facts)
    assert "facts: expected" in str(caught.value) or "in facts: expected" in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"ask": "Eve"}, ValueError, "ask: expected one of Ann, Bob, Cy, Dee, got 'Eve'"),
        ({"ask": 3}, TypeError, "ask: expected one of Ann, Bob, Cy, Dee, got 3"),
        ({"question": "where?"}, ValueError, "question: expected a question with {} for the name"),
        ({"K": 0}, ValueError, "K: expected a whole number from 1 to 64, got 0"),
        ({"K": 3}, ValueError, "K: expected a whole number from 4 to 64, got 3. 4 keys at right"),
        ({"beta": 2}, ValueError, "beta: expected 0 <= beta <= 1, got 2"),
        ({"gamma": 0}, ValueError, "gamma: expected 1e-06 <= gamma <= 1, got 0"),
        ({"momentum": -1}, ValueError, "momentum: expected 0 <= momentum <= 1, got -1"),
        ({"ridge": 0}, ValueError, "ridge: expected 1e-06 <= ridge"),
        ({"window": 0}, ValueError, "window: expected a whole number of at least 1, got 0"),
        ({"sharpness": "8"}, TypeError, "sharpness: expected a number, got '8'"),
        ({"others": 5}, TypeError, "others: expected further values such as .*, got 5"),
        ({"others": [None]}, TypeError, "others: expected further values"),
    ],
    ids=str,
)
def test_watch_refuses(options, error, message):
    with pytest.raises(error, match=message):
        watched(**options)


# --- what is drawn


def pixels(png: bytes) -> np.ndarray:
    """[height, width, 3]"""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


HOSTILE = [
    ("<img src=x onerror=window.hacked=1>", "<script>window.hacked=2</script>"),
    ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "W" * 80),
    ("安", "奥斯陆"),
    ("שרה", "ירושלים"),
    ("محمد", "القاهرة"),
    ("😀", "👨‍👩‍👧"),
    ("é́́́́", "{}"),
    ("a\x00b", "x\u2028y"),
    ("Rome", "Rome"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_reader_types_is_drawn(kind):
    scope = lc.watch(HOSTILE, rungs=KINDS[kind][0], K=16)
    for t in range(1, len(HOSTILE) + 1):
        scope.slider.value = t
    assert pixels(scope.image.value).shape[1] == 1.5 * 768
    assert scope.film([1, 9], "All is drawn.").png


NAMES = st.text(min_size=1, max_size=30)
ROOMS = st.sampled_from([*KINDS["matrix"], *KINDS["cache"], "additive_memory"])


def overlaps(words: list[tuple[str, tuple[float, float, float, float]]]) -> list[tuple[str, str]]:
    """Words that lie over each other; a pixel and a half of what sticks out is passed over."""
    found = []
    for (one, a), (other, b) in combinations(words, 2):
        if min(a[2], b[2]) - max(a[0], b[0]) > 0.5 and min(a[3], b[3]) - max(a[1], b[1]) > 3:
            found.append((one, other))
    return found


@pytest.fixture
def written(monkeypatch):
    """The words that are drawn, each with the pixels that it takes: left, top, right, bottom."""
    words = []
    write = paper.Paper.text

    def text(self, x, y, string, colour=paper.INK, **options):
        size, bold = options.get("size", paper.SMALL), options.get("bold", False)
        shown = paper.cut(string, options.get("room", 1000), size, bold)
        anchor = options.get("anchor", "lm")
        tile, _, (left, top), _ = paper._word(shown, 2 * size, bold, colour, anchor)
        box = x + left / 2, y + top / 2, x + (left + tile.width) / 2, y + (top + tile.height) / 2
        words.append((shown, box))
        assert box[0] >= -1
        assert box[2] <= self.width + 1, shown
        assert 0 <= y <= self.height
        return write(self, x, y, string, colour, **options)

    monkeypatch.setattr(paper.Paper, "text", text)
    return words


STORIES = {
    "the first": (STORY, 8),
    "long words": ([(f"name {i} of many", f"value {i} of many") for i in range(12)] * 2, 16),
    "capitals": ([("W" * 40, "M" * 40), ("Ann", "W" * 15), ("W" * 40, "Å" * 9)], 4),
    "many facts": ([("Ann", f"v{i}") for i in range(12)] * 2, 4),
    "few": ("A: B", 2),
    "words": ("the dog bites the man and the cat bites the dog so the man takes it home", 8),
    "changes": ([("Ann", f"city number {i}") for i in range(6)] * 2, 3),
}


@pytest.mark.parametrize(
    "rungs",
    [
        ("linear_attention", "gated_delta_rule"),
        ("momentum_rule",),
        ("least_squares", "full_attention"),
        ("window_attention", "vector_decay"),
        ("decay_memory",),
    ],
    ids=str,
)
@pytest.mark.parametrize(("facts", "K"), STORIES.values(), ids=STORIES)
def test_no_word_lies_over_another_or_beyond_the_picture(facts, K, rungs, written):
    options = {"gamma": 0.85, "question": "where in the whole wide world is {} now?"}
    scope = lc.watch(facts, rungs=rungs, K=K, **options)
    for t in {1, math.ceil(scope.slider.max / 2), scope.slider.max}:
        written.clear()
        scope.pictures.at(t, scope.ask.value)
        assert overlaps(written) == []
    written.clear()
    scope.film([1, scope.slider.max], "It is drawn.")
    assert overlaps(written) == []


def test_columns_have_a_scale(written):
    scope = lc.watch("dog bites man", rungs="additive_memory")
    top = max(float(state.abs().max()) for state in scope.traces[0].states)
    for draw in (lambda: scope.pictures.at(2, "dog"), lambda: scope.film([2], "It is drawn.")):
        written.clear()
        draw()
        assert {f"{top:.2g}", "0", f"−{top:.2g}"} <= {word for word, _ in written}


def test_words_that_lie_over_each_other_are_found():
    assert overlaps([("a", (0, 0, 10, 10)), ("b", (5, 2, 15, 12)), ("c", (5, 20, 9, 29))]) == [
        ("a", "b")
    ]


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=12), ROOMS)
@settings(max_examples=30, deadline=None)
def test_any_text_is_drawn_or_refused_by_name(facts, name):
    if not all(facts_of._UNSEEN.sub("", word) for fact in facts for word in fact):
        with pytest.raises(ValueError, match="facts: expected .* are there to be read"):
            lc.watch(facts, rungs=name, K=12)
        return
    scope = lc.watch(facts, rungs=name, K=12)
    scope.slider.value = scope.slider.max
    assert pixels(scope.image.value).any()
    assert repr(scope).count("\n") == 1  # whatever it was told


def test_a_cut_word_has_room_and_a_whole_one_stays():
    assert paper.cut("Copenhagen", 200) == "Copenhagen"
    short = paper.cut("Copenhagen", 50)
    assert short.endswith("…")
    assert paper.width(short) <= 50
    assert len(short) > 4


def test_shades_go_from_white_to_the_colour():
    palette = np.array(list(paper._palette())).reshape(-1, 3)
    assert len(palette) <= 256
    assert palette[paper._shade(show.BLUE, 0)].tolist() == [255, 255, 255]
    assert bytes(palette[paper._shade(show.BLUE)].tolist()).hex() == show.BLUE[1:].lower()


def test_an_empty_memory_is_white_under_its_grid_and_a_written_row_is_not():
    picture = pixels(watched().pictures.at(1, "Ann", 1).png())
    before, written = picture[104:230, 76:172], picture[104:135, 228:324]
    assert set(map(tuple, before.reshape(-1, 3))) == {(255, 255, 255), (228, 228, 228)}
    assert len(set(map(tuple, written.reshape(-1, 3)))) > 4


def test_in_how_sure_torn_and_not_told_have_marks_of_their_own():
    picture = pixels(watched().pictures.at(7, "Ann", 1).png())
    grey = tuple(bytes.fromhex(show.GREY[1:]))
    first = 42 + 62  # where the states begin: a row is 31.5 high, and a fact 64 / 7 wide
    n_grey = np.zeros((4, 7), int)
    for name, t in np.ndindex(4, 7):
        top, left = first + round(31.5 * name), 696 + round(t * 64 / 7)
        cell = picture[top + 4 : top + 28, left + 1 : left + 8]
        n_grey[name, t] = (cell == grey).all(axis=-1).sum()
    torn, not_told = n_grey > 20, (0 < n_grey) & (n_grey <= 4)
    assert np.argwhere(torn).tolist() == [[0, 4], [0, 5], [0, 6], [1, 5], [1, 6]]
    assert np.argwhere(not_told).tolist() == [[1, 0], [2, 0], [2, 1], [3, 0], [3, 1], [3, 2]]


def test_the_marks_in_how_sure_are_explained_where_they_can_stand(written):
    for rungs, is_there in (("delta_rule", True), ("additive_memory", False)):
        written.clear()
        scope = lc.watch(STORY, rungs=rungs)
        scope.pictures.at(1, scope.ask.value)
        words = [word for word, _ in written]
        assert "not told" in words
        assert ("unsure" in words) == is_there


def test_the_same_microscope_is_the_same_bytes_again():
    for make in (
        lambda: watched().pictures.at(5, "Ann").png(),
        lambda: watched().film([5], "x").png,
    ):
        assert make() == make()


# --- the widget and what is stored of it


def parts(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all inside it."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def test_the_widget_has_a_slider_buttons_and_a_picture():
    kinds = [type(part).__name__ for part in parts(watched().box)]
    assert kinds == ["VBox", "IntSlider", "HBox", "Label", "ToggleButtons", "Image"]


def test_one_fact_has_no_slider_and_one_name_no_buttons():
    # a slider with one position is an error in the browser
    kinds = [type(part).__name__ for part in parts(watched("Ann: Oslo").box)]
    assert kinds == ["VBox", "Image"]


@pytest.mark.parametrize(
    ("facts", "unit", "told"),
    [(STORY, "fact", "7 facts: Ann: Oslo"), ("the dog bites the man", "word", "5 words: the, dog")],
)
def test_what_is_told_one_after_the_other_has_its_name(facts, unit, told):
    for rungs in ("delta_rule", "additive_memory"):
        scope = lc.watch(facts, rungs=rungs)
        assert scope.slider.description == unit
        assert repr(scope).startswith(told)


def test_a_vector_is_asked_about_no_name():
    kinds = [type(part).__name__ for part in parts(watched(STORY, rungs="additive_memory").box)]
    assert kinds == ["VBox", "IntSlider", "Image"]


def test_a_move_changes_the_picture_and_not_its_size_and_back_is_the_same_again():
    scope = watched()
    first = scope.image.value
    scope.slider.value = 5
    later = scope.image.value
    scope.ask.value = "Bob"
    assert len({first, later, scope.image.value}) == 3
    assert pixels(first).shape == pixels(later).shape
    scope.slider.value, scope.ask.value = 1, "Ann"
    assert scope.image.value == first


def test_it_asks_about_the_name_that_is_wanted():
    assert watched(ask="Bob").ask.value == "Bob"
    assert watched().ask.value == "Ann"


def test_what_is_stored_are_words_and_the_picture_after_the_last_fact():
    scope = watched()
    data, shown = scope._repr_mimebundle_()
    assert data.keys() == {"text/plain", "image/png", VIEW}
    assert data[VIEW]["model_id"] == scope.box.model_id
    picture = pixels(base64.b64decode(data["image/png"]))
    meta = shown["image/png"]
    assert picture.shape == (2 * meta["height"], 2 * meta["width"], 3)
    last = pixels(scope.pictures.at(7, "Ann", 2).png())
    assert (picture[: len(last)] == last).all()
    assert (picture[len(last) :] != 255).any()  # a line says what to do
    assert meta["alt"] == data["text/plain"] == repr(scope)


def test_words_say_after_all_facts_what_each_memory_answers_to_each_name():
    assert repr(watched()) == (
        "7 facts: Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Rome, Bob: Lima, Ann: Kyiv. "
        "After them:\n"
        "linear attention, 32 numbers: Ann? torn: Oslo, Rome or Kyiv (1.00); "
        "Bob? torn: Rome or Lima (1.00); Cy? Lima, right (1.00); Dee? Kyiv, right (1.00).\n"
        "delta rule, 32 numbers: Ann? Kyiv, right (1.00); Bob? Lima, right (1.00); "
        "Cy? Lima, right (1.00); Dee? Kyiv, right (1.00)."
    )


def test_words_stay_those_of_the_last_fact_while_the_slider_moves():
    scope = watched()
    before = repr(scope)
    scope.slider.value, scope.ask.value = 3, "Cy"
    assert repr(scope) == before


def test_another_answer_is_another_text():
    assert repr(watched(beta=0.4)) != repr(watched())


# --- the strip


def test_a_strip_is_a_picture_with_its_sentence():
    strip = watched().film([1, 4, 5, 7], "A sum keeps Oslo.  It is torn.")
    assert isinstance(strip, show.Picture)
    assert repr(strip) == "A sum keeps Oslo. It is torn."
    assert pixels(strip.png).shape == (2 * strip.height, 2 * strip.width, 3)
    assert strip.width == 768


def test_a_strip_takes_a_claim():
    claim = lc.claim("05.kept", "It keeps {value:.2f}.", 1, between=(1, 1))
    assert watched().film([1], claim).claim is claim


def test_a_strip_asks_about_the_name_that_is_chosen_unless_told_otherwise():
    scope = watched()
    ann, bob = scope.film([7], "x").png, scope.film([7], "x", ask="Bob").png
    scope.ask.value = "Bob"
    assert scope.film([7], "x").png == bob != ann


@pytest.mark.parametrize(
    ("moments", "sentence", "error", "message"),
    [
        ([], "x", ValueError, "moments: expected a whole number from 1 to 4, got 0"),
        ([1, 2, 3, 4, 5], "x", ValueError, "moments: expected .* 1 to 4, got 5. More are too"),
        ([0], "x", ValueError, "moments: expected a whole number from 1 to 7, got 0"),
        ([8], "x", ValueError, "moments: expected a whole number from 1 to 7, got 8"),
        ([1.0], "x", TypeError, "moments: expected a whole number from 1 to 7, got 1.0"),
        (5, "x", TypeError, "moments: expected a list of facts by their numbers, got 5"),
        ([1], " ", ValueError, "sentence: expected a string that is not blank"),
    ],
    ids=str,
)
def test_a_strip_refuses(moments, sentence, error, message):
    with pytest.raises(error, match=message):
        watched().film(moments, sentence)


def test_a_strip_refuses_a_name_that_was_not_told():
    assert_refused(ValueError, "ask: expected one of Ann", watched().film, [1], "x", ask="Eve")
