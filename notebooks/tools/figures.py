"""Makes the README's pictures: one is the lesson's that drew it, two are drawn here.

python notebooks/tools/figures.py
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import nbformat

from editions import ROOT
from lcutils.microscope import watch

# file in figures/ -> the solution notebook and the cell that shows it
PICTURES = {"frontier.png": ("13_frontier", "frontier-figure")}

FACTS = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Rome, Bob: Lima, Ann: Kyiv"
MOMENTS = [1, 4, 5, 7]
_PAUSE, _LAST, _TIMES = 2000, 6000, 3  # milliseconds a fact, and the last one; how often in all


def picture(notebook: Path, cell_id: str) -> tuple[bytes, str]:
    """The picture that a cell shows, and its sentence without the id and the range.

    Raises: ValueError where the cell shows no picture.
    """
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []) if cell.id == cell_id else []:
            data = output.get("data", {})
            if "image/png" in data:
                return base64.b64decode(data["image/png"]), output.metadata["image/png"]["alt"]
    raise ValueError(f"{notebook.name}: cell '{cell_id}' shows no picture")


def overwritten() -> dict[str, tuple[bytes, str]]:
    """A fact that changes, in a memory that adds and in one that writes only what is new.

    Returns: file in figures/ -> the picture and its sentence; one moves, one is its still form.
    """
    scope = watch(FACTS, rungs=("linear_attention", "delta_rule"), orthogonal=True)
    facts, ask = scope.story.facts, scope.ask.value
    places = ", then in ".join(value for name, value in facts if name == ask)
    adding, erasing = (trace.verdict(len(facts), ask) for trace in scope.traces)
    sentence = f"{ask} is in {places}. Asked where {ask} is, linear attention is "
    sentence += f"{adding.how} ({adding.named}), and the delta rule is {erasing.how} "
    sentence += f"({erasing.named}); both keep {scope.traces[0].sizes[-1]} numbers."
    # An animated PNG: GitHub shows it as it does a GIF, which is larger and has fewer colours.
    frames = [scope.pictures.at(t, ask, sharpness=2).image for t in range(1, len(facts) + 1)]
    pauses = [_PAUSE] * (len(facts) - 1) + [_LAST]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "png",
        save_all=True,
        append_images=frames[1:],
        duration=pauses,
        loop=_TIMES,  # then it stands still, at the end of the story
        compress_level=9,
    )
    film = scope.film(MOMENTS, sentence, ask)
    return {
        "overwrite.png": (buffer.getvalue(), sentence),
        "overwrite-film.png": (film.png, sentence),
    }


def all_pictures() -> Iterator[tuple[str, bytes, str]]:
    """Each file's name, its bytes, and the sentence that is its text."""
    for name, (stem, cell_id) in PICTURES.items():
        yield name, *picture(ROOT / "notebooks" / "solutions" / f"{stem}.ipynb", cell_id)
    for name, (png, sentence) in overwritten().items():
        yield name, png, sentence


if __name__ == "__main__":
    (ROOT / "figures").mkdir(exist_ok=True)
    for name, png, sentence in all_pictures():
        (ROOT / "figures" / name).write_bytes(png)
        print(f"figures/{name}, {len(png) / 1000:.0f} kB: {sentence}")
