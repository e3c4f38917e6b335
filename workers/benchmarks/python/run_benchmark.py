"""Runs one benchmark with EvalScope against an OpenAI-compatible server, and says what each question scored.

Usage: run_benchmark.py JOB.json SCORES.json

JOB: {"dataset", "questions"?: [row, ...], "metric", "language"?, "system"?, "limit"?, "max_tokens", "concurrency",
"base_url", "model", "work_dir", "cache_dir", "hub"}. With `questions` the dataset is one of EvalScope's two for own data and the rows are in
its form; without, it is a public one that EvalScope fetches from its hub. SCORES: {"scores": [[QUESTION, 0..1], ...]} where
QUESTION is a hash of all that the model was asked and of the right answer, or {"missing": N} where N questions got no
score. A hub's questions change without notice: by the hash those of two runs are told to be the same.
"""

import hashlib
import json
import os
import pathlib
import sys

OWN_PART = "own"


def task(job):
    from evalscope.config import TaskConfig
    from evalscope.utils.multi_choices import MultipleChoiceTemplate

    work = pathlib.Path(job["work_dir"])
    args = {}
    if "questions" in job:
        # Multiple choice reads the part that it evaluates from a file of its own.
        name = f"{OWN_PART}_val.jsonl" if job["dataset"] == "general_mcq" else f"{OWN_PART}.jsonl"
        data = work / "data"
        data.mkdir(parents=True)
        rows = [json.dumps(row, ensure_ascii=False) for row in job["questions"]]
        (data / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
        args |= {"dataset_id": str(data), "subset_list": [OWN_PART]}
        if job["dataset"] == "general_qa":
            args |= {"prompt_template": "{question}", "metric_list": ["Rouge"]}
        elif job.get("language") == "en":
            # By default it asks in Chinese.
            args["prompt_template"] = MultipleChoiceTemplate.SINGLE_ANSWER
    if job.get("system"):
        args["system_prompt"] = job["system"]
    return TaskConfig(
        model=job["model"],
        api_url=job["base_url"],
        # Not in the job, which is a file.
        api_key=os.environ.pop("PLUMBLINE_SERVER_KEY"),
        eval_type="openai_api",
        datasets=[job["dataset"]],
        dataset_args={job["dataset"]: args},
        limit=job.get("limit"),
        eval_batch_size=job["concurrency"],
        generation_config={"max_tokens": job["max_tokens"], "temperature": 0.0, "timeout": 600, "retries": 2, "retry_interval": 1},
        work_dir=str(work / "out"),
        dataset_dir=job["cache_dir"],
        dataset_hub=job["hub"],
        no_timestamp=True,
        collect_perf=False,
        seed=42,
    )


def question(line):
    """Names what was asked: the turns before the model's answer, and what is right."""
    turns = [[turn["role"], turn["content"]] for turn in line["messages"]]
    while turns and turns[-1][0] == "assistant":
        turns.pop()
    asked = json.dumps([turns, line["target"]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(asked.encode("utf-8")).hexdigest()


def lines_of(out, kind):
    """What EvalScope wrote of one kind, by file (a part each)."""
    return {file.name: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line] for file in sorted((out / kind).glob("*/*.jsonl"))}


def scores(job):
    """What EvalScope noted of each question, and a value, or none where it could not be read or nothing was noted."""
    out = pathlib.Path(job["work_dir"]) / "out"
    found = []
    reviews = lines_of(out, "reviews")
    for part, lines in reviews.items():
        for line in sorted(lines, key=lambda one: one["index"]):
            score = line["sample_score"]["score"]
            value = score["value"].get(job.get("metric") or score["main_score_name"])
            broken = score.get("status") != "success" or (score.get("metadata") or {}).get("metric_errors")
            found.append([question(line), None if broken or value is None or not 0 <= value <= 1 else float(value)])
    for part, lines in lines_of(out, "predictions").items():
        # Asked, and never looked over.
        seen = {line["index"] for line in reviews.get(part, [])}
        found += [[None, None] for line in lines if line["index"] not in seen]
    return found


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    from evalscope.run import run_task

    run_task(task(job))
    found = scores(job)
    missing = sum(value is None for _, value in found) + (max(0, len(job["questions"]) - len(found)) if "questions" in job else int(not found))
    result = {"missing": missing} if missing else {"scores": found}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
