"""Measures what one score over the vocabulary costs in memory at the peak of a training step, and of which tokens there are scores.

Run with the engine's Python: `python test/golden/scores.py > test/golden/scores.json` (two minutes). The planner's formula
(`src/lib/domain/memory/activations.ts`) is tested against the result. The engine itself trains, by its own program, a
model that is hardly more than its vocabulary; what is counted is every tensor that lives at a time in one step, without
the weights. Two vocabularies, two lengths of the question and two of the answer are taken, so that all else cancels:
what is left are bytes a score for each token of a question and of an answer, of one conversation.
"""

import contextlib
import json
import os
import sys
import tempfile
import weakref

os.environ.update({"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2"})
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../workers/engine/swift/python"))

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only
from torch.utils.weak import WeakIdKeyDictionary

VOCABULARIES = (8_000, 16_000)
QUESTIONS = (64, 192)
ANSWERS = (64, 192)
ROWS = 4
# Conversations that go through at once, of one row: KTO's needs a neighbour.
CASES = {
    "dpo": ["--rlhf_type", "dpo"],
    "dpo_with_term": ["--rlhf_type", "dpo", "--rpo_alpha", "1"],
    "kto": ["--rlhf_type", "kto"],
    "orpo": ["--rlhf_type", "orpo"],
    "cpo": ["--rlhf_type", "cpo"],
    "simpo": ["--rlhf_type", "simpo"],
    "sft": [],
}
# Of the weights: on CPU they are kept in fp32, and computed with in bf16.
PRECISIONS = {"bf16": ["--torch_dtype", "bfloat16", "--bf16", "true"], "fp32": ["--torch_dtype", "float32", "--fp16", "false", "--bf16", "true"]}


class Living(TorchDispatchMode):
    """Bytes of tensors that live at a time, those that there were before left out."""

    def __init__(self, before):
        super().__init__()
        self.known = WeakIdKeyDictionary()
        for tensor in before:
            self.known[tensor.untyped_storage()] = True
        self.now = self.peak = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        tree_map_only(torch.Tensor, self.see, made)
        return made

    def see(self, tensor):
        storage = tensor.untyped_storage()
        if storage in self.known:
            return
        self.known[storage] = True
        size = storage.nbytes()
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self.gone, size)

    def gone(self, size):
        self.now -= size


def make_model(folder, vocabulary):
    from tiny_model import make_tokenizer
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = make_tokenizer()
    config = Qwen2Config(
        vocab_size=vocabulary, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
        max_position_embeddings=1024, tie_word_embeddings=False, bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write_rows(path, objective, question, answer):
    """Letters that the tokenizer has joined with none: one token each."""
    with open(path, "w", encoding="utf-8") as handle:
        for letter in "JKVX"[:ROWS]:
            row = {"messages": [{"role": "user", "content": "Q" * (question - 1) + letter}, {"role": "assistant", "content": "Z" * (answer - 1) + letter}]}
            if objective == "kto":
                row["label"] = letter in "JK"
            elif objective != "sft":
                row["rejected_response"] = "W" * (answer - 1) + letter
            handle.write(json.dumps(row) + "\n")


def peak(model, objective, flags, precision, question, answer, folder):
    from swift import rlhf_main, sft_main
    from transformers import Trainer

    rows = os.path.join(folder, f"{objective}-{question}-{answer}.jsonl")
    write_rows(rows, objective, question, answer)
    argv = [
        *flags, "--model", model, "--model_type", "qwen2", "--template", "chatml", "--check_model", "false", "--tuner_type", "lora", "--lora_rank", "2",
        "--target_modules", "q_proj", "--dataset", rows, "--split_dataset_ratio", "0", "--strict", "true", "--loss_scale", "last_round", "--max_length", "1000",
        "--per_device_train_batch_size", "2" if objective == "kto" else "1", "--gradient_accumulation_steps", "1", "--max_steps", "2", "--use_cpu", "true",
        *PRECISIONS[precision], "--use_logits_to_keep", "true", "--gradient_checkpointing", "false", "--save_strategy", "no", "--report_to", "none",
        "--dataset_num_proc", "1", "--dataloader_num_workers", "0", "--load_from_cache_file", "false", "--output_dir", os.path.join(folder, "output"), "--add_version", "false",
    ]
    seen = []
    step = Trainer.training_step

    def measured(self, model, inputs, *args, **named):
        before = [*model.parameters(), *model.buffers()]
        tree_map_only(torch.Tensor, before.append, inputs)
        for state in self.optimizer.state.values():
            tree_map_only(torch.Tensor, before.append, state)
        with Living(before) as living:
            loss = step(self, model, inputs, *args, **named)
        seen.append(living.peak)
        return loss

    Trainer.training_step = measured
    try:
        with contextlib.redirect_stdout(sys.stderr):
            (sft_main if objective == "sft" else rlhf_main)(argv)
    finally:
        Trainer.training_step = step
    # The first step makes the gradients that the second finds there.
    return seen[-1]


def main():
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        models = {}
        for vocabulary in VOCABULARIES:
            models[vocabulary] = os.path.join(folder, f"model-{vocabulary}")
            make_model(models[vocabulary], vocabulary)
        for precision in sys.argv[1:] or PRECISIONS:
            for name, flags in CASES.items():
                objective = name.split("_")[0]

                def a_score(question, answer):
                    small, large = (peak(models[vocabulary], objective, flags, precision, question, answer, folder) for vocabulary in VOCABULARIES)
                    return (large - small) / (VOCABULARIES[1] - VOCABULARIES[0])

                least = a_score(QUESTIONS[0], ANSWERS[0])
                conversations = 1 if objective == "sft" else 2
                each = {
                    "question": (a_score(QUESTIONS[1], ANSWERS[0]) - least) / (QUESTIONS[1] - QUESTIONS[0]) / conversations,
                    "answer": (a_score(QUESTIONS[0], ANSWERS[1]) - least) / (ANSWERS[1] - ANSWERS[0]) / conversations,
                }
                cases.append({"objective": objective, "term": name != objective, "precision": precision, **{key: round(value, 2) for key, value in each.items()}})
                print(cases[-1], file=sys.stderr)
    import swift

    print(json.dumps({"torch": torch.__version__.split("+")[0], "ms-swift": swift.__version__, "cases": cases}, indent="\t"))


if __name__ == "__main__":
    main()
