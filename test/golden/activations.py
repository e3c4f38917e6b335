"""Counts the bytes that torch keeps for the backward pass, a token and a block, for blocks of a small Qwen2.

Run with the engine's Python: `python test/golden/activations.py > test/golden/activations.json`. The planner's formula
(`src/lib/domain/memory/activations.ts`) is tested against the result. What is counted is every storage that autograd
saves, once, without the parameters; two depths are taken, so that what lies outside the blocks cancels. On CPU dropout
keeps its mask in the type of its input, two bytes in bf16, where a GPU keeps one.
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

SHAPE = {"hidden_size": 512, "intermediate_size": 1408, "num_attention_heads": 8, "num_key_value_heads": 2, "vocab_size": 1024}
TOKENS = 256


def kept(layers, tuner, dropout, recompute):
    model = Qwen2ForCausalLM(Qwen2Config(**SHAPE, num_hidden_layers=layers)).to(torch.bfloat16)
    if tuner == "lora":
        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, lora_dropout=dropout, target_modules="all-linear"))
        model.enable_input_require_grads()
    model.train()
    if recompute:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    parameters = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    storages, alive = {}, []

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            storages[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)  # else its address could be given to another
        return tensor

    inner = model.get_base_model() if tuner == "lora" else model
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), torch.autocast("cpu", dtype=torch.bfloat16):
        inner.model(input_ids=torch.randint(0, SHAPE["vocab_size"], (1, TOKENS)), use_cache=False)
    return sum(storages.values()) / TOKENS


cases = []
for tuner, dropout in (("full", 0), ("lora", 0), ("lora", 0.05)):
    for recompute in (False, True):
        shallow, deep = (kept(layers, tuner, dropout, recompute) for layers in (2, 6))
        cases.append({"tuner": tuner, "dropout": dropout, "recompute": recompute, "bytes": (deep - shallow) / 4})
print(json.dumps({"shape": SHAPE, "torch": torch.__version__.split("+")[0], "cases": cases}, indent="\t"))
