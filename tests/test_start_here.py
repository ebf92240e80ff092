"""Lesson 00: the chart is the same in the figure and as Mermaid, the glossary is in order."""

import re

import build
from editions import read_cells

SOURCE = build.SOURCES / "00_start_here.py"
CELLS = {cell.id: cell.source for cell in read_cells(SOURCE.read_text("utf-8"), SOURCE.name)}


def words_of(label: str) -> str:
    return " ".join(label.split())


def test_figure_and_mermaid_show_the_same_chart():
    drawn = {}
    exec(CELLS["chart"], drawn)
    mermaid = CELLS["chart-after"].partition("```mermaid")[2].partition("```")[0]
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', mermaid))
    assert labels == {name: words_of(box[2]) for name, box in drawn["boxes"].items()}
    bare = re.sub(r'\["[^"]+"\]', "", mermaid)
    arrows = re.findall(r"^  (\w+) -\.?->(?:\|([^|]+)\|)? (\w+)$", bare, re.MULTILINE)
    assert {(a, b): words for a, words, b in arrows} == drawn["arrows"]
    training = {(a, b) for a, b in drawn["arrows"] if "W" in (a, b)}
    dotted = re.findall(r"^  (\w+) -\.->(?:\|[^|]+\|)? (\w+)$", bare, re.MULTILINE)
    assert set(dotted) == training


def test_a_chart_of_a_memory_has_an_arrow_back():
    drawn = {}
    exec(CELLS["chart"], drawn)
    assert ("l05", "l05") in drawn["arrows"]


def test_the_glossary_has_each_word_once_and_in_order():
    words = re.findall(r"^\| ([^|]+) \|", CELLS["words"], re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(set(words), key=str.lower)


def test_the_exercise_begins_with_a_mistake_that_is_known_by_name():
    stored = build.nbformat.read(SOURCE.parent.parent / f"{SOURCE.stem}.ipynb", as_version=4)
    cell = next(cell for cell in stored.cells if cell.id == "00-text_mean")
    said = cell.outputs[0].data["text/plain"]
    assert said.startswith("Not yet. This is the sum of the words;")
