"""White paper to draw on: boxes, bars, heat maps and words, in pixels as shown.

Pillow draws in a tenth of matplotlib's time. All is drawn in a palette's colours, so that nothing
has to be converted, and a word is drawn once and then put where it stands.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from torch import Tensor

from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

INK, FAINT, GRID = "#333333", "#BBBBBB", "#E4E4E4"
SMALL, LARGE = 13, 15  # of letters
_COLOURS = INK, FAINT, GRID, BLUE, GREEN, GREY, ORANGE, RED
_SHADES = 20  # from white to a colour; of a letter's edge, too
_LEAST = 0.5  # a bar shorter than this is none


class Paper:
    """One picture."""

    def __init__(self, width: float, height: float, sharpness: float) -> None:
        """`sharpness` is how many stored pixels a pixel shown has."""
        from PIL import Image, ImageDraw

        self._s, self.width, self.height = sharpness, width, height
        self.image = Image.new("P", (round(width * sharpness), round(height * sharpness)))
        self.image.putpalette(_palette())
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, w: float, h: float, colour: str) -> None:
        """A rectangle, at least one stored pixel wide and high."""
        self._fill(x, y, w, h, _shade(colour))

    def _fill(self, x: float, y: float, w: float, h: float, shade: int) -> None:
        self._draw.rectangle(self._corners(x, y, w, h), shade)

    def frame(self, x: float, y: float, w: float, h: float) -> None:
        """The edge of a rectangle."""
        self._draw.rectangle(self._corners(x, y, w, h), None, _shade(INK), round(1.4 * self._s))

    def _corners(self, x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
        s = self._s
        left, top = round(x * s), round(y * s)
        return left, top, max(left, round((x + w) * s) - 1), max(top, round((y + h) * s) - 1)

    def bar(self, x: float, y: float, length: float, thick: float, colour: str) -> None:
        """From x to the right, or left of it if `length` is negative, with y in the middle."""
        if abs(length) >= _LEAST:
            self.box(min(x, x + length), y - thick / 2, abs(length), thick, colour)

    def column(self, x: float, y: float, height: float, thick: float, colour: str) -> None:
        """From y upwards, or downwards if `height` is negative, to the right of x."""
        if abs(height) >= _LEAST:
            self.box(x, y - max(height, 0), thick, abs(height), colour)

    def columns(
        self, x: float, y: float, numbers: Tensor, wide: float, high: float, top: float
    ) -> None:
        """A vector as columns up and down from the middle of the height; `top` fills it."""
        w = wide / len(numbers)
        for i, number in enumerate(numbers.tolist()):
            tall = max(-1, min(1, number / top)) * high / 2
            self.column(x + i * w, y + high / 2, tall, w - 1, BLUE if number > 0 else ORANGE)
        self.box(x, y + high / 2, wide, 1, GREY)

    def heat(
        self, x: float, y: float, numbers: Tensor, wide: float, high: float, top: float
    ) -> None:
        """A matrix: 0 is white, `top` and more is blue, -`top` and less is orange."""
        w, h = wide / numbers.shape[1], high / numbers.shape[0]
        self.box(x - 1, y - 1, wide + 1, high + 1, GRID)
        steps = (numbers / top * _SHADES).round().clamp(-_SHADES, _SHADES).int().tolist()
        for r, row in enumerate(steps):
            for c, step in enumerate(row):
                shade = _shade(BLUE if step > 0 else ORANGE, abs(step))
                self._fill(x + c * w, y + r * h, w - 1, h - 1, shade)
                if step < -_SHADES // 8 and h > 6:  # a minus, for print in grey
                    self.box(x + (c + 0.3) * w - 0.5, y + (r + 0.5) * h - 1, 0.4 * w, 1, GREY)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = INK,
        *,
        size: int = SMALL,
        bold: bool = False,
        anchor: str = "lm",
        room: float = 1000,
    ) -> float:
        """Write `words`, cut to `room`; returns where they end if they begin at x.

        Args:
            anchor: PIL's: "lm" begins at x, "rm" ends there, "mm" has x in its middle
        """
        words = cut(words, room, size, bold)
        tile, letters, (left, top), length = _word(
            words, round(size * self._s), bold, colour, anchor
        )
        self.image.paste(tile, (round(x * self._s + left), round(y * self._s + top)), letters)
        return x + length / self._s

    def strip(self, words: Sequence[str], start: int, end: int) -> None:
        """Words in a line, as many as fit: start to end in a frame, those after it faint."""
        words = [cut(word, self.width / 3, LARGE, bold=True) for word in words]
        extra = 16 if end == start + 1 else 8
        wide = [width(word, LARGE, bold=True) + extra for word in words]
        first = 0
        while sum(wide[first : end + 1]) > self.width - 50 and first < start:
            first += 1
        x = self.text(8, 21, "…", GREY, size=LARGE) if first else 4.0
        for i, word in enumerate(words[first:], first):
            if x + sum(wide[i : i + 2]) > self.width and i + 1 < len(wide):
                self.text(x + 4, 21, "…", FAINT, size=LARGE)
                break
            colour, bold = INK if i < end else FAINT, start <= i < end
            self.text(x + wide[i] / 2, 21, word, colour, size=LARGE, bold=bold, anchor="mm")
            if i == start:
                self.frame(x, 7, sum(wide[start:end]), 28)
            x += wide[i]

    def png(self, *, small: bool = False) -> bytes:
        """The picture as PNG: quick to make, or small."""
        buffer = io.BytesIO()
        self.image.save(buffer, "png", compress_level=9 if small else 1)
        return buffer.getvalue()


def width(words: str, size: int = SMALL, bold: bool = False) -> float:
    """Of words, in pixels as shown."""
    return _face(size, bold, _is_leftwards(words)).getlength(words)


@functools.lru_cache(maxsize=1000)
def cut(words: str, room: float, size: int = SMALL, bold: bool = False) -> str:
    """The words, or as many of their letters as have room before an ellipsis."""
    if width(words, size, bold) <= room:
        return words
    kept = words
    while kept and width(f"{kept}…", size, bold) > room:
        kept = kept[:-1].rstrip()
    return f"{kept}…"


@functools.lru_cache(maxsize=2000)
def _word(
    words: str, size: int, bold: bool, colour: str, anchor: str
) -> tuple[Image, Image, tuple[float, float], float]:
    """Words as a tile, which of it is letters, where it begins seen from the anchor; its length."""
    from PIL import Image, ImageDraw

    face = _face(size, bold, _is_leftwards(words))
    left, top, right, bottom = face.getbbox(words, anchor=anchor)
    tile = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(tile).text((-left, -top), words, 255, face, anchor)
    steps = [round(light / 255 * _SHADES) for light in range(256)]
    letters = tile.point([255 * (step > 0) for step in steps], "1")
    shades = tile.point([_shade(colour, step) for step in steps]).tobytes()
    return Image.frombytes("P", tile.size, shades), letters, (left, top), face.getlength(words)


def _is_leftwards(words: str) -> bool:
    """Whether some of it is written from right to left."""
    return not words.isascii() and any(bidirectional(x) in ("R", "AL") for x in words)


@functools.cache
def _face(size: int, bold: bool, leftwards: bool) -> FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib."""
    import matplotlib
    from PIL import ImageFont, features

    path = Path(matplotlib.get_data_path()) / f"fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"
    # The other layout is not on every machine, and places letters a little differently.
    needs_raqm = leftwards and features.check("raqm")
    layout = ImageFont.Layout.RAQM if needs_raqm else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), size, layout_engine=layout)


def _shade(colour: str, step: int = _SHADES) -> int:
    """The place in the palette of a step from white, which is 0, to the colour."""
    return _SHADES * _COLOURS.index(colour) + step if step else 0


@functools.cache
def _palette() -> bytes:
    """White, and all shades of all colours."""
    shades = [255, 255, 255]
    for colour in _COLOURS:
        parts = bytes.fromhex(colour[1:])
        for step in range(1, _SHADES + 1):
            shades += [round(255 + (part - 255) * step / _SHADES) for part in parts]
    return bytes(shades)
