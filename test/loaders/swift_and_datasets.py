"""Loads exports with ms-swift (--strict true) and Hugging Face `datasets`; prints what they made of them as JSON."""
import json
import sys
import zipfile
from pathlib import Path

from datasets import load_dataset
from swift.dataset import load_dataset as swift_load_dataset


def plain(dataset):
    """Rows without what Arrow fills in for keys that some rows lack."""
    def clean(value):
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items() if inner is not None}
        return [clean(inner) for inner in value] if isinstance(value, list) else value

    return [clean(row) for row in dataset]


def named(folder, name, ending):
    """ms-swift and `datasets` go by the ending of a name."""
    path = folder / f'{name}{ending}'
    (folder / f'train.{name}').rename(path)
    return str(path)


found = {}
for objective in ('dpo', 'kto', 'turns'):
    folder = Path(sys.argv[1]) / objective
    rows, rest = swift_load_dataset([named(folder, 'ms-swift', '.jsonl')], split_dataset_ratio=0.0, strict=True, load_from_cache_file=False)
    assert rest is None, rest
    with zipfile.ZipFile(folder / 'train.hf') as packed:
        packed.extractall(folder / 'hf')
    trl = load_dataset('json', data_files=named(folder, 'trl', '.jsonl'), split='train')
    found[objective] = {
        'ms-swift': plain(rows),
        'hf': plain(load_dataset(str(folder / 'hf'))['train']),
        'jsonl': plain(trl),
        'parquet': plain(load_dataset('parquet', data_files=named(folder, 'parquet', '.parquet'), split='train')),
        'csv': plain(load_dataset('csv', data_files=named(folder, 'csv', '.csv'), split='train')),
    }
print(json.dumps(found))
