"""Figures in the workbook's one style, and pictures that follow sliders.

Sizes: a figure is 6.4 inches wide and an inch is shown as 120 pixels, so matplotlib's own
10 points are 17 pixels, read with ease and still legible at half width.
"""

from __future__ import annotations

import base64
import functools
import html
import inspect
import io
import math
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lcutils import _require
from lcutils._ledger import Entry, block

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

# Told apart with red-green and blue-yellow blindness (CIELAB distance at least 22), and each at
# least 3:1 on white, so that a line and the word beside it can have the same colour.
BLUE, ORANGE, GREEN, RED, GREY = "#1D63D0", "#DB7A14", "#00A057", "#86062F", "#787878"

_WIDTH = 6.4  # inches
_PIXELS_PER_INCH = 120  # as shown
_SHARPNESS = 2  # stored pixels per pixel shown, in figures
_SHARPNESS_PLAY = 1.5  # fewer: a slider waits for them
_COLOURS = 64  # a tenth less to store than 128, and no difference to be seen
_TEXT_SIZE = 10  # points: matplotlib's own, so that what an author writes has it too
_INK = "#333333"
_STYLE: dict[Any, object] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib
    "font.size": _TEXT_SIZE,
    "text.color": _INK,
    "axes.prop_cycle": f"cycler('color', {[BLUE, ORANGE, GREEN, RED, GREY]})",
    "axes.edgecolor": GREY,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": _TEXT_SIZE,
    "lines.linewidth": 2,
    "xtick.color": GREY,
    "xtick.labelcolor": _INK,
    "xtick.labelsize": _TEXT_SIZE - 1,
    "ytick.color": GREY,
    "ytick.labelcolor": _INK,
    "ytick.labelsize": _TEXT_SIZE - 1,
    "legend.frameon": False,
    "figure.facecolor": "white",  # a card on a dark page
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
}
_MARKS = re.compile(r"^(Measured|NOT CONFIRMED): | \[[^]]*\]$")  # of a claim, not of its sentence
# Matplotlib's settings of a machine, a window or a notebook: those are the reader's.
_NO_LOOKS = tuple("backend interactive toolbar keymap. webagg. tk. timezone date.epoch".split())
_NO_LOOKS += ("docstring.", "savefig.directory", "figure.max_open_warning")
SLIDER_LAYOUT = {"width": "28em", "max_width": "100%"}
IMAGE_LAYOUT = {"margin": "2px 0"}  # without side margins it fits a narrow page
_LINE_HEIGHT = "line-height: 1.5;"  # a widget would inherit its own


def subplots(
    rows: int = 1,
    columns: int = 1,
    *,
    height: float | None = None,
    sharex: bool = False,
    sharey: bool = False,
) -> tuple[Figure, Any]:
    """A new figure in the workbook's style and its axes, as `plt.subplots` gives them.

    The figure is unknown to pyplot: nothing shows it but `figure`, nothing needs to close it.
    The style becomes matplotlib's default, so a reader's own plots have it too.

    Args:
        rows, columns: how many axes, from 1 to 6 each.
        height: of the whole figure in inches (its width is 6.4); None suits the rows.
        sharex, sharey: whether all axes have the same limits.

    Returns: (figure, axes): one Axes, or an array [columns], [rows] or [rows, columns] of them.
    """
    from matplotlib.figure import Figure

    rows = _require.count("rows", rows, 1, 6)
    columns = _require.count("columns", columns, 1, 6)
    height = 0.7 + 2.2 * rows if height is None else _require.number("height", height, 1, 12)
    _apply_style()
    fig = Figure((_WIDTH, height), dpi=_SHARPNESS * _PIXELS_PER_INCH, layout="constrained")
    return fig, fig.subplots(rows, columns, sharex=sharex, sharey=sharey)


def label_lines(ax: Axes) -> None:
    """Write each line's label at its right end, in its colour: a legend that needs no looking up.

    Labels that would overlap are moved apart. Call it when all lines and limits are set.

    Args:
        ax: axes with lines drawn by `ax.plot(..., label="delta rule")`.
    """
    import numpy as np
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        hint = "fig, ax = lc.subplots() makes them; of several, pass one."
        _require.refuse("ax", "axes", _require.kind_of(ax), hint, TypeError)
    ends = []
    fig = ax.get_figure(root=True)
    assert fig is not None
    fig.draw_without_rendering()  # settles limits and layout, hence heights
    points_per_pixel = 72 / fig.dpi
    for line in ax.get_lines():
        data = np.asarray(line.get_xydata(), dtype=float)
        data = data[np.isfinite(data).all(axis=1)]
        if not str(line.get_label()).startswith("_") and len(data):
            ends.append((ax.transData.transform(data[-1])[1] * points_per_pixel, data[-1], line))
    if not ends:
        _require.refuse("ax", "lines with a label", "none", "Write ax.plot(x, y, label='delta').")
    ends.sort(key=lambda end: end[0])
    above_axis = ax.bbox.y0 * points_per_pixel + 0.75 * _TEXT_SIZE
    heights = _spread([height for height, _, _ in ends], 1.25 * _TEXT_SIZE, above_axis)
    for (height, end, line), moved in zip(ends, heights, strict=True):
        ax.annotate(
            str(line.get_label()),
            end,
            xytext=(6, moved - height),
            textcoords="offset points",
            color=line.get_color(),
            size=_TEXT_SIZE,
            va="center",
            annotation_clip=False,
        )


