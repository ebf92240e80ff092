"""A source's cells and its two editions, and what holds for every lesson of the workbook."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

import asking
import build
import editions as editions_module
from cells import BuildError, Cell, read_cells
from editions import ROOT, VERSION, editions, lesson_sources, lessons, setup, with_lessons
from helpers import broken_links, code, never_run, notebook_of, over_limits
from lcutils.checking.data import SHARE, Choice, Prediction, Question
from lcutils.exercises import catalogue

TINY = '''\
# %% [markdown] id="promise"
# # A title
#
# One sentence.

# %% id="start"

print("hello")


# %% id="05-double" tags=["exercise"]
def double(x):
    """x: [B] -> twice as much: [B]"""
    ### BEGIN SOLUTION
    y = x  # SECRET
    return y + x
    ### END SOLUTION


double = lc.check("05.double", double)

# %% [markdown] id="hints-double"
# {{hints}}
#
# What comes next.

# %% id="05-guess" tags=["exercise"]
### BEGIN SOLUTION
answer = "SECRET"
### END SOLUTION
lc.predict("05.guess", answer=answer)

# %% id="seen" tags=["after-prediction"]
lc.reveal("05.guess", "SHOWN")

# %% [markdown] id="said" tags=["after-prediction"]
# So that is *TOLD*.

# %% id="mend"
### BEGIN SOLUTION
order = "SECRET"
### END SOLUTION
### BEGIN STUDENT
# order = None  # letters
### END STUDENT

# %% id="model-answer" tags=["solution"]
print("SECRET")
'''


CHOICES = {"a": Choice("left_over * 2", "No."), "b": Choice("a < b", "Yes.")}
CATALOGUE = {
    "05.double": SimpleNamespace(hints=("Add.", "`return y`")),
    "05.guess": Prediction("05.guess", "Which word?"),
    "05.which": Question("05.which", "Which is ||S^T k||?", CHOICES, right="b"),
    "05.same": Prediction("05.same", "Same state?", choices=("same", "different")),
    "05.count": Prediction("05.count", "How many?", numbers=1),
    "05.pair": Prediction("05.pair", "Which two?", numbers=2),
    "05.shares": Prediction("05.shares", "Which two?", numbers=2, ranges=(SHARE,)),
}
ADDRESS = "https://github.com/somebody/workbook"


@pytest.fixture
def with_address(monkeypatch):
    monkeypatch.setattr(editions_module, "REPOSITORY", ADDRESS)


@pytest.fixture
def without_address(monkeypatch):
    monkeypatch.setattr(editions_module, "REPOSITORY", "")


def made(text: str = TINY) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """The student and the solution edition of a source, by the cells' ids."""
    both = editions(read_cells(text, "source/05_tiny.py"), "05_tiny", CATALOGUE)
    return tuple({cell.id: cell for cell in edition} for edition in both)


def asking_cell(name: str, verb: str = "predict", comment: str = "") -> str:
    """An exercise's cell that asks the catalogue's `name`."""
    lines = ["### BEGIN SOLUTION", f"answer = 1{comment}", "### END SOLUTION"]
    lines.append(f'lc.{verb}("05.{name}", answer=answer)')
    return code_cell("\n".join(lines), id=f"05-{name}", tags=' tags=["exercise"]')


def code_cell(body: str, id: str = "a-name", tags: str = "") -> str:
    return f'# %% id="{id}"{tags}\n{body}\n'


def function_cell(*lines: str) -> str:
    """A cell with a function: its docstring, then these lines of its body."""
    return code_cell("\n".join(["def f(x):", '    """x: [B]"""', *(f"    {x}" for x in lines)]))


# --- cells


