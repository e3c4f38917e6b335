"""Writes a Parquet file as pandas and `datasets` do (Arrow, version 1 pages), with pages so small that rows of a nested
column go over several, in two row groups, and says which rows are in it.

Run with a Python that has pyarrow: `python test/golden/parquet.py > test/golden/parquet.json`. The reader of imports
(`src/lib/server/records/parquet.ts`) is tested against the result; what writes files in the tests writes version 2 alone.
"""

import base64
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq


def turns(i):
    answers = [{"role": "assistant", "content": None if i % 5 == 0 else f"Answer {i}.{j} " * (i % 4 + 1)} for j in range(i % 6)]
    return [{"role": "user", "content": f"Question {i}?"}, *answers] if i % 7 else None


rows = [{"prompt": f"Question {i}?", "chosen": turns(i), "tags": [[f"t{i}"], [], ["a", "b"]][: i % 4]} for i in range(60)]
schema = pa.schema(
    [
        ("prompt", pa.string()),
        ("chosen", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("tags", pa.list_(pa.list_(pa.string()))),
    ]
)
file = io.BytesIO()
pq.write_table(
    pa.Table.from_pylist(rows, schema=schema), file, data_page_version="1.0", compression="snappy",
    data_page_size=1, write_batch_size=4, row_group_size=45, write_statistics=False, store_schema=False,
)
print(json.dumps({"pyarrow": pa.__version__, "file": base64.b64encode(file.getvalue()).decode(), "rows": rows}))
