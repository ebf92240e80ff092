"""How long a slider's move takes in the kernel, beside drawing the same figure by itself.

Prints medians; nothing passes or fails. The design asks for 100 ms at most, of which the way to
the browser and back takes some 30 ms.
"""

import io
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import lcutils as lc

MOVES = 20


def draw_curves(ax: Axes, d: int, gamma: float) -> None:
    """Three lines of 200 points, labelled."""
    age = np.arange(200)
    for factor in (1, 2, 4):
        ax.plot(age, gamma ** (age / factor) / d, label=f"{factor} d")
    ax.set(xlabel="age", ylabel="weight", title=f"d = {d}, gamma = {gamma:g}")
    ax.legend()


def draw_histogram(ax: Axes, d: int, gamma: float) -> None:
    """Two histograms of 70 bars, each one outline: 140 bars take three times as long."""
    values = np.random.default_rng(d).normal(size=1000) * gamma
    for shift in (0, 1):
        bins = np.linspace(-3, 4, 71)
        ax.hist(values + shift, bins, histtype="stepfilled", alpha=0.6, label=f"mean {shift}")
    ax.set(xlabel="read-out", title=f"d = {d}, gamma = {gamma:g}")
    ax.legend()


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Time both, in turn, so that a busy machine disturbs them alike."""
    for draw in (draw_curves, draw_histogram):
        sliders = lc.play(draw, d=(8, 128), gamma=(0.8, 1.0))
        slider = sliders.sliders["d"]
        fig = Figure((6.4, 2.9), layout="constrained")

        def bare(d: int, fig: Figure = fig, draw: Callable[..., None] = draw) -> None:
            fig.clear()
            draw(fig.add_subplot(), d=d, gamma=0.9)
            fig.savefig(io.BytesIO(), format="png", dpi=180)

        moves, drawn = [], []
        for d in range(8, 8 + MOVES + 2):  # the first two fill matplotlib's caches
            moves.append(milliseconds(partial(slider.set_trait, "value", d + 1)))
            drawn.append(milliseconds(partial(bare, d)))
        move, alone = median(moves[2:]), median(drawn[2:])
        kilobytes = len(sliders.image.value) / 1000
        print(
            f"{draw.__name__:<15} slider {move:3.0f} ms, figure alone {alone:3.0f} ms, "
            f"ratio {move / alone:.2f}, {kilobytes:.0f} kB"
        )


if __name__ == "__main__":
    main()
