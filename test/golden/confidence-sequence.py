"""Writes confidence-sequence.json: sequences of values in [0, 1], the capital of the bets on them and the confidence
sequences that the PyPI package `confseq` (I. Waudby-Smith, S. Howard) makes of them.
src/lib/domain/confidence-sequence.test.ts compares ours with it.

Usage (once more whenever the package changes; the data are seeded and stay the same). The package's wheel is built for
Python 3.8; the parts read here are plain Python and are taken out of it without building anything:
    python3 -m venv /tmp/confseq && /tmp/confseq/bin/pip install 'numpy<2' scipy matplotlib multiprocess
    /tmp/confseq/bin/pip download --no-deps --only-binary :all: --python-version 3.8 --platform manylinux2014_x86_64 -d /tmp/confseq/wheel confseq==0.0.11
    unzip -q /tmp/confseq/wheel/confseq-0.0.11-*.whl -d /tmp/confseq/unpacked
    PYTHONPATH=/tmp/confseq/unpacked /tmp/confseq/bin/python test/golden/confidence-sequence.py

A sequence is {"alpha", "values": what was seen, in order, "means": the means that were bet against, "above" and "below":
for each mean the capital after all values of who bets that the true mean lies above or below it, "low" and "high": the
bounds of the hedged confidence sequence after all values with running intersection, on a grid of 1 / BREAKS}.
"""

import json
import pathlib
import random

import numpy as np
from confseq.betting import betting_cs, betting_mart

SEQUENCES = 60
SEED = 20261129
BREAKS = 2000
MEANS = [0.1, 0.35, 0.5, 0.65, 0.9]


def random_values(rng):
    """Wins, losses and shares of votes, about a mean of its own, as few or as many as a round has."""
    n = rng.choice([1, 2, 5, 20, 60, 150])
    mean, votes = rng.random(), rng.choice([1, 2, 3, 6])
    return [round(sum(rng.random() < mean for _ in range(votes)) / votes, 6) for _ in range(n)]


def main():
    rng = random.Random(SEED)
    sequences = []
    for _ in range(SEQUENCES):
        values, alpha = random_values(rng), rng.choice([0.01, 0.05, 0.1])
        x = np.array(values)
        capital = lambda mean, theta: float(betting_mart(x, mean, alpha=alpha, theta=theta)[-1])
        low, high = betting_cs(x, alpha=alpha, breaks=BREAKS, running_intersection=True)
        sequences.append(
            {
                "alpha": alpha,
                "values": values,
                "means": MEANS,
                "above": [capital(mean, 1) for mean in MEANS],
                "below": [capital(mean, 0) for mean in MEANS],
                "low": float(low[-1]),
                "high": float(high[-1]),
            }
        )
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in sequences)
    header = {"confseq": "0.0.11", "numpy": np.__version__}
    pathlib.Path(__file__).with_suffix(".json").write_text(f'{{"madeWith":{json.dumps(header)},"seed":{SEED},"breaks":{BREAKS},"sequences":[\n{lines}\n]}}\n')


main()
