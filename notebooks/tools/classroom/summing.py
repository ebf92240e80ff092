"""What became of a class: its commonest mistakes, each exercise, its guesses, and what is odd."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median_high

from classroom.guesses import Guesses, guesses_of
from classroom.handin import HandIn, Lesson
from classroom.rows import Row
from lcutils.checking.data import Prediction, Question
from lcutils.exercises import catalogue
from reveals import told_by


@dataclass(frozen=True)
class Outcome:
    """How an exercise ended, in words and as a mark; `key` is its colour in the page."""

    key: str
    words: str
    mark: str


OUTCOMES = {
    outcome.key: outcome
    for outcome in (
        Outcome("right", "right", "✓"),
        Outcome("known", "named mistake", "✗"),
        Outcome("wrong", "wrong", "≠"),
        Outcome("error", "error", "!"),
        Outcome("ours", "uses our version", "◇"),
        Outcome("skipped", "skipped", "»"),
        Outcome("unchecked", "not checked", "?"),
        Outcome("open", "not written", "·"),
        Outcome("deleted", "deleted", "–"),
        Outcome("given", "never opened", "○"),
        Outcome("predicted", "guessed", "•"),
    )
}
_SAME_AS = {"undecided": "wrong", "raised": "error", "stopped": "error"}
_MIN_SAME = 5  # written answers; fewer may be the same by chance
_HANDS_IN = re.compile(r"(?:\w+ = )?lc\.(?:check|quiz|predict)\(\"[\w.]+\", (?:answer=)?\w+\)\s*$")
_LINE = re.compile(r" \(line \d+\)$")


def outcome_of(row: Row) -> Outcome:
    """How it ended."""
    if row.is_given and row.state == "open":
        return OUTCOMES["given"]
    return OUTCOMES[_SAME_AS.get(row.state, row.state)]


def name_of(id: str) -> str:
    """An exercise's id in words."""
    return id.partition(".")[2].replace("_", " ")


@dataclass(frozen=True)
class Group:
    """Answers to one exercise of which the same is to be said.

    Args:
        got: what came out, where that is what they share.
        example: the inputs, what came out and what was wanted, of the first of them.
        answer: what the first of them wrote.
        places: the hand-ins, by their place in the class.
    """

    id: str
    sentence: str
    got: tuple[str, ...]
    example: tuple[str, ...]
    answer: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Bar:
    """An exercise or a question: how many ended how."""

    id: str
    kind: str
    counts: dict[str, int]  # outcome's key -> how many


