"""What comes out of a class: page, feedback, csv and json, which no text of a student's breaks."""

import csv
import html
import io
import json
import re
from collections import Counter
from dataclasses import replace
from urllib.parse import quote

import pytest

from build import SOURCES
from classroom import page, tables
from classroom.class_page import class_page
from classroom.feedback import feedback_page
from classroom.guesses import guesses_of
from classroom.handin import HandIn, load_lesson
from classroom.rows import Row
from classroom.summing import OUTCOMES, Summary, outcome_of, written
from editions import lesson_sources
from lcutils.checking.data import Prediction
from lcutils.exercises import catalogue
from reveals import Told, told_by

LESSON = load_lesson("05")
NUMBERS = [source.name[:2] for source in lesson_sources(SOURCES, [])]
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)></style></pre>\u202ex\ud800\x00"


def kind_of(id):
    name = type(catalogue()[id]).__name__
    return {"Prediction": "prediction", "Question": "question"}.get(name, "exercise")


def handed(student, said=(), **more):
    """A hand-in in which all is as it was given, but for some: id -> state, sentence and more."""
    rows = {
        id: Row(id, kind_of(id), "open", "Not written yet.", is_given=True)
        for id in LESSON.exercises
    }
    for id, parts in dict(said).items():
        rows[id] = Row(id, kind_of(id), *parts)
    return HandIn(f"{student}.ipynb", student, rows=list(rows.values()), **more)


MISSING = (
    "known",
    "The old state is missing.",
    ("got    = [1, 2]", "wanted = [11, 32]"),
    False,
    "return x",
)
OTHER = (
    "wrong",
    "The values differ.",
    ("x = [1]", "got    = [12, 34]", "wanted = [11, 32]"),
    False,
    "y",
)
CLASS = [
    handed("ann", {"05.additive_step": ("right", "Right."), "05.recall": ("predicted", "19")}),
    handed("bob", {"05.additive_step": MISSING, "05.recall": ("predicted", "40")}),
    handed("cy", {"05.additive_step": MISSING, "05.noise": ("right", "Right.")}),
    handed("di", {"05.additive_step": OTHER, "05.shrink": ("predicted", "W  Shrinks.")}),
    handed("ed", {"05.additive_step": OTHER, "05.shrink": ("predicted", "w shrinks")}),
    handed("flo", {"05.exit_sum": ("wrong", "a) It can.")}, id="77", notes=["Handed in late."]),
    HandIn("x.ipynb", "x", notes=["It cannot be used: it is no notebook."]),
]


def summed(hand_ins=CLASS, notes=()):
    return Summary(LESSON, hand_ins, notes)


def read(summary):
    return list(csv.DictReader(io.StringIO(tables.as_csv(summary))))


def test_the_commonest_mistake_comes_first_with_how_many_and_an_example():
    first, second = summed().mistakes
    assert (first.id, first.sentence) == ("05.additive_step", "The old state is missing.")
    assert [summed().hand_ins[place].student for place in first.places] == ["cy", "bob"]
    assert (first.answer, first.got) == ("return x", ())
    assert second.example[1] == "a: whether a word was in the text"


def test_wrong_answers_without_a_name_are_grouped_by_what_came_out():
    third = handed("gus", {"05.additive_step": (*OTHER[:2], ("got = [0, 0]",))})
    two, one = summed([*CLASS, third]).unnamed
    assert (two.got, len(two.places)) == (("got    = [12, 34]",), 2)
    assert (one.got, len(one.places)) == (("got = [0, 0]",), 1)


def test_an_error_is_the_same_on_whatever_line():
    made = [
        handed(str(line), {"05.noise": ("raised", f"NameError: no x (line {line})")})
        for line in (1, 2)
    ]
    (group,) = summed(made).unnamed
    assert group.places == (0, 1)


def test_what_was_never_opened_is_not_what_was_not_written():
    assert outcome_of(Row("05.noise", "exercise", "open", "")).words == "not written"
    assert (
        outcome_of(Row("05.noise", "exercise", "open", "", is_given=True)).words == "never opened"
    )


def test_an_example_is_what_was_written_without_the_line_that_hands_it_in():
    call = 'f = lc.check("05.noise", f)'
    said = {f"def f(x):\n    return x\n\n\n{call}": "def f(x):\n    return x", call: call}
    said['lc.check("05.noise", lambda x: x)'] = 'lc.check("05.noise", lambda x: x)'
    for answer, kept in said.items():
        assert written(Row("05.noise", "exercise", "wrong", "", answer=answer)) == kept


def test_each_state_has_an_outcome():
    states = (
        "right known wrong raised stopped undecided ours unchecked open deleted predicted skipped"
    )
    assert all(outcome_of(Row("05.noise", "exercise", state, "")) for state in states.split())


def test_words_that_differ_in_case_blanks_and_stops_are_one_guess():
    shrink = next(x for x in summed().guesses if x.id == "05.shrink")
    assert [(x.said, x.count) for x in shrink.guesses] == [("W  Shrinks.", 2)]
    assert shrink.rest == {"never opened": 4}


