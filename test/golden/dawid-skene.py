"""Writes dawid-skene.json: drawn votes and what crowd-kit's DawidSkene makes of them.
src/lib/domain/dawid-skene.test.ts compares our estimate with it.

Usage (once more whenever the package changes; the votes are seeded and stay the same):
    python3 -m venv /tmp/crowdkit && /tmp/crowdkit/bin/pip install crowd-kit==1.4.2
    /tmp/crowdkit/bin/python test/golden/dawid-skene.py

A case is {"votes": [item, judge, verdict], "priors": by class, "beliefs": by item, "errors": by judge, a row of what is
said for each truth}; classes in the order of CLASSES, eight digits.
"""

import json
import pathlib
import random

import pandas as pd
from crowdkit.aggregation import DawidSkene

CLASSES = ["a", "b", "tie", "both_bad"]


def drawn(seed, judges, items, per_item, skill):
    rng = random.Random(seed)
    votes = []
    for item in range(items):
        truth = rng.choices(CLASSES, [5, 4, 2, 1])[0]
        for judge in rng.sample(range(judges), per_item):
            said = truth if rng.random() < skill[judge] else rng.choice(CLASSES)
            votes.append({"item": f"i{item:03d}", "judge": f"j{judge}", "verdict": said})
    return votes


def case(name, votes):
    frame = pd.DataFrame([{"task": v["item"], "worker": v["judge"], "label": v["verdict"]} for v in votes])
    model = DawidSkene(n_iter=1500, tol=-1.0).fit(frame)
    beliefs = model.probas_.reindex(columns=CLASSES, fill_value=0.0)
    errors = model.errors_
    return {
        "name": name,
        "votes": votes,
        "priors": {c: round(float(model.priors_.get(c, 0.0)), 8) for c in CLASSES},
        "beliefs": {task: [round(float(row[c]), 8) for c in CLASSES] for task, row in beliefs.iterrows()},
        "errors": {
            judge: [[round(float(errors.loc[(judge, said), truth]) if (judge, said) in errors.index and truth in errors.columns else 0.0, 8) for said in CLASSES] for truth in CLASSES]
            for judge in sorted({v["judge"] for v in votes})
        },
    }


cases = [
    case("five judges, one careless", drawn(1, 5, 160, 3, [0.95, 0.9, 0.85, 0.8, 0.3])),
    case("everybody judges everything", drawn(2, 4, 90, 4, [0.9, 0.75, 0.7, 0.5])),
]
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
