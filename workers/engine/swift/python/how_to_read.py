"""Says how the engine reads a model's folder: by which of its architectures and chat templates.

Usage: how_to_read.py --model FOLDER --name NAME [--model-type T] [--template T]

The engine itself knows models by the last part of their path, which is a commit for what comes from a hub, and gives up
where several of its entries share an architecture. Here a model is found by the name that it has at its hub; else by its
architecture, of which entries for embeddings and rankings are no choice, and of its templates by which writes what the
model's own does, also where there is but one: it may be a relative's. What was said already (--model-type, --template)
stands.

Prints one JSON line: {"modelType", "template"}, or {"code", "message"} where nothing fits or the folder cannot be read.

A folder's settings are somebody's: its chat template is a program, which gets so much time and memory and no more.
"""

import argparse
import json
import os
import re
import resource
import signal
import sys
import traceback

ONLY_FOR_VIDEO = ("decord", "moviepy", "av")
SYSTEM = {"role": "system", "content": "Be brief."}
TALK = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Go on."}]
# For the few turns above; a template of any model needs milliseconds.
TEMPLATE_SECONDS = 30
# Beside what the engine's libraries hold already; the largest tokenizers need a tenth of it.
MEMORY_BYTES = 4 << 30


class Unreadable(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Endless(BaseException):
    """Nothing that catches what a template raises may take this for it."""


def bound_memory():
    """From here on the process holds so much more and no more, where the system can say how much that is."""
    try:
        with open("/proc/self/status", encoding="ascii") as handle:
            held = next(int(line.split()[1]) << 10 for line in handle if line.startswith("VmData:"))
    except (OSError, StopIteration):
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def written(tokenizer, messages, **how):
    """What the model's own template makes of a conversation."""

    def end(*_):
        raise Endless

    signal.signal(signal.SIGALRM, end)
    signal.alarm(TEMPLATE_SECONDS)
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, **how)
    finally:
        signal.alarm(0)


def read_config(folder):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as handle:
        config = json.load(handle)
    architectures = config.get("architectures") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(architectures or [], list) or not all(isinstance(each, str) for each in architectures or []):
        raise Unreadable("unreadable_model", "config.json does not say its architecture as transformers writes it")
    return config, architectures or []


def by_architecture(folder):
    """The engine's entry for a folder's architecture, and all entries that share it."""
    from swift.model.model_meta import MODEL_MAPPING, get_matched_model_types

    config, architectures = read_config(folder)
    types = get_matched_model_types(architectures) if architectures else []
    writing = [each for each in types if MODEL_MAPPING[each].task_type is None and not MODEL_MAPPING[each].is_reward]
    if config.get("model_type") in writing:
        return config["model_type"], writing
    if len(writing) == 1:
        return writing[0], writing
    what = ", ".join(architectures) or "no architecture"
    if not writing:
        raise Unreadable("unsupported_model", f"the engine knows no model of this architecture ({what})")
    raise Unreadable("unsupported_model", f"the engine has several entries for this architecture ({what}): {', '.join(writing)}")


def templates_of(entries, without):
    """The templates of entries that read text, each once. “dummy” is none: it writes whatever the tokenizer's own does."""
    from swift.model.model_meta import MODEL_MAPPING

    of_text = [name for entry in entries if not MODEL_MAPPING[entry].is_multimodal for name in MODEL_MAPPING[entry].candidate_templates]
    return [name for name in dict.fromkeys(of_text) if name not in (*without, "dummy")]


def writes_alike(tokenizer, template, messages):
    """Whether a template of the engine gives the same tokens as the model's own."""
    own = written(tokenizer, messages, add_generation_prompt=True)
    ours = template.encode({"messages": messages})["input_ids"]
    return tokenizer(own, add_special_tokens=False)["input_ids"] == ours


def takes_system(tokenizer):
    """Whether the model's own template has a place for a system's turn: Gemma's refuses it."""
    try:
        written(tokenizer, [SYSTEM, *TALK])
    except Exception:  # templates raise what they like
        return False
    return True


