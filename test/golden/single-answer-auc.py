"""Writes single-answer-auc.json: random scores with many ties, good or bad, and what scikit-learn's roc_auc_score makes of
them. src/lib/domain/single-answer-auc.test.ts compares our AUC with it.

Usage (once more whenever the package changes; the data are seeded and stay the same):
    python3 -m venv /tmp/auc && /tmp/auc/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    /tmp/auc/bin/python test/golden/single-answer-auc.py

A data set is {"good": [scores], "bad": [scores], "auc": number, or null where one kind is missing and nothing is defined}.
"""

import importlib.metadata
import json
import math
import pathlib
import random
import warnings

from sklearn.metrics import roc_auc_score

DATA_SETS = 400
SEED = 20260402


def random_scores(rng):
    """Scores in nats. A coarse grid gives ties between the kinds; exact zeros are what a model that has not moved gives."""
    size, share, shift = rng.choice([1, 2, 5, 12, 40, 120]), rng.random(), rng.choice([0, 0.3, 1, 3])
    digits, still = rng.choice([0, 1, 1, 12]), rng.choice([0, 0, 0.4, 1])
    rows = []
    for _ in range(size):
        good = rng.random() < share
        score = 0.0 if rng.random() < still else round(rng.gauss(shift if good else 0, 1), digits)
        rows.append((score, good))
    return rows


def auc(rows):
    if len({good for _, good in rows}) < 2:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = float(roc_auc_score([good for _, good in rows], [score for score, _ in rows]))
    assert math.isfinite(result)
    return result


def main():
    rng = random.Random(SEED)
    sets = []
    for _ in range(DATA_SETS):
        rows = random_scores(rng)
        sets.append({"good": [s for s, good in rows if good], "bad": [s for s, good in rows if not good], "auc": auc(rows)})
    header = {name: importlib.metadata.version(name) for name in ("scikit-learn", "numpy")}
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in sets)
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"madeWith":{json.dumps(header)},"seed":{SEED},"sets":[\n{lines}\n]}}\n')


main()
