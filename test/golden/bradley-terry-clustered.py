"""Writes bradley-terry-clustered.json: drawn battles and the clustered errors that statsmodels' GLM gives them.
src/lib/domain/bradley-terry/bradley-terry.test.ts compares ours with it.

Usage (once more whenever the package changes; the battles are seeded and stay the same):
    python3 -m venv /tmp/statsmodels && /tmp/statsmodels/bin/pip install statsmodels==0.15.0
    /tmp/statsmodels/bin/python test/golden/bradley-terry-clustered.py

Each case is {"name", "anchor", "battles": [a, b, score, group, judge, weight, features…], "coefficients": strengths of all
but the anchor by name and then the effects, "errors": {"group", "judge", "two_way": standard errors, CR1, as the package
gives them, "group_cr2", "judge_cr2": CR2}}. The package knows no CR2: here each cluster's whole matrix (I − H)^−½ is
formed and its square root taken by numpy, word for word as Bell & McCaffrey (2002) write it.
"""

import importlib.metadata
import json
import math
import pathlib
import random

import numpy as np
import statsmodels.api as sm


def drawn(seed, competitors, prompts, judges, features, weighted):
    rng = random.Random(seed)
    names = [f"m{i}" for i in range(competitors)]
    strength = {name: rng.gauss(0, 0.6) for name in names}
    taste = {(judge, name): rng.gauss(0, 0.5) for judge in range(judges) for name in names}
    rows = []
    for prompt in range(prompts):
        ease = {name: rng.gauss(0, 0.7) for name in names}
        for _ in range(rng.randint(1, 3)):
            a, b = rng.sample(names, 2)
            style = [round(rng.uniform(-1, 1), 6) for _ in range(features)]
            weight = rng.choice([1.0, 2.0, 5.0]) if weighted else 1.0
            for judge in rng.sample(range(judges), rng.randint(1, 3)):
                of = lambda name: strength[name] + taste[judge, name] + ease[name]
                draw = rng.random()
                score = 0.5 if draw < 0.12 else 1.0 if (draw - 0.12) / 0.88 < 1 / (1 + math.exp(of(b) - of(a) - 0.5 * sum(style))) else 0.0
                rows.append((a, b, score, f"g{prompt:03d}", f"j{judge}", weight, *style))
    return names, rows


def design(names, rows):
    x = np.zeros((len(rows), len(names) - 1 + len(rows[0]) - 6))
    for i, (a, b, _, _, _, _, *style) in enumerate(rows):
        for name, sign in ((a, 1.0), (b, -1.0)):
            if name != names[0]:
                x[i, names.index(name) - 1] = sign
        x[i, len(names) - 1 :] = style
    return x


def cr2(x, y, weights, coefficients, clusters):
    p = 1 / (1 + np.exp(-x @ coefficients))
    spread = weights * p * (1 - p)
    bread = np.linalg.inv(x.T @ (spread[:, None] * x))
    u = np.sqrt(spread)[:, None] * x
    e = weights * (y - p) / np.sqrt(spread)
    meat = np.zeros_like(bread)
    for cluster in np.unique(clusters):
        at = clusters == cluster
        values, vectors = np.linalg.eigh(np.eye(at.sum()) - u[at] @ bread @ u[at].T)
        root = vectors @ np.diag([1 / math.sqrt(v) if v > 1e-9 else 0.0 for v in values]) @ vectors.T
        score = u[at].T @ root @ e[at]
        meat += np.outer(score, score)
    return np.sqrt(np.diag(bread @ meat @ bread))


def case(name, names, rows):
    x, y = design(names, rows), np.array([r[2] for r in rows])
    weights = np.array([r[5] for r in rows])
    groups = np.unique([r[3] for r in rows], return_inverse=True)[1]
    judges = np.unique([r[4] for r in rows], return_inverse=True)[1]
    fit = lambda clusters: sm.GLM(y, x, family=sm.families.Binomial(), var_weights=weights).fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": clusters})
    one = fit(groups)
    return {
        "name": name,
        "anchor": names[0],
        "battles": rows,
        "coefficients": one.params.tolist(),
        "errors": {
            "group": one.bse.tolist(),
            "judge": fit(judges).bse.tolist(),
            "two_way": fit(np.column_stack([groups, judges])).bse.tolist(),
            "group_cr2": cr2(x, y, weights, one.params, groups).tolist(),
            "judge_cr2": cr2(x, y, weights, one.params, judges).tolist(),
        },
    }


cases = [
    case("three competitors, four judges", *drawn(1, 3, 60, 4, 0, False)),
    case("six competitors, twelve judges, weighted", *drawn(2, 6, 80, 12, 0, True)),
    case("five competitors, two features, weighted", *drawn(3, 5, 70, 10, 2, True)),
]
target = pathlib.Path(__file__).with_suffix(".json")
header = {name: importlib.metadata.version(name) for name in ("statsmodels", "numpy")}
target.write_text(f'{{"madeWith":{json.dumps(header)},"cases":[\n' + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]}\n")
