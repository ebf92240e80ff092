"""Figures have one style and a sentence each; sliders change one picture and survive errors."""

import io
import re
import subprocess
import sys
from itertools import combinations, pairwise

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from matplotlib.axes import Axes
from nbconvert import HTMLExporter
from PIL import Image
from traitlets.config import Config

import lcutils as lc
from editions import environment
from helpers import code, notebook_of
from lcutils import show
from lcutils._ledger import Entry
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

PALETTE = [BLUE, ORANGE, GREEN, RED, GREY]
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """IPython, so that objects show themselves; its history and profile go nowhere."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    yield InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    InteractiveShell.clear_instance()


def outputs_of(value: object) -> list[RichOutput]:
    """What a cell shows whose last value is `value`."""
    with capture_output() as captured:
        value._ipython_display_()
    return captured.outputs


def pixels(png: bytes) -> np.ndarray:
    """[height, width, 3]"""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def curve(ax: Axes, d: int, gamma: float) -> None:
    """A picture that depends on both sliders."""
    ax.plot(gamma ** np.arange(d), label="weight")
    ax.set(xlabel="age", ylabel="weight", xlim=(0, 128), ylim=(0, 1))


@pytest.fixture
def played():
    return lc.play(curve, d=(8, 128, 64), gamma=(0.8, 1.0))


# --- colours


def light(colour: str) -> np.ndarray:
    """sRGB to linear light."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(linear: np.ndarray) -> np.ndarray:
    """Linear sRGB to CIELAB, white point D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear.clip(0, 1) / np.sum(to_xyz, axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# Machado, Oliveira and Fernandes (2009), severity 1
EYES = {
    "all three cones": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize("eye", EYES)
def test_any_two_colours_are_told_apart_by(eye):
    seen = [lab(np.array(EYES[eye]) @ light(colour)) for colour in PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 20


@pytest.mark.parametrize("colour", PALETTE)
def test_a_word_in_a_colour_of_the_palette_stands_out_on_white(colour):
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ light(colour)
    assert 1.05 / (luminance + 0.05) > 3  # what WCAG asks of graphics


# --- subplots


@pytest.mark.parametrize(
    ("rows", "columns", "shape"), [(1, 1, ()), (1, 3, (3,)), (2, 1, (2,)), (2, 3, (2, 3))]
)
def test_subplots_gives_axes_as_pyplot_does(rows, columns, shape):
    fig, axes = lc.subplots(rows, columns)
    assert np.shape(axes) == shape
    assert fig.axes == list(np.ravel(axes))


def test_lines_take_the_colours_of_the_palette_in_turn():
    _, ax = lc.subplots()
    assert [ax.plot([0, 1])[0].get_color() for _ in PALETTE] == PALETTE


def test_a_stored_picture_has_few_colours_and_all_of_the_palette_among_them():
    fig, ax = lc.subplots()
    for i, colour in enumerate(PALETTE):
        ax.plot([0, 1], [i, i * i], "o-", color=colour, label=f"line {i}")
        ax.bar(i / 5, i, width=0.1, color=colour, alpha=0.6)
    label_lines(ax)
    shown = np.unique(pixels(lc.figure(fig, "Five lines.").png).reshape(-1, 3), axis=0).astype(int)
    assert len(shown) <= 64
    for colour in (*PALETTE, "#FFFFFF"):
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(shown - wanted).max(axis=1).min() <= 2, colour


def test_axes_share_their_limits_where_asked():
    _, (left, right) = lc.subplots(1, 2, sharey=True)
    left.set_ylim(0, 7)
    assert right.get_ylim() == (0, 7)


def test_each_row_adds_height_and_none_adds_width():
    sizes = [lc.subplots(rows)[0].get_size_inches() for rows in (1, 2, 3)]
    assert [width for width, _ in sizes] == [6.4] * 3
    assert sizes[1][1] - sizes[0][1] == pytest.approx(2.2)
    assert sizes[2][1] - sizes[1][1] == pytest.approx(2.2)
    assert lc.subplots(height=5)[0].get_size_inches()[1] == 5


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ({"rows": 0}, ValueError, "rows: expected a whole number from 1 to 6, got 0"),
        ({"columns": 2.0}, TypeError, "columns: expected a whole number from 1 to 6, got 2.0"),
        ({"height": 100}, ValueError, "height: expected 1 <= height <= 12, got 100"),
        ({"height": "tall"}, TypeError, "height: expected 1 <= height <= 12, got 'tall'"),
    ],
)
def test_subplots_refuses(bad, error, message):
    with pytest.raises(error, match=message):
        lc.subplots(**bad)


def test_figures_and_sliders_do_without_pyplot():
    program = (
        "import sys, lcutils as lc\n"
        "fig, ax = lc.subplots()\n"
        "ax.plot([0, 1])\n"
        "lc.figure(fig, 'It rises.')\n"
        "lc.play(lambda ax, d: ax.plot([0, d]), d=(1, 3)).sliders['d'].value = 2\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- what a reader set in matplotlib


def drawn() -> list[bytes]:
    """A figure and a slider's picture, before and after a move."""
    fig, (left, right) = lc.subplots(1, 2)
    left.plot([0, 1], [1, 3], label="one")
    left.legend(title="lines")
    right.hist([1, 2, 2, 3])
    right.set(title="a title", xlabel="x $x^2$", ylabel="y")
    figure = lc.figure(fig, "It rises.").png
    sliders = lc.play(curve, d=(8, 128, 64), gamma=(0.8, 1.0))
    first = sliders.image.value
    sliders.sliders["d"].value = 20
    return [figure, first, sliders.image.value]