def _spread(wanted: Sequence[float], gap: float, low: float) -> list[float]:
    """Places at least `gap` apart and at least `low`, near the sorted `wanted` ones."""
    groups: list[tuple[float, int]] = []  # (place of the first minus its gaps, members)
    for index, place in enumerate(wanted):
        mean, members = place - index * gap, 1
        while groups and groups[-1][0] > mean:
            before, n_before = groups.pop()
            mean = (before * n_before + mean * members) / (n_before + members)
            members += n_before
        groups.append((mean, members))
    means = [mean for mean, members in groups for _ in range(members)]
    return [max(mean, low) + index * gap for index, mean in enumerate(means)]


@dataclass(frozen=True)
class Picture:
    """A figure with the sentence that says what it shows; shows itself as two outputs.

    The sentence is text of the page, not of the picture: it wraps, follows the theme, and a
    screen reader reads it. The picture carries it as text/plain, which nbval compares.
    """

    sentence: str
    png: bytes
    width: int
    height: int
    claim: Entry | None = None  # shown in place of the sentence

    def __repr__(self) -> str:
        return self.sentence

    def _ipython_display_(self) -> None:
        from IPython import display as ipython

        display: Any = ipython.display  # comes without types
        picture = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.sentence}
        # alt is read by those who publish the notebook as a page, among them nbconvert
        alt = _MARKS.sub("", self.sentence) if self.claim else self.sentence
        shown = {"image/png": {"width": self.width, "height": self.height, "alt": alt}}
        if self.claim:
            display(self.claim)
        else:
            message, *rest = re.split(r"(?<=[.!?]) (?=[A-Z])", self.sentence, maxsplit=1)
            display({"text/markdown": " ".join([f"**{message}**", *rest])}, raw=True)
        display(picture, metadata=shown, raw=True)


def figure(fig: Figure, sentence: str | Entry) -> Picture:
    """Show `fig` under a sentence that says what it shows, with numbers computed from the data.

    Args:
        fig: from `subplots`.
        sentence: Markdown; its first sentence is the title, what follows is a remark. Or what
            `claim` returned: then the title is a claim, and is checked.

    Returns: an object that shows itself, the last value of its cell; later changes to `fig` do
        not change it.
    """
    from matplotlib.figure import Figure
    from PIL.Image import Dither

    if not isinstance(fig, Figure):
        hint = "fig, ax = lc.subplots() makes one."
        _require.refuse("fig", "a figure", _require.kind_of(fig), hint, TypeError)
    text, claim = said(sentence)
    _apply_style()
    image = _image(fig).quantize(_COLOURS, dither=Dither.NONE)  # a third of the bytes
    return Picture(text, _png(image, optimize=True), *_shown_size(fig), claim)


def said(sentence: str | Entry) -> tuple[str, Entry | None]:
    """The text of a picture's `sentence`, and the claim if it is one."""
    if isinstance(sentence, Entry):
        return sentence.text, sentence
    hint = "Say what the figure shows, with the numbers."
    return " ".join(_require.text("sentence", sentence, hint).split()), None


def widget_view(box: Any) -> dict[str, Any]:
    """The part of a bundle of outputs that shows `box`, a widget, where a kernel runs."""
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


class Sliders:
    """Sliders above a picture that follows them; shows itself where a kernel runs."""

    def __init__(self, draw: Callable[..., object], sliders: dict[str, Any]) -> None:
        import ipywidgets as widgets
        from matplotlib.figure import Figure

        _apply_style()
        self._draw = draw
        self._fig = Figure((_WIDTH, 2.9), _SHARPNESS_PLAY * _PIXELS_PER_INCH)
        self._place: Any = None  # of the axes; laying out takes as long as drawing
        self.sliders = sliders
        width, height = _shown_size(self._fig)
        self.image = widgets.Image(
            value=self._picture(), width=width, height=height, layout=IMAGE_LAYOUT
        )
        self.problem = widgets.HTML(layout={"display": "none"})
        self.box = widgets.VBox([*sliders.values(), self.image, self.problem])
        settings = [f"{name} = {s.value:g} ({s.min:g} to {s.max:g})" for name, s in sliders.items()]
        self._text = f"Sliders: {', '.join(settings)}"
        for slider in sliders.values():
            slider.observe(self._move, names="value")

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        note = block("waiting", "Run this cell to move the sliders.", _LINE_HEIGHT)
        return {"text/plain": self._text, "text/html": note} | widget_view(self.box)

    def _picture(self) -> bytes:
        _apply_style()
        self._fig.clear()
        self._fig.set_layout_engine("none" if self._place else "constrained")
        ax = self._fig.add_subplot()
        if self._place:
            ax.set_position(self._place)
        self._draw(ax, **{name: slider.value for name, slider in self.sliders.items()})
        image = _image(self._fig)
        if self._place and _is_cut_off(image):
            self._place = None
            return self._picture()
        if self._fig.axes == [ax]:  # a colour bar has a place of its own
            self._place = ax.get_position(original=True)
        return _png(image, compress_level=1)

    def _move(self, change: object) -> None:
        # The front end holds back moves while one is under way, so none of these is stale.
        try:
            picture = self._picture()
        except Exception as error:  # shown to the reader, whose next move may well succeed
            text = html.escape(f"{type(error).__name__}: {error}")
            text += "<br>The picture is still that of the last setting without an error."
            self.problem.value = block("wrong", text, _LINE_HEIGHT)
            self.problem.layout.display = None
        else:
            self.problem.layout.display = "none"
            self.image.value = picture


