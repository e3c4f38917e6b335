"""Lets LLaMA-Factory's data module find, convert and tokenise exports by their dataset_info.json; prints the rows left."""
import importlib.machinery
import json
import sys
import types
import zipfile
from pathlib import Path

# Its module for media imports torchaudio at the top and uses it for sound alone.
silent = types.ModuleType('torchaudio')
silent.__spec__ = importlib.machinery.ModuleSpec('torchaudio', None)
sys.modules['torchaudio'] = silent

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer  # noqa: E402
from llamafactory.hparams import DataArguments, ModelArguments  # noqa: E402
from transformers import AutoTokenizer, Seq2SeqTrainingArguments  # noqa: E402

exports, model_path, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
tokenizer = AutoTokenizer.from_pretrained(model_path)
found = {}
for objective, stage in (('dpo', 'rm'), ('kto', 'kto')):
    folder = exports / objective / 'llama-factory'
    with zipfile.ZipFile(exports / objective / 'train.llama-factory') as packed:
        packed.extractall(folder)
    (name,) = json.loads((folder / 'dataset_info.json').read_text())
    data = DataArguments(dataset=name, dataset_dir=str(folder), template='qwen', cutoff_len=4096, overwrite_cache=True)
    template = get_template_and_fix_tokenizer(tokenizer, data)
    module = get_dataset(template, ModelArguments(model_name_or_path=model_path), data, Seq2SeqTrainingArguments(output_dir=f'{out}/{objective}', use_cpu=True, report_to=[]), stage=stage, tokenizer=tokenizer)
    rows = module['train_dataset']
    first = rows[0]
    found[objective] = {'rows': len(rows), 'columns': sorted(rows.column_names), 'chosen': tokenizer.decode(first['chosen_input_ids']) if stage == 'rm' else tokenizer.decode(first['input_ids'])}
print(json.dumps(found))
