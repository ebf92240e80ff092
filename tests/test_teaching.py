"""The pages for whoever teaches say what the lessons hold, and are those of today's lessons."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from asking import plain
from budget import budget
from build import edition_cells
from editions import ROOT, SOURCES, Lesson, lessons
from helpers import code, notebook_of, shown
from lcutils.checking.data import Prediction, Question
from lcutils.exercises import catalogue
from reveals import Told, told_after
from teaching import FOLDER, INDEX, SECONDS, mistakes, pages, slug


@pytest.fixture(scope="module")
def made():
    """Each page by its path, as the tool would write it now."""
    return pages()


@dataclass(frozen=True)
class Shown:
    """A lesson, its page, and what the catalogue holds of it."""

    lesson: Lesson
    page: str

    @property
    def entries(self):
        return [x for id, x in catalogue().items() if id.startswith(f"{self.lesson.number}.")]

    @property
    def heads(self):
        return re.findall(r"^### (.+)$", self.page, re.MULTILINE)


@pytest.fixture(params=lessons(SOURCES), ids=lambda lesson: lesson.name)
def of(request, made):
    """One lesson with its page."""
    return Shown(request.param, made[ROOT / FOLDER / f"{request.param.name}.md"])


def test_the_stored_pages_are_those_of_todays_lessons_and_there_are_no_others(made):
    stale = [x.name for x, text in made.items() if not x.exists() or x.read_text() != text]
    assert stale == [], "run `make teaching`"
    assert {ROOT / INDEX, *(ROOT / FOLDER).iterdir()} == set(made)


def test_the_first_line_of_every_page_says_that_it_holds_answers(made):
    for text in made.values():
        first = text.split("\n")[0]
        assert "hold" in first
        assert "answers" in first
        assert "not handed out" in first


def test_all_that_a_lesson_asks_stands_on_its_page_once(of):
    asked = re.findall(r"`(\d\d\.\w+)`$", "\n".join(of.heads), re.MULTILINE)
    assert sorted(asked) == sorted(x.id for x in of.entries)


def test_every_mistake_that_an_exercise_knows_stands_on_the_page(of):
    for x in of.entries:
        missing = [said for said in mistakes(x) if f"\n- {plain(said)}\n" not in of.page]
        assert missing == []


def test_every_choice_of_a_question_has_its_reply_and_the_right_one_is_marked(of):
    for x in of.entries:
        if isinstance(x, Question):
            for letter, choice in x.choices.items():
                mark = f"{letter}, right" if letter == x.right else letter
                assert f"- **{mark}**: {plain(choice.text)}. *{plain(choice.reply)}*\n" in of.page


def test_a_guess_among_choices_or_numbers_has_its_result_of_the_same_form(of):
    for x in of.entries:
        if isinstance(x, Prediction) and (x.choices or x.numbers):
            part = of.page.split(f"### Vote: `{x.id}`")[1].split("\n### ")[0]
            (result,) = re.findall(r"^- Result: \*\*(.+?)\*\*\.", part, re.MULTILINE)
            if x.choices:
                assert result in [plain(choice) for choice in x.choices]
            else:
                assert len([float(number) for number in result.split(", ")]) == x.numbers


def test_the_plan_leads_to_everything_and_its_minutes_add_up_to_those_of_the_core_path(of):
    plan = of.page.split("## Plan")[1].split("\n## ")[0]
    assert re.findall(r"\]\(#([^)]+)\)", plan) == [slug(head) for head in of.heads]
    rows = re.findall(r"^\|[^|]+\| (\d+) \| (\d+) \|", plan, re.MULTILINE)
    _, student, _ = edition_cells(SOURCES / f"{of.lesson.name}.py")
    assert sum(int(minutes) for minutes, _ in rows) == int(rows[-1][1]) == budget(student).minutes
    assert plan.count("*(half way)*") == 1


def test_the_cells_that_take_long_are_cells_of_their_lesson(of):
    total, cells = SECONDS[of.lesson.number]
    source, _, _ = edition_cells(SOURCES / f"{of.lesson.name}.py")
    assert set(cells) <= {cell.id for cell in source}
    assert sum(cells.values()) <= total


def test_what_a_page_links_to_exists(made):
    for path, text in made.items():
        places = re.findall(r"\]\(([^)#]+)\)", text)
        assert places
        assert [place for place in places if not (path.parent / place).exists()] == []


def test_contributing_says_how_the_pages_are_made():
    assert "`make teaching`" in (ROOT / "CONTRIBUTING.md").read_text()


def revealed(*outputs):
    return told_after(notebook_of(code('lc.reveal("05.x", picture)', *outputs)).cells)


@pytest.mark.parametrize(
    ("head", "guess", "result"),
    [
        ('You said "both", and so it is. [05.x]', "both", "both"),
        ("You said 0.3, 1; it is 0.93, 1. [05.x]", "0.3, 1", "0.93, 1"),
        ("You predicted: W shrinks [05.x]", "W shrinks", ""),
    ],
)
def test_a_result_is_read_from_what_is_said_of_the_guess(head, guess, result):
    assert revealed(shown(head)) == {"05.x": Told(guess, result, ())}


def test_claims_words_and_pictures_are_a_line_each_and_none_comes_twice():
    claim = "Measured: 2 of 3_4 *right*. [05.y; at every seed tried: 1 to 3]"
    words = shown("Two\nlines of $x_1$.", "text/markdown")
    words.data["text/plain"] = words.data["text/markdown"]
    head = shown("You said 1; it is 2. [05.x]")
    told = revealed(
        head, shown(claim), shown(claim), words, shown("a\nlist"), shown("", "image/png")
    )
    assert told["05.x"].sentences == (
        r"2 of 3_4 \*right\*. (at every seed tried: 1 to 3)",
        "Two lines of $x_1$.",
    )


@pytest.mark.parametrize(
    ("proof", "line"),
    [
        ("a = a\nProved for all sizes with \\eta > 0. [05.y]", "Proved, `05.y`: $a = a$"),
        ("a \\neq b\nNot equal. At a = 1 the right is 2. [05.y]", r"Refuted, `05.y`: $a \neq b$"),
        ("a = b\nb = c\nProved for all sizes. [05.y]", "Proved, `05.y`"),
    ],
)
def test_what_is_proved_or_refuted_is_one_line(proof, line):
    output = shown(proof)
    output.data["text/markdown"] = f"$${proof}$$"
    assert revealed(shown("You said 1; it is 2. [05.x]"), output)["05.x"].sentences == (line,)


def test_a_notebook_without_guesses_is_refused():
    with pytest.raises(ValueError, match="this notebook shows no result: Predict first"):
        revealed(shown("Predict first"))


def test_a_page_of_a_lesson_that_is_gone_is_taken_away(made, tmp_path, monkeypatch):
    import teaching

    left = tmp_path / FOLDER / "04_gone.md"
    left.parent.mkdir()
    left.write_text("old")
    monkeypatch.setattr(teaching, "ROOT", tmp_path)
    monkeypatch.setattr(
        teaching, "pages", lambda: {tmp_path / x.relative_to(ROOT): t for x, t in made.items()}
    )
    assert teaching.main() == 0
    assert not left.exists()
    written = {x.relative_to(tmp_path) for x in Path(tmp_path).rglob("*.md")}
    assert written == {x.relative_to(ROOT) for x in made}
