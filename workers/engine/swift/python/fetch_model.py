"""Brings a model from a hub into a folder, whole or not at all, at one commit.

Usage: fetch_model.py hf|modelscope OWNER/NAME COMMIT FOLDER

Hub, token, proxy and certificates are the environment's, as the hubs' own packages read them (HF_ENDPOINT, HF_TOKEN,
MODELSCOPE_ENDPOINT, MODELSCOPE_API_TOKEN, HTTPS_PROXY, …). It is built in `FOLDER.partial`: what broke off goes on
there. Program code and pickled weights are not taken. Prints one JSON object: {"missing": [...]}; empty when FOLDER is
there and complete. With HF_HUB_OFFLINE=1 nothing is asked for, and `missing` says what the partial folder lacks.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

LEFT_OUT = ["*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack", "*.onnx", "*.ot", "*.tflite", "*.gguf", "*.py", "original/*", "onnx/*", "openvino/*"]
WEIGHTS = ["*.safetensors"]
# Where the hubs' packages keep what they need to go on, inside the folder itself.
BOOKKEEPING = [".cache", ".msc", ".mv", "._____temp", ".gitattributes"]


def inside(folder, name):
    """A path in a folder: what a hub calls its files shall not lead out of it."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise OSError(f"{name} lies outside of {folder}")
    return path


def fetch_weights(repo, commit, folder, name):
    """One large file, from where an earlier process left it: the package itself goes on only within one process."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    target = inside(folder, name)
    if target.is_file():
        return
    url = hf_hub_url(repo, name, revision=commit)
    known = get_hf_file_metadata(url, retry_on_errors=True)
    # Named by what it shall be: a part of another content is never gone on with.
    part = inside(folder / ".cache" / "parts", f"{name.replace('/', '--')}.{known.etag}")
    part.parent.mkdir(parents=True, exist_ok=True)
    with open(part, "ab") as file:
        http_get(url, file, resume_size=file.tell(), headers=build_hf_headers(), expected_size=known.size)
    # Of weights the hub's tag is their SHA-256.
    if len(known.etag) == 64:
        with open(part, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != known.etag:
            part.unlink()
            raise OSError(f"{name} is not what the hub says it is")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(part, target)


def fetch(hub, repo, commit, folder):
    if hub == "hf":
        from huggingface_hub import HfApi, snapshot_download
        from huggingface_hub.utils import filter_repo_objects

        snapshot_download(repo, revision=commit, local_dir=folder, ignore_patterns=[*LEFT_OUT, *WEIGHTS], max_workers=4)
        weights = filter_repo_objects(HfApi().list_repo_files(repo, revision=commit), allow_patterns=WEIGHTS, ignore_patterns=LEFT_OUT)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: fetch_weights(repo, commit, folder, name), weights))
    else:
        from modelscope import snapshot_download

        snapshot_download(repo, revision=commit, local_dir=str(folder), ignore_patterns=LEFT_OUT, max_workers=4)


def missing(folder):
    """What a model that can be trained has and this folder has not, by file name."""
    lacks = [] if (folder / "config.json").is_file() else ["config.json"]
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")):
        lacks.append("tokenizer.json")
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        lacks += [shard for shard in shards if not (folder / shard).is_file()]
    elif not any(folder.glob("*.safetensors")):
        lacks.append("model.safetensors")
    return lacks


def hold(path):
    """Waits until no other process writes into the folder: that of a worker which was killed goes on by itself for a while."""
    file = open(path, "w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        pass  # A file system that knows no locks.
    return file


def main():
    hub, repo, commit, target = sys.argv[1:]
    folder, partial = pathlib.Path(target), pathlib.Path(f"{target}.partial")
    # Beside the folder, which gets another name when it is whole.
    with hold(f"{target}.writer"):
        if not folder.exists():
            partial.mkdir(parents=True, exist_ok=True)
            if os.environ.get("HF_HUB_OFFLINE") != "1":
                fetch(hub, repo, commit, partial)
            lacks = missing(partial)
            if not lacks:
                for name in BOOKKEEPING:
                    left = partial / name
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
                os.rename(partial, folder)
            print(json.dumps({"missing": lacks}))
        else:
            print(json.dumps({"missing": missing(folder)}))


if __name__ == "__main__":
    main()
