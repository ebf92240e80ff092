"""A folder of hand-ins, judged: what the files say, what is refused, what is no notebook."""

import csv
import io
import json
import os
import zipfile

import pytest

from boxed import TOOLS, collected, open_folder, require_box, run_as_user, states
from classroom import box
from classroom.handin import load_lesson
from editions import ROOT

GIVEN = (ROOT / "notebooks" / "05_memory.ipynb").read_text(encoding="utf-8")
SOLVED = (ROOT / "notebooks" / "solutions" / "05_memory.ipynb").read_text(encoding="utf-8")
COLLECT = str(TOOLS / "collect.py")


def with_cells(changes, base=GIVEN):
    """A hand-in in which these exercises have other texts, and None takes a cell away."""
    made = json.loads(base)
    for cell in list(made["cells"]):
        if (id := cell["id"].replace("-", ".", 1)) in changes:
            cell["source"] = changes[id]
            if changes[id] is None:
                made["cells"].remove(cell)
    return json.dumps(made)


def test_root_is_refused(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(box.RefusedError, match="^Not as root: .*as an ordinary user"):
        box.require()
    with pytest.raises(box.RefusedError, match="^Not as root"):
        box.command(3)


def test_where_bubblewrap_is_not_the_cure_is_said(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(box.RefusedError, match="sudo apt install bubblewrap"):
        box.require()


def test_where_bubblewrap_can_make_no_box_its_own_words_and_the_cure_are_said(
    monkeypatch, tmp_path
):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'no namespaces' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(box.RefusedError, match=r"\(no namespaces\).*on the machine itself"):
        box.require()


def test_the_box_holds_no_answers(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    args = box.command(3)
    assert str(ROOT / "lcutils" / "checking") in args
    assert not [x for x in args if "exercises" in x or "solutions" in x or x == str(ROOT)]


def test_a_lesson_that_is_none_is_refused():
    with pytest.raises(ValueError, match="There is no lesson '5'; there are 00, 01"):
        load_lesson("5")


@pytest.fixture(scope="module")
def judged():
    require_box()
    step = 'additive_step = lc.check("05.additive_step", additive_step)'
    mine = {
        "05.additive_step": f"def additive_step(x, state):\n    return add(x, state)\n\n\n{step}"
    }
    helped = json.loads(with_cells(mine))
    own = {"id": "mine", "cell_type": "code", "metadata": {}, "source": "add = torch.add"}
    helped["cells"].insert(5, own)
    copied = json.loads(with_cells({}))
    cells = {cell["id"]: cell for cell in json.loads(SOLVED)["cells"]}
    copied["cells"].append({**cells["05-noise"], "id": "copy"})
    shown = json.loads(GIVEN)
    for cell in shown["cells"]:
        if "outputs" in cell:
            cell["outputs"] = cells.get(cell["id"], cell).get("outputs", [])
    ones = {
        "05.additive_step": "def additive_step(x, state):\n    return x\n\n\n" + step,
        "05.noise": 'noise = T / d\nlc.check("05.noise", noise)',
        "05.half_life": "steps = 1 / 0",
        "05.recall": 'answer = 19\nlc.predict("05.recall", answer=answer)',
        "05.order": 'answer = skip\nlc.predict("05.order", answer=answer)',
        "05.exit_sum": 'answer = a\nlc.quiz("05.exit_sum", answer=answer)',
        "05.exit_noise": None,
        "05.write_order": "order = 'a b'",
        "05.recall_window": 'lc.quiz("05.recall_window", answer="a")\n)',
        "05.delta_step": "delta_step = lambda k, v, state: state +",
        "05.state_gradient": "lc.check('05.state_gradient', lambda state, target: undefined_name)",
        "05.additive_scan": "def additive_scan(x, initial_state):\n"
        "    return torch.stack([additive_step(initial_state, x[:, t]) for t in range(1)], 1)",
    }
    return collected(
        {
            "ann_05_memory.ipynb": SOLVED,
            "ben.ipynb": GIVEN,
            "cy.ipynb": with_cells(ones),
            "di.ipynb": json.dumps(helped),
            "ed.ipynb": json.dumps(copied),
            "flo.ipynb": json.dumps(shown),
            "binary.ipynb": b"\x89PNG" + bytes(range(256)),
            "empty.ipynb": "",
            "list.ipynb": "[1, 2]",
            "brackets.ipynb": "[" * 100_000,
            "other.ipynb": (ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"),
            "large.ipynb": GIVEN + " " * 25_000_000,
        }
    )


@pytest.mark.slow
def test_a_solved_lesson_is_right_and_one_as_given_is_open(judged):
    ann, ben = judged["ann_05_memory.ipynb"], judged["ben.ipynb"]
    assert ann["student"] == "ann"
    assert {row["state"] for row in ann["rows"] if row["kind"] != "prediction"} == {"right"}
    assert {row["state"] for row in ann["rows"] if row["kind"] == "prediction"} == {"predicted"}
    assert set(states(ben).values()) == {"open"}
    assert {row["is_given"] for row in ben["rows"]} == {True}
    assert {row["is_given"] for row in ann["rows"]} == {False}
    assert (ann["workers"], ben["workers"]) == (1, 1)


@pytest.mark.slow
def test_each_answer_gets_its_state(judged):
    found = states(judged["cy.ipynb"])
    assert {id: found[id] for id in ("05.additive_step", "05.noise", "05.half_life")} == {
        "05.additive_step": "known",
        "05.noise": "known",
        "05.half_life": "wrong",
    }
    assert (found["05.recall"], found["05.order"]) == ("predicted", "skipped")
    assert (found["05.exit_sum"], found["05.exit_noise"]) == ("wrong", "deleted")
    assert (found["05.write_order"], found["05.delta_step"]) == ("wrong", "wrong")
    assert (found["05.state_gradient"], found["05.members"]) == ("raised", "open")
    answers = {row["id"]: row["answer"] for row in judged["cy.ipynb"]["rows"]}
    assert answers["05.half_life"] == 'steps = 1 / 0\n\nlc.check("05.half_life", steps)'
    assert answers["05.exit_noise"] == answers["05.members"] == ""
    said = {row["id"]: row["sentence"] for row in judged["cy.ipynb"]["rows"]}
    assert said["05.additive_step"] == "This is x, what is written; the old state is missing."
    assert said["05.half_life"].startswith("`1 / 0` could not be run: it raised ZeroDivisionError")
    assert said["05.recall_window"] == "SyntaxError: unmatched ')' (line 2)"
    assert said["05.delta_step"].startswith("`lambda k, v, state: state +` could not be run")


@pytest.mark.slow
def test_a_helper_in_a_cell_of_the_students_own_is_there(judged):
    assert states(judged["di.ipynb"])["05.additive_step"] == "right"


@pytest.mark.slow
def test_an_answer_in_a_copied_cell_counts_where_the_cell_itself_has_none(judged):
    assert states(judged["ed.ipynb"])["05.noise"] == "right"


@pytest.mark.slow
def test_outputs_do_not_count(judged):
    assert set(states(judged["flo.ipynb"]).values()) == {"open"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("binary.ipynb", "It cannot be used: it is no notebook (UnicodeDecodeError)."),
        ("empty.ipynb", "It cannot be used: it is no notebook (JSONDecodeError)."),
        ("list.ipynb", "It cannot be used: it is no notebook."),
        ("brackets.ipynb", "It cannot be used: it is no notebook (RecursionError)."),
        ("other.ipynb", "It cannot be used: no exercise of this lesson is in it."),
        ("large.ipynb", "It cannot be used: it has more than 20,000,000 bytes."),
    ],
)
def test_what_is_no_notebook_of_the_lesson_is_said_to_be_none(judged, file, said):
    assert judged[file]["notes"] == [said]
    assert not judged[file]["rows"]


LOOKS_AROUND = """
import os
from pathlib import Path
found = [str(x) for x in (Path("/tmp/left"), Path("/dev/shm/left")) if x.exists()]
for folder in ("/tmp", "/dev/shm"):
    Path(folder, "left").write_text("for the next")
own = os.readlink("/proc/self")
for process in (x for x in os.listdir("/proc") if x.isdigit() and x != own):
    for file in ("mem", "environ", "maps", "cwd/x", "root/x"):
        try:
            open(f"/proc/{process}/{file}", "rb")
        except FileNotFoundError:
            found.append(f"/proc/{process}/{file}: a way there")
        except OSError:
            continue
        else:
            found.append(f"/proc/{process}/{file}")
powers = [x for x in open("/proc/self/status") if x.startswith("CapEff")][0].split()[1]
raise RuntimeError(f"found {found}, powers {int(powers, 16)}, process {os.getpid()}")
"""


@pytest.mark.slow
def test_a_worker_finds_nothing_of_the_one_before_and_reaches_no_other_process():
    require_box()
    found = collected({f"{n}.ipynb": with_cells({"05.noise": LOOKS_AROUND}) for n in range(4)})
    for hand_in in found.values():
        said = {row["id"]: row["sentence"] for row in hand_in["rows"]}
        assert said["05.noise"].startswith("RuntimeError: found [], powers 0, process 2 ")


NO_NEST = """
import sys
from classroom import box
made = box._box
box._box = lambda: [*made(), "--unshare-user", "--disable-userns"]
import collect
sys.exit(collect.main(["05", sys.argv[1], "--out", sys.argv[2]]))
"""


@pytest.mark.slow
def test_where_no_nest_can_be_made_each_worker_has_a_box_of_its_own():
    require_box()
    with open_folder() as folder, open_folder() as out:
        for n in range(3):
            (folder / f"{n}.ipynb").write_text(with_cells({"05.noise": LOOKS_AROUND}))
        ran = run_as_user("-c", NO_NEST, str(folder), str(out))
        assert (ran.returncode, ran.stderr) == (0, "")
        found = json.loads((out / "class_05.json").read_text())["hand_ins"]
    for hand_in in found:
        said = {row["id"]: row["sentence"] for row in hand_in["rows"]}
        assert "left" not in said["05.noise"]
        assert "powers 0" in said["05.noise"]


NO_WORKER = """
import sys
from classroom import box
box._MODULES = ("__init__", "worker")
import collect
sys.exit(collect.main(["05", sys.argv[1]]))
"""


@pytest.mark.slow
def test_a_worker_that_does_not_start_is_the_judges_failure():
    require_box()
    with open_folder() as folder:
        (folder / "ann.ipynb").write_text(SOLVED)
        ran = run_as_user("-c", NO_WORKER, str(folder))
        assert ran.returncode == 1
        assert ran.stderr.startswith("No worker started: ImportError: cannot import name")
        assert [path.name for path in folder.iterdir()] == ["ann.ipynb"]


SLOW_JUDGE = """
import sys, time
from classroom import judge
of_runs = judge.functions.judge_runs
def slow(exercise, tried, seed):
    def late(asked):
        found = tried(asked)
        if exercise.id == "05.additive_step":
            time.sleep(11)
        return found
    return of_runs(exercise, late, seed)
judge.functions.judge_runs = slow
import collect
sys.exit(collect.main(["05", sys.argv[1], "--out", sys.argv[1]]))
"""


@pytest.mark.slow
def test_a_judge_on_a_busy_machine_takes_no_time_from_a_cell():
    require_box()
    step = "def additive_step(x, state):\n    return x + state\n"
    with open_folder() as folder:
        (folder / "ann.ipynb").write_text(with_cells({"05.additive_step": step}))
        ran = run_as_user("-c", SLOW_JUDGE, str(folder))
        assert (ran.returncode, ran.stderr) == (0, "")
        (made,) = json.loads((folder / "class_05.json").read_text())["hand_ins"]
    assert (states(made)["05.additive_step"], made["workers"]) == ("right", 1)


@pytest.mark.slow
def test_a_link_and_a_folder_are_no_hand_ins():
    require_box()
    with open_folder() as folder:
        (folder / "link.ipynb").symlink_to(ROOT / "notebooks" / "05_memory.ipynb")
        (folder / "folder.ipynb").mkdir()
        ran = run_as_user(COLLECT, "05", str(folder))
    said = f"There is no notebook in {folder}; link.ipynb: a link, passed over.\n"
    assert (ran.returncode, ran.stderr) == (1, said)


@pytest.mark.slow
def test_a_zip_as_canvas_packs_it_becomes_pages_beside_it():
    require_box()
    files = {
        "adamsann_1234_501_05_memory.ipynb": GIVEN,
        "adamsann_1234_502_05_memory-1.ipynb": SOLVED,
        "bergbob_LATE_1235_503_05_memory.ipynb": with_cells({"05.noise": "noise = 'T / d'"}),
    }
    with open_folder() as folder:
        with zipfile.ZipFile(folder / "my class.zip", "w") as packed:
            for name, text in files.items():
                packed.writestr(name, text)
        ran = run_as_user(COLLECT, "05", str(folder / "my class.zip"))
        assert (ran.returncode, ran.stderr) == (0, "")
        out = folder / "my class_class_05"
        assert sorted(path.name for path in folder.iterdir()) == ["my class.zip", out.name]
        table = (out / "class_05.csv").read_text(encoding="utf-8-sig")
        feedback = sorted(path.name for path in (out / "feedback_05").iterdir())
        page = (out / "class_05.html").read_text(encoding="utf-8")
        again = run_as_user(COLLECT, "05", str(folder / "my class.zip"))
        assert again.stderr == f"In {out} lies a class already. Name another folder with OUT=.\n"
    lines = list(csv.DictReader(io.StringIO(table)))
    assert feedback == ["bergbob 1235.html"]
    last = f"The last file of its student; not judged: {next(iter(files))}."
    assert [(x["student"], x["id"], x["right"], x["notes"]) for x in lines] == [
        ("bergbob", "1235", "0", "Handed in late."),
        ("adamsann", "1234", "16", f"It was made from the solutions, and is not counted. {last}"),
    ]
    assert [x["05.noise"] for x in lines] == ["named mistake", "right"]
    core = len(load_lesson("05").core - {"05.order", "05.recall", "05.overwrite"})
    assert [(x["core"], x["core of"]) for x in lines] == [("0", str(core)), (str(core), str(core))]
    assert "not judged: adamsann_1234_501_05_memory.ipynb." in page