class Summary:
    """A class, whose hand-ins stand in the order of the page: the most right answers first.

    What counts first is the core path, all before "If you have more time".
    """

    def __init__(self, lesson: Lesson, hand_ins: Sequence[HandIn], notes: Sequence[str]) -> None:
        self.lesson, self.notes = lesson, list(notes)
        asked = {id for id in lesson.exercises if not isinstance(catalogue()[id], Prediction)}
        self.core = asked & lesson.core

        def place(made: HandIn) -> tuple[int, int, str]:
            return -right(made, self.core), -right(made), made.student.casefold()

        def is_counted(made: HandIn) -> bool:
            return bool(made.rows) and not made.is_solved

        self.hand_ins = sorted(filter(is_counted, hand_ins), key=place)
        self.unusable = [made for made in hand_ins if not is_counted(made)]

    @cached_property
    def middle(self) -> int:
        """So many right answers or more in the core path has half of the class."""
        counts = [right(made, self.core) for made in self.hand_ins]
        return median_high(counts) if counts else 0

    @cached_property
    def counted(self) -> int:
        """How many exercises and questions there are."""
        return sum(not isinstance(catalogue()[id], Prediction) for id in self.lesson.exercises)

    @cached_property
    def mistakes(self) -> list[Group]:
        """What has a sentence of its own: known mistakes, and the wrong choices of a question."""

        def key(row: Row) -> Hashable:
            is_choice = row.kind == "question" and row.state == "wrong"
            return row.sentence if row.state == "known" or is_choice else None

        return [_with_choice(group) for group in self._grouped(key)]

    @cached_property
    def unnamed(self) -> list[Group]:
        """Wrong answers and errors without one, by what came out."""

        def key(row: Row) -> Hashable:
            is_unnamed = row.state == "wrong" and row.kind == "exercise"
            if is_unnamed or row.state in ("raised", "stopped", "undecided"):
                return _LINE.sub("", row.sentence), _got(row)
            return None

        return self._grouped(key)

    def _grouped(self, key: Callable[[Row], Hashable]) -> list[Group]:
        found: dict[tuple[str, Hashable], list[tuple[int, Row]]] = {}
        for place, made in enumerate(self.hand_ins):
            for row in made.rows:
                if (said := key(row)) is not None:
                    found.setdefault((row.id, said), []).append((place, row))
        groups = [_group(rows) for rows in found.values()]
        order = list(self.lesson.exercises)
        return sorted(groups, key=lambda group: (-len(group.places), order.index(group.id)))

    @cached_property
    def bars(self) -> list[Bar]:
        """Each exercise and question, in the lesson's order."""
        found: dict[str, Counter[str]] = {}
        kinds = {}
        for made in self.hand_ins:
            for row in made.rows:
                if row.kind != "prediction":
                    kinds[row.id] = row.kind
                    found.setdefault(row.id, Counter())[outcome_of(row).key] += 1
        return [
            Bar(id, kinds[id], {key: counts[key] for key in OUTCOMES if counts[key]})
            for id, counts in found.items()
        ]

    @cached_property
    def guesses(self) -> list[Guesses]:
        """Each prediction: what was guessed, and what came out."""
        results, made = told_by(self.lesson.name), []
        for id in self.lesson.exercises:
            asked = catalogue()[id]
            if isinstance(asked, Prediction):
                rows = [row for hand_in in self.hand_ins for row in hand_in.rows if row.id == id]
                said = [row.sentence for row in rows if row.state == "predicted"]
                rest = Counter(outcome_of(row).words for row in rows if row.state != "predicted")
                made.append(guesses_of(asked, said, rest, results.get(id)))
        return made

    @cached_property
    def same(self) -> list[tuple[int, ...]]:
        """Hand-ins whose answers have the same text, word for word."""
        found: dict[Hashable, list[int]] = {}
        for place, made in enumerate(self.hand_ins):
            written = {row.id: _tokens(row.answer) for row in made.rows if row.answer}
            if len(written) >= _MIN_SAME:
                found.setdefault(tuple(written.items()), []).append(place)
        return [tuple(places) for places in found.values() if len(places) > 1]

    def having(self, *states: str) -> dict[int, int]:
        """Place -> how many of its exercises are in one of these states."""
        found = {
            place: sum(row.state in states for row in made.rows)
            for place, made in enumerate(self.hand_ins)
        }
        return {place: count for place, count in found.items() if count}


def right(made: HandIn, among: Collection[str] | None = None) -> int:
    """How many of its exercises and questions are right, or of those `among` them."""
    return sum(row.state == "right" and (among is None or row.id in among) for row in made.rows)


def written(row: Row) -> str:
    """What was written in its cell, without the line that hands it in."""
    kept = [line for line in row.answer.splitlines() if not _HANDS_IN.match(line)]
    return "\n".join(kept).strip() or row.answer


def _group(rows: Sequence[tuple[int, Row]]) -> Group:
    first, places = rows[0][1], tuple(place for place, _ in rows)
    got = () if first.state == "known" else _got(first)
    return Group(first.id, first.sentence, got, first.example, written(first), places)


def _with_choice(group: Group) -> Group:
    """A question's mistake has the question and the choice for an example."""
    asked, letter = catalogue()[group.id], group.sentence[:1]
    if not isinstance(asked, Question) or letter not in asked.choices:
        return group
    shown = (asked.text, f"{letter}: {asked.choices[letter].text}")
    return replace(group, example=shown, answer="")


def _got(row: Row) -> tuple[str, ...]:
    """What came out, where all were given the same inputs; of other inputs, only which."""
    if row.example and row.example[0].startswith("The small example comes out right"):
        return row.example[:1]
    return tuple(line for line in row.example if re.match(r"got\b|at .*: got ", line)) or (
        row.example[:1] if row.state == "raised" else ()
    )


def _tokens(text: str) -> tuple[str, ...]:
    """A cell's text without its blanks and comments."""
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return tuple(text.split())
    passed = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    return tuple(token.string for token in found if token.type not in passed)