SET = {
    "a dark style": lambda: plt.style.use("dark_background"),
    "another style": lambda: plt.style.use(["ggplot", "fast"]),
    "large letters": lambda: matplotlib.rcParams.update({"font.size": 30, "font.family": "serif"}),
    "a grid": lambda: matplotlib.rc("axes", grid=True, facecolor="red", labelsize=20),
    "TeX": lambda: matplotlib.rcParams.update({"text.usetex": True}),
    "thick lines": lambda: matplotlib.rc("lines", linewidth=9, marker="o"),
    "comic": lambda: plt.xkcd(),
    "other sizes": lambda: matplotlib.rc("figure", dpi=30, figsize=(2, 2), autolayout=True),
    "a tight box": lambda: matplotlib.rc("savefig", dpi=30, bbox="tight", facecolor="black"),
}


@pytest.mark.filterwarnings("ignore:The 'path.effects'")
@pytest.mark.parametrize("put", SET.values(), ids=SET)
def test_figures_and_sliders_are_the_same_whatever_a_reader_set(put):
    with matplotlib.rc_context():
        before = drawn()
        put()
        assert drawn() == before


def test_a_style_set_between_two_moves_changes_nothing(played):
    before = played.image.value
    with matplotlib.rc_context():
        plt.style.use("dark_background")
        played.sliders["d"].value = 20
        played.sliders["d"].value = 64
    assert played.image.value == before


def test_the_readers_backend_and_windows_stay():
    ours = {"interactive": True, "toolbar": "None", "keymap.grid": ["j"], "timezone": "CET"}
    with matplotlib.rc_context(ours):
        plt.switch_backend("svg")
        drawn()
        assert {name: matplotlib.rcParams[name] for name in ours} == ours
        assert matplotlib.get_backend() == "svg"
        plt.switch_backend("agg")


def test_other_plots_of_the_reader_get_the_workbooks_style_afterwards():
    with matplotlib.rc_context({"font.size": 30}):
        lc.subplots()
        assert matplotlib.rcParams["font.size"] == 10


# --- labels at the ends of lines


def lines_ending_at(ends: list[float]) -> Axes:
    """Axes with a labelled line for each end."""
    _, ax = lc.subplots()
    for index, end in enumerate(ends):
        ax.plot([0, 1], [0.5, end], label=f"line {index}")
    ax.set_ylim(-0.05, 1.05)
    return ax


def test_a_label_has_its_lines_words_and_colour():
    ax = lines_ending_at([0, 0.5, 1])
    label_lines(ax)
    labels = [(text.get_text(), text.get_color()) for text in ax.texts]
    assert labels == [("line 0", BLUE), ("line 1", ORANGE), ("line 2", GREEN)]


@pytest.mark.parametrize(
    "ends", [[0, 0, 0], [0.5, 0.51, 0.52, 0.53], [1, 1], [0.02, 0.08, 0.5, 0.95, 1]], ids=str
)
def test_labels_overlap_neither_each_other_nor_the_axis(ends):
    ax = lines_ending_at(ends)
    label_lines(ax)
    ax.figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert boxes[0].y0 > ax.bbox.y0
    assert all(low.y1 < high.y0 for low, high in pairwise(boxes))


PLACES = st.lists(st.floats(0, 300), min_size=1, max_size=8).map(sorted)