def test_a_guess_is_held_against_the_result():
    recall = next(x for x in summed().guesses if x.id == "05.recall")
    assert [(x.said, x.is_result) for x in recall.guesses] == [("19", True), ("40", False)]
    assert recall.told.result == "19"


def test_each_choice_has_its_bar_though_nobody_took_it():
    order = next(x for x in summed().guesses if x.id == "05.order")
    assert [(x.said, x.count, x.is_result) for x in order.guesses] == [
        ("same", 0, True),
        ("different", 0, False),
    ]


def test_many_numbers_are_cut_at_their_widest_gaps():
    asked = Prediction("05.recall", "How many?", numbers=1)
    said = [str(n) for n in (1, 2, 3, 10, 11, 12, 100, 101, 1000, 1001, 9000, 50000, 300000)]
    made = guesses_of(asked, said, {}, Told(result="11.5"))
    assert len(made.guesses) == 8
    assert sum(guess.count for guess in made.guesses) == len(said)
    assert [guess.said for guess in made.guesses if guess.is_result] == ["10 to 12"]


@pytest.mark.parametrize(
    "said", [["-1", "nan", "5"], ["inf", "-inf", "0"], ["1e+300", "1e-300"], []]
)
def test_odd_numbers_break_nothing(said):
    asked = Prediction("05.recall", "How many?", numbers=1)
    assert sum(x.count for x in guesses_of(asked, said, {}, None).guesses) == len(said)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_prediction_of_a_lesson_has_its_result(number):
    lesson = load_lesson(number)
    results = told_by(lesson.name)
    for id in lesson.exercises:
        if isinstance(asked := catalogue()[id], Prediction):
            assert results[id].result or not (asked.choices or asked.numbers), id
            assert results[id].result or results[id].measured, id


def test_hand_ins_with_one_text_are_found_whatever_their_blanks_and_comments():
    ids = ["05.additive_step", "05.noise", "05.half_life", "05.delta_step", "05.members"]
    made = [
        handed("ann", dict.fromkeys(ids, ("right", "", (), False, "a = 1  # mine"))),
        handed("bob", dict.fromkeys(ids, ("right", "", (), False, "a  =  1\n"))),
        handed("cy", dict.fromkeys(ids, ("right", "", (), False, "a = 2"))),
        handed("di", dict.fromkeys(ids[:4], ("right", "", (), False, "a = 1"))),
    ]
    summary = summed(made)
    assert [[summary.hand_ins[x].student for x in places] for places in summary.same] == [
        ["ann", "bob"]
    ]
    assert read(summary)[0]["notes"] == "The same text as bob."


def test_the_numbers_of_the_page_are_those_of_the_csv():
    shown, lines = class_page(summed(), ["x"] * 6), read(summed())
    assert f"{len([x for x in lines if x['of'] != '0'])} hand-ins" in shown
    bars = re.findall(r'<div class="row"><span>(.*?) <small>.*?aria-label="(.*?)"', shown)
    names = {id.partition(".")[2].replace("_", " "): id for id in LESSON.exercises}
    assert len(bars) == 16
    for name, label in bars:
        counts = Counter(line[names[name]] for line in lines if line["of"] != "0")
        assert label.split(", ") == [
            f"{x.words} {counts[x.words]}" for x in OUTCOMES.values() if counts[x.words]
        ]
    rows = re.findall(r"<tr>(.*?)</tr>", shown.partition("<tbody>")[2])
    assert [re.search(r"(\d+) of 16", row)[0] for row in rows] == [
        f"{line['right']} of {line['of']}" for line in lines[:6]
    ]
    for row, line in zip(rows, lines, strict=False):
        marks = re.findall(r'title="(.*?): (.*?)"', row)
        assert all(
            line[names[name]] in (words, *"19 40".split()) or words == "guessed"
            for name, words in marks
        )


def test_the_json_has_all_of_it():
    made = json.loads(tables.as_json(summed(notes=["a note"])))
    assert (made["lesson"], made["notes"], len(made["hand_ins"])) == ("05_memory", ["a note"], 7)
    row = next(x for x in made["hand_ins"][1]["rows"] if x["id"] == "05.additive_step")
    assert set(row) >= {"state", "sentence", "example", "answer"}


HARM = {
    "05.shrink": ("predicted", HOSTILE),
    "05.order": ("predicted", "=HYPERLINK('http://x')"),
    "05.noise": ("wrong", f"`{HOSTILE}` could not be run", (f"got {HOSTILE}",), False, HOSTILE),
    "05.half_life": ("known", HOSTILE, (HOSTILE,), False, HOSTILE),
    "05.members": ("raised", HOSTILE, (), False, HOSTILE),
}


def harmful():
    made = handed(f"../{HOSTILE}", HARM, id="=1+1", notes=[HOSTILE])
    bad = HandIn(HOSTILE, "+x", notes=[HOSTILE])
    return summed([made, handed("ann"), bad], [HOSTILE])


