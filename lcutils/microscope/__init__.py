"""A memory seen while it reads: what it holds, what each fact writes into it, what it answers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lcutils import _require, tasks
from lcutils._ledger import Entry
from lcutils.microscope import facts as _facts
from lcutils.microscope import traces as _traces
from lcutils.microscope.paper import cut, width
from lcutils.microscope.pictures import MOMENTS, WIDTH, Pictures
from lcutils.show import IMAGE_LAYOUT, SLIDER_LAYOUT, Picture, said, widget_view
from lcutils.startup import rng

__all__ = ["Microscope", "watch"]

_BUTTON = 110  # pixels that a name has on its button


def watch(
    facts: object,
    *,
    rungs: str | Sequence[str] = ("linear_attention", "delta_rule"),
    K: int = 8,
    orthogonal: bool = False,
    ask: str | None = None,
    question: str = "where is {}?",
    others: str | Sequence[str] = (),
    beta: float = 1.0,
    gamma: float = 0.9,
    window: int = 4,
    sharpness: float = 8.0,
    momentum: float = 0.5,
    ridge: float = 0.01,
) -> Microscope:
    """A slider over facts, above a picture of one or two memories that read them.

    The picture shows the state before a fact, what the fact writes, and the state after it. Beside
    each row is the answer to a question: the row's product with the key that asks. Each value is
    a row of the identity, so each row of the transposed state is a value. A value is the answer
    if its product is at least 0.15, and at least 0.15 above every other: then it is right (told
    last), out of date (told before), or wrong. Where several are nearer to each other than that,
    the memory is torn. "How sure" is what the right value is above all others, after each fact:
    a short grey mark where the memory is torn or the answer too faint, a dot before it is told.

    Args:
        facts: a text, "Ann: Oslo, Bob: Rome"; a dict; a list of pairs; or words, each of which is
            told the next. At most 24, of at most 12 names and 12 values.
        rungs: one or two of the memories in `lcutils.memory`; a memory that keeps a vector
            (`additive_memory`, `decay_memory`) stores each fact, or word, as one item.
        K: numbers in a key; keys are random and of length 1.
        orthogonal: whether keys are at right angles, so that no fact disturbs another.
        ask: the name asked about at first; None means the first.
        question: with {} for that name.
        others: further values, which are never told.
        beta: write strength, from 0 to 1; of `momentum_rule` the step size.
        gamma: what a step leaves of the state, above 0; of `vector_decay` of a key's first number,
            and evenly up to 1 for the last.
        window: how many pairs `window_attention` keeps.
        sharpness: what attention multiplies its scores by.
        momentum: of `momentum_rule`.
        ridge: of `least_squares`.

    Returns: an object that shows itself, the last value of its cell.
    Raises: TypeError, ValueError naming the argument.

    >>> watch("Ann: Oslo, Bob: Rome, Ann: Rome", orthogonal=True)
    3 facts: Ann: Oslo, Bob: Rome, Ann: Rome. After them:
    linear attention, 16 numbers: Ann? torn: Oslo or Rome (1.00); Bob? Rome, right (1.00).
    delta rule, 16 numbers: Ann? Rome, right (1.00); Bob? Rome, right (1.00).
    """
    names = _traces.check(rungs)
    has_vectors = _traces.RUNGS[names[0]].kind == "vector"
    story = _facts.read(facts, others, pairs=not has_vectors)
    if ask is not None:
        _require.one_of("ask", ask, story.names)
    if "{}" not in _require.text("question", question):
        hint = 'As in question="where is {}?".'
        _require.refuse("question", "a question with {} for the name", repr(question), hint)
    settings = _traces.Settings(
        beta=_require.number("beta", beta, 0, 1),
        gamma=_require.number("gamma", gamma, 1e-6, 1),
        momentum=_require.number("momentum", momentum, 0, 1),
        ridge=_require.number("ridge", ridge, 1e-6, 1e6),
        window=_require.count("window", window),
        sharpness=_require.number("sharpness", sharpness),
    )
    keys = _keys(story.names, _require.count("K", K, 1, 64), orthogonal)
    traces = [_traces.Trace(name, story.facts, story.values, keys, settings) for name in names]
    return Microscope(story, traces, ask or story.names[0], question)


class Microscope:
    """A slider over facts above a picture; shows itself where a kernel runs."""

    def __init__(
        self, story: _facts.Story, traces: list[_traces.Trace], ask: str, question: str
    ) -> None:
        import ipywidgets as widgets

        self.story, self.traces, self._n = story, traces, len(story.facts)
        self.pictures = Pictures(traces, story.strip, question)
        self.slider = widgets.IntSlider(
            1, min=1, max=self._n, description=story.unit, layout=SLIDER_LAYOUT
        )
        shown = [cut(name, _BUTTON) for name in story.names]
        wide = max(64, 24 + max(map(width, shown)))
        self.ask = widgets.ToggleButtons(
            options=list(zip(shown, story.names, strict=True)),
            value=ask,
            tooltips=story.names,
            style={"button_width": f"{wide:.0f}px"},
        )
        self.image = widgets.Image(
            value=self.pictures.at(1, ask).png(),
            width=WIDTH,
            height=self.pictures.height,
            layout=IMAGE_LAYOUT,
        )
        label = widgets.Label("ask about", layout={"margin": "2px 8px", "flex": "0 0 auto"})
        asking = widgets.HBox([label, self.ask])
        # A slider with one position is an error in the browser; a vector is not asked about a name.
        parts = [self.slider] if self._n > 1 else []
        parts += [asking] if traces[0].kind != "vector" and len(story.names) > 1 else []
        self.box = widgets.VBox([*parts, self.image])
        self.slider.observe(self._move, names="value")
        self.ask.observe(self._move, names="value")

    def __repr__(self) -> str:
        strip, unit = self.story.strip, self.story.unit
        told = f"{len(strip)} {unit}{'s' * (len(strip) > 1)}: {', '.join(strip)}. After them:"
        return "\n".join([told, *(trace.summary() for trace in self.traces)])

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        # Where no kernel runs the widget is not shown, and the picture after the last fact is.
        still = self.pictures.still(self.ask.value)
        png = base64.b64encode(still.png(small=True)).decode()
        shown = {"width": WIDTH, "height": still.height, "alt": repr(self)}
        data = {"text/plain": repr(self), "image/png": png}
        return data | widget_view(self.box), {"image/png": shown}

    def _move(self, change: object) -> None:
        self.image.value = self.pictures.at(self.slider.value, self.ask.value).png()

    def film(
        self, moments: Sequence[int], sentence: str | Entry, ask: str | None = None
    ) -> Picture:
        """States and answers after some facts, side by side: what a page without a kernel shows.

        Args:
            moments: after which facts, at most four, such as [1, 4, 5, 7].
            sentence: as `lc.figure` takes it: what the strip shows, or a claim.
            ask: the name asked about; None means the one that is chosen now.
        Raises: TypeError, ValueError naming the argument.
        """
        if not isinstance(moments, list | tuple | range):
            expected = "a list of facts by their numbers"
            _require.refuse("moments", expected, _require.kind_of(moments), error=TypeError)
        _require.count("moments", len(moments), 1, MOMENTS, "More are too small to read.")
        for moment in moments:
            _require.count("moments", moment, 1, self._n)
        asked = self.ask.value if ask is None else _require.one_of("ask", ask, self.story.names)
        text, claim = said(sentence)
        strip = self.pictures.film(moments, asked)
        return Picture(text, strip.png(small=True), WIDTH, round(strip.height), claim)


def _keys(names: Sequence[str], K: int, orthogonal: bool) -> dict[str, Tensor]:
    """A key of length 1 for each name: [K]"""
    if orthogonal:
        hint = f"{len(names)} keys at right angles need as many numbers."
        _require.count("K", K, len(names), 64, hint)
    drawn = tasks.unit_keys(len(names), K, rng=rng("watch"))
    if orthogonal:  # in float64: what is at right angles should be so to the last digit shown
        drawn = torch.linalg.qr(drawn.double().T).Q.T.float()
    return dict(zip(names, drawn, strict=True))
