"""Which cells of a hand-in run, and in what place."""

import json

import pytest

from classroom.graft import plan
from editions import ROOT


def cell(id, source, *tags, kind="code"):
    return {"id": id, "cell_type": kind, "source": source, "metadata": {"tags": list(tags)}}


START = cell("start", 'import lcutils as lc\n\nlc.start("99")')
TEXT = cell("text", "What is asked.", kind="markdown")
HELP = cell("help", "unit = 3\n\n\ndef half(x):\n    return x / unit")
COSTLY = cell("costly", "table = [n for n in range(10**9)]")
ONE = cell("99-one", 'one = None\nlc.check("99.one", one)', "exercise")
TWO = cell(
    "99-two", 'def two(x):\n    raise NotImplementedError\n\n\ntwo = lc.check("99.two", two)'
)
TWO["metadata"]["tags"] = ["exercise"]
LATER = cell("later", "unit = 5")
LESSON = {"cells": [START, TEXT, HELP, COSTLY, ONE, TWO, LATER], "metadata": {}}


def handed(*cells, **metadata):
    return plan(LESSON, {"cells": list(cells), "metadata": metadata})


def ids(pieces):
    return [piece.id for piece in pieces]


def test_only_what_the_answers_need_runs():
    grafted = handed(START, cell("99-one", 'one = half(4)\nlc.check("99.one", one)'), TWO)
    assert ids(grafted.needed()) == ["start", "help", "99-one", "99-two"]
    assert ids(grafted.whole()) == [x["id"] for x in LESSON["cells"] if x["cell_type"] == "code"]


def test_a_name_that_an_inner_function_takes_is_needed_too():
    text = 'def two(x):\n    return [half(y) for y in x]\n\n\ntwo = lc.check("99.two", two)'
    assert "help" in ids(handed(cell("99-two", text)).needed())


def test_of_two_cells_that_surely_set_a_name_the_nearer_one_runs():
    lesson = {"cells": [START, HELP, LATER, ONE], "metadata": {}}
    grafted = plan(lesson, {"cells": [cell("99-one", 'lc.check("99.one", unit)')]})
    assert ids(grafted.needed()) == ["start", "later", "99-one"]


def test_a_cell_of_the_students_own_runs_in_its_place():
    own = cell("xyz", "mine = 3")
    grafted = handed(START, TEXT, own, cell("99-one", 'lc.check("99.one", mine)'))
    assert ids(grafted.needed()) == ["start", "text-added-1", "99-one", "99-two"]


def test_a_cell_is_known_by_the_id_that_an_editor_moved():
    moved = {"cell_type": "code", "source": "one = 3", "metadata": {"id": "99-one"}}
    assert handed(moved).missing == {"99-two"}


def test_a_cell_without_an_id_is_known_by_what_it_hands_in():
    bare = {"cell_type": "code", "source": "lc.check('99.one', 3)", "metadata": {}}
    grafted = handed({**START}, bare, {**bare, "source": "lc.check('99.one', 4)"})
    texts = {piece.id: piece.source for piece in grafted.pieces}
    assert texts["99-one"] == "lc.check('99.one', 3)"
    assert texts["99-one-added-1"] == "lc.check('99.one', 4)"


def test_of_two_cells_with_one_id_the_first_counts_and_the_other_is_added():
    grafted = handed(cell("99-one", "one = 1"), cell("99-one", "one = 2"))
    assert [x.source[:7] for x in grafted.pieces if x.id.startswith("99-one")] == [
        "one = 1",
        "one = 2",
    ]


def test_a_call_that_was_deleted_is_the_lessons():
    (piece,) = [x for x in handed(cell("99-one", "one = 3")).pieces if x.id == "99-one"]
    assert piece.source == 'one = 3\n\nlc.check("99.one", one)'


def test_what_became_of_the_lessons_own_cells_does_not_count():
    changed = cell("start", 'import lcutils as lc\nlc.check = print\nlc.start("99")')
    grafted = handed(changed, cell("99-one", 'lc.check("99.one", half(3))'))
    kept = grafted.needed()
    assert all("print" not in piece.source for piece in kept)
    assert all(piece.of != "edited" for piece in grafted.whole())


def test_but_a_name_that_only_such_a_cell_sets_is_there():
    changed = cell("start", 'import numpy as np\nimport lcutils as lc\n\nlc.start("99")')
    grafted = handed(changed, cell("99-one", 'lc.check("99.one", np.pi)'))
    assert ids(grafted.needed()) == ["start", "start-edited", "99-one", "99-two"]


def test_an_exercise_alone_runs_with_what_it_needs_of_the_others():
    first = cell("99-one", 'one = 3\nlc.check("99.one", one)')
    second = cell("99-two", 'def two(x):\n    return x + one\n\n\ntwo = lc.check("99.two", two)')
    grafted = handed(first, second, cell("own", "while True: pass"))
    assert ids(grafted.needed(only=["99-one"])) == ["start", "99-one"]
    assert ids(grafted.needed(only=["99-two"])) == ["start", "99-one", "99-two"]
    assert ids(grafted.needed(only=["99-two"], without={"99-one"})) == ["start", "99-two"]


def test_a_cell_as_it_was_given_is_known_as_such():
    grafted = handed(ONE, cell("99-two", "def two(x):\n    return x"))
    assert {x.id: x.is_given for x in grafted.pieces if x.of == "exercise"} == {
        "99-one": True,
        "99-two": False,
    }


def test_a_cell_that_is_no_python_takes_every_name_in_it():
    grafted = handed(cell("99-one", "one = half(3"))
    assert "help" in ids(grafted.needed())


@pytest.mark.parametrize(
    "notebook",
    [[], None, 3, {}, {"cells": None}, {"cells": [None, 3]}, {"cells": [cell("x", "y = 1")]}],
)
def test_what_is_no_hand_in_of_this_lesson_is_refused(notebook):
    with pytest.raises(ValueError, match="no "):
        plan(LESSON, notebook)


@pytest.mark.parametrize("source", [None, 3, ["a = 1", 3, None], {"a": 1}, "\ud800", "x" * 200_000])
def test_a_source_of_any_kind_is_text_at_last(source):
    grafted = handed(ONE, cell("99-two", source))
    assert all(len(piece.source.encode()) < 110_000 for piece in grafted.pieces)


@pytest.mark.parametrize("metadata", [None, [], "x", {"workbook": 3}, {"workbook": {"lesson": {}}}])
def test_metadata_of_any_kind_does_no_harm(metadata):
    assert plan(LESSON, {"cells": [{**ONE, "metadata": metadata}], "metadata": metadata}).missing


def test_a_solved_lesson_needs_less_than_half_of_its_cells():
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        lesson = json.loads(path.read_text(encoding="utf-8"))
        solved = json.loads((path.parent / "solutions" / path.name).read_text(encoding="utf-8"))
        grafted = plan(lesson, solved)
        ours = [x for x in grafted.whole() if x.of == "lesson"]
        needed = [x for x in grafted.needed() if x.of == "lesson"]
        assert not grafted.missing
        assert len(needed) < len(ours) / 2, path.name
