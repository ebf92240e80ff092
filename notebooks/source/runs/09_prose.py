"""The same block trained on prose as a decoder and as an encoder, and asked for a hidden letter.

A step gives the decoder 752 answers to learn from, the encoder about 115: so the encoder is
trained for 300 steps as well, and for 1,960, which give it as many answers. Rates are chosen by
other files than those that judge, at a seed that does not count.
"""

from lcutils import gaps

SEEDS = range(10)
RATES = (0.001, 0.003, 0.01, 0.02)
KINDS = {  # and how many seeds
    "decoder 300": 10,
    "encoder 300": 5,
    "encoder 1960": 5,
    "decoder 1000": 5,
}


def jobs(found):
    """The sweeps, then what counts at the rates that they chose"""
    todo = {}
    for kind, n_seeds in KINDS.items():
        name, steps = kind.split()
        job = {"is_causal": name == "decoder", "steps": int(steps)}
        for rate in RATES:
            todo[f"{kind} sweep {rate}"] = job | {"lr": rate, "seed": 1_000, "is_sweep": True}
        if all(f"{kind} sweep {rate}" in found for rate in RATES):
            for seed in range(n_seeds):
                counted = {"lr": _rate(found, kind), "seed": seed, "is_sweep": False}
                todo[f"{kind} seed {seed}"] = job | counted
    return todo


def _rate(found, kind):
    return min(RATES, key=lambda rate: found[f"{kind} sweep {rate}"]["chosen by"])


def measure(is_causal, steps, lr, seed, is_sweep):
    """Train one model, and ask it"""
    model = gaps.trained(is_causal=is_causal, steps=steps, lr=lr, seed=seed)
    _, chosen, judged = gaps.windows()
    ask = gaps.from_left if is_causal else gaps.from_both
    if is_sweep:
        return {"chosen by": gaps.bits(ask(model, chosen), chosen)}
    paid = {"left" if is_causal else "both": gaps.bits(ask(model, judged), judged)}
    if is_causal:
        paid["tried"] = gaps.bits(gaps.by_trying(model, judged), judged)
    return {way: float(f"{bits:.5g}") for way, bits in paid.items()}


def numbers(found):
    """The rates, and each number at its seeds"""
    kept = {}
    for kind, n_seeds in KINDS.items():
        kept[f"{kind} lr"] = [_rate(found, kind)]
        runs = [found[f"{kind} seed {seed}"] for seed in range(n_seeds)]
        kept |= {f"{kind} {way}": [run[way] for run in runs] for way in runs[0]}
    return kept
