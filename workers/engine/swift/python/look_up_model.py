"""Says what a hub has under a model's name, without fetching it: at which commit, how large, under which licence.

Usage: look_up_model.py hf|modelscope OWNER/NAME REVISION

Hub, token, proxy and certificates are the environment's, as for fetch_model.py. Only what that would take is counted.
Prints one JSON object: {"commit", "bytes", "licence", "template", "gated"}; `template`: true where the model carries a
chat template of its own. ModelScope names no commit for a branch: there REVISION is one already.
"""

import fnmatch
import json
import re
import sys

from fetch_model import LEFT_OUT


def taken(name):
    return not any(fnmatch.fnmatch(name, pattern) for pattern in LEFT_OUT)


def one(licence):
    """A licence as one text: a card may name several."""
    return ", ".join(map(str, licence)) if isinstance(licence, list) else licence


def on_hugging_face(repo, revision):
    from huggingface_hub import HfApi

    found = HfApi().model_info(repo, revision=revision, files_metadata=True)
    files = {each.rfilename: each.size or 0 for each in found.siblings or [] if taken(each.rfilename)}
    card = found.card_data
    licence = (card.get("license_name") if card.get("license") == "other" else None) or card.get("license") if card else None
    told = ((found.config or {}).get("tokenizer_config") or {}).get("chat_template")
    return {"commit": found.sha, "bytes": sum(files.values()), "licence": one(licence) or None, "template": "chat_template.jinja" in files or bool(told), "gated": bool(found.gated)}


def on_modelscope(repo, revision):
    from modelscope.hub.api import HubApi

    api = HubApi()
    files = {each["Path"]: each.get("Size") or 0 for each in api.get_model_files(repo, revision=revision, recursive=True) if each.get("Type") != "tree" and taken(each["Path"])}
    about = api.get_model(repo, revision=revision)
    return {"commit": revision, "bytes": sum(files.values()), "licence": one(about.get("License") or about.get("license")) or None, "template": "chat_template.jinja" in files, "gated": False}


def main():
    hub, repo, revision = sys.argv[1:]
    found = (on_hugging_face if hub == "hf" else on_modelscope)(repo, revision)
    if not re.fullmatch("[0-9a-f]{40}", found["commit"] or ""):
        raise SystemExit("the hub names no commit")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
