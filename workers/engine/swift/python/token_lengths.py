"""Counts the tokens of training rows as the engine will read them, with its own template and the model's tokenizer.

Usage: token_lengths.py --model FOLDER [--model-type T] [--template T] --rows FILE
Prints one JSON line: {rows: {length: rows}, tokens, longestAnswer, shortestQuestion, withImages, tokenizerSha256}.
A row's length is that of its longer conversation, without truncation. Rows with images are counted and passed over:
their length depends on the pictures. Progress goes to stderr as lines "progress DONE TOTAL label".
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import sys


def conversations(row):
    """The conversations of a row: one, or the two sides of a pair."""
    yield row["messages"]
    if row.get("rejected_messages"):
        yield row["rejected_messages"]
    elif row.get("rejected_response") is not None:
        yield row["messages"][:-1] + [{"role": "assistant", "content": row["rejected_response"]}]


def tokenizer_hash(folder):
    digest = hashlib.sha256()
    names = ("tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "tokenizer_config.json")
    for path in sorted(path for name in names for path in glob.glob(os.path.join(folder, name))):
        with open(path, "rb") as handle:
            digest.update(os.path.basename(path).encode() + b"\0" + handle.read())
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--model-type")
    parser.add_argument("--template")
    parser.add_argument("--rows", required=True)
    args = parser.parse_args()

    from swift import get_processor, get_template

    processor = get_processor(args.model, model_type=args.model_type)
    template = get_template(processor, template_type=args.template, loss_scale="last_round", truncation_strategy="raise")
    template.max_length = None
    template.set_mode("train")

    with open(args.rows, encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle if line.strip()]
    lengths = collections.Counter()
    tokens = longest_answer = with_images = 0
    shortest_question = None
    for done, row in enumerate(rows, 1):
        if row.get("images") or row.get("rejected_images"):
            with_images += 1
            continue
        longest = 0
        for messages in conversations(row):
            encoded = template.encode({"messages": messages})
            longest = max(longest, len(encoded["input_ids"]))
            tokens += len(encoded["input_ids"])
            learned = [label != -100 for label in encoded["labels"]]
            longest_answer = max(longest_answer, sum(learned))
            before = learned.index(True) if True in learned else len(learned)
            shortest_question = before if shortest_question is None else min(shortest_question, before)
        lengths[longest] += 1
        if done % 200 == 0:
            print(f"progress {done} {len(rows)} tokens", file=sys.stderr, flush=True)
    print(
        json.dumps(
            {
                "rows": {str(length): count for length, count in sorted(lengths.items())},
                "tokens": tokens,
                "longestAnswer": longest_answer,
                "shortestQuestion": shortest_question or 0,
                "withImages": with_images,
                "tokenizerSha256": tokenizer_hash(args.model),
            }
        )
    )


if __name__ == "__main__":
    main()
