"""Lesson 00: what it draws, tells and lists is true of the lessons and of one another."""

import re
from types import SimpleNamespace

import pytest

import build
import lcutils as lc
from editions import lesson_sources, read_cells

SOURCE = build.SOURCES / "00_start_here.py"


def texts_of(source):
    """The cells of a lesson's source by their ids."""
    return {cell.id: cell.source for cell in read_cells(source.read_text("utf-8"), source.name)}


CELLS = texts_of(SOURCE)
OTHERS = [source for source in lesson_sources(build.SOURCES, []) if source != SOURCE]


def words_of(label: str) -> str:
    return " ".join(label.split())


# --- the memory of Ann


def watched(*, n_news: int) -> list[str]:
    """What each memory answers after the first four facts and some of the news, a line each."""
    told = {"lc": SimpleNamespace(watch=lambda *facts, **options: None)}
    exec(CELLS["watch"], told)
    microscope = lc.watch(told["facts"] + told["news"][:n_news], orthogonal=True)
    return repr(microscope).split("\n")[1:]


def test_once_ann_has_moved_the_sum_answers_both_cities_and_the_delta_rule_the_newer():
    adds, looks_first = watched(n_news=1)
    assert "Ann? torn: Oslo or Rome (1.00)" in adds
    assert "Ann? Rome, right (1.00)" in looks_first


def test_before_the_news_both_memories_know_all_four_with_32_numbers():
    for memory in watched(n_news=0):
        assert "32 numbers" in memory
        assert memory.count("right (1.00)") == 4


def test_after_all_of_the_news_the_sum_answers_every_city_that_ann_lived_in():
    adds, looks_first = watched(n_news=3)
    assert "Ann? torn: Oslo, Rome or Kyiv (1.00)" in adds
    assert looks_first.count("right (1.00)") == 4


# --- the chart


def charted():
    drawn = {}
    exec(CELLS["chart"] + CELLS["chart-arrows"], drawn)
    return drawn


def test_figure_and_mermaid_show_the_same_chart():
    drawn = charted()
    mermaid = CELLS["chart-after"].partition("```mermaid")[2].partition("```")[0]
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', mermaid))
    assert labels == {name: words_of(box[2]) for name, box in drawn["boxes"].items()}
    bare = re.sub(r'\["[^"]+"\]', "", mermaid)
    line = r"^  (\w+) {}(?:\|([^|]+)\|)? (\w+)$"
    arrows = re.findall(line.format(r"-\.?-[->]"), bare, re.MULTILINE)
    assert {(a, b): words for a, words, b in arrows} == drawn["arrows"]
    dotted = re.findall(line.format(r"-\.->"), bare, re.MULTILINE)
    assert {(a, b) for a, _, b in dotted} == {
        pair for pair in drawn["arrows"] if {"W", "l06"} & set(pair)
    }
    headless = re.findall(line.format("---"), bare, re.MULTILINE)
    assert {(a, b) for a, _, b in headless} == {
        pair for pair in drawn["arrows"] if {"l09", "l13"} & set(pair)
    }


def test_a_chart_of_a_memory_has_an_arrow_back():
    assert ("l05", "l05") in charted()["arrows"]


def test_every_lesson_opens_a_box_of_the_chart():
    boxes = {name[1:] for name in charted()["boxes"] if name != "W"}
    assert boxes == {x.name[:2] for x in OTHERS}


# --- the glossary

# What in TeX is no symbol of ours, but sets, spaces or joins them.
LAYOUT = (
    "frac tfrac big bigr bigl left right textstyle text quad qquad cdot cdots times sqrt sum pm"
)
LAYOUT += " dots le ge neq to Big lVert rVert begin end mathrm mathit operatorname hat bar"
ATOM = re.compile(r"\\math(?:bf|bb) ?\w|\\[A-Za-z]+|(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")


def symbols_in(text: str) -> set[str]:
    """Single letters and commands of the TeX in a Markdown text."""
    found = set()
    for display, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL):
        tex = re.sub(r"\\(text|mathit|begin|end)\{\w+\}|\\text\{[^}]*\}", "", display or inline)
        found |= set(ATOM.findall(tex))
    return found - {f"\\{word}" for word in LAYOUT.split()}


def in_glossary() -> set[str]:
    """The symbols in the first column of the table."""
    rows = re.findall(r"^\| (\$.*?\$) \| ", CELLS["symbols"], re.MULTILINE)
    return set().union(*map(symbols_in, rows))


@pytest.mark.parametrize("source", OTHERS, ids=lambda source: source.stem)
def test_the_glossary_has_every_symbol_of_a_lesson(source):
    cells = read_cells(source.read_text("utf-8"), source.name)
    used = symbols_in("\n\n".join(cell.source for cell in cells if cell.kind == "markdown"))
    assert used
    assert used <= in_glossary()


def test_the_glossary_has_each_word_once_and_in_order():
    words = re.findall(r"^\| ([^|]+) \|", CELLS["words"], re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(set(words), key=str.lower)


# --- the exercise


def test_the_exercise_begins_with_a_mistake_that_is_known_by_name():
    stored = build.nbformat.read(SOURCE.parent.parent / f"{SOURCE.stem}.ipynb", as_version=4)
    cell = next(cell for cell in stored.cells if cell.id == "00-text_mean")
    said = cell.outputs[0].data["text/plain"]
    assert said.startswith("Not yet. This is the sum of the words;")
