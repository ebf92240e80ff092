"""Does every rung learn? Accuracy at recall after a fixed number of steps, each at three seeds.

8 keys of 64 are written once, or all of them twice, and then asked for; one block of width 64.
Attention stands there with its slope and without it. Run it alone: about ten minutes.
"""

from __future__ import annotations

import argparse
import time

import torch

from lcutils import nets, recall

STEPS, N, SEEDS = 250, 8, (0, 1, 2)
OPTIONS = {
    "additive_memory": {"size": 256},
    "decay_memory": {"size": 256, "gamma": 0.95},
    "lstm": {"size": 64},
    "window_attention": {"window": 12},
    "least_squares": {"ridge": 0.1},
    "two_layer_memory": {"n_hidden": 32},
}


def main() -> None:
    """Print a row for each rung and task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rungs", nargs="*", default=[*nets.RUNGS, "full_attention, no slope"])
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{N} keys, {options.steps} steps, seeds {SEEDS}; chance 1/64, one of 8 in view 1/8")
    print(f"{'':25}  numbers  state  written once      written twice     of it old  seconds")
    for row in options.rungs:
        rung, _, bare = row.partition(", ")
        settings = OPTIONS.get(rung, {}) | ({"has_slope": False} if bare else {})
        started, cells = time.process_time(), []
        for n_rewritten in (0, N):
            results = [
                recall.trained(
                    rung,
                    n_pairs=N,
                    n_rewritten=n_rewritten,
                    steps=options.steps,
                    seed=seed,
                    **settings,
                )
                for seed in SEEDS
            ]
            cells.append(" ".join(f"{result.right:.3f}" for result in results))
        model, old = results[-1].model, [result.stale for result in results]
        numbers = sum(weight.numel() for weight in model.parameters())
        seconds = (time.process_time() - started) / (2 * len(SEEDS))
        print(
            f"{row:25}  {numbers:7}  {nets.state_size(model, 5 * N):5}  {cells[0]}  "
            f" {cells[1]}  {min(old):.2f}-{max(old):.2f}  {seconds:7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
