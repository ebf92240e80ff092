"""How long a move of `lc.watch` takes in the kernel, beside one of `lc.play` with a single line.

Prints medians and the slower twentieth; nothing passes or fails. What a reader waits for, from the
key to the picture in JupyterLab, `tests/bench/lab_moves.py` measures.
"""

from statistics import median, quantiles

from sliders import milliseconds

import lcutils as lc

MOVES = 40
FACTS = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Rome, Bob: Lima, Ann: Kyiv"
WORDS = "the dog bites the man and the cat bites the dog so the man takes the cat home"
WATCHED = {
    "two matrices, 7 facts": {"facts": FACTS, "orthogonal": True},
    "two caches, 7 facts": {"facts": FACTS, "rungs": ("full_attention", "window_attention")},
    "two matrices, 17 facts": {"facts": WORDS, "K": 16},
}


def main() -> None:
    """Time all in turn, so that a busy machine disturbs them alike."""
    line = lc.play(lambda ax, d: ax.plot(range(d)), d=(2, 40)).sliders["d"]
    scopes = {name: lc.watch(**given) for name, given in WATCHED.items()}
    times: dict[str, list[float]] = {name: [] for name in ["lc.play, one line", *scopes]}
    for move in range(MOVES + 2):  # the first two fill caches
        taken = [milliseconds(lambda now=move: line.set_trait("value", 2 + now % 38))]
        for scope in scopes.values():
            place = 1 + (scope.slider.value % scope.slider.max)
            taken.append(milliseconds(lambda s=scope, to=place: s.slider.set_trait("value", to)))
        for name, one in zip(times, taken, strict=True):
            times[name] += [one] if move >= 2 else []
    alone = median(times["lc.play, one line"])
    for name, found in times.items():
        slow, ratio = quantiles(found, n=20)[-1], median(found) / alone
        print(f"{name:<23} {median(found):4.0f} ms, p95 {slow:4.0f} ms, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
