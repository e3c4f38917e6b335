"""Writes krippendorff-alpha.json: random reliability data with missing values and what the PyPI package `krippendorff`
makes of them. src/lib/domain/agreement/krippendorff-alpha.test.ts compares our alpha with it.

Usage (once more whenever the package changes; the data are seeded and stay the same):
    python3 -m venv /tmp/krippendorff && /tmp/krippendorff/bin/pip install krippendorff==0.9.0 numpy==2.4.6
    /tmp/krippendorff/bin/python test/golden/krippendorff-alpha.py

A data set is {"judges": [row of each judge, a digit a unit, "." where the value is missing], "categories": number,
"nominal": alpha or null, "ordinal": alpha or null}; null where the package refuses (one category, nothing to pair).
"""

import importlib.metadata
import json
import math
import pathlib
import random
import warnings

import krippendorff
import numpy as np

DATA_SETS = 600
SEED = 20260401


def random_rows(rng):
    """Judges × units of categories or None. Judges follow a common truth more or less, or rows would all be near zero."""
    judges, categories = rng.randint(2, 6), rng.randint(2, 5)
    units = rng.choice([1, 2, 3, 5, 10, 20, 40])
    missing, faithful = rng.choice([0, 0.1, 0.3, 0.6]), rng.choice([0, 0.3, 0.6, 0.9, 1])
    skew = [rng.random() ** 2 for _ in range(categories)]
    draw = lambda: rng.choices(range(categories), skew)[0]
    truth = [draw() for _ in range(units)]
    value = lambda unit: None if rng.random() < missing else truth[unit] if rng.random() < faithful else draw()
    return [[value(unit) for unit in range(units)] for _ in range(judges)], categories


def alpha(rows, categories, level):
    data = np.array([[np.nan if value is None else value for value in row] for row in rows])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = float(krippendorff.alpha(data, value_domain=list(range(categories)), level_of_measurement=level))
    except ValueError:
        return None
    return result if math.isfinite(result) else None


def main():
    rng = random.Random(SEED)
    sets = []
    for _ in range(DATA_SETS):
        rows, categories = random_rows(rng)
        sets.append(
            {
                "judges": ["".join("." if value is None else str(value) for value in row) for row in rows],
                "categories": categories,
                "nominal": alpha(rows, categories, "nominal"),
                "ordinal": alpha(rows, categories, "ordinal"),
            }
        )
    header = {name: importlib.metadata.version(name) for name in ("krippendorff", "numpy")}
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in sets)
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"madeWith":{json.dumps(header)},"seed":{SEED},"sets":[\n{lines}\n]}}\n')


main()
