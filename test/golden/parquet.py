"""Writes Parquet files as others do, and says which rows are in them:

- as pandas and `datasets` do (Arrow, version 1 pages), with pages so small that rows of a nested column go over several,
  in two row groups;
- as DuckDB does, in either version of its pages, which fills up packed numbers to 256;
- as Arrow does with a column of nothing, packed by LZ4: its dictionary holds no byte.

Run with a Python that has pyarrow and duckdb: `python test/golden/parquet.py > test/golden/parquet.json`. The reader of
imports (`src/lib/server/records/parquet.ts`) is tested against the result; what writes files in the tests writes version
2 alone.
"""

import base64
import io
import json
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def turns(i):
    answers = [{"role": "assistant", "content": None if i % 5 == 0 else f"Answer {i}.{j} " * (i % 4 + 1)} for j in range(i % 6)]
    return [{"role": "user", "content": f"Question {i}?"}, *answers] if i % 7 else None


def by_arrow(rows, schema, **options):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, write_statistics=False, store_schema=False, **options)
    return file.getvalue()


def by_duckdb(query, version):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        duckdb.sql(f"copy ({query}) to '{file}' (format parquet, compression snappy, parquet_version {version})")
        return file.read_bytes()


nested = [{"prompt": f"Question {i}?", "chosen": turns(i), "tags": [[f"t{i}"], [], ["a", "b"]][: i % 4]} for i in range(60)]
nested_schema = pa.schema(
    [
        ("prompt", pa.string()),
        ("chosen", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("tags", pa.list_(pa.list_(pa.string()))),
    ]
)
nothing = [{"prompt": f"Question {i}?", "margin": None} for i in range(20)]
# 300 rows: more than 256, and no multiple of it.
told = """select
    i::integer as n, 'Question ' || (i % 9) || '?' as prompt, case when i % 5 = 0 then null else 'Answer ' || (i % 7) end as chosen,
    i % 3 = 0 as careful, ['t' || (i % 4), null] as tags, null::varchar as margin from range(300) numbers(i)"""
relation = duckdb.sql(told)
told_rows = [dict(zip(relation.columns, row)) for row in relation.fetchall()]

files = [
    {
        "name": "Arrow, nested, rows over several pages, several groups",
        "file": by_arrow(nested, nested_schema, data_page_version="1.0", compression="snappy", data_page_size=1, write_batch_size=4, row_group_size=45),
        "rows": nested,
    },
    {"name": "Arrow, a column of nothing packed by LZ4", "file": by_arrow(nothing, pa.schema([("prompt", pa.string()), ("margin", pa.string())]), compression="lz4"), "rows": nothing},
    *({"name": f"DuckDB, pages of version {version[1]}", "file": by_duckdb(told, version), "rows": told_rows} for version in ("V1", "V2")),
]
print(
    json.dumps(
        {
            "pyarrow": pa.__version__,
            "duckdb": duckdb.__version__,
            "files": [{**one, "file": base64.b64encode(one["file"]).decode()} for one in files],
        }
    )
)
