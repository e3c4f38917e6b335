"""Counts the tokens of training rows as the engine will read them, with its own template and the model's tokenizer.

Usage: token_lengths.py --model FOLDER [--model-type T] [--template T] --rows FILE
Prints one JSON line: {rows: {length: rows}, tokens, longestAnswer, shortestQuestion, pictured, withImages, tokenizerSha256}.
A row's length is that of its longer conversation, without truncation. Rows with images are not among them, for their
length depends on the pictures: `pictured` tells of their words alone, and how many images one has at most. Progress goes to stderr as lines "progress DONE TOTAL label".
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


def words(messages):
    """The same conversation without the places of its images."""
    return [{**message, "content": message["content"].replace("<image>", "")} for message in messages]


class Counted:
    """What is known of rows of one kind."""

    def __init__(self):
        self.longest = self.longest_answer = self.images = 0
        self.shortest_question = None

    def answer(self, labels):
        learned = [label != -100 for label in labels]
        self.longest_answer = max(self.longest_answer, sum(learned))
        before = learned.index(True) if True in learned else len(learned)
        self.shortest_question = before if self.shortest_question is None else min(self.shortest_question, before)


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
    tokens = with_images = 0
    plain, pictured = Counted(), Counted()
    for done, row in enumerate(rows, 1):
        images = max(len(row.get("images") or []), len(row.get("rejected_images") or []))
        counted = pictured if images > 0 else plain
        longest = 0
        for messages in conversations(row):
            encoded = template.encode({"messages": words(messages) if images > 0 else messages})
            longest = max(longest, len(encoded["input_ids"]))
            counted.answer(encoded["labels"])
            if images == 0:
                tokens += len(encoded["input_ids"])
        counted.longest = max(counted.longest, longest)
        counted.images = max(counted.images, images)
        if images > 0:
            with_images += 1
        else:
            lengths[longest] += 1
        if done % 200 == 0:
            print(f"progress {done} {len(rows)} tokens", file=sys.stderr, flush=True)
    print(
        json.dumps(
            {
                "rows": {str(length): count for length, count in sorted(lengths.items())},
                "tokens": tokens,
                "longestAnswer": plain.longest_answer,
                "shortestQuestion": plain.shortest_question or 0,
                "pictured": {
                    "longest": pictured.longest,
                    "longestAnswer": pictured.longest_answer,
                    "shortestQuestion": pictured.shortest_question or 0,
                    "images": pictured.images,
                }
                if with_images > 0
                else None,
                "withImages": with_images,
                "tokenizerSha256": tokenizer_hash(args.model),
            }
        )
    )


if __name__ == "__main__":
    main()