def by_writing(folder, model_type, candidates):
    from swift import get_processor, get_template

    processor = get_processor(folder, model_type=model_type)
    tokenizer = getattr(processor, "tokenizer", processor)
    if not getattr(tokenizer, "chat_template", None):
        if len(candidates) == 1:
            return candidates[0]
        raise Unreadable("unsupported_template", f"the model carries no chat template, and the engine has several for it: {', '.join(candidates)}")
    with_system = takes_system(tokenizer)
    alike = []
    for name in candidates:
        try:
            template = get_template(processor, template_type=name)
            if with_system and not writes_alike(tokenizer, template, [SYSTEM, *TALK]):
                continue
            if writes_alike(tokenizer, template, TALK):
                return name
            if with_system:
                alike.append(name)
        except Exception as error:  # a template that this conversation cannot be written in is not the one
            print(f"{name}: {type(error).__name__}", file=sys.stderr)
    if alike:
        return alike[0]
    raise Unreadable("unsupported_template", f"none of the engine's chat templates for it writes what the model's own does: {', '.join(candidates)}")


def check_packages(known):
    """What the engine needs for this model beside itself. Of another version than it names it only warns."""
    from importlib.metadata import PackageNotFoundError, version

    names = [re.split("[<>=!]", requirement)[0] for requirement in known.requires]
    # Qwen's reader of images is made on it, and does not say so.
    names += ["torchvision"] if "qwen_vl_utils" in names else []
    missing = []
    for name in names:
        try:
            name in ONLY_FOR_VIDEO or version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise Unreadable("missing_package", f"the engine lacks {', '.join(missing)}")


def how_to_read(folder, name, model_type, template):
    from swift.model.model_meta import MODEL_MAPPING, get_matched_model_meta

    known = get_matched_model_meta(name)
    related = []
    by_name = known is not None and model_type in (None, known.model_type)
    if not by_name:
        if model_type and model_type not in MODEL_MAPPING:
            raise Unreadable("unsupported_model", f"the engine has no model type “{model_type}”")
        if model_type is None:
            model_type, sharing = by_architecture(folder)
            # An architecture says little of how a fine-tuned model is spoken to: its relatives' templates may be it.
            related = templates_of(sharing, MODEL_MAPPING[model_type].candidate_templates)
        known = MODEL_MAPPING[model_type]
    check_packages(known)
    if template is None:
        candidates = [known.template] if known.template else known.candidate_templates
        if not candidates:
            raise Unreadable("unsupported_template", f"the engine has no chat template for {known.model_type}")
        # One that reads images has a template of its own name, and is not loaded to compare the others.
        if known.is_multimodal and known.model_type in candidates:
            template = known.model_type
        elif len(candidates) == 1 and (by_name or known.is_multimodal):
            template = candidates[0]
        else:
            template = by_writing(folder, known.model_type, [*candidates, *related])
    return {"modelType": known.model_type, "template": template}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--model-type")
    parser.add_argument("--template")
    args = parser.parse_args()
    import swift  # noqa: F401  An environment that lacks something is not the folder's fault.

    bound_memory()
    try:
        print(json.dumps(how_to_read(args.model, args.name, args.model_type, args.template)))
        return
    except Unreadable as error:
        told = {"code": error.code, "message": str(error)}
    except Endless:
        told = {"code": "unsupported_template", "message": f"its chat template came to no end within {TEMPLATE_SECONDS} seconds"}
    except ImportError as error:
        told = {"code": "missing_package", "message": str(error).strip().split("\n")[0][:200]}
    except Exception as error:  # whatever the libraries make of somebody's files
        traceback.print_exc()
        told = {"code": "unreadable_model", "message": f"the engine's libraries cannot read its folder ({type(error).__name__}: {str(error)[:200]})"}
    print(json.dumps(told))
    sys.exit(1)


if __name__ == "__main__":
    main()
