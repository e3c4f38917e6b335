"""Loads each file with ms-swift (--strict true) and Hugging Face `datasets`; prints how many rows came, or which error."""
import json
import sys
from pathlib import Path

from datasets import load_dataset
from swift.dataset import load_dataset as swift_load_dataset


def tried(load):
    try:
        return len(load())
    except Exception as error:
        return type(error).__name__


found = {}
for path in sys.argv[1:]:
    kind = 'csv' if path.endswith('.csv') else 'json'
    found[Path(path).stem] = {
        'ms-swift': tried(lambda: swift_load_dataset([path], split_dataset_ratio=0.0, strict=True, load_from_cache_file=False)[0]),
        'datasets': tried(lambda: load_dataset(kind, data_files=path, split='train')),
    }
print(json.dumps(found))
