"""Loads an adapter on its base and runs one forward pass: a checkpoint counts only if it loads.

Usage: verify_adapter.py --model BASE --adapter FOLDER. Prints one JSON line, exit code 1 when it does not load:
{ok, sha256, parameters, rank, changed, message}. `changed` is false for an adapter that moves nothing.
"""

import argparse
import hashlib
import json
import os
import sys


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def verify(model_path, adapter_path):
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    weights_path = os.path.join(adapter_path, "adapter_model.safetensors")
    weights = load_file(weights_path)
    if not weights:
        raise ValueError("the adapter holds no weights")
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise ValueError("the adapter holds values that are not finite")
    base = AutoModelForCausalLM.from_pretrained(model_path, dtype="auto").eval()
    model = PeftModel.from_pretrained(base, adapter_path)
    # peft only warns about keys it cannot place, and then the checkpoint silently does nothing.
    expected = {name for name in model.state_dict() if "lora_" in name}
    found = {name.replace(".weight", ".default.weight") for name in weights if "lora_" in name}
    if expected != found:
        raise ValueError(f"{len(expected ^ found)} adapter weights do not fit the base model")
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[1, 2, 3]])).logits
    if not torch.isfinite(logits).all():
        raise ValueError("the model with the adapter gives values that are not finite")
    return {
        "ok": True,
        "sha256": sha256_of(weights_path),
        "parameters": sum(tensor.numel() for tensor in weights.values()),
        "rank": model.peft_config["default"].r,
        "changed": any(bool(tensor.any()) for name, tensor in weights.items() if "lora_B" in name),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", required=True)
    args = parser.parse_args()
    try:
        print(json.dumps(verify(args.model, args.adapter)))
    except Exception as error:  # the caller shows this sentence, whatever the library raised
        print(json.dumps({"ok": False, "message": f"{type(error).__name__}: {error}"}))
        sys.exit(1)


if __name__ == "__main__":
    main()
