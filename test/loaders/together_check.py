"""Runs the checks that Together's client runs before it uploads a file; prints their report."""
import json
import shutil
import sys
from pathlib import Path

from together.utils.files import check_file

path = Path(sys.argv[1]) / 'dpo' / 'together.jsonl'
shutil.copyfile(path.with_name('train.together'), path)
report = check_file(path)
broken = path.with_name('broken.jsonl')
row = json.loads(path.read_text().split('\n')[0])
row['preferred_output'] = []
broken.write_text(json.dumps(row) + '\n')
print(json.dumps({'report': report, 'broken': check_file(broken)}))