@given(PLACES)
def test_places_that_are_too_near_are_moved_apart(wanted):
    moved = show._spread(wanted, gap=12, low=10)
    assert moved[0] >= 10
    assert all(b - a > 12 - 1e-9 for a, b in pairwise(moved))


@given(PLACES)
def test_places_that_are_far_enough_apart_stay(wanted):
    apart = [20 + place + 12.1 * index for index, place in enumerate(wanted)]
    assert show._spread(apart, gap=12, low=10) == pytest.approx(apart)


def test_labels_with_room_stand_beside_their_ends():
    ax = lines_ending_at([0.2, 0.5, 0.8])
    label_lines(ax)
    assert [text.xyann[1] for text in ax.texts] == pytest.approx([0, 0, 0])


def test_a_label_is_inside_the_picture_however_long():
    fig, ax = lc.subplots()
    ax.plot([0, 1], label="a label of quite a few words")
    label_lines(ax)
    drawn = pixels(lc.figure(fig, "It rises.").png)
    assert (drawn[:, -2:] == 255).all()


def test_lines_without_a_label_and_ends_that_are_not_numbers_are_passed_over():
    _, ax = lc.subplots()
    ax.plot([0, 1])
    ax.plot([0, 1, 2], [3.0, 4.0, np.nan], label="stops early")
    label_lines(ax)
    assert [tuple(text.xy) for text in ax.texts] == [(1, 4)]


def test_label_lines_refuses_axes_without_labels_and_what_is_no_axes():
    _, axes = lc.subplots(1, 2)
    with pytest.raises(ValueError, match="ax: expected lines with a label, got none"):
        label_lines(axes[0])
    with pytest.raises(TypeError, match="ax: expected axes, got a ndarray"):
        label_lines(axes)


# --- a figure and its sentence


def risen(sentence: str | Entry = "It rises to 1.00.") -> show.Picture:
    fig, ax = lc.subplots()
    ax.plot([0, 1], label="rise")
    return lc.figure(fig, sentence)


@pytest.mark.usefixtures("shell")
def test_a_figure_shows_a_caption_then_a_picture_that_carries_the_sentence():
    caption, picture = outputs_of(risen())
    assert caption.data == {"text/markdown": "**It rises to 1.00.**"}
    assert picture.data.keys() == {"image/png", "text/plain"}
    assert picture.data["text/plain"] == "It rises to 1.00."


@pytest.mark.usefixtures("shell")
def test_what_follows_the_first_sentence_is_a_remark():
    caption, _ = outputs_of(risen("From 0.5 to 1.0 it\n  rises. Then it  stays."))
    assert caption.data == {"text/markdown": "**From 0.5 to 1.0 it rises.** Then it stays."}


@pytest.mark.usefixtures("shell")
def test_a_claim_takes_the_place_of_the_sentence():
    claim = lc.claim("05.rise", "It rises to {value:.2f}.", 1, between=(1, 1))
    caption, picture = outputs_of(risen(claim))
    assert caption.data == claim._repr_mimebundle_()
    assert picture.data["text/plain"] == repr(claim)


@pytest.mark.usefixtures("shell")
def test_a_picture_is_shown_at_half_its_pixels_so_that_it_is_sharp():
    picture = risen()
    shown = outputs_of(picture)[1].metadata["image/png"]
    height, width, _ = pixels(picture.png).shape
    assert (width, height) == (2 * shown["width"], 2 * shown["height"])
    assert shown["width"] == 768


@pytest.mark.usefixtures("shell")
@pytest.mark.parametrize("is_claim", [False, True])
def test_a_picture_published_as_a_page_has_its_sentence_as_alt_text(is_claim):
    claim = lc.claim("05.rise", "It rises to {value:.2f}.", 1, between=(1, 1))
    _, picture = outputs_of(risen(claim) if is_claim else risen())
    # nbconvert's template "lab" (7.17) has no place for an alt text, "classic" has
    shown = nbformat.v4.new_output("display_data", picture.data, metadata=picture.metadata)
    classic = HTMLExporter(template_name="classic")
    page, _ = classic.from_notebook_node(notebook_of(code("x", shown)))
    assert re.findall(r'<img[^>]*\balt="([^"]*)"', page) == ["It rises to 1.00."]


def test_outside_a_notebook_a_figure_is_its_sentence():
    assert repr(risen()) == "It rises to 1.00."


def test_the_same_figure_is_the_same_bytes_again():
    assert risen().png == risen().png


def test_a_picture_holds_no_version_and_no_date():
    assert Image.open(io.BytesIO(risen().png)).info.keys() <= {"transparency"}


