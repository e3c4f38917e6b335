"""Says what a hub has under a model's name, without fetching it: at which commit, how large, under which licence.

Usage: look_up_model.py hf|modelscope OWNER/NAME REVISION

Hub, token, proxy and certificates are the environment's, as for fetch_model.py. Only what that would take is counted.
Prints one JSON object: {"commit", "bytes", "licence", "template", "gated"}; `template`: true where the model carries a
chat template of its own. ModelScope's own calls name no commit for a branch or tag; its repositories are git's, which do.
"""

import fnmatch
import json
import os
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


def commits_of(advertised):
    """Names of branches and tags with their commits, from what git's smart HTTP answers: lines with their length before them in four hex digits."""
    commits, at = {}, 0
    while at < len(advertised):
        length = int(advertised[at : at + 4], 16)
        commit, _, name = advertised[at + 4 : at + max(length, 4)].partition(b"\0")[0].strip().partition(b" ")
        # Of a tag with words of its own the commit stands after it, with “^{}” at its name.
        if re.fullmatch(b"[0-9a-f]{40}", commit):
            commits[re.sub(r"^refs/(heads|tags)/|\^\{\}$", "", name.decode())] = commit.decode()
        at += max(length, 4)
    return commits


def commit_of(endpoint, repo, revision):
    """The commit that a branch or tag of a ModelScope repository is now. `modelscope_hub` 0.5.1 clones from this address, with such a name for its token."""
    import requests

    token = os.environ.get("MODELSCOPE_API_TOKEN")
    answer = requests.get(f"{endpoint}/models/{repo}.git/info/refs", params={"service": "git-upload-pack"}, auth=("oauth2", token) if token else None, timeout=60)
    answer.raise_for_status()
    if answer.headers.get("content-type") != "application/x-git-upload-pack-advertisement":
        raise SystemExit("the hub does not say which commit that is")
    commit = commits_of(answer.content).get(revision)
    if commit is None:
        raise SystemExit("RevisionNotFound")
    return commit


def on_modelscope(repo, revision):
    from modelscope.hub.api import HubApi

    api = HubApi()
    if not re.fullmatch("[0-9a-f]{40}", revision):
        revision = commit_of(api.endpoint, repo, revision)
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
