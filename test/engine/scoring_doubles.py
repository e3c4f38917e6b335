"""Measures with the scorer where there is little memory, and prints what came as one line of JSON.

  scoring_doubles.py few PYTHON_FOLDER        a model that has memory for few scores, and one that cannot be asked for some of them
  scoring_doubles.py spread PYTHON_FOLDER …   the scorer itself, whose model has room for a part of its weights; … are its arguments
  scoring_doubles.py after PYTHON_FOLDER      the scorer's own loading and placing, model after model, on a GPU that has room for one of them
"""

import gc
import json
import os
import sys
import tempfile
import weakref
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


def watch_loading(models):
    """Of each loading how many of the models are still there. Only what collects by itself may end one: by chance none does."""
    gc.disable()
    writing_class, there = score.writing_class, []

    def watched(path):
        there.append(sum(1 for model in models if model() is not None))
        return writing_class(path)

    score.writing_class = watched
    return there


def spread():
    placed, models = [], []
    there = watch_loading(models)

    def with_little_room(model, device):
        weights = placing.weight_bytes(model)
        model = placing.spread(model, {"cpu": weights * 9 // 10, "disk": weights}, offload_dir=tempfile.mkdtemp(dir=os.environ["SPREAD_DIR"]))
        placed.append(sum(1 for at in model.hf_device_map.values() if at == "disk"))
        models.append(weakref.ref(model))
        return model

    score.place = with_little_room
    sys.argv = ["score.py", *sys.argv[3:]]
    score.main()
    return {"placed": placed, "there": there}


class Gpu:
    """A GPU as the driver sees it, with torch's allocator on it: what that has once taken it keeps until it is told to let go."""

    def __init__(self, total):
        self.total, self.taken, self.models = total, 0, []

    def held(self):
        return sum(bytes for model, bytes in self.models if model() is not None)

    def take(self, model):
        self.models.append((weakref.ref(model), placing.weight_bytes(model)))
        self.taken = max(self.taken, self.held())
        return model

    def empty_cache(self):
        self.taken = self.held()

    def mem_get_info(self):
        return self.total - self.taken, self.total


def after():
    class Whole(torch.nn.Linear):
        def __init__(self):
            super().__init__(256, 256)
            self.ring = [self]

        @classmethod
        def from_pretrained(cls, path, **rest):
            return cls()

        def to(self, device):
            return gpu.take(self)

    gpu = Gpu(total=placing.weight_bytes(Whole()) * 3 // 2)
    gc.collect()
    torch.cuda.empty_cache, torch.cuda.mem_get_info = gpu.empty_cache, gpu.mem_get_info
    score.writing_class = lambda path: Whole
    there = watch_loading([])
    spread = []
    placing.spread = lambda model, room: spread.append(room) or model
    score.log_probabilities = lambda model, device: None
    score.measure = lambda compute, sequences, pad_id, args, label: label
    with tempfile.TemporaryDirectory() as folder:
        args = Namespace(model=folder, adapter=[], whole=[f"one={folder}", f"other={folder}"], reward=False, dtype="auto", device="cuda")
        measured = score.score_all(args, [], 0)
    return {"measured": list(measured), "loaded": len(there), "spread": len(spread)}


print(json.dumps({"few": few, "spread": spread, "after": after}[sys.argv[1]]()))
