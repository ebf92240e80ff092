"""Where flash-linear-attention is installed: the rungs have its names, its shapes, its numbers."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from helpers import assert_close
from lcutils import memory
from test_memory import RUNGS, draw

SPEC = importlib.util.find_spec("fla")
pytestmark = pytest.mark.skipif(SPEC is None, reason="flash-linear-attention is not installed")
ROWS = re.findall(r"^\| `(\w+)` *\| `chunk_(\w+)` *\|", memory.__doc__, re.MULTILINE)
NAIVE = {
    "linear_attention": ("linear_attn", "naive_recurrent_linear_attn"),
    "scalar_decay": ("simple_gla", "naive_recurrent_simple_gla"),
    "vector_decay": ("gla", "naive_recurrent_gla"),
    "gated_delta_rule": ("gated_delta_rule", "naive_recurrent_gated_delta_rule"),
}


def folder() -> Path:
    return Path(SPEC.submodule_search_locations[0]) / "ops"


def test_the_table_names_every_rung_of_both():
    assert [ours for ours, _ in ROWS] == list(RUNGS)


@pytest.mark.parametrize(("ours", "theirs"), ROWS)
def test_names_are_theirs_and_in_their_order(ours, theirs):
    tree = ast.parse((folder() / theirs / "chunk.py").read_text("utf-8"))
    name = f"chunk_{theirs}"
    node = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name)
    there = [argument.arg for argument in node.args.args]
    options = ["scale", "initial_state", "output_final_state"]
    here = ["q", "k", "v", *RUNGS[ours].gates, *options]
    assert [argument for argument in there if argument in here] == here


@pytest.mark.parametrize("ours", NAIVE)
def test_numbers_are_theirs(ours, rng):
    place, name = NAIVE[ours]
    spec = importlib.util.spec_from_file_location(name, folder() / place / "naive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    inputs = {n: x.float() for n, x in draw(ours, rng).items()}
    o, _ = getattr(memory, ours)(**inputs)
    theirs = dict(inputs)
    if ours == "vector_decay":
        theirs["gk"] = theirs.pop("g")
    want = getattr(module, name)(**theirs)[0]
    assert_close("o", o, want, 1e-5)  # theirs are in float32, step by step
