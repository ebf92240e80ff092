"""The class page: what should I talk about?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from classroom.guesses import Guess, Guesses
from classroom.handin import HandIn
from classroom.page import bar, block, folded, own, page, sentence, text
from classroom.rows import Row
from classroom.summing import OUTCOMES, Group, Summary, name_of, outcome_of, right

_FIRST, _FIRST_GUESSES = 8, 8  # shown; the others are folded
_MAX_MEASURED = 3


def class_page(summary: Summary, feedback: Sequence[str]) -> str:
    """The page.

    Args:
        feedback: for each hand-in of the summary, where its feedback page lies.
    """
    lesson, count = summary.lesson.name[:2], len(summary.hand_ins)
    parts = [
        f"<h1>Lesson {text(lesson)}: {_many(count, 'hand-in')}</h1>",
        f"<p>Right answers in the core path, of {len(summary.core)}: half the class has "
        f"{summary.middle} or more. Of all {summary.counted} that are asked, those after "
        "&quot;If you have more time&quot; are counted apart. Each answer was judged anew, on new "
        "inputs; what a notebook shows was not looked at.</p>"
        if count
        else "<p>None of the files could be used: see the notes.</p>",
    ]
    if count:
        parts += [
            "<h2>The commonest mistakes</h2>",
            _groups(summary, summary.mistakes, "No named mistake, and no wrong choice."),
            "<h2>Exercise by exercise</h2>",
            _bars(summary),
            "<h2>What the class guessed</h2>",
            *(map(_guesses, summary.guesses)),
            "<h2>Wrong in a way that has no name yet</h2>",
            "<p class='dim'>Grouped by what came out. What many make is worth a sentence "
            "of its own.</p>",
            _groups(summary, summary.unnamed, "None."),
            "<h2>Students</h2>",
            _grid(summary, feedback),
        ]
    parts += ["<h2>Notes</h2>", _notes(summary)]
    return page(f"Lesson {lesson}: the class", "\n".join(parts), has_names=True)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _who(summary: Summary, places: Iterable[int]) -> str:
    """Who it is, folded: their numbers, and their names if names are shown."""
    return f'<small class="who">{", ".join(_student(summary, x) for x in places)}</small>'


def _student(summary: Summary, place: int) -> str:
    return f"{place + 1} {own(summary.hand_ins[place].student)}"


def _groups(summary: Summary, groups: Sequence[Group], none: str) -> str:
    if not groups:
        return f"<p>{none}</p>"
    common = [group for group in groups if len(group.places) > 1][:_FIRST] or groups[:_FIRST]
    rest = groups[len(common) :]
    shown = _list(summary, common)
    return shown + (
        folded(f"{_many(len(rest), 'more')[:-1]}", _list(summary, rest)) if rest else ""
    )


def _list(summary: Summary, groups: Sequence[Group]) -> str:
    items = []
    for group in groups:
        example = block(group.example) if group.example else ""
        example += block([group.answer]) if group.answer else ""
        items.append(
            f'<li><span class="many">{len(group.places)}</span><div>{sentence(group.sentence)}'
            f"{''.join(f'<br><code>{own(line)}</code>' for line in group.got)}<br>"
            f"<small>{text(group.id)}, {len(group.places)} of {len(summary.hand_ins)}</small> "
            f"{_who(summary, group.places)}"
            f"{folded('one example', example) if example else ''}</div></li>"
        )
    return f'<ul class="said">{"".join(items)}</ul>'


def _bars(summary: Summary) -> str:
    used = {key for made in summary.bars for key in made.counts}
    key = "".join(
        f'<span class="{x.key}">{x.mark} {x.words}</span>'
        for x in OUTCOMES.values()
        if x.key in used
    )
    rows = []
    for made in summary.bars:
        parts = {x: (count, f"{OUTCOMES[x].mark} {count}") for x, count in made.counts.items()}
        label = ", ".join(f"{OUTCOMES[x].words} {count}" for x, count in made.counts.items())
        rows.append(
            f'<div class="row"><span>{text(name_of(made.id))} '
            f"<small>{'question' if made.kind == 'question' else ''}</small></span>"
            f"{bar(parts, label)}</div>"
        )
    return f'<p class="key">{key}</p>{"".join(rows)}'


def _guesses(made: Guesses) -> str:
    most = max([1, *(guess.count for guess in made.guesses)])
    rows = [_guess(guess, most) for guess in made.guesses]
    first, rest = rows[:_FIRST_GUESSES], rows[_FIRST_GUESSES:]
    parts = [f"<h3>{text(made.question)} <small>{text(made.id)}</small></h3>", *first]
    if rest:
        parts.append(folded(f"{len(rest)} more", "".join(rest)))
    if made.rest:
        others = ", ".join(f"{words} {count}" for words, count in made.rest.items())
        parts.append(f"<p><small>{text(others)}</small></p>")
    if made.told.result and not any(guess.is_result for guess in made.guesses):
        parts.append(f"<p><b>In the lesson: {text(made.told.result)}</b></p>")
    if measured := made.told.measured[:_MAX_MEASURED]:
        parts.append(f"<p><small>{'<br>'.join(map(sentence, measured))}</small></p>")
    return "".join(parts)


def _guess(guess: Guess, most: int) -> str:
    said = own(guess.said)
    if guess.is_result:
        said = f'<span class="result">{said}</span>'
    lengths = {"guessed": (guess.count, str(guess.count)), "left": (most - guess.count, "")}
    shown = bar(lengths, str(guess.count)) if guess.count else '<small class="dim">0</small>'
    return f'<div class="guess"><span>{said}</span>{shown}</div>'


def _grid(summary: Summary, feedback: Sequence[str]) -> str:
    ids = list(summary.lesson.exercises)
    head = "".join(f'<th scope="col">{text(name_of(id))}</th>' for id in ids)
    rows = []
    for place, made in enumerate(summary.hand_ins):
        link = f'<a href="{text(quote(feedback[place]))}">{own(made.student)}</a>'
        found = {row.id: row for row in made.rows}
        cells = "".join(_cell(found[id]) for id in ids)
        rows.append(
            f'<tr><th scope="row">{place + 1} <span class="who">{link}</span></th>'
            f'<td class="end">{right(made, summary.core)} of {len(summary.core)}</td>'
            f'<td class="end dim">{right(made)} of {summary.counted}</td>{cells}</tr>'
        )
    return (
        '<p class="dim">The most right answers in the core path first. <span class="hidden">Names, '
        "and the links to each one's feedback, are there once the box at the top is ticked."
        "</span></p>"
        '<div class="wide"><table class="grid"><thead><tr><td></td><td>core</td><td>all</td>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(row: Row) -> str:
    outcome = outcome_of(row)
    title = f"{name_of(row.id)}: {outcome.words}"
    return f'<td class="cell {outcome.key}" title="{text(title)}">{outcome.mark}</td>'


def _notes(summary: Summary) -> str:
    said = []
    for places in summary.same:
        said.append(
            f"The answers of {len(places)} hand-ins have the same text, word for word: "
            f"{', '.join(str(place + 1) for place in places)}. {_who(summary, places)}"
        )
    for states, words in (
        (("deleted",), "exercise cells deleted"),
        (("ours",), "answers that call our version of another exercise"),
    ):
        if found := summary.having(*states):
            said.append(f"{sum(found.values())} {words}, in {_listed(summary, found)}")
    for place, made in enumerate(summary.hand_ins):
        said += [f"{place + 1}: {sentence(note)} {_who(summary, [place])}" for note in made.notes]
    if summary.unusable:
        said.append(_unusable(summary.unusable))
    if summary.notes:
        inner = "<br>".join(map(own, summary.notes))
        said.append(
            f'{_many(len(summary.notes), "note")} on files. <span class="who">{inner}</span>'
        )
    items = "".join(f"<li>{line}</li>" for line in said)
    return f"<ul>{items}</ul>" if items else "<p>None.</p>"


def _listed(summary: Summary, found: Mapping[int, int]) -> str:
    numbers = ", ".join(str(place + 1) for place in found)
    return f"{_many(len(found), 'hand-in')}: {numbers}. {_who(summary, found)}"


def _unusable(files: Sequence[HandIn]) -> str:
    reasons = "<br>".join(f"{own(made.file)}: {sentence(' '.join(made.notes))}" for made in files)
    return f'{_many(len(files), "file")} not counted. <span class="who">{reasons}</span>'