def play(draw: Callable[..., object], /, **sliders: Sequence[float]) -> Sliders:
    """Sliders for the arguments of `draw`, above one picture that it draws anew at each move.

    Args:
        draw: called as `draw(ax, d=64, gamma=0.9)`; what it raises at a later move is shown
            beneath the picture.
        sliders: at most three; each `(low, high)`, `(low, high, start)` or
            `(low, high, start, step)`; whole numbers if all of them are.

    Returns: an object that shows itself, the last value of its cell.
    """
    _require.function("draw", draw)
    if not 1 <= len(sliders) <= 3:
        hint = "Readers follow no more at once."
        _require.refuse("sliders", "one to three sliders", str(len(sliders)), hint)
    made = {name: _slider(name, setting) for name, setting in sliders.items()}
    try:
        inspect.signature(draw).bind(None, **made)
    except TypeError as error:
        wanted = f"a function draw(ax, {', '.join(made)})"
        got = f"draw{inspect.signature(draw)}"
        _require.refuse("draw", wanted, got, f"{str(error).capitalize()}.", TypeError)
    return Sliders(draw, made)


def _slider(name: str, setting: object) -> Any:
    import ipywidgets as widgets

    if not isinstance(setting, tuple | list) or not 2 <= len(setting) <= 4:
        expected = "(low, high), (low, high, start) or (low, high, start, step)"
        _require.refuse(name, expected, _require.kind_of(setting), error=TypeError)
    low, high = (_require.number(name, end) for end in setting[:2])
    if low >= high:
        _require.refuse(name, "low < high", f"({low:g}, {high:g})")
    width, whole = high - low, all(isinstance(entry, int) for entry in setting)
    step = _default_step(width, whole)
    if len(setting) == 4:
        step = _require.number(f"step of {name}", setting[3], width / 10_000, width)
    start = round(low + step * round(width / 2 / step), 12)
    if len(setting) >= 3:
        start = _require.number(f"start of {name}", setting[2], low, high)
    look: dict[str, Any] = {"description": name, "layout": SLIDER_LAYOUT}
    if whole:
        low, high, start, step = map(int, (low, high, start, step))
        return widgets.IntSlider(start, min=low, max=high, step=step, **look)
    look["readout_format"] = f".{max(0, -math.floor(math.log10(step) + 1e-9))}f"
    return widgets.FloatSlider(start, min=low, max=high, step=step, **look)


def _default_step(width: float, whole: bool) -> float:
    """1, 2 or 5 times a power of ten: between 100 and 250 positions, fewer whole numbers."""
    power = 10.0 ** math.floor(math.log10(width / 100))
    step = power * max(factor for factor in (1, 2, 5) if factor * power <= width / 100 * (1 + 1e-9))
    return max(1, round(step)) if whole else step


def _apply_style() -> None:
    """Set matplotlib's own defaults and ours over them, whatever a reader has set.

    They stay set, for axes take some of them only when a title or a legend is made.
    """
    import matplotlib

    now = matplotlib.rcParams
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there may be names among them that are to go
        # Comparing takes a third of a millisecond, setting them all ten.
        now.update({name: value for name, value in _looks().items() if now[name] != value})


@functools.cache
def _looks() -> dict[Any, object]:
    """What every setting of matplotlib that has to do with looks should be."""
    import matplotlib

    plain = matplotlib.rcParamsDefault
    names = [name for name in plain if not name.startswith(_NO_LOOKS)]
    return dict(matplotlib.RcParams({name: plain[name] for name in names} | _STYLE))


def _shown_size(fig: Figure) -> tuple[int, int]:
    width, height = fig.get_size_inches()
    return round(width * _PIXELS_PER_INCH), round(height * _PIXELS_PER_INCH)


def _image(fig: Figure) -> Image:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL.Image import fromarray

    canvas: Any = FigureCanvasAgg(fig)  # its methods come without types
    canvas.draw()
    return fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _is_cut_off(image: Image) -> bool:
    """Does what is drawn reach the image's edge?"""
    import numpy as np

    inner = np.zeros((image.height, image.width), bool)
    inner[1:-1, 1:-1] = True
    return bool((np.asarray(image)[~inner] != 255).any())


def _png(image: Image, **options: Any) -> bytes:
    """The image as PNG, without version or date, so that two runs give the same bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "png", **options)
    return buffer.getvalue()