def test_a_cell_has_kind_id_tags_text_and_the_line_where_it_begins():
    promise, start, double, *_ = read_cells(TINY, "source/05_tiny.py")
    assert (promise.kind, promise.id) == ("markdown", "promise")
    assert promise.source == "# A title\n\nOne sentence."
    assert (start.kind, start.source, start.line) == ("code", 'print("hello")', 8)
    assert double.tags == ("exercise",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: a source begins with the head of a cell"),
        ("import os\n" + TINY, ":1: a source begins with the head of a cell"),
        ("# %%\nx = 1", ":1: a head reads"),
        ('# %% id="a" tags=exercise\nx = 1', ":1: a head reads"),
        (code_cell("x = 1") + code_cell("x = 2"), ":4: cell 'a-name': this id is taken"),
        (code_cell("x = 1", id="setup"), ":2: cell 'setup': this id is taken"),
        (code_cell("x = 1", id="A_name"), ":2: cell 'A_name': an id is lower-case"),
        (code_cell("x = 1", id="05.name"), ":2: cell '05.name': an id is lower-case"),
        (code_cell("x = 1", id="a" * 65), "an id is lower-case letters"),
        (code_cell("x = 1", tags=' tags=["slow"]'), ":2: cell 'a-name': unknown tag 'slow'"),
        (code_cell("x = 1", tags=" tags=[oops]"), ":2: cell 'a-name': unknown tag"),
        (code_cell("\n\n"), "cell 'a-name': the cell is empty"),
        ('# %% [markdown] id="a"\n# one\ntwo', ":3: cell 'a': a line of markdown begins with"),
        ('# %% [markdown] id="a"\n# ### BEGIN SOLUTION', ":2: cell 'a': a marker of a region"),
    ],
)
def test_a_source_that_breaks_a_rule_is_refused_with_its_place(text, message):
    with pytest.raises(BuildError) as error:
        read_cells(text, "source/05_tiny.py")
    assert str(error.value).startswith("source/05_tiny.py:")
    assert message in str(error.value)


# --- the student edition


def test_a_solution_in_a_function_becomes_not_implemented_and_its_docstring_stays():
    student, _ = made()
    assert student["05-double"].source == (
        "def double(x):\n"
        '    """x: [B] -> twice as much: [B]"""\n'
        '    raise NotImplementedError("05.double: not written yet")\n'
        "\n\n"
        'double = lc.check("05.double", double)'
    )


def test_a_student_block_stands_uncommented_in_the_place_of_its_solution():
    student, _ = made()
    assert student["mend"].source == "order = None  # letters"


def test_a_student_block_keeps_its_indentation_and_empty_lines():
    student, _ = made(
        function_cell(
            "### BEGIN SOLUTION",
            "return -x",
            "### END SOLUTION",
            "### BEGIN STUDENT",
            "# for t in x:",
            "#     y = t",
            "",
            "# return y",
            "### END STUDENT",
        )
    )
    body = student["a-name"].source.split('"""\n')[1]
    assert body == "    for t in x:\n        y = t\n\n    return y"


def test_each_of_two_solutions_in_a_cell_is_replaced():
    block = "\n    ### BEGIN SOLUTION\n    return SECRET\n    ### END SOLUTION\n"
    one, two = (f'def {name}(x):\n    """x: [B]"""{block}' for name in "fg")
    student, solution = made(code_cell(f"{one}\n\n{two}"))
    assert student["a-name"].source.count("raise NotImplementedError") == 2
    assert solution["a-name"].source.count("return SECRET") == 2


def test_hidden_tests_are_in_the_solution_edition_only():
    student, solution = made(
        code_cell("x = 1\n### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS")
    )
    assert student["a-name"].source == "x = 1"
    assert solution["a-name"].source == "x = 1\nassert x == 1"


def test_a_cell_tagged_solution_is_in_the_solution_edition_only():
    student, solution = made()
    assert "model-answer" not in student
    assert "model-answer" in solution


def test_the_solution_edition_has_neither_markers_nor_student_blocks():
    _, solution = made()
    text = "\n".join(cell.source for cell in solution.values())
    assert "###" not in text
    assert "answer = None" not in text
    assert text.count("SECRET") == 4


def variants(text: str) -> list[str]:
    """The text with each one of its lines dropped, doubled or, if it is a marker, misspelt."""
    lines = text.split("\n")
    changed = [lines[:i] + lines[i + 1 :] for i in range(len(lines))]
    changed += [lines[: i + 1] + lines[i:] for i in range(len(lines))]
    for old, new in [("###", "####"), ("###", "##"), (" SOL", "_SOL"), ("BEGIN", "begin")]:
        for i, line in enumerate(lines):
            if "###" in line and old in line:
                changed.append([*lines[:i], line.replace(old, new), *lines[i + 1 :]])
    return ["\n".join(variant) for variant in changed]


