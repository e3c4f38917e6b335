/**
 * What a repeat script does besides starting the engine, in the standard library of Python: it reads `facts.json` beside
 * it, fetches what is missing, and refuses what is not byte for byte what the run was trained with. The token comes from
 * the environment and is written nowhere.
 */
export const REPEAT_PYTHON = String.raw`"""check | cli | compare: see repeat.sh, which wrote this file."""
import hashlib, importlib.metadata, importlib.util, json, math, os, platform, re, sys, urllib.error, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
FACTS = json.load(open(os.path.join(HERE, "facts.json"), encoding="utf-8"))


def stop(text):
    sys.exit("repeat: " + text)


def fetch(path, target=None):
    token = os.environ.get("PLUMBLINE_TOKEN")
    if not token:
        stop("set PLUMBLINE_TOKEN: a token of yours with the scopes " + ", ".join(FACTS["scopes"]))
    request = urllib.request.Request(os.environ["SERVER"] + "/api/v1" + path, headers={"Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(request) as answer:
            if target is None:
                return json.load(answer)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target + ".part", "wb") as out:
                while chunk := answer.read(1 << 20):
                    out.write(chunk)
            os.replace(target + ".part", target)
    except urllib.error.HTTPError as refused:
        stop(path + ": " + str(refused.code) + " " + refused.read().decode("utf-8", "replace"))


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def paths(folder):
    """Regular files; where there is none the links, as a hub's cache is made of them."""
    found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    own = [path for path in found if not os.path.islink(path)] or [path for path in found if os.path.isfile(path)]
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in own]


def tree(folder):
    """Of the sorted list of paths and hashes, written as RFC 8785 JSON: as Plumbline hashes a folder."""
    files = [{"path": path, "sha256": sha256(os.path.join(folder, path))} for path in paths(folder)]
    text = json.dumps(sorted(files, key=lambda file: file["path"]), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check_versions():
    found = {"python": platform.python_version()}
    for name in FACTS["versions"]:
        if name != "python":
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "missing"

    def pinned(name, version):
        # A patch of Python, and the build of torch (+cpu, +cu…), are the machine's.
        return ".".join(version.split(".")[:2]) if name == "python" else version.split("+")[0]

    wrong = [(name, want, found[name]) for name, want in FACTS["versions"].items() if pinned(name, want) != pinned(name, found[name])]
    if wrong and os.environ.get("ANY_VERSION") != "1":
        told = "".join("\n  %s: trained with %s, here %s" % one for one in wrong)
        packages = " ".join(name + "==" + pinned(name, version) for name, version in FACTS["versions"].items() if name != "python")
        stop("this is not the engine that trained." + told + "\nMake one and name it by PYTHON (ANY_VERSION=1 goes on all the same):\n  python" + pinned("python", FACTS["versions"].get("python", "3.11")) + " -m venv engine && engine/bin/pip install " + packages)


def check_folder(variable, what, wanted):
    folder = os.environ[variable]
    if not os.path.isdir(folder):
        stop(what + " is not at " + folder + ": set " + variable + " to its folder")
    if wanted is not None and tree(folder) != wanted:
        stop(folder + " is not " + what + " that was trained on: its files hash to " + tree(folder) + ", not " + wanted)


def place_images(rows):
    """Rows name images by hash; the engine wants files."""
    for row in rows:
        for field in ("images", "rejected_images"):
            for index, name in enumerate(row.get(field) or []):
                image = str(name).removeprefix("artifact:")
                if not re.fullmatch("[0-9a-f]{64}", image):
                    stop("the rows name an image by something that is no hash: " + image)
                path = os.path.join(HERE, "images", image)
                if not os.path.exists(path):
                    fetch(FACTS["images"] + "/" + image, path)
                if sha256(path) != image:
                    stop("the image " + image + " is not the one that was trained on")
                row[field][index] = path


def make_alike(rows):
    """The engine reads a file as one table: what one row has, all must, margins are decimals, and images are named among the first rows."""
    if any("rejected_messages" in row for row in rows):
        for row in rows:
            if "rejected_response" in row:
                row["rejected_messages"] = row["messages"][:-1] + [{"role": "assistant", "content": row.pop("rejected_response")}]
                if row.get("images"):
                    row["rejected_images"] = list(row["images"])
    if any("margin" in row for row in rows):
        for row in rows:
            row["margin"] = float(row.get("margin") or 0)
    missing, before, lead = [field for field in ("images", "rejected_images") if any(row.get(field) for row in rows)], 0, []
    for index, row in enumerate(rows):
        still = [field for field in missing if not row.get(field)]
        if len(still) < len(missing) and before > 8 << 20:
            lead.append(index)
        missing, before = still, before + len(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()) + 1
    rows[:] = [rows[index] for index in lead] + [row for index, row in enumerate(rows) if index not in lead]


def check_data():
    data = os.environ["DATA"]
    if not os.path.exists(data):
        fetch(FACTS["data"]["path"], data)
    if sha256(data) != FACTS["data"]["sha256"]:
        stop(data + " is not the file that was trained on (SHA-256 " + FACTS["data"]["sha256"] + "). A project that hides names in what leaves it gives out other rows: ask its owner for the frozen file")
    with open(data, encoding="utf-8") as source:
        lines = [line for line in source.read().split("\n") if line.strip()]
    if any(mark in line for line in lines for mark in ("artifact:", "rejected_messages", '"margin"')):
        rows = [json.loads(line) for line in lines]
        place_images(rows)
        make_alike(rows)
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    plan = FACTS["rowPlan"]
    if plan:
        gone = set(plan["dropped"])
        lines = [line for index, line in enumerate(lines) if index not in gone]
        if plan["order"] is not None:
            lines = [lines[index] for index in plan["order"]]
    with open(os.environ["ROWS"], "w", encoding="utf-8") as target:
        target.write("\n".join(lines) + "\n")
    print("repeat: %d rows, byte for byte those of the snapshot" % len(lines), flush=True)


def check_parent():
    if FACTS["parent"] is None:
        return
    for file in FACTS["parent"]["files"]:
        if os.path.isabs(file["path"]) or ".." in file["path"].split("/"):
            stop("the parent names a file outside its folder: " + file["path"])
        path = os.path.join(os.environ["PARENT"], file["path"])
        if not os.path.exists(path):
            fetch(FACTS["parent"]["path"] + urllib.parse.quote(file["path"]), path)
        # What names folders of the host that trained it goes out without them, by a hash of its own.
        if sha256(path) not in file["sha256"]:
            stop(path + " is not the parent's that was trained on: it hashes to " + sha256(path) + ", not " + " or ".join(file["sha256"]))
    known = {file["path"] for file in FACTS["parent"]["files"]}
    more = [path for path in paths(os.environ["PARENT"]) if path not in known]
    if more:
        stop(os.environ["PARENT"] + " is not the parent that was trained on: it has " + ", ".join(sorted(more)) + " besides")


def apart_at(then, now):
    """Infinite where one of them is no number, which no limit would be less than."""
    apart = abs(then - now)
    return apart if math.isfinite(apart) else math.inf


def compare():
    losses = {}
    with open(os.path.join(os.environ["OUT"], "logging.jsonl"), encoding="utf-8") as log:
        for line in log:
            entry = json.loads(line)
            if "loss" in entry and "global_step/max_steps" in entry:
                losses[int(entry["global_step/max_steps"].split("/")[0])] = entry["loss"]
    if not os.environ.get("PLUMBLINE_TOKEN"):
        print("repeat: done; with PLUMBLINE_TOKEN set its losses are compared with the run's")
        return
    before = {step["step"]: step["values"]["loss"] for step in fetch(FACTS["metrics"])["metrics"] if "loss" in step["values"]}
    both = sorted(set(before) & set(losses))
    if not both:
        stop("there is no step of which both have a loss")
    worst = max(both, key=lambda step: apart_at(before[step], losses[step]))
    apart = apart_at(before[worst], losses[worst])
    print("repeat: the losses of %d of %d steps lie at most %g apart (step %d: %g then, %g now)" % (len(both), len(before), apart, worst, before[worst], losses[worst]))
    allowed = os.environ.get("TOLERANCE")
    if allowed and (apart > float(allowed) or len(both) < len(before)):
        stop("more than TOLERANCE")


if sys.argv[1] == "check":
    check_versions()
    if "BASE" in os.environ:
        check_folder("BASE", "the base model", FACTS["base"]["sha256"])
    check_parent()
    check_data()
elif sys.argv[1] == "cli":
    print(os.path.join(os.path.dirname(importlib.util.find_spec("swift").origin), "cli"))
else:
    compare()
`;