def test_a_picture_is_stored_with_few_colours_and_so_in_few_bytes():
    picture = risen()
    assert Image.open(io.BytesIO(picture.png)).mode == "P"
    assert len(picture.png) < 15_000


def test_later_changes_to_a_figure_do_not_change_what_is_shown():
    fig, ax = lc.subplots()
    picture = lc.figure(fig, "Empty.")
    before = picture.png
    ax.plot([0, 1])
    assert picture.png == before
    assert lc.figure(fig, "Full.").png != before


@pytest.mark.parametrize(
    ("fig", "sentence", "error", "message"),
    [
        (None, "It rises.", TypeError, "fig: expected a figure, got None.* lc.subplots"),
        ("fig", "", ValueError, "sentence: expected a string that is not blank, got ''"),
        ("fig", 0.5, TypeError, "sentence: expected a string, got 0.5.*with the numbers"),
    ],
)
def test_figure_refuses(fig, sentence, error, message):
    fig = lc.subplots()[0] if fig else None
    with pytest.raises(error, match=message):
        lc.figure(fig, sentence)


# --- sliders


def parts(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all inside it."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def test_sliders_show_their_text_a_note_and_the_widget(played):
    bundle = played._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html", VIEW}
    assert bundle["text/plain"] == "Sliders: d = 64 (8 to 128), gamma = 0.9 (0.8 to 1)"
    assert "Run this cell to move the sliders." in bundle["text/html"]
    assert bundle[VIEW]["model_id"] == played.box.model_id


def test_text_and_note_are_the_same_for_the_same_sliders(played):
    again = lc.play(curve, d=(8, 128, 64), gamma=(0.8, 1.0))
    bundles = [sliders._repr_mimebundle_() for sliders in (played, again)]
    assert all(bundle.pop(VIEW) for bundle in bundles)
    assert bundles[0] == bundles[1]


def test_text_stays_that_of_the_start_while_sliders_move(played):
    before = repr(played)
    played.sliders["d"].value = 9
    assert repr(played) == before


def test_the_widget_is_a_box_of_sliders_a_picture_and_a_line_for_errors(played):
    kinds = [type(part) for part in parts(played.box)]
    slider_kinds = [widgets.IntSlider, widgets.FloatSlider]
    assert kinds == [widgets.VBox, *slider_kinds, widgets.Image, widgets.HTML]


def test_a_move_changes_the_picture_and_not_its_size(played):
    before = played.image.value
    played.sliders["gamma"].value = 0.95
    assert played.image.value != before
    assert pixels(played.image.value).shape == pixels(before).shape


def test_a_move_and_back_gives_the_same_picture_again(played):
    before = played.image.value
    for value in (9, 64):
        played.sliders["d"].value = value
    assert played.image.value == before


def test_draw_gets_whole_numbers_from_whole_ranges_and_the_value_of_each_slider():
    seen = []
    sliders = lc.play(lambda ax, **values: seen.append(values), d=(8, 128, 64), g=(0.0, 1, 0.25))
    sliders.sliders["d"].value = 9
    assert seen == [{"d": 64, "g": 0.25}, {"d": 9, "g": 0.25}]
    assert [type(value) for value in seen[0].values()] == [int, float]


def test_draw_gets_one_empty_axes_of_the_same_figure_each_time():
    seen = []

    def draw(ax, d):
        seen.append((ax.figure, len(ax.figure.axes), len(ax.lines)))
        ax.plot([0, d])

    lc.play(draw, d=(1, 9)).sliders["d"].value = 2
    assert seen[0] == seen[1]
    assert seen[0][1:] == (1, 0)


def test_axes_keep_their_place_while_a_slider_moves():
    places = []

    def draw(ax, d):
        ax.set_yticks([d])  # one digit or two
        ax.figure.draw_without_rendering()
        places.append(np.round(ax.get_position().bounds, 9))

    sliders = lc.play(draw, d=(1, 90, 50))
    for d in (5, 60, 7):
        sliders.sliders["d"].value = d
    assert np.ptp(places, axis=0).max() == 0


def test_a_picture_that_needs_more_room_gets_it():
    def draw(ax, d):
        ax.plot([0, 1], label="x" * d)
        label_lines(ax)

    sliders = lc.play(draw, d=(1, 20, 1))
    sliders.sliders["d"].value = 20
    assert (pixels(sliders.image.value)[:, -2:] == 255).all()


def test_a_colour_bar_stays_where_it_is():
    def draw(ax, d):
        ax.figure.colorbar(ax.imshow([[0, d]]), ax=ax)

    sliders = lc.play(draw, d=(1, 3, 2))
    before = sliders.image.value
    for value in (1, 2):
        sliders.sliders["d"].value = value
    assert sliders.image.value == before


@pytest.fixture
def fragile():
    def draw(ax, d):
        if d > 5:
            raise ValueError(f"d = {d} <i>is too large</i>")
        ax.plot([0, d])

    return lc.play(draw, d=(1, 9, 2))


def test_an_error_while_drawing_is_shown_as_text_under_the_last_picture(fragile):
    before = fragile.image.value
    fragile.sliders["d"].value = 7
    assert fragile.image.value == before
    assert "ValueError: d = 7 &lt;i&gt;is too large&lt;/i&gt;" in fragile.problem.value
    assert fragile.problem.layout.display is None


def test_after_an_error_the_next_move_draws_again_and_takes_the_text_away(fragile):
    before = fragile.image.value
    fragile.sliders["d"].value = 7
    fragile.sliders["d"].value = 3
    assert fragile.image.value != before
    assert fragile.problem.layout.display == "none"


def test_an_error_in_the_first_picture_is_the_cells():
    with pytest.raises(ZeroDivisionError):
        lc.play(lambda ax, d: ax.plot([1 / d]), d=(0, 2, 0))


@pytest.mark.parametrize(
    ("setting", "value", "step", "kind"),
    [
        ((8, 128), 68, 1, int),
        ((1, 10_000), 5_001, 50, int),
        ((8, 128, 9), 9, 1, int),
        ((0, 100, 20, 10), 20, 10, int),
        ((0.8, 1.0), 0.9, 0.002, float),
        ((0, 1.0), 0.5, 0.01, float),
        ([0.8, 1.0, 1.0, 0.05], 1.0, 0.05, float),
    ],
)
def test_a_range_makes_a_slider_with(setting, value, step, kind):
    slider = lc.play(lambda ax, x: None, x=setting).sliders["x"]
    assert (slider.min, slider.max) == tuple(setting[:2])
    assert (slider.value, slider.step) == pytest.approx((value, step))
    assert type(slider.value) is kind


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_slider_has_100_to_250_positions_and_starts_near_the_middle(low, width):
    slider = show._slider("x", (low, low + width))
    positions = (slider.max - slider.min) / slider.step
    assert 99 < positions < 251
    assert abs(slider.value - (slider.min + slider.max) / 2) <= slider.step * 1.01


def test_a_slider_shows_the_digits_that_its_step_changes():
    made = lc.play(lambda ax, x, y: None, x=(0.8, 1.0), y=(0.0, 50.0))
    assert [slider.readout_format for slider in made.sliders.values()] == [".3f", ".1f"]


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        (8, TypeError, r"d: expected \(low, high\).*, got 8"),
        ((8,), TypeError, r"d: expected \(low, high\).*, got a tuple"),
        ((8, "128"), TypeError, "d: expected a number, got '128'"),
        ((128, 8), ValueError, r"d: expected low < high, got \(128, 8\)"),
        ((8, 8), ValueError, r"d: expected low < high, got \(8, 8\)"),
        ((8, float("inf")), ValueError, "d: expected a number, got inf"),
        ((8, 128, 7), ValueError, "start of d: expected 8 <= start of d <= 128, got 7"),
        ((8, 128, 9, 0), ValueError, "step of d: expected .* <= step of d <= 120, got 0"),
        ((8, 128, 9, True), TypeError, "step of d: expected .*, got True"),
    ],
)
def test_play_refuses_the_range(setting, error, message):
    with pytest.raises(error, match=message):
        lc.play(lambda ax, d: None, d=setting)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (None, "draw: expected a function, got None"),
        (lambda ax: None, r"draw: expected a function draw\(ax, d\), got draw\(ax\).* 'd'"),
        (lambda ax, d, k: None, r"expected a function draw\(ax, d\), got draw\(ax, d, k\)"),
        (lambda d: None, r"expected a function draw\(ax, d\), got draw\(d\)"),
    ],
)
def test_play_refuses_a_draw_that_does_not_fit_its_sliders(draw, message):
    with pytest.raises(TypeError, match=message):
        lc.play(draw, d=(1, 2))


@pytest.mark.parametrize("n_sliders", [0, 4])
def test_play_takes_one_to_three_sliders(n_sliders):
    sliders = dict.fromkeys("abcd"[:n_sliders], (0, 1))
    with pytest.raises(ValueError, match=f"expected one to three sliders, got {n_sliders}"):
        lc.play(lambda ax, **values: None, **sliders)