def student_or_refusal(text: str) -> str:
    """Everything that the student edition says, or why there is none."""
    try:
        student, _ = made(text)
    except BuildError as error:
        return f"refused: {error}"
    return "\n".join(cell.source for cell in student.values())


def test_no_solution_leaks_however_a_line_is_dropped_doubled_or_misspelt():
    without_whole_cells = TINY[: TINY.index('# %% id="model-answer"')]
    said = [student_or_refusal(text) for text in variants(without_whole_cells)]
    assert not any("SECRET" in text for text in said)
    assert sum(text.startswith("refused") for text in said) > 30
    assert sum(not text.startswith("refused") for text in said) > 30


@pytest.mark.parametrize(
    ("text", "below", "message"),
    [
        (code_cell("### BEGIN SOLUTION\n### BEGIN SOLUTION"), 1, "BEGIN SOLUTION inside SOLUTION"),
        (code_cell("x = 1\n### END SOLUTION"), 1, "END SOLUTION without its BEGIN"),
        (code_cell("x = 1\n### BEGIN SOLUTION\nx = 2"), 1, "BEGIN SOLUTION without its END"),
        (code_cell("### BEGIN SOLUTION\n### END STUDENT"), 1, "END STUDENT without its BEGIN"),
        (code_cell("x = 1\n### BEGIN SOLUTION x"), 1, "not a marker, but like one"),
        (code_cell("x = 1  ### BEGIN SOLUTION"), 0, "not a marker, but like one"),
        (code_cell("### BEGIN SOLUTOIN"), 0, "not a marker, but like one"),
        (code_cell("### Begin_Student"), 0, "not a marker, but like one"),
        (
            code_cell("### BEGIN STUDENT\n# x = None\n### END STUDENT"),
            0,
            "a STUDENT block stands directly below its SOLUTION",
        ),
        (
            code_cell(
                "### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n"
                "### BEGIN STUDENT\nx = None\n### END STUDENT"
            ),
            4,
            "in a STUDENT block each line is commented",
        ),
        (
            code_cell(
                "### BEGIN SOLUTION\nanswer = 1\n### END SOLUTION\n"
                "### BEGIN STUDENT\n# answer = None\n### END STUDENT\n"
                'lc.predict("05.guess", answer=answer)'
            ),
            3,
            "what it asks is known, so leave the STUDENT block out",
        ),
        (
            code_cell(
                "### BEGIN SOLUTION\nx = 1\nanswer = x\n### END SOLUTION\n"
                'lc.predict("05.guess", answer=answer)'
            ),
            0,
            "where a cell asks, the SOLUTION is one line: answer = ...",
        ),
        (
            code_cell('lc.quiz("05.unknown", answer="a")'),
            0,
            "05.unknown is no question and no prediction of the catalogue",
        ),
        (
            '# %% [markdown] id="a-name" tags=["after-prediction"]\n# So it is.',
            0,
            "after-prediction: below an lc.predict, and without {{hints}}",
        ),
        (
            code_cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
            0,
            "outside a function a SOLUTION needs a STUDENT block",
        ),
        (
            code_cell("if True:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION"),
            0,
            "outside a function a SOLUTION needs a STUDENT block",
        ),
        (
            code_cell("def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"),
            0,
            "f: its docstring stands above the SOLUTION",
        ),
        (code_cell("x = = 1"), 0, "not Python: invalid syntax: x = = 1"),
        (
            '# %% [markdown] id="a-name"\n# {{hints}}',
            0,
            "{{hints}} stands below an exercise that has some",
        ),
        (
            '# %% id="05-guess" tags=["exercise"]\nx = 1\n# %% [markdown] id="a-name"\n# {{hints}}',
            2,
            "{{hints}} stands below an exercise that has some",
        ),
    ],
)
def test_a_cell_that_breaks_a_rule_stops_the_build_at_its_line(text, below, message):
    with pytest.raises(BuildError) as error:
        made(text)
    assert str(error.value).startswith(f"source/05_tiny.py:{2 + below}: cell 'a-name': {message}")


def test_an_exercise_lives_in_the_cell_of_its_name():
    with pytest.raises(BuildError, match=r"it asks 05\.other, so its id is '05-other'"):
        made(TINY.replace('lc.check("05.double"', 'lc.check("05.other"'))


