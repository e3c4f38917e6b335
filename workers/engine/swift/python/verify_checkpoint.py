"""Loads a checkpoint and runs one forward pass: a checkpoint counts only if it loads.

Usage: verify_checkpoint.py --model FOLDER [--adapter FOLDER] [--reward]. Without an adapter the model itself is the
checkpoint. Prints one JSON line, exit code 1 when it does not load:
{ok, sha256, parameters, rank, changed, message}. `changed` is false for an adapter that moves nothing; `rank` is 0
for a whole model.

With --wait it loads its libraries, says {"ready": true} and answers each line {model, adapter?, reward} with such a line;
--model is then the one that training began on.
"""

import argparse
import glob
import hashlib
import json
import os
import sys

from model_class import writing_class


def leave_out_quantisation(path):
    """peft imports bitsandbytes wherever it is installed: a third of this process's time, for nothing where the base is not quantised."""
    with open(os.path.join(path, "config.json"), encoding="utf-8") as handle:
        if "quantization_config" not in json.load(handle):
            sys.modules["bitsandbytes"] = None


def sha256_of(paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as handle:
            for block in iter(lambda: handle.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


def load_base(path, reward):
    from transformers import AutoModelForSequenceClassification

    if reward:
        return AutoModelForSequenceClassification.from_pretrained(path, num_labels=1, dtype="auto").eval()
    return writing_class(path).from_pretrained(path, dtype="auto").eval()


def check_output(model, what):
    import torch

    # A classifier reads the last position that is no padding; without a padding token it takes one row at a time.
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[1, 2, 3]])).logits
    if not torch.isfinite(logits).all():
        raise ValueError(f"{what} gives values that are not finite")


def verify_adapter(model_path, adapter_path, reward):
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file

    weights_path = os.path.join(adapter_path, "adapter_model.safetensors")
    weights = load_file(weights_path)
    if not weights:
        raise ValueError("the adapter holds no weights")
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise ValueError("the adapter holds values that are not finite")
    if reward and not holds_head(weights):
        raise ValueError("the adapter holds no head that gives scores")
    model = PeftModel.from_pretrained(load_base(model_path, reward), adapter_path)
    # peft only warns about keys it cannot place, and then the checkpoint silently does nothing.
    expected = {name for name in model.state_dict() if "lora_" in name}
    found = {name.replace(".lora_magnitude_vector", ".lora_magnitude_vector.default.weight") if "magnitude" in name else name.replace(".weight", ".default.weight") for name in weights if "lora_" in name}
    if expected != found:
        raise ValueError(f"{len(expected ^ found)} adapter weights do not fit the base model")
    check_output(model, "the model with the adapter")
    return {
        "sha256": sha256_of([weights_path]),
        "parameters": sum(tensor.numel() for tensor in weights.values()),
        "rank": model.peft_config["default"].r,
        "changed": any(bool(tensor.any()) for name, tensor in weights.items() if "lora_B" in name),
    }


def holds_head(names):
    """A load that finds no head draws one, and every load another: such a reward model would score by chance."""
    return any("score." in name for name in names)


def weight_names(folder):
    from safetensors import safe_open

    for path in glob.glob(os.path.join(folder, "*.safetensors")):
        with safe_open(path, "pt") as weights:
            yield from weights.keys()


def verify_whole(model_path, reward):
    import torch

    if reward and not holds_head(weight_names(model_path)):
        raise ValueError("the model holds no head that gives scores")
    model = load_base(model_path, reward)
    if not all(torch.isfinite(tensor).all() for tensor in model.parameters()):
        raise ValueError("the model holds values that are not finite")
    check_output(model, "the model")
    return {
        "sha256": sha256_of(sorted(glob.glob(os.path.join(model_path, "*.safetensors")))),
        "parameters": sum(tensor.numel() for tensor in model.parameters()),
        "rank": 0,
        "changed": True,
    }


def checked(model, adapter, reward):
    try:
        return {"ok": True, **(verify_adapter(model, adapter, reward) if adapter else verify_whole(model, reward))}
    except Exception as error:  # the caller shows this sentence, whatever the library raised
        return {"ok": False, "message": f"{type(error).__name__}: {error}"}


def wait_for_one():
    """Has its libraries loaded before it is asked, and answers each line with one. What a library prints is no answer, from Python or below it."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import peft, torch, transformers  # noqa: F401

    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(checked(asked["model"], asked.get("adapter"), asked["reward"])), file=answers, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--reward", action="store_true")
    parser.add_argument("--wait", action="store_true")
    args = parser.parse_args()
    leave_out_quantisation(args.model)
    if args.wait:
        return wait_for_one()
    found = checked(args.model, args.adapter, args.reward)
    print(json.dumps(found))
    if not found["ok"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
