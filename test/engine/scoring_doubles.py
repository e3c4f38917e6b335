"""Measures with the scorer where there is little memory, and prints what came as one line of JSON.

  scoring_doubles.py few PYTHON_FOLDER        a model that has memory for few scores, and one that cannot be asked for some of them
  scoring_doubles.py spread PYTHON_FOLDER …   the scorer itself, whose model has room for a part of its weights; … are its arguments
"""

import json
import os
import sys
import tempfile
from argparse import Namespace
from types import SimpleNamespace

import torch

sys.path.insert(0, sys.argv[2])
import placing  # noqa: E402
import score  # noqa: E402

VOCABULARY = 97


class Model(torch.nn.Module):
    """Scores that hang on token and position. Past so many at a time it has no memory, as a GPU has none."""

    def __init__(self, most=None):
        super().__init__()
        torch.manual_seed(7)
        self.table, self.most, self.asked = torch.randn(4096, VOCABULARY) * 3, most, []

    def scores(self, input_ids, keep):
        whole = self.table[(input_ids * 31 + torch.arange(input_ids.shape[1]) * 7) % 4096]
        kept = whole if keep is None else whole[:, keep]
        self.asked.append(kept.shape[0] * kept.shape[1])
        if self.most is not None and self.asked[-1] > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return SimpleNamespace(logits=kept)

    def forward(self, input_ids, attention_mask, use_cache, logits_to_keep=None):
        return self.scores(input_ids, logits_to_keep)


class AllScores(Model):
    def forward(self, input_ids, attention_mask, use_cache):
        return self.scores(input_ids, None)


def sequences():
    """Of 40 conversations the answers: a quarter of each, and a last turn of the user behind every fifth one's."""
    found = []
    for index in range(40):
        length = 40 + index * 13 % 200
        ids = [(index * 17 + place * 5) % VOCABULARY for place in range(length)]
        begins, ends = length * 3 // 4, length - (4 if index % 5 == 0 else 0)
        found.append((index, "chosen", ids, [token if begins <= place < ends else -100 for place, token in enumerate(ids)]))
    return found


def plainly(sequences):
    """The sums one by one, over all positions, in double precision."""
    model, sums = Model(), []
    for _, _, ids, labels in sequences:
        logps = model.scores(torch.tensor([ids]), None).logits.double().log_softmax(dim=2)[0]
        sums.append(sum(logps[place - 1, label].item() for place, label in enumerate(labels) if label != -100))
    return sums


class LargestFullPrecision(torch.utils._python_dispatch.TorchDispatchMode):
    """The greatest number of scores that were turned to full precision at a time."""

    largest = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor) and out.dtype == torch.float32 and out.dim() == 3:
            self.largest = max(self.largest, out.numel())
        return out


def few():
    rows = sequences()
    expected = plainly(rows)

    def measured(model, batch_tokens=8192):
        args = Namespace(batch_size=8, batch_tokens=batch_tokens)
        with LargestFullPrecision() as largest:
            totals = score.measure(score.log_probabilities(model, "cpu"), rows, 0, args, "double")
        apart = max(abs(totals[(index, "chosen")][0] - sum) for index, sum in enumerate(expected))
        return {"rows": len(totals), "apart": apart, "asked": max(model.asked), "largest": largest.largest, "batches": len(model.asked)}

    half = Model()
    half.table = half.table.bfloat16()
    score.FULL_PRECISION_POSITIONS = 32
    try:
        measured(Model(most=20))
        alone = "measured"
    except torch.OutOfMemoryError:
        alone = "OutOfMemoryError"
    return {
        "longest": max(len(ids) for _, _, ids, _ in rows),
        "roomy": measured(Model()),
        "few": measured(Model(most=120)),
        "tokens": measured(Model(), batch_tokens=500),
        "all": measured(AllScores(most=500)),
        "half": measured(half)["largest"] / VOCABULARY,
        "alone": alone,
    }


def spread():
    placed = []

    def with_little_room(model, device):
        weights = placing.weight_bytes(model)
        model = placing.spread(model, {"cpu": weights * 9 // 10, "disk": weights}, offload_dir=tempfile.mkdtemp(dir=os.environ["SPREAD_DIR"]))
        placed.append(sum(1 for at in model.hf_device_map.values() if at == "disk"))
        return model

    score.place = with_little_room
    sys.argv = ["score.py", *sys.argv[3:]]
    score.main()
    return {"placed": placed}


print(json.dumps(few() if sys.argv[1] == "few" else spread()))