def test_an_exercise_has_its_hints_in_the_next_cell():
    with pytest.raises(BuildError, match="cell '05-double': the next cell is markdown"):
        made(TINY.replace("# {{hints}}", "# nothing"))


def test_the_hints_of_the_exercise_above_stand_folded_in_both_editions():
    for edition in made():
        first, second, rest = edition["hints-double"].source.split("</details>")
        assert first == "<details><summary>Hint 1</summary>\n\nAdd.\n\n"
        assert second == "\n<details><summary>Hint 2</summary>\n\n`return y`\n\n"
        assert rest.startswith("\n\n")
        assert rest.endswith("\n\nWhat comes next.")


def test_below_the_hints_stands_a_link_to_the_same_cell_of_the_solution_edition(without_address):
    student, solution = made()
    path = "notebooks/solutions/05_tiny.ipynb"
    (line,) = (line for line in student["hints-double"].source.split("\n") if path in line)
    assert line == f"[Solution](../{path}#cell-id=05-double)"
    assert path not in solution["hints-double"].source


def test_with_an_address_a_second_link_leads_to_the_solution_on_the_web(with_address):
    student, _ = made()
    path = "notebooks/solutions/05_tiny.ipynb"
    assert f"([on the web]({ADDRESS}/blob/v{VERSION}/{path}))" in student["hints-double"].source


def test_the_second_cell_of_both_editions_is_generated_and_the_same():
    student, solution = made()
    assert list(student)[:2] == list(solution)[:2] == ["promise", "setup"]
    assert student["setup"] == solution["setup"]


# --- what is asked, and what waits for a guess


def test_a_question_and_its_choices_stand_above_the_line_to_answer_in_both_editions():
    for edition in made(asking_cell("which", "quiz")):
        assert list(edition)[-2:] == ["05-which-asked", "05-which"]
        assert edition["05-which-asked"].kind == "markdown"
        assert edition["05-which-asked"].source == (
            "**Which is ||S^T k||?**\n\n- **a**: left_over \\* 2\n- **b**: a &lt; b"
        )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("guess", "**Your guess.** Which word?"),
        ("same", "**Your guess.** Same state? (same, different)"),
    ],
)
def test_a_prediction_says_what_is_to_be_guessed_and_among_what(name, asked):
    student, _ = made(asking_cell(name))
    assert student[f"05-{name}-asked"].source == asked


@pytest.mark.parametrize(
    ("name", "verb", "form"),
    [
        ("which", "quiz", 'a letter, such as "a"'),
        ("guess", "predict", "a few words, in quotes"),
        ("same", "predict", '"same" or "different"'),
        ("count", "predict", "a number, such as 10"),
        ("pair", "predict", "2 numbers, such as [10, 20]"),
        ("shares", "predict", "2 numbers, such as [0.5, 0.5]"),
    ],
)
def test_the_line_to_answer_says_in_which_form(name, verb, form):
    student, solution = made(asking_cell(name, verb))
    asks = f'lc.{verb}("05.{name}", answer=answer)'
    assert student[f"05-{name}"].source == f"answer = None  # {form}\n{asks}"
    assert solution[f"05-{name}"].source == f"answer = 1\n{asks}"


def test_a_comment_behind_the_answer_stands_in_the_place_of_the_form():
    student, _ = made(asking_cell("count", comment="  # a share from 0 to 1"))
    assert student["05-count"].source.startswith("answer = None  # a share from 0 to 1\n")


def test_the_id_of_what_is_asked_is_not_free_for_a_cell():
    with pytest.raises(BuildError, match="cell '05-count-asked': this id is taken"):
        made(asking_cell("count") + code_cell("x = 1", id="05-count-asked"))


@pytest.mark.parametrize(
    ("words", "markdown"),
    [
        ("v_w and c_(t+1)", r"v_w and c\_(t+1)"),
        ("_all_ of **x** ~ [0, 1]", r"\_all\_ of \*\*x\*\* \~ \[0, 1\]"),
        ("a < b & c > d", "a &lt; b &amp; c > d"),
        ("`x * y`, $a * b$, and $5", r"`x * y`, $a * b$, and \$5"),
    ],
)
def test_words_are_shown_as_they_are_but_for_code_and_tex(words, markdown):
    assert asking.plain(words) == markdown


