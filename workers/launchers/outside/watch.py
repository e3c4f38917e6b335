"""Runs one attempt on a host of an outside scheduler, and ends it when nobody answers for it any more.

    python watch.py DIR

DIR is the attempt's folder, which worker and host both see. The worker writes `job.json` (what to run) and, every
few seconds, a new number into `lease`; a file `stop` asks to end, its text is the grace time in seconds. This script
writes `engine.log`, `job-state.json` once the engine runs, and `exit.json` when it has ended, each whole or not at
all. No attempt is started twice on one rank, whatever a scheduler does: the file `started` is made once. Only the standard library, no clock that two hosts would have to share: a lease counts from when its text changed.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone

POLL_SECONDS = 0.5
MARKER = "PLUMBLINE_ATTEMPT"
# Two ranks may share a host, and must not end each other.
RANK = "PLUMBLINE_RANK"
# Exit code of a second start: EX_TEMPFAIL, which no engine ends with.
STARTED_BEFORE = 75
# Of the host's own environment the engine needs these to find its tools and devices; nothing else is passed on.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


def write_whole(path, value):
    handle, building = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".building-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(building, path)


def made_now(path):
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rank_of(environ):
    for name in ("PLUMBLINE_NODE_RANK", "SLURM_NODEID", "JOB_COMPLETION_INDEX", "RANK"):
        if environ.get(name, "").isdigit():
            return int(environ[name])
    return 0


def engine_environment(job, rank, environ):
    env = {name: environ[name] for name in PASSED_ON if name in environ}
    env.update(job["env"])
    env[MARKER] = job["marker"]
    env[RANK] = str(rank)
    return env


def engine_arguments(job, rank, environ):
    """The command with the place of this host in it: nobody knew it before the scheduler had chosen its hosts."""
    place = {
        "{node_rank}": str(rank),
        "{master_addr}": environ.get("PLUMBLINE_MASTER_ADDR") or environ.get("MASTER_ADDR") or "127.0.0.1",
        "{master_port}": str(job["masterPort"]),
    }
    return [place.get(argument, argument) for argument in job["argv"]]


def marked(marker, rank):
    """Processes that carry the marker, wherever they went; none where there is no /proc."""
    wanted = {f"{MARKER}={marker}".encode(), f"{RANK}={rank}".encode()}
    found = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if wanted <= set(file.read().split(b"\0")):
                    with open(f"/proc/{entry}/stat", encoding="latin-1") as stat:
                        if stat.read().rsplit(")", 1)[1].split()[0] not in "ZX":
                            found.append(int(entry))
        except OSError:
            pass
    return found


def kill_group(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def watch(folder):
    job = json.loads(read_text(os.path.join(folder, "job.json")))
    rank = rank_of(os.environ)
    own = "" if rank == 0 else f".{rank}"
    at = lambda name: os.path.join(folder, name)  # noqa: E731
    asked = {"reason": None, "kill_at": None}

    # Taken back while it waited in a queue that could not be left.
    if os.path.exists(at("stop")):
        write_whole(at(f"exit{own}.json"), {"code": None, "signal": None, "reason": "stopped", "at": now()})
        return 0
    # A cluster that makes a lost pod anew: the attempt is over, and its run goes on as another attempt.
    if not made_now(at(f"started{own}")):
        print("This attempt was started before; it is not started again.", file=sys.stderr)
        return STARTED_BEFORE
    log = os.open(at(f"engine{own}.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        engine = subprocess.Popen(
            engine_arguments(job, rank, os.environ), cwd=job["cwd"], env=engine_environment(job, rank, os.environ), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    except OSError as error:
        write_whole(at(f"exit{own}.json"), {"code": None, "signal": None, "reason": "start_failed", "at": now(), "message": str(error)})
        return 127

    def end(reason, grace):
        asked["reason"] = asked["reason"] or reason
        # Once: an engine that saves may take a second one for the wish to end at once.
        if asked["kill_at"] is None:
            kill_group(engine.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        asked["kill_at"] = deadline if asked["kill_at"] is None else min(asked["kill_at"], deadline)

    # The scheduler takes the host away: preemption, a time limit, a person with scancel.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: end("scheduler", job.get("preemptedGraceSeconds", job["graceSeconds"])))

    if rank == 0:
        write_whole(at("job-state.json"), {"state": "running", "host": socket.gethostname(), "pid": engine.pid, "at": now()})
    lease, renewed = read_text(at("lease")), time.monotonic()
    stopped, lapsed = None, False
    while engine.poll() is None:
        time.sleep(POLL_SECONDS)
        text = read_text(at("lease"))
        if text is not None and text != lease:
            lease, renewed = text, time.monotonic()
        stop = read_text(at("stop"))
        # A later wish may leave it less time than the first.
        if stop is not None and stop != stopped:
            stopped = stop
            end("stopped", float(stop or job["graceSeconds"]))
        # Also while it saves: as soon as nobody renews, another attempt is about to begin.
        if not lapsed and time.monotonic() - renewed > job["selfTerminateSeconds"]:
            lapsed = True
            end("not_renewed", job["graceSeconds"])
        if asked["kill_at"] is not None and time.monotonic() > asked["kill_at"]:
            kill_group(engine.pid, signal.SIGKILL)

    # The leader is gone; what it left behind must not go on writing.
    kill_group(engine.pid, signal.SIGKILL)
    for _ in range(50):
        left = marked(job["marker"], rank)
        if not left:
            break
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)
    code = engine.returncode
    ended = {"code": None, "signal": signal.Signals(-code).name} if code < 0 else {"code": code, "signal": None}
    write_whole(at(f"exit{own}.json"), {**ended, "reason": asked["reason"] or "exited", "at": now()})
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(watch(sys.argv[1]))
