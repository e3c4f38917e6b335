"""Lets TRL's own trainers prepare exports, with a tiny model; prints the rows left and what the first one became."""
import json
import sys
from pathlib import Path

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer
from trl.experimental.kto import KTOConfig, KTOTrainer

exports, model_path, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
tokenizer = AutoTokenizer.from_pretrained(model_path)
found = {}
for objective, Config, Trainer in (('dpo', DPOConfig, DPOTrainer), ('kto', KTOConfig, KTOTrainer)):
    rows = load_dataset('json', data_files=str(exports / objective / 'train.trl'), split='train')
    args = Config(output_dir=f'{out}/{objective}', report_to='none', use_cpu=True, bf16=False, per_device_train_batch_size=4, max_length=None)
    trainer = Trainer(model=AutoModelForCausalLM.from_pretrained(model_path), args=args, train_dataset=rows, processing_class=tokenizer)
    batch = next(iter(trainer.get_train_dataloader()))
    prepared = trainer.train_dataset
    found[objective] = {'rows': len(prepared), 'columns': sorted(prepared.column_names), 'batch': sorted(batch.keys())}
print(json.dumps(found))