def test_text_after_a_prediction_waits_for_it_in_the_student_edition():
    student, solution = made()
    assert solution["said"].kind == "markdown"
    assert solution["said"].source == "So that is *TOLD*."
    assert (student["said"].kind, student["said"].tags) == ("code", ("after-prediction",))
    (call,) = (node for node in ast.walk(ast.parse(student["said"].source)) if is_call(node))
    assert ast.unparse(call.func) == "lc.reveal"
    assert [part.value for part in call.args] == ["05.guess", "So that is *TOLD*."]


def is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call)


@pytest.mark.parametrize(
    "text",
    [
        "plain\n\n$$a \\\\ b$$",
        'a """quotation"""',
        "two '''kinds''' of \"\"\"them\"\"\"",
        'ends with "',
        "ends with \\",
        "ends with \\\\",
        "'''\\",
    ],
)
def test_any_text_comes_through_its_quotation_marks(text):
    (line,) = ast.parse(asking.waiting("05.guess", text)).body
    assert line.value.args[1].value == text


def test_the_first_line_of_what_waits_tells_nothing_for_it_is_seen_while_folded():
    for edition in made():
        waits = [edition[id] for id in ("seen", "said") if edition[id].kind == "code"]
        first = {cell.source.split("\n")[0] for cell in waits}
        assert first == {"# Run this cell once you have guessed."}


def test_a_first_line_that_an_author_wrote_for_what_waits_stays():
    _, solution = made(
        TINY.replace('lc.reveal("05.guess", "SH', '# So?\nlc.reveal("05.guess", "SH')
    )
    assert solution["seen"].source.startswith("# So?\nlc.reveal")


def test_a_long_first_line_of_a_folded_cell_stops_the_build():
    folded = code_cell("x" * 45, tags=' tags=["hide-input"]')
    with pytest.raises(BuildError, match="it is folded, so its first line has at most 44 signs"):
        made(folded)
    assert made(folded.replace("x" * 45, "x" * 44))


def test_what_follows_a_prediction_is_folded_in_both_editions_but_not_markdown():
    for edition in made():
        cells = {cell.id: cell for cell in build.notebook(list(edition.values())).cells}
        is_folded = {id: "jupyter" in cell.metadata for id, cell in cells.items()}
        folded = {"setup", "seen"} | ({"said"} if cells["said"].cell_type == "code" else set())
        assert {id for id, folded in is_folded.items() if folded} == folded


# --- with and without an address


def texts(folder: Path, *sources: str) -> str:
    """All that the two editions of these sources say."""
    built = []
    for source in sources:
        cells = with_lessons(read_cells(source, "source/05_tiny.py"), folder)
        built += [
            cell.source for edition in editions(cells, "05_tiny", CATALOGUE) for cell in edition
        ]
    return "\n".join(built)


def test_without_an_address_nothing_leads_to_the_web(tmp_path, without_address):
    mapped(tmp_path, "05_memory")
    said = texts(tmp_path, TINY, MAP)
    assert "05_memory.ipynb" in said
    assert not re.search(r"https?:|colab|on the web|\bclick\b|\n *\n *$", said)


def test_with_an_address_the_web_is_linked(tmp_path, with_address):
    mapped(tmp_path, "05_memory")
    said = texts(tmp_path, TINY, MAP)
    assert said.count(f"{ADDRESS}/blob/v{VERSION}/notebooks/05_memory.ipynb") == 2  # the clicks
    assert said.count("colab.research.google.com/github/somebody/workbook") == 2  # the map
    assert said.count(f'at = "{ADDRESS}@v{VERSION}"') == 4


@pytest.mark.parametrize("address", ["with_address", "without_address"])
def test_the_generated_cell_is_short_and_says_what_it_is(request, address):
    request.getfixturevalue(address)
    first, *rest = setup().split("\n")
    assert first == "# Is the workbook's package here?"
    assert len(rest) < (10 if address == "with_address" else 6)
    assert max(map(len, rest)) <= 72


def test_the_template_builds_into_two_editions():
    source = ROOT / "notebooks" / "source" / "_template.py"
    cells = read_cells(source.read_text(encoding="utf-8"), source.name)
    asked = Prediction("99.sum", "What is 1 + 2 + ... + 100?", numbers=1)
    known = {"99.sum": asked, "99.running_sum": SimpleNamespace(hints=("Look.", "Begin."))}
    student, solution = editions(cells, "99_template", known)
    assert len(student) == len(solution) == len(cells) + 2
    assert not over_limits(cells)


