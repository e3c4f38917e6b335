"""Makes a Qwen2.5-VL of two small layers with random weights, its tokenizer, processor and chat template, from nothing. The
engine knows the numbers of Qwen's own tokens by heart, so that the vocabulary is as long as Qwen's.

Usage: tiny_vision_model.py OUTPUT_DIR [--seed 7], with workers/engine/swift/python on the path.
"""

import argparse
import json

from tiny_model import make_tokenizer

# As they stand in Qwen's vocabulary, from this number on.
FIRST_SPECIAL = 151643
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>"]
VISION = ["<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def long_tokenizer():
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    short = json.loads(make_tokenizer().backend_tokenizer.to_str())
    words = {f"<unused_{at}>" if word in SPECIAL else word: at for word, at in short["model"]["vocab"].items()}
    short["model"]["vocab"] = {**words, **{f"<unused_{at}>": at for at in range(len(words), FIRST_SPECIAL)}}
    short["added_tokens"] = []
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(short)))
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL + VISION})
    tokenizer.add_special_tokens({"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"})
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()

    import torch
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor

    torch.manual_seed(args.seed)
    tokenizer = long_tokenizer()
    start, end, _, image, video = (tokenizer.convert_tokens_to_ids(token) for token in VISION)
    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "max_position_embeddings": 1024, "bos_token_id": None, "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]},
        },
        vision_config={"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 64, "fullatt_block_indexes": [1], "window_size": 56},
        vision_start_token_id=start, vision_end_token_id=end, image_token_id=image, video_token_id=video, tie_word_embeddings=False,
    )
    model = Qwen2_5_VLForConditionalGeneration(config)
    size = {"shortest_edge": 56 * 56, "longest_edge": 112 * 112}
    processor = Qwen2_5_VLProcessor(Qwen2VLImageProcessor(size=size), tokenizer, Qwen2VLVideoProcessor(size=size), chat_template=CHAT_TEMPLATE)
    model.save_pretrained(args.output)
    processor.save_pretrained(args.output)
    print(sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