def test_nothing_that_a_student_wrote_is_more_than_text_in_a_page():
    summary = harmful()
    plain = class_page(summed([handed("a"), handed("ann")]), ["a", "b"])
    for shown in (class_page(summary, ["a", "b"]), feedback_page(summary.hand_ins[0], summary)):
        tags = set(re.findall(r"<[^>]*>", shown.partition("</style>")[2]))
        assert not [tag for tag in tags if re.match(r"<(script|img|iframe|style|object)", tag)]
        assert not [tag for tag in tags if re.search(r"\son\w+\s*=|javascript:|style=", tag)]
        assert "<script>" not in shown
        assert "\u202e" not in shown
        assert "\x00" not in shown
        assert shown.count("</style>") == plain.count("</style>") == 1


def test_a_page_allows_its_own_style_and_nothing_else():
    shown = class_page(summed(), ["x"] * 6)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', shown)
    assert html.unescape(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.findall(r"(?:src|href)=\"(?:http|//|data|javascript)", shown)


def test_a_link_to_feedback_stays_in_its_folder():
    shown = class_page(harmful(), ['feedback_05/a"b?c#d.html', "feedback_05/ann.html"])
    assert 'href="feedback_05/a%22b%3Fc%23d.html"' in shown


def test_no_name_stands_in_the_page_but_folded():
    made = [replace(x, student=f"{x.student}berg", file=f"{x.student}berg.ipynb") for x in CLASS]
    shown = class_page(summed(made, ["bobberg.ipynb: a link"]), ["x"] * 6)
    unfolded = re.sub(r'<(small|span) class="who">.*?</\1>', "", shown)
    assert shown.count("berg") > 10
    assert not re.findall(r"\w+berg\b", unfolded)


def test_feedback_names_nobody_else():
    summary = summed()
    for made in summary.hand_ins:
        shown = feedback_page(made, summary).partition("</style>")[2]
        others = {x.student for x in summary.hand_ins} - {made.student}
        assert not [name for name in others if re.search(rf"\b{name}\b", shown)]


def test_a_cell_of_the_csv_is_never_a_formula():
    for line in csv.reader(io.StringIO(tables.as_csv(harmful()))):
        assert not [cell for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    first = read(harmful())[0]
    assert (first["id"], first["05.order"]) == ("'=1+1", "'=HYPERLINK('http://x')")


def test_no_text_begins_a_line_of_its_own_in_the_csv():
    text = tables.as_csv(summed([handed("ann\r=cmd\n=cmd")]))
    assert re.split("[\r\n]+", text)[1].startswith("ann =cmd =cmd,")


@pytest.mark.parametrize("begins", list("=+-@\t\r\n"))
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(begins):
    assert read(summed([handed(f"{begins}cmd")]))[0]["student"] == f"'{begins.strip()}cmd"


def test_all_is_written_though_a_text_holds_half_a_sign_and_nowhere_else(tmp_path):
    written = tables.write(harmful(), tmp_path / "out")
    assert [path.name for path in written] == [
        "class_05.html",
        "class_05.csv",
        "class_05.json",
        "feedback_05",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert len(list(written[-1].iterdir())) == 2
    assert all(path.read_bytes().decode() for path in tmp_path.rglob("*.*") if path.is_file())


def test_each_student_has_feedback_under_a_name_of_its_own(tmp_path):
    tables.write(summed([handed("ann"), handed("Ann"), handed("ann", id="7")]), tmp_path)
    names = sorted(path.name for path in (tmp_path / "feedback_05").iterdir())
    assert names == ["Ann (2).html", "ann 7.html", "ann.html"]
    shown = (tmp_path / "class_05.html").read_text()
    assert all(f"feedback_05/{quote(name)}" in shown for name in names)


def test_a_class_of_which_no_file_could_be_used_has_its_page_too():
    shown = class_page(summed(CLASS[-1:]), [])
    assert "None of the files could be used" in shown


def test_what_cannot_be_seen_is_shown():
    assert page.text("a\u202eb\x1bc\u200dd\n") == "a\ufffdb\ufffdc\u200dd\n"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 900, 390])
def test_in_a_browser_nothing_runs_and_nothing_is_wider_than_the_page(browser, tmp_path, width):
    said, asked = [], []
    for path in tables.write(harmful(), tmp_path)[:1] + sorted(
        (tmp_path / "feedback_05").iterdir()
    ):
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("console", lambda message: said.append(message.text))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(wide) == 0
        tab.close()
    assert not said
    assert len(asked) == 3


@pytest.mark.browser
def test_in_a_browser_names_are_there_once_the_box_is_ticked(browser, tmp_path):
    tables.write(summed(), tmp_path)
    tab = browser.new_page()
    tab.goto((tmp_path / "class_05.html").as_uri())
    names = tab.locator("tbody th .who")
    assert [names.nth(place).is_visible() for place in range(6)] == [False] * 6
    tab.locator("#names").check()
    assert [names.nth(place).is_visible() for place in range(6)] == [True] * 6
    names.nth(1).locator("a").click()
    assert tab.locator("h1").inner_text().startswith("Lesson 05: cy")
    tab.close()
