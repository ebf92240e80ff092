"""Hand-ins that mean harm: none gains a point, none reaches out, none harms the judge.

Every seventh in any case; all of them, which takes ten minutes and more, in `make hostile`.
"""

import json
import os
from pathlib import Path

import pytest

from boxed import collected, open_folder, require_box, states
from editions import ROOT
from hostile import cheats, harms
from tricks import text_of

pytestmark = pytest.mark.slow
TRICKS = [*cheats.TRICKS, *harms.TRICKS]
TRIED = TRICKS if os.environ.get("LC_HOSTILE") == "all" else TRICKS[::7]
CANARY = "as it was"


def lesson(folder):
    return json.loads((ROOT / folder / "05_memory.ipynb").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged():
    """(file -> what became of it, what stands now in a folder that the tricks wanted)"""
    require_box()
    given, solved = lesson("notebooks"), lesson("notebooks/solutions")
    with open_folder() as outside:
        canary = outside / "canary"
        canary.write_text(CANARY)
        canary.chmod(0o666)
        made = {trick.file: text_of(trick.hand_in(given, solved, outside)) for trick in TRIED}
        core_pattern = Path("/proc/sys/kernel/core_pattern").read_text()
        found = collected(made)
        assert Path("/proc/sys/kernel/core_pattern").read_text() == core_pattern
        return found, {path.name: path.read_text() for path in outside.iterdir()}


def test_each_trick_has_a_name_of_its_own():
    assert len(TRICKS) >= 50
    assert len({trick.file for trick in TRICKS}) == len(TRICKS)


def test_nothing_outside_was_written(judged):
    assert judged[1] == {"canary": CANARY}


@pytest.mark.parametrize("trick", TRIED, ids=lambda trick: trick.name)
def test_a_trick_gains_nothing_and_all_else_is_judged(trick, judged):
    found = states(judged[0][trick.file])
    assert found[trick.id] in trick.states.split(), judged[0][trick.file]
    others = {id: state for id, state in found.items() if id not in (trick.id, *trick.loses)}
    counted = {state for state in others.values() if state not in ("predicted", "skipped")}
    if trick.is_cheat:
        assert "right" not in counted, found
    else:
        assert counted == {"right"}, judged[0][trick.file]
