"""Finds a data_seed under which no KTO row meets its own text, by replaying ms-swift's shuffles.

ms-swift shuffles the rows twice (once on loading with a seed drawn from RandomState(data_seed), once more with
data_seed itself) and then gives each row the answer of its neighbour in the batch for the KL term. A neighbour
with the same text stops the run (--strict true) or drops the row in silence. A last batch of one row is its own
neighbour, so a remainder of one is dropped here and reported.

Usage: kto_preflight.py --rows FILE --total-batch B --seed S [--tries N]. Prints one JSON line:
{ok: true, dataSeed, dropped: [row index], order: [row index] | null} or {ok: false, message}. `order` is set
when no seed fits and the rows were rearranged instead.
"""

import argparse
import json
import time

import numpy as np


def final_order(count, data_seed):
    """Row indices in the order in which KTOPreprocessor sees them (ms-swift 4.6.0)."""
    state = np.random.RandomState(data_seed)
    state.randint(0, np.iinfo(np.int32).max)  # drawn for decision augmentation, used or not
    load_seed = state.randint(0, np.iinfo(np.int32).max)
    loaded = np.random.default_rng(load_seed).permutation(count)
    return loaded[np.random.default_rng(data_seed).permutation(count)]


def neighbours(count, total_batch):
    """For each place of the final order, the place whose answer it takes: one to the left, within its batch."""
    places = np.arange(count)
    start = places - places % total_batch
    end = np.minimum(start + total_batch, count)
    return np.where(places == start, end - 1, places - 1)


def rearranged(texts, left):
    """Swaps places until no text stands beside itself; None when the rows do not allow it."""
    count = len(texts)
    content = list(range(count))
    right = {int(l): place for place, l in enumerate(left)}

    def bad(place):
        text = texts[content[place]]
        return text == texts[content[left[place]]] or text == texts[content[right[place]]]

    for place in range(count):
        if not bad(place):
            continue
        for other in range(count):
            content[place], content[other] = content[other], content[place]
            if not bad(place) and not bad(other):
                break
            content[place], content[other] = content[other], content[place]
        else:
            return None
    return content


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", required=True)
    parser.add_argument("--total-batch", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--tries", type=int, default=20000)
    args = parser.parse_args()

    with open(args.rows, encoding="utf-8") as handle:
        answers = [json.loads(line)["messages"][-1]["content"] for line in handle if line.strip()]
    dropped = []
    if len(answers) % args.total_batch == 1:
        dropped = [len(answers) - 1]
        answers = answers[:-1]
    if not answers:
        print(json.dumps({"ok": False, "message": "no rows are left"}))
        return
    numbers = {}
    texts = np.array([numbers.setdefault(answer, len(numbers)) for answer in answers])
    left = neighbours(len(texts), args.total_batch)
    deadline = time.monotonic() + 10
    for attempt in range(args.tries):
        seed = args.seed + attempt
        ordered = texts[final_order(len(texts), seed)]
        if not (ordered == ordered[left]).any():
            print(json.dumps({"ok": True, "dataSeed": seed, "dropped": dropped, "order": None}))
            return
        if time.monotonic() > deadline:
            break
    content = rearranged(texts.tolist(), left.tolist())
    if content is None:
        print(json.dumps({"ok": False, "message": "the same answer is in too many rows"}))
        return
    # Place p of the final order reads file row order[p]; put the wanted row there.
    places = final_order(len(texts), args.seed)
    order = [0] * len(texts)
    for place, row in enumerate(places.tolist()):
        order[row] = content[place]
    print(json.dumps({"ok": True, "dataSeed": args.seed, "dropped": dropped, "order": order}))


if __name__ == "__main__":
    main()