# --- the course map

MAP = """\
# %% [markdown] id="chart"
# Open: {{links}}.
#
#   l05["05 memory"] --> l07["07 gates"]
#   {{clicks}}

# %% [markdown] id="map"
# {{map}}
"""


def mapped(folder: Path, *names: str) -> list[str]:
    """The texts of MAP's cells in a folder with lessons of these names."""
    for name in ("00_start", *names):
        head = f'# %% [markdown] id="promise"\n# # {name[:2]} · About {name[3:]}\n#\n# **Why?**\n'
        head += "# You need dots.\n# The core path takes about 70 minutes.\n"
        (folder / f"{name}.py").write_text(head, encoding="utf-8")
    cells = with_lessons(read_cells(MAP, "source/00_start.py"), folder)
    return [cell.source for cell in cells]


def test_the_map_has_every_lesson_but_the_first_and_no_other(tmp_path, without_address):
    _, map_cell = mapped(tmp_path, "05_memory", "11_gates")
    rows = map_cell.split("\n")[2:]
    assert rows == [
        "| 05 | [About memory](05_memory.ipynb) | Why? | 70 | dots |",
        "| 11 | [About gates](11_gates.ipynb) | Why? | 70 | dots |",
    ]


def test_a_box_of_the_chart_is_a_link_once_its_lesson_exists(tmp_path, with_address):
    chart, _ = mapped(tmp_path, "05_memory", "11_gates")
    assert chart.startswith("Open: [05 · About memory](05_memory.ipynb).\n")
    web = f"{ADDRESS}/blob/v{VERSION}/notebooks"
    assert chart.endswith(f'\n  click l05 "{web}/05_memory.ipynb"')
    chart, _ = mapped(tmp_path, "07_gates")
    assert f'\n  click l07 "{web}/07_gates.ipynb"' in chart


@pytest.mark.parametrize("missing", ["# # 05 ", "# **Why", "# You need", "# The core path takes"])
def test_a_lesson_whose_first_cell_lacks_what_the_map_tells_stops_it(tmp_path, missing):
    mapped(tmp_path, "05_memory")
    source = tmp_path / "05_memory.py"
    source.write_text(source.read_text().replace(missing, "# "))
    with pytest.raises(BuildError, match=r"05_memory\.py: its first cell begins with"):
        lessons(tmp_path)


def test_without_a_map_other_lessons_are_not_read(tmp_path):
    (tmp_path / "05_memory.py").write_text("not a lesson")
    cells = read_cells(TINY, "source/07_tiny.py")
    assert with_lessons(cells, tmp_path) == cells


# --- the lessons as they stand

SOURCES = lesson_sources(build.SOURCES, [])
EDITIONS = [(source, folder) for source in SOURCES for folder in ("notebooks", "solutions")]
of_each_lesson = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
of_each_edition = pytest.mark.parametrize(
    ("source", "folder"), EDITIONS, ids=[f"{source.stem}-{folder}" for source, folder in EDITIONS]
)


def path_of(source: Path, folder: str) -> Path:
    place = {"notebooks": ROOT / "notebooks", "solutions": ROOT / "notebooks" / "solutions"}
    return place[folder] / f"{source.stem}.ipynb"


@of_each_lesson
def test_both_editions_are_what_the_source_builds(source):
    reasons = {path.name: build.stale(path, wanted) for path, wanted in build.plan(source).items()}
    assert not any(reasons.values()), f"run `make notebooks`: {reasons}"


@of_each_lesson
def test_a_lesson_keeps_its_limits(source):
    assert not over_limits(read_cells(source.read_text(encoding="utf-8"), source.name))


@of_each_lesson
def test_a_lesson_ends_with_its_report(source):
    last = read_cells(source.read_text(encoding="utf-8"), source.name)[-1]
    assert last.source.endswith("lc.report()")


@of_each_lesson
def test_a_lesson_starts_under_its_own_number(source):
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    starts = [ast.unparse(call) for call in calls if ast.unparse(call.func) == "lc.start"]
    assert starts == [f"lc.start('{source.name[:2]}')"]


