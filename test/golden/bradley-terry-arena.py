"""Writes bradley-terry-arena.json: drawn battles and what the PyPI package `arena-rank` makes of them.
src/lib/domain/bradley-terry/bradley-terry.test.ts compares our strengths and unclustered errors with it.

Usage (once more whenever the package changes; the battles are seeded and stay the same; the package pins jax, hence an
environment of its own):
    python3 -m venv /tmp/arena-rank && /tmp/arena-rank/bin/pip install arena-rank==0.1.1
    /tmp/arena-rank/bin/python test/golden/bradley-terry-arena.py

Each case is {"name", "ridge": what is added to the diagonal of the information, "weighted", "battles": [a, b, score,
features…], "weights": of each battle, "strengths": by competitor, averaging nought, "errors": their standard errors,
"effects": of the features}. The package adds its regulariser (1e-5) times the number of battles where they are not
weighted, and as it is where they are. Its optimiser is given no other end than a gradient of nought.
"""

import importlib.metadata
import json
import math
import pathlib
import random

import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry
from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset

REG = 1e-5
EXACT = {"scale": 1.0, "base": math.e, "init_rating": 0.0, "hessian_reg": REG, "max_iter": 20_000, "ftol": 0.0, "gtol": 1e-11}
WINNER = {1.0: "model_a", 0.0: "model_b", 0.5: "tie"}


def drawn(seed, competitors, battles, spread, features):
    """Battles with ties; some pairs meet far more often than others."""
    rng = random.Random(seed)
    strength = {f"m{i}": rng.gauss(0, spread) for i in range(competitors)}
    effect = [0.7, -0.4][:features]
    rows = []
    for _ in range(battles):
        a, b = rng.sample(sorted(strength), 2) if rng.random() < 0.6 else ("m0", "m1")
        style = [rng.uniform(-1, 1) for _ in range(features)]
        logit = strength[a] - strength[b] + sum(e * x for e, x in zip(effect, style))
        draw = rng.random()
        score = 0.5 if draw < 0.15 else 1.0 if (draw - 0.15) / 0.85 < 1 / (1 + math.exp(-logit)) else 0.0
        rows.append((a, b, score, *(round(x, 6) for x in style)))
    return rows


def frame(rows, features):
    names = [f"x{i}" for i in range(features)]
    data = pd.DataFrame(rows, columns=["model_a", "model_b", "score", *names])
    return data.assign(winner=data["score"].map(WINNER)), names


def case(name, rows, features, weighted):
    data, names = frame(rows, features)
    if features:
        pairs = ContextualPairDataset.from_pandas(data, names, reweighted=weighted, min_pair_count=10, normalize_features=False)
        model = ContextualBradleyTerry(len(pairs.competitors), features, reg=0.0, **EXACT)
        ridge, weights = REG * len(rows), [float(w) for w in pairs.weights]
    else:
        pairs = PairDataset.from_pandas(data, reweighted=weighted, min_pair_count=10)
        model = BradleyTerry(len(pairs.competitors), **EXACT)
        of = {(int(a), int(b)): float(w) for (a, b), w in zip(pairs.pairs.tolist(), pairs.weights.tolist())}
        place = {c: i for i, c in enumerate(pairs.competitors)}
        ridge, weights = (REG if weighted else REG * len(rows)), [of[(place[r[0]], place[r[1]])] for r in rows]
    found = model.compute_ratings_and_cis(pairs)
    strengths = np.asarray(found["ratings"])
    return {
        "name": name,
        "ridge": ridge,
        "battles": rows,
        "weights": weights,
        "strengths": dict(zip(pairs.competitors, (strengths - strengths.mean()).tolist())),
        "errors": dict(zip(pairs.competitors, np.sqrt(np.asarray(found["variances"])).tolist())),
        "effects": np.asarray(found["coeffs"]).tolist() if features else [],
    }


cases = [
    case("four competitors", drawn(1, 4, 400, 0.8, 0), 0, False),
    case("nine competitors, uneven pairs weighted by the package", drawn(2, 9, 900, 0.6, 0), 0, True),
    case("two features", drawn(3, 5, 500, 0.7, 2), 2, False),
    case("two features, weighted", drawn(4, 5, 500, 0.7, 2), 2, True),
]
target = pathlib.Path(__file__).with_suffix(".json")
header = {name: importlib.metadata.version(name) for name in ("arena-rank", "jax")}
target.write_text(f'{{"madeWith":{json.dumps(header)},"cases":[\n' + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]}\n")
