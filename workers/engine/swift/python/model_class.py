"""Which class of transformers a model that writes is loaded with."""

import json
import os


def writing_class(path):
    """The one for text; of a model that reads images its own, which the one for text does not find."""
    import transformers

    file = os.path.join(path, "config.json")
    if os.path.exists(file):
        with open(file, encoding="utf-8") as handle:
            config = json.load(handle)
        if "vision_config" in config:
            return getattr(transformers, config["architectures"][0])
    return transformers.AutoModelForCausalLM
