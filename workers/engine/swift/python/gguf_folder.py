"""Writes what transformers reads out of a GGUF as a model's folder, with everything but weights of the folder of the model
that it belongs to: tokenizer, chat template and settings.

Usage: gguf_folder.py --gguf FOLDER --base FOLDER --output FOLDER. The first folder holds the GGUF alone.
"""

import argparse
import os
import re
import shutil

# The shape of the model is the GGUF's own to say.
NOT_TAKEN = re.compile(r"\.(safetensors|bin|pt|pth|gguf)$|\.index\.json$|^config\.json$")


def main():
    parser = argparse.ArgumentParser()
    for name in ("gguf", "base", "output"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()

    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    (file,) = [name for name in os.listdir(args.gguf) if name.endswith(".gguf")]
    # Fewer bits than the file holds would round once more.
    model = AutoModelForCausalLM.from_pretrained(
        args.gguf, gguf_file=file, quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
    )
    model.save_pretrained(args.output)
    for entry in os.scandir(args.base):
        if entry.is_file() and not NOT_TAKEN.search(entry.name):
            shutil.copyfile(entry.path, os.path.join(args.output, entry.name))


if __name__ == "__main__":
    main()
