"""Counts the bytes that torch keeps for the backward pass, a token and a block, for blocks of a small Qwen2 and of a
small Qwen3 with experts.

Run with the engine's Python: `python test/golden/activations.py > test/golden/activations.json`. The planner's formula
(`src/lib/domain/memory/activations.ts`) is tested against the result. What is counted is every storage that autograd
saves, once, without the parameters; two depths are taken, so that what lies outside the blocks cancels. On CPU dropout
keeps its mask in the type of its input, two bytes in bf16, where a GPU keeps one.
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

ATTENTION = {"hidden_size": 512, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 1024}
SHAPES = [
    {"model_type": "qwen2", **ATTENTION, "intermediate_size": 1408},
    {"model_type": "qwen3_moe", **ATTENTION, "intermediate_size": 1408, "moe_intermediate_size": 256, "num_experts": 16, "num_experts_per_tok": 4},
]
# Experts are blocks of parameters, on which ms-swift puts no adapter.
LINEARS = {"qwen2": "all-linear", "qwen3_moe": ["q_proj", "k_proj", "v_proj", "o_proj"]}
TOKENS = 256


def kept(shape, layers, tuner, dropout, recompute):
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**shape, num_hidden_layers=layers)).to(torch.bfloat16)
    if tuner == "lora":
        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, lora_dropout=dropout, target_modules=LINEARS[shape["model_type"]]))
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
        inner.model(input_ids=torch.randint(0, shape["vocab_size"], (1, TOKENS)), use_cache=False)
    return sum(storages.values()) / TOKENS


models = []
for shape in SHAPES:
    cases = []
    for tuner, dropout in (("full", 0), ("lora", 0), ("lora", 0.05)):
        for recompute in (False, True):
            shallow, deep = (kept(shape, layers, tuner, dropout, recompute) for layers in (2, 6))
            cases.append({"tuner": tuner, "dropout": dropout, "recompute": recompute, "bytes": (deep - shallow) / 4})
    models.append({"shape": shape, "cases": cases})
print(json.dumps({"torch": torch.__version__.split("+")[0], "models": models}, indent="\t"))
