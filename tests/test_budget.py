"""The core path of each lesson fits into an hour and a quarter; and what is counted is counted."""

import pytest

import build
import editions as editions_module
from budget import MORE, Budget, budget
from cells import Cell, read_cells
from editions import editions, lesson_sources, lessons
from lcutils.checking.data import Prediction


@pytest.mark.parametrize("source", lesson_sources(build.SOURCES, []), ids=lambda x: x.stem)
def test_the_core_path_of_a_lesson_keeps_its_budget(source):
    _, student, _ = build.edition_cells(source)
    assert not budget(student).over()


@pytest.mark.parametrize("lesson", lessons(build.SOURCES), ids=lambda lesson: lesson.name)
def test_a_lesson_says_how_long_its_core_path_takes_to_five_minutes(lesson):
    _, student, _ = build.edition_cells(build.SOURCES / f"{lesson.name}.py")
    assert lesson.minutes == 5 * round(budget(student).minutes / 5)


def test_an_address_makes_no_lesson_longer(monkeypatch):
    counted = {}
    for address in ("", "https://github.com/somebody/workbook"):
        monkeypatch.setattr(editions_module, "REPOSITORY", address)
        sources = lesson_sources(build.SOURCES, [])
        counted[address] = [budget(build.edition_cells(source)[1]) for source in sources]
    without, with_address = counted.values()
    assert with_address == without


TINY = """\
# %% [markdown] id="promise"
# Six words stand here, not more.
# <details><summary>A hint</summary>
# What is folded is not counted. </details>
#
# **Exercise 1** (4 minutes). Four words.

# %% id="open"
x = 1

lc.prove("05.x", x, x)

# %% id="folded" tags=["hide-input"]
lc.figure(fig, "A sentence.")

# %% id="05-guess" tags=["exercise"]
### BEGIN SOLUTION
answer = "a long answer"
### END SOLUTION
lc.predict("05.guess", answer=answer)

# %% [markdown] id="told" tags=["after-prediction"]
# Three words more.
"""
REST = f'\n# %% [markdown] id="more"\n# {MORE}\n\n# %% id="rest"\nx = 1\n'


def student_of(text: str) -> list[Cell]:
    known = {"05.guess": Prediction("05.guess", "Which?")}
    return editions(read_cells(text, "source/05_tiny.py"), "05_tiny", known)[0]


def test_words_open_lines_exercises_and_the_things_to_look_at_are_counted():
    # 6, then "**Exercise 1** (4 minutes). Four words.", "**Your guess.** Which?", and 3
    assert budget(student_of(TINY)) == Budget(words=6 + 6 + 3 + 3, lines=4, exercises=4, things=3)


def test_what_a_prediction_reveals_is_counted_also_when_it_is_given_by_a_name():
    told = 'said = f"Two words {x}"\nlc.reveal("05.guess", claim, "Two " + "here", said, was=1)'
    cell = Cell("code", "told", ("after-prediction",), told, "source/05_tiny.py", 1)
    assert budget([cell]).words == 2 + 2


def test_what_follows_the_core_path_is_not_counted():
    assert budget(student_of(TINY + REST)) == budget(student_of(TINY))


def test_an_hour_and_a_quarter_is_made_of_reading_code_and_exercises():
    assert Budget(words=1_500, lines=120, exercises=20, things=15).minutes == 15 + 15 + 30 + 15


@pytest.mark.parametrize(
    ("counted", "over"),
    [
        (Budget(1_700, 120, 20, 13), []),
        (Budget(1_701, 120, 20, 12), ["1701 words, at most 1700"]),
        (Budget(1_000, 121, 20, 12), ["121 open lines of code, at most 120"]),
        (Budget(1_700, 120, 20, 14), ["76 minutes, at most 75"]),
    ],
)
def test_each_of_three_limits_is_kept(counted, over):
    assert counted.over() == over
