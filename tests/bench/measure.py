"""Runs a command as a whole process and says what it cost."""
import os
import statistics
import subprocess
import tempfile

FIELDS = ["requests", "connections", "unauthorized", "bytes_up", "bytes_down", "bytes_total",
          "wall_ms", "cpu_ms", "rss_mib"]
RATIOS = {"wall": "wall_ms", "cpu": "cpu_ms", "rss": "rss_mib", "bytes_total": "bytes_total"}


class Failed(Exception):
    """A measured command did not do its work, so its figures mean nothing."""


def build_launcher(folder):
    """The small parent of every measured process (measured.c says why)."""
    program = os.path.join(folder, "measured")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measured.c")
    subprocess.run(["cc", "-O2", "-static", "-o", program, source], check=True)
    return program


def once(argv, env, cwd, sandbox, everything, api):
    """One run: figures of the process tree and of the wire, the API's there, too, where that is said; of several
    servers only the requests."""
    before = sandbox.wire_mark()
    others = sandbox.others_mark() if everything else 0
    report = os.path.join(sandbox.base, "measured.txt")
    with tempfile.TemporaryFile() as output:
        subprocess.run([sandbox.launcher, report, *argv], env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output,
                       stderr=subprocess.STDOUT, check=True)
        with open(report, encoding="ascii") as file:
            wall_us, cpu_us, peak_kib, status = map(int, file.read().split())
        if status != 0:
            output.seek(0)
            words = output.read().decode("utf-8", "replace")[-2000:]
            raise Failed(f"{argv[0]} ended with {status}:\n{words}")
    figures = sandbox.wire_since(before, api)
    if everything:
        requests = figures["requests"] + sandbox.others_mark() - others
        figures = {**dict.fromkeys(figures), "requests": requests}
    figures.update(wall_ms=wall_us / 1000, cpu_ms=cpu_us / 1000, rss_mib=peak_kib / 1024)
    return figures


def median(runs, field):
    values = [run[field] for run in runs if run[field] is not None]
    if len(values) != len(runs) or not values:
        return None
    middle = statistics.median(values)
    return round(middle, 3) if field in ("wall_ms", "cpu_ms", "rss_mib") else int(middle)


def compare(row, sandbox, pairs):
    """PAIRS runs of both sides in turn; each side once uncounted before, to warm caches.

    A row may say that it is measured fewer times (most_pairs), and without that first time (warm)."""
    ours, theirs = [], []
    pairs = min(pairs, getattr(row, "most_pairs", pairs))
    for index in range(0 if getattr(row, "warm", True) else 1, pairs + 1):
        for side, runs in ((row.ours, ours), (row.theirs, theirs)):
            argv, env, cwd = side(index)
            figures = once(argv, env, cwd, sandbox, getattr(row, "everything", False),
                           getattr(row, "api", False))
            row.check(side, index)
            if index > 0:
                runs.append(figures)
    result = {"name": row.name, "ours": {f: median(ours, f) for f in FIELDS},
              "theirs": {"tool": row.tool(), **{f: median(theirs, f) for f in FIELDS}}, "ratio": {}}
    result["ours"]["runs"] = result["theirs"]["runs"] = pairs
    for name, field in RATIOS.items():
        a, b = result["ours"][field], result["theirs"][field]
        result["ratio"][name] = round(a / b, 3) if a is not None and b else None
    return result
