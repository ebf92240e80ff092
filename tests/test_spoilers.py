"""The student edition gives no answer away; and what is looked for is found."""

import pytest

import build
from cells import read_cells
from editions import editions, lesson_sources
from lcutils.checking.data import Prediction
from spoilers import spoilers


@pytest.mark.parametrize("source", lesson_sources(build.SOURCES, []), ids=lambda x: x.stem)
def test_a_lesson_gives_no_answer_away(source):
    cells, student, _ = build.edition_cells(source)
    assert not spoilers(cells, student)


EXERCISE = """\
# %% id="05-slope" tags=["exercise"]
### BEGIN SOLUTION
slope = (y - z) * (1 - y**2)
### END SOLUTION
### BEGIN STUDENT
# slope = None
### END STUDENT
lc.prove("05.slope", slope, slope)
"""
GUESS = """\
# %% id="05-guess" tags=["exercise"]
### BEGIN SOLUTION
answer = "a long answer"
### END SOLUTION
lc.predict("05.guess", answer=answer)

# %% id="result" tags=["after-prediction"]
lc.reveal("05.guess", lc.claim("05.guess", "{value}", 1, between=(0, 1)))
"""


def found(text: str) -> list[tuple[str, str]]:
    """Kind and cell of what gives an answer away in this source."""
    cells = read_cells(text, "source/05_tiny.py")
    asked = {id: Prediction(id, "Which word?") for id in ("05.guess", "05.again")}
    student, _ = editions(cells, "05_tiny", asked)
    return [(one.kind, one.cell) for one in spoilers(cells, student)]


def code_cell(body: str, tags: str = "") -> str:
    return f'\n# %% id="other"{tags}\n{body}\n'


def test_a_range_that_can_be_read_is_found_and_a_folded_one_is_not():
    claim = '# Measures.\nlc.claim("05.x", "{value}", 1, between=(0, 1))'
    assert found(code_cell(claim)) == [("range", "other")]
    assert found(code_cell(claim, ' tags=["hide-input"]')) == []
    assert found(GUESS) == []


@pytest.mark.parametrize(
    "other",
    [
        "x = 2 * ((y - z) * (1 - y**2))",
        "def f(y, z):\n    return (\n        (y - z)\n        * (1 - y**2)\n    )",
    ],
)
def test_a_line_of_a_solution_in_another_cell_is_found_however_it_is_set(other):
    assert found(EXERCISE + code_cell(other)) == [("solution", "other")]
    assert found(EXERCISE + code_cell(other, ' tags=["hide-input"]')) == []


def test_a_line_of_a_solution_is_found_behind_a_word_and_above_another_line():
    exercise = EXERCISE.replace("(y - z) * (1 - y**2)", "tanh(x @ W.T + b)")
    other = "def f(x):\n    return tanh(x @ W.T + b)\n\n\nseen = f(x)"
    assert found(exercise + code_cell(other)) == [("solution", "other")]
    assert found(exercise + code_cell("y = arctanh(x @ W.T + b)")) == []


def test_a_line_of_a_solution_in_the_text_is_found_but_not_in_what_is_folded_there():
    text = '\n# %% [markdown] id="other"\n# {}So $(y - z) * (1 - y ** 2)$.{}\n'
    assert found(EXERCISE + text.format("", "")) == [("solution", "other")]
    assert found(EXERCISE + text.format("<details>", "</details>")) == []


LINES = ["dot(a, a) - dot(b, b)", "dot(a - b, a + b)"]
CHAINS = {
    "a list": f"chain = [\n    {LINES[0]},\n    {LINES[1]},\n]",
    "a text": f'chain = """\n{LINES[0]}\n= {LINES[1]}\n"""',
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_a_line_of_a_chain_is_found_but_for_those_that_are_given(chain):
    given = f"# chain = [\n#     {LINES[0]},\n#     ...,\n# ]"
    exercise = f"""\
# %% id="05-chain" tags=["exercise"]
### BEGIN SOLUTION
{chain}
### END SOLUTION
### BEGIN STUDENT
{given}
### END STUDENT
"""
    assert found(exercise + code_cell(f"x = {LINES[0]}")) == []
    assert found(exercise + code_cell(f"x = {LINES[1]}")) == [("solution", "other")]
    assert found(exercise + code_cell(f'lc.prove("05.x", y, {LINES[1]})')) != []


def test_a_solution_in_other_symbols_is_found_where_it_is_proved():
    proof = 'lc.prove("05.x", grad(loss, w), (tanh(w) - x) * (1 - tanh(w) ** 2))'
    assert found(EXERCISE + code_cell(proof)) == [("proof", "other")]
    chain = 'lc.derive("05.x", grad(loss, w), ("so", (a.T - b) * (1 - a.T**2)))'
    assert found(EXERCISE + code_cell(chain)) == [("proof", "other")]


@pytest.mark.parametrize("side", ["(a - b) * (1 - c**2)", "(a - b) * (2 - a**2)", "a - b"])
def test_what_is_proved_otherwise_is_not_found(side):
    assert found(EXERCISE + code_cell(f'lc.prove("05.x", y, {side})')) == []


def test_text_right_below_a_result_is_found_unless_it_waits_or_begins_a_section():
    cell = '\n# %% [markdown] id="told"{}\n# {}\n'
    assert found(GUESS + cell.format("", "It rises.")) == [("below", "told")]
    assert found(GUESS + cell.format(' tags=["after-prediction"]', "It rises.")) == []
    assert found(GUESS + cell.format("", "## 2. What next")) == []


def test_what_is_asked_right_below_a_result_is_no_spoiler():
    again = GUESS.replace("guess", "again").replace('"result"', '"more"')
    assert found(GUESS + again) == []


@pytest.mark.parametrize("function", ["", "def trained():\n    return train.fit(model)\n\n\n"])
def test_a_training_that_shows_its_loss_before_the_guess_is_found(function):
    body = f"{function}run = {'trained()' if function else 'train.fit(model)'}"
    assert found(GUESS + code_cell(f"# Trains.\n{body}", ' tags=["after-prediction"]')) == [
        ("loud", "other")
    ]
    assert found(GUESS + code_cell(body)) == []
