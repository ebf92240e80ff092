"""What is drawn of memories: around one fact with all details, and as a strip of moments.

Matrices are drawn transposed, a row for each value, so that a bar is the product of the row beside
it and the key that asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from lcutils.microscope.paper import FAINT, INK, LARGE, Paper, cut, width
from lcutils.microscope.traces import State, Trace
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED

WIDTH = 768  # of a picture, as every figure
_STRIP, _HEAD = 42, 62  # the height of the line of facts, and of what stands above a state
_ROW, _HIGH = 14, 126  # the least height of a row, and of a state
_PLACES, _WIDE = (76, 228, 380), 96  # where the three states begin, and their width
_BARS, _RECORD = 490, 696  # where answers and where the record begin
_LABEL, _KEY, _NAME = 68, 48, 56  # room for a value, for the name of a key and in the record
_FILM, _FILM_WIDE = 60, 64  # where a strip's first state begins, and the width of each
MOMENTS = 4  # that a strip has room for
_COLOURS: dict[State, str] = {"right": GREEN, "wrong": RED, "open": INK}


class Pictures:
    """Draws traces of the same facts, one below the other, all on one scale."""

    def __init__(self, traces: list[Trace], strip: list[str], question: str) -> None:
        """Args: `strip` shows the facts, question has {} for a name."""
        self._traces, self._strip, self._question = traces, strip, question
        first = traces[0]
        self._n, self._names, self._values = len(first.facts), list(first.keys), first.values
        lows, highs = zip(*(trace.extent() for trace in traces), strict=True)
        self._low, self._high = min(0.0, *lows), max(1.0, *highs)
        rows = max(len(self._names), len(self._values))
        if any(trace.kind == "cache" for trace in traces):
            rows = max(rows, *(len(trace.states[-1]) for trace in traces))
        self._tall = max(_HIGH, _ROW * rows)
        self._top = 2.2 * len(first.keys[self._names[0]]) ** -0.5  # few entries of a key are larger
        if first.kind == "vector":
            self._top = max(float(state.abs().max()) for trace in traces for state in trace.states)
        self.height = _STRIP + (self._tall + _HEAD + 18) * len(traces)

    def at(self, t: int, ask: str, sharpness: float = 1.5) -> Paper:
        """All memories around fact t, asked about `ask`."""
        paper = Paper(WIDTH, self.height, sharpness)
        self._draw(paper, t, ask)
        return paper

    def still(self, ask: str) -> Paper:
        """All memories after the last fact, for pages without a kernel."""
        paper = Paper(WIDTH, self.height + 24, 2)
        self._draw(paper, self._n, ask)
        paper.text(8, self.height + 10, "Run this cell to move from fact to fact.", GREY)
        return paper

    def _draw(self, paper: Paper, t: int, ask: str) -> None:
        paper.strip(self._strip, t - 1, t + len(self._strip) - self._n)
        for i, trace in enumerate(self._traces):
            y = _STRIP + (self._tall + _HEAD + 18) * i
            self._draw_head(paper, y, trace, t, ask)
            y += _HEAD
            if trace.kind == "cache":
                self._draw_cache(paper, y, trace, t, ask)
            else:
                self._draw_states(paper, y, trace, t, ask)
            self._draw_record(paper, y, trace, t, ask)

    def film(self, moments: Sequence[int], ask: str) -> Paper:
        """States and answers after some facts, side by side."""
        block = self._tall + 44
        paper = Paper(WIDTH, 32 + block * len(self._traces), 2)
        step = (WIDTH - _FILM) / MOMENTS
        for j, t in enumerate(moments):
            words = f"{t}. {self._told(t)}"
            paper.text(_FILM + step * j, 14, words, size=LARGE, bold=True, room=step - 8)
        for i, trace in enumerate(self._traces):
            y = 60 + i * block
            end = paper.text(8, y - 16, trace.title, size=LARGE, bold=True)
            if trace.kind != "vector":
                paper.text(end + 12, y - 16, self._asked(ask), GREY, room=WIDTH - end - 20)
            if trace.kind == "matrix":
                for middle, value in self._rows(y, self._values):
                    paper.text(_FILM - 6, middle, value, GREY, anchor="rm", room=_FILM - 8)
            if trace.kind == "vector":
                self._draw_scale(paper, _FILM, y)
            for j, t in enumerate(moments):
                x = _FILM + step * j
                if trace.kind == "cache":
                    self._draw_weights(paper, x + 44, y, trace, t, ask, room=42, length=22)
                elif trace.kind == "vector":
                    paper.columns(x, y, trace.states[t], _FILM_WIDE, self._tall, self._top)
                else:
                    paper.heat(x, y, trace.states[t].T, _FILM_WIDE, self._tall, self._top)
                end = x + step - 6
                self._draw_answers(paper, x + 74, end, y, trace, t, ask, says_old=False)
        return paper

    def _told(self, t: int) -> str:
        """Fact t as a reader typed it; where words follow each other, the two of them."""
        return " ".join(self._strip[t - 1 : t + len(self._strip) - self._n])

    def _asked(self, ask: str) -> str:
        return self._question.replace("{}", ask)

    def _rows(self, y: float, words: Sequence[str]) -> list[tuple[float, str]]:
        """Each with the middle of its row."""
        return [(y + self._tall / len(words) * (i + 0.5), word) for i, word in enumerate(words)]

    def _draw_head(self, paper: Paper, y: float, trace: Trace, t: int, ask: str) -> None:
        """Name, rule and size; question and verdict."""
        end = paper.text(8, y + 10, trace.title, size=LARGE, bold=True)
        paper.text(end + 12, y + 10, f"{trace.rule}     {trace.sizes[t]} numbers", GREY)
        question = "which were told?" if trace.kind == "vector" else self._asked(ask)
        paper.text(_BARS, y + 10, question, size=LARGE, bold=True, room=WIDTH - _BARS - 8)
        answer = trace.verdict(t, ask)
        paper.text(_BARS, y + 32, answer.words, _COLOURS[answer.state], room=_RECORD - _BARS - 8)
        self._draw_answers(paper, _BARS, _RECORD - 12 - self._margin(), y + _HEAD, trace, t, ask)

    def _margin(self) -> float:
        """What the names of the record take."""
        return min(_NAME, max(width(name, bold=True) for name in self._names))

    def _draw_answers(
        self,
        paper: Paper,
        left: float,
        right: float,
        y: float,
        trace: Trace,
        t: int,
        ask: str,
        *,
        says_old: bool = True,
    ) -> None:
        """A bar for each value between left and right: the right one green, old ones red."""
        told, old, answers = trace.right(t, ask), trace.old(t, ask), trace.answers(t, ask)
        note = ", old" if says_old else ""
        label = max(max(width(x, bold=True), width(f"{x}{note}")) for x in self._values)
        room = min(label, 0.6 * (right - left))
        unit = (right - left - room - 5) / (self._high - self._low)
        zero, thick = left - self._low * unit, min(18, 0.6 * self._tall / len(answers))
        for middle, value in self._rows(y, self._values):
            colour = GREEN if value in told else RED if value in old else GREY
            paper.bar(zero, middle, answers[value] * unit, thick, colour)
            end = zero + max(answers[value], 0) * unit + 5
            shown = f"{cut(value, right - end - width(note))}{note}" if value in old else value
            paper.text(end, middle, shown, colour, bold=value in told, room=right - end)
        paper.box(zero - 1, y - 2, 1, self._tall + 4, GREY)

    def _draw_states(self, paper: Paper, y: float, trace: Trace, t: int, ask: str) -> None:
        """Before, written, after: a matrix as heat maps, a vector as columns."""
        name, is_vector = trace.facts[t - 1][0], trace.kind == "vector"
        captions = f"{trace.found} before", "+ written now", f"= {trace.letter} after"
        for x, caption, part in zip(_PLACES, captions, trace.parts(t), strict=True):
            paper.text(x, y - 30, caption, GREY)
            if is_vector:
                paper.columns(x, y, part, _WIDE, self._tall, self._top)
            else:
                paper.heat(x, y, part.T, _WIDE, self._tall, self._top)
        if is_vector:
            self._draw_scale(paper, _PLACES[0], y)
            paper.text(_PLACES[1] - 6, y + self._tall / 2, name, anchor="rm", room=_KEY)
            return
        for x, who in ((_PLACES[1], name), (_PLACES[2], ask)):
            paper.heat(x, y - 18, trace.keys[who][None], _WIDE, 12, self._top)
            paper.text(x - 6, y - 12, who, GREY, anchor="rm", room=_KEY)
        for middle, value in self._rows(y, self._values):
            paper.text(_PLACES[0] - 6, middle, value, anchor="rm", room=_LABEL)
            if abs(share := trace.shares(t)[value]) >= 0.05:
                number, colour = f"{share:+.1f}".replace("-", "−"), BLUE if share > 0 else ORANGE
                paper.text(_PLACES[1] - 6, middle, number, colour, anchor="rm")

    def _draw_scale(self, paper: Paper, x: float, y: float) -> None:
        """What a column as high as the state's height stands for, and the middle, left of x."""
        for part, number in ((0, self._top), (0.5, 0), (1, -self._top)):
            shown = f"{number:.2g}".replace("-", "−")
            paper.box(x - 5, y + part * self._tall, 4, 1, GREY)
            paper.text(x - 8, y + part * self._tall, shown, GREY, anchor="rm")

    def _draw_cache(self, paper: Paper, y: float, trace: Trace, t: int, ask: str) -> None:
        """The pairs kept, key by key, and how much each counts."""
        kept = trace.kept(t)
        left, K = _PLACES[0], len(trace.keys[ask])
        caption = "all pairs so far" if len(kept) == t else f"the last {len(kept)} of {t} pairs"
        paper.text(left, y - 30, caption, GREY)
        weighs = f"weight of each for {ask}"
        paper.text(_PLACES[2] - 80, y - 30, weighs, GREY, room=_BARS - _PLACES[2] + 70)
        paper.heat(left, y - 18, trace.keys[ask][None], _WIDE, 12, self._top)
        paper.text(left - 6, y - 12, ask, GREY, anchor="rm", room=_LABEL)
        high = self._pair_height(trace)
        paper.heat(left, y, trace.states[t][:, :K], _WIDE, high * len(kept), self._top)
        for i, (name, value) in enumerate(kept):
            middle, is_new = y + high * (i + 0.5), i == len(kept) - 1
            paper.text(left - 6, middle, name, bold=is_new, anchor="rm", room=_LABEL)
            paper.text(left + _WIDE + 8, middle, value, bold=is_new, room=110)
        self._draw_weights(paper, _PLACES[2] - 80, y, trace, t, ask, room=0, length=110)

    def _pair_height(self, trace: Trace) -> float:
        return min(21.0, self._tall / max(len(state) for state in trace.states))

    def _draw_weights(
        self,
        paper: Paper,
        x: float,
        y: float,
        trace: Trace,
        t: int,
        ask: str,
        *,
        room: float,
        length: float,
    ) -> None:
        """A bar for each pair kept; with `room` for it the pair's name before, else its number."""
        high, kept = self._pair_height(trace), trace.kept(t)
        for i, (weight, (name, _)) in enumerate(zip(trace.weights(t, ask), kept, strict=True)):
            middle = y + high * (i + 0.5)
            paper.bar(x, middle, weight * length, 0.6 * high, BLUE)
            if room:
                paper.text(x - 4, middle, name, GREY, anchor="rm", room=room)
            elif weight >= 0.005:
                paper.text(x + 5 + weight * length, middle, f"{weight:.2f}", BLUE)
        paper.box(x - 1, y - 2, 1, high * len(kept) + 4, GREY)

    def _draw_record(self, paper: Paper, y: float, trace: Trace, t: int, ask: str) -> None:
        """For each name, after each fact, the lead of the right answer, or why there is none."""
        paper.text(_RECORD, y - 30, "how sure", GREY)
        end = WIDTH - 8.0
        for words, draw in (("not told", self._dot), ("unsure", self._mark)):
            if words == "unsure" and trace.kind == "vector":
                continue  # its verdict is on all names at once
            paper.text(end, y - 12, words, GREY, anchor="rm")
            draw(paper, end - width(words) - 11, y - 12, 8)
            end -= width(words) + 22
        high, wide = self._tall / len(self._names), min(10, (WIDTH - _RECORD - 8) / self._n)
        for middle, name in self._rows(y, self._names):
            is_asked = name == ask and trace.kind != "vector"
            colour, end = INK if is_asked else GREY, _RECORD - 5
            paper.text(end, middle, name, colour, bold=is_asked, anchor="rm", room=_NAME)
            for i in range(1, self._n + 1):
                x, lead = _RECORD + wide * (i - 1), trace.lead(i, name)
                if i <= t and lead is None:
                    self._dot(paper, x, middle, wide)
                    continue
                paper.box(x, middle, wide, 1, FAINT)
                if i > t or lead is None:
                    continue
                if trace.kind != "vector" and trace.verdict(i, name).state == "open":
                    self._mark(paper, x, middle, wide)
                    continue
                tall, colour = max(-1, min(1, lead)) * (high / 2 - 1), GREEN if lead > 0 else RED
                paper.column(x, middle, tall, wide - 1, colour)

    def _mark(self, paper: Paper, x: float, middle: float, wide: float) -> None:
        """As much up as down: there is an answer, and no value is ahead."""
        paper.box(x, middle - 2, wide - 1, 5, GREY)

    def _dot(self, paper: Paper, x: float, middle: float, wide: float) -> None:
        """Nothing was told that could be answered."""
        paper.box(x + (wide - 1) / 2 - 1, middle - 0.5, 2, 2, GREY)