@of_each_lesson
def test_what_a_lesson_shows_has_another_id_than_what_it_asks(source):
    # the report has one row for an id: a claim would take the place of a guess
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    verbs = {f"lc.{verb}" for verb in ("claim", "prove", "refute", "derive", "same")}
    shown = [ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) in verbs]
    assert shown
    assert {ast.literal_eval(id) for id in shown if id[0] != "f"}.isdisjoint(catalogue())


@of_each_edition
def test_every_code_cell_was_run(source, folder):
    stored = nbformat.read(path_of(source, folder), as_version=4)
    assert not never_run(stored, student=folder == "notebooks")


@of_each_edition
def test_what_is_stored_is_safe_and_as_the_build_writes_it(source, folder):
    path = path_of(source, folder)
    stored = nbformat.read(path, as_version=4)
    build.refuse_unsafe(stored)
    nbformat.validate(stored)
    cleaned = build.cleaned(stored, student=folder == "notebooks", stored=stored)
    assert build.as_text(cleaned) == path.read_text(encoding="utf-8")


@of_each_edition
def test_links_lead_somewhere_from_each_folder_that_holds_the_notebook(source, folder):
    path = path_of(source, folder)
    stored = nbformat.read(path, as_version=4)
    assert not broken_links(stored, path.parent)


@of_each_lesson
def test_links_to_solutions_work_from_the_readers_folder(source):
    stored = nbformat.read(path_of(source, "notebooks"), as_version=4)
    # make lab copies every lesson beside this one, so `study` has what `notebooks` has
    up = [link for link in broken_links(stored, ROOT / "tests") if link.startswith("../")]
    assert not up


def test_no_notebook_is_without_a_source():
    built = {path.stem for path in (ROOT / "notebooks").rglob("*.ipynb")}
    assert built <= {source.stem for source in SOURCES}


# --- these checks can fail


def test_a_cell_never_run_is_found():
    run, not_run = code("x = 1"), code("x = 2", run=None)
    assert never_run(notebook_of(run, not_run), student=False) == [not_run.id]


def test_a_cell_that_spoils_a_prediction_is_found_in_the_student_edition():
    waiting = code("x = 1", tags=["after-prediction"], run=None)
    spoiling = code("x = 2", tags=["after-prediction"])
    assert never_run(notebook_of(waiting, spoiling), student=True) == [spoiling.id]
    assert never_run(notebook_of(waiting, spoiling), student=False) == [waiting.id]


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ([Cell("code", "a", (), "x = 1\n" * 20, "", 1)], "cell 'a': 21 lines, at most 20"),
        ([Cell("markdown", "a", (), "word " * 2801, "", 1)], "2801 words in all, at most 2800"),
        ([Cell("code", "a", (), "x", "", 1)] * 61, "61 cells, at most 60"),
        (
            [Cell("markdown", "a", (), "## If you have more time", "", 1)]
            + [Cell("code", "a", (), "x", "", 1)] * 84,
            "85 cells in all, at most 84",
        ),
        (
            [Cell("code", "a", ("nbval-ignore-output",), "x", "", 1)] * 3,
            "3 cells that nbval does not compare, at most 2",
        ),
    ],
    ids=["lines", "words", "cells", "cells-in-all", "timings"],
)
def test_a_lesson_over_a_limit_is_found(cells, what):
    assert over_limits(cells) == [what]


def test_the_words_of_a_glossary_are_looked_up_and_not_counted():
    glossary = "## Glossary: words\n\n" + "word " * 2801
    assert over_limits([Cell("markdown", "a", (), glossary, "", 1)]) == []
    assert over_limits([Cell("markdown", "a", (), f"A word.\n{glossary}", "", 1)]) != []


def test_a_link_to_no_file_or_no_cell_is_found(tmp_path):
    target = tmp_path / "there.ipynb"
    target.write_text(build.as_text(notebook_of(code("x = 1"))))
    text = "[a](there.ipynb) [b](gone.ipynb) [c](there.ipynb#cell-id=gone) [d](https://x.org)"
    links = notebook_of(nbformat.v4.new_markdown_cell(text))
    assert broken_links(links, tmp_path) == ["gone.ipynb", "there.ipynb#cell-id=gone"]
