"""Sums the log-probability of whole responses under a base model and any number of checkpoints: adapters on it, and
whole models. With --reward the checkpoints are reward models: their score of a conversation takes the place of the
log-probability, and the base, which has no score, gives 0 to every answer.

Held-out preference accuracy must not come from the trainer's log (ORPO's is raw, KTO has none), so this
scorer reads rows, encodes them with ms-swift's own template (the text the trainer saw, token for token)
and scores them with transformers + peft.

Input JSONL:  {id, messages: [...prompt turns], chosen: str | [turns], rejected?: str | [turns]}
Output JSONL: {id, logps: {base: {chosen, rejected}, NAME: {...}}, tokens: {chosen, rejected}}, with null for
a log-probability that is not finite: JSON has no word for it. Progress goes to stderr as lines "progress DONE TOTAL LABEL".
"""

import argparse
import inspect
import json
import math
import os
import sys

from model_class import writing_class
from placing import give_back, is_spread, place

# Positions whose scores over the whole vocabulary stand in full precision at a time.
FULL_PRECISION_POSITIONS = 512


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--model-type")
    parser.add_argument("--template")
    parser.add_argument("--adapter", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--whole", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--reward", action="store_true")
    parser.add_argument("--rows", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--batch-tokens", type=int, default=8192, help="most tokens of a batch, its padding counted")
    parser.add_argument("--dtype", choices=["auto", "float32", "bfloat16"], default="auto")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


def progress(done, total, label):
    print(f"progress {done} {total} {label}", file=sys.stderr, flush=True)


def with_response(messages, response):
    turns = [{"role": "assistant", "content": response}] if isinstance(response, str) else response
    return messages + turns


def load_template(args):
    from swift import get_processor, get_template

    processor = get_processor(args.model, model_type=args.model_type)
    # 'raise' and not a cut: a truncated response would get a better score than a whole one.
    template = get_template(
        processor, template_type=args.template, loss_scale="last_round", truncation_strategy="raise"
    )
    template.max_length = None
    template.set_mode("train")
    return template, getattr(processor, "tokenizer", processor)


def encode(template, rows):
    sequences = []
    for index, row in enumerate(rows):
        for side in ("chosen", "rejected"):
            if row.get(side) is None:
                continue
            encoded = template.encode({"messages": with_response(row["messages"], row[side])})
            sequences.append((index, side, encoded["input_ids"], encoded["labels"]))
    return sequences


def next_batch(order, start, rows, tokens):
    """The next of sequences sorted by length: as many as their padding to the longest lets in, one at least."""
    width = len(order[start][2])
    return order[start : start + max(1, min(rows, tokens // width))]


def padded(batch, pad_id):
    import torch

    width = max(len(item[2]) for item in batch)
    ids = torch.full((len(batch), width), pad_id, dtype=torch.long)
    labels = torch.full((len(batch), width), -100, dtype=torch.long)
    mask = torch.zeros((len(batch), width), dtype=torch.long)
    for row, (_, _, input_ids, row_labels) in enumerate(batch):
        ids[row, : len(input_ids)] = torch.tensor(input_ids)
        labels[row, : len(row_labels)] = torch.tensor(row_labels)
        mask[row, : len(input_ids)] = 1
    return ids, labels, mask


def measure(compute, sequences, pad_id, args, label):
    """Values of all sequences, batch by batch. What a device has no memory for is tried again in halves, down to one sequence."""
    import torch

    # Sorted by length, so that short pairs are not padded to the longest one of the file.
    order = sorted(sequences, key=lambda item: len(item[2]), reverse=True)
    totals, done, tokens = {}, 0, args.batch_tokens
    while done < len(order):
        batch = next_batch(order, done, args.batch_size, tokens)
        ids, labels, mask = padded(batch, pad_id)
        try:
            values = compute(ids, labels, mask)
        except torch.OutOfMemoryError:
            if len(batch) == 1:
                raise
            values = None
        if values is None:
            # Here, where the failed batch's frames are gone: before that nothing of it can be given back.
            tokens = ids.numel() // 2
            torch.cuda.empty_cache()
            continue
        counts = (labels[:, 1:] != -100).sum(dim=1).tolist()
        for (index, side, _, _), value, count in zip(batch, values, counts):
            totals[(index, side)] = (value, count)
        done += len(batch)
        progress(done, len(order), label)
    return totals


def takes_positions(model):
    """Whether a model can be asked for the scores of some positions only, as those of transformers can."""
    writing = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(writing.forward).parameters


def log_probabilities(model, device):
    """Sums the log-probabilities of what is labelled. The scores over the vocabulary are what takes the memory: only those
    that tell of a label are computed, and turned to full precision a few positions at a time."""
    import torch

    some = takes_positions(model)

    def compute(ids, labels, mask):
        targets = labels[:, 1:]
        wanted = (targets != -100).any(dim=0).nonzero().squeeze(1).to(device)
        only = {"logits_to_keep": wanted} if some else {}
        with torch.inference_mode():
            logits = model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False, **only).logits
            wanted = wanted.to(logits.device)
            if not some:
                logits = logits[:, wanted]
            targets = targets.to(logits.device)[:, wanted]
            sums = torch.zeros(len(ids), device=logits.device)
            step = max(1, FULL_PRECISION_POSITIONS // len(ids))
            for start in range(0, len(wanted), step):
                scores = logits[:, start : start + step].float()
                part = targets[:, start : start + step]
                picked = torch.gather(scores, 2, part.clamp(min=0).unsqueeze(2)).squeeze(2)
                sums += ((picked - torch.logsumexp(scores, dim=2)) * (part != -100)).sum(dim=1)
        return sums.tolist()

    return compute


def rewards(model, device):
    """The score at the last position of each conversation, found by the mask: a model may pad with its end mark."""
    import torch

    def compute(ids, labels, mask):
        backbone = model.get_base_model() if hasattr(model, "get_base_model") else model
        with torch.inference_mode():
            hidden = backbone.model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False)[0]
            last = hidden[torch.arange(len(ids)), mask.sum(dim=1) - 1]
            return backbone.score(last).squeeze(-1).float().tolist()

    return compute


def no_reward(sequences):
    return {(index, side): (0.0, sum(1 for label in labels[1:] if label != -100)) for index, side, _, labels in sequences}


def single_file(path):
    """A folder that holds one GGUF and no model in transformers' layout: its weights are taken out of that."""
    found = [] if os.path.exists(os.path.join(path, "config.json")) else [name for name in os.listdir(path) if name.endswith(".gguf")]
    return {"gguf_file": found[0]} if len(found) == 1 else {}


def load(path, args):
    """A model in the machine's memory, in which none that was measured before lies any more."""
    import torch
    from transformers import AutoModelForSequenceClassification

    give_back(args.device)
    dtype = args.dtype if args.dtype != "auto" else ("bfloat16" if args.device == "cuda" else "float32")
    if args.reward:
        return AutoModelForSequenceClassification.from_pretrained(path, num_labels=1, dtype=getattr(torch, dtype))
    return writing_class(path).from_pretrained(path, dtype=getattr(torch, dtype), **single_file(path))


def named(items):
    return [(name, path) for name, _, path in (item.partition("=") for item in items)]


def with_adapter(model, name, path):
    """The model with an adapter on it beside those that it has."""
    from peft import PeftModel

    if isinstance(model, PeftModel):
        model.load_adapter(path, adapter_name=name)
    else:
        model = PeftModel.from_pretrained(model, path, adapter_name=name)
    model.set_adapter(name)
    return model


def score_all(args, sequences, pad_id):
    def scored(model, label):
        compute = (rewards if args.reward else log_probabilities)(model.eval(), args.device)
        return measure(compute, sequences, pad_id, args, label)

    results = {}
    if args.reward:
        results["base"] = no_reward(sequences)
    if args.adapter or not args.reward:
        model = place(load(args.model, args), args.device)
        # Before any adapter: what a reward adapter saved beside it stays on when it is switched off.
        if not args.reward:
            results["base"] = scored(model, "base")
        for name, path in named(args.adapter):
            if is_spread(model):
                # Weights that come and go would not take their adapter along: it is put on before they are spread.
                del model
                model = place(with_adapter(load(args.model, args), name, path), args.device)
            else:
                model = with_adapter(model, name, path)
            results[name] = scored(model, name)
        del model
    for name, path in named(args.whole):
        results[name] = scored(place(load(path, args), args.device), name)
    return results


def finite(number):
    return number if math.isfinite(number) else None


def write_rows(path, rows):
    # Renamed when whole: a reader must never take half a result for all of it.
    building = f"{path}.building-{os.getpid()}"
    with open(building, "w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    os.replace(building, path)


def main():
    args = parse_args()
    with open(args.rows, encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle if line.strip()]
    progress(0, len(rows), "load")
    template, tokenizer = load_template(args)
    sequences = encode(template, rows)
    pad_id = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    results = score_all(args, sequences, pad_id)

    output = []
    for index, row in enumerate(rows):
        sides = [side for side in ("chosen", "rejected") if row.get(side) is not None]
        output.append(
            {
                "id": row["id"],
                "logps": {
                    name: {side: finite(totals[(index, side)][0]) for side in sides}
                    for name, totals in results.items()
                },
                "tokens": {side: results["base"][(index, side)][1] for side in sides},
            }
        )
    write_rows(args.output, output)


if __name__ == "__main__":
    main()
