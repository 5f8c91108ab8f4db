"""The parts of ci/test: what the tree has is run and counted, what it has not is named."""
import concurrent.futures
import glob
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/test"
CONTRACTS = pathlib.Path(os.environ.get("STAGEGATE_CONTRACTS", ROOT.parent / "shared/contracts"))
PYTHON = "/usr/bin/python3"
JOBS = os.environ.get("STAGEGATE_BUILD_JOBS", str(os.cpu_count() or 2))
WAITERS = str(2 * (os.cpu_count() or 2))  # tests of the binary wait for servers more than half of their time
SANITIZERS = {
    "ASAN_OPTIONS": "exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1",
}


class Count:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class LeftOut(Exception):
    """This part has nothing to run in this tree; the text says why."""


def environment(extra):
    """What a test sees must not depend on what the caller's shell happens to hold."""
    kept = ("STAGEGATE_CONTRACTS", "STAGEGATE_BUILD_JOBS")
    drop = re.compile(r"^(STAGEGATE_|CI_|GITLAB_|KUBE|GIT_|(https?|no|all)_proxy$)", re.I)
    env = {name: value for name, value in os.environ.items() if name in kept or not drop.match(name)}
    env.update({"STAGEGATE_CONTRACTS": str(CONTRACTS), "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"})
    env.update(extra)
    return env


def run(log, argv, limit_s=1200, env=None, clean=True):
    """Runs argv with its output in LOGS/log.log; returns (status, output). A command over its limit is ended with all its children."""
    path = LOGS / f"{log}.log"
    with open(path, "wb") as out:
        out.write(f"$ {' '.join(map(str, argv))}\n".encode())
        out.flush()
        child = subprocess.Popen(list(map(str, argv)), cwd=ROOT, env=environment(env or {}) if clean else None, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = child.wait(timeout=limit_s)
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as why:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            if isinstance(why, KeyboardInterrupt):
                raise
            out.write(f"\nended after {limit_s} s\n".encode())
            status = -signal.SIGKILL
    return status, path.read_text(errors="replace")


def tail(text, lines=60):
    rows = text.rstrip("\n").split("\n")
    for row in rows[-lines:]:
        print(f"    {row[:400]}")


def one(status, text):
    """A part that is one test."""
    if status:
        tail(text)
    return Count(passed=int(status == 0), failed=int(status != 0))


def cmocka(text):
    """The counts of a cmocka program's own summary; None when it did not come so far."""
    if not re.search(r"\[=+\].* test\(s\) run", text):
        return None
    def total(word):
        return sum(int(n) for n in re.findall(rf"\[\s+{word}\s+\][^\n]*?(\d+) test\(s\)", text))
    return Count(total("PASSED"), total("FAILED"), total("SKIPPED"))


def ctest(name, preset, env=None):
    report = LOGS / f"{name}.xml"
    report.unlink(missing_ok=True)
    status, text = run(name, ["ctest", "--test-dir", f"build/{preset}", "-j", JOBS, "--output-junit", report, "--no-tests=error",
                              "--output-on-failure", "--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000"], env=env)
    count = Count()
    if report.exists():
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            good, skipped = case.get("status") == "run", case.get("status") in ("notrun", "disabled") and case.find("failure") is None
            seen = cmocka(case.findtext("system-out") or "") or Count(passed=int(good), skipped=int(skipped))
            if not good and not skipped and not seen.failed:
                seen.failed += 1  # crashed, hung, or a leak found at exit
            if seen.failed:
                print(f"    {case.get('name')} failed:")
                tail(case.findtext("system-out") or "(no output)")
            count.add(seen)
    if status and not count.failed:
        count.failed += 1
        tail(text)
    return count


def pytest(name, folder, env=None, limit_s=1800, beside=None, workers=JOBS):
    """beside: files of tests ("loadfile") or all tests ("load") run beside each other, each process with a sandbox of its own."""
    report = LOGS / f"{name}.xml"
    report.unlink(missing_ok=True)
    status, text = run(name, [PYTHON, "-m", "pytest", "-q", "-ra", "--color=no", "-p", "no:cacheprovider",
                              *(["-n", workers, "--dist", beside] if beside else []), f"--junit-xml={report}", folder], limit_s, env)
    count = Count()
    if report.exists():
        for suite in xml.etree.ElementTree.parse(report).iter("testsuite"):
            total, skipped = int(suite.get("tests")), int(suite.get("skipped"))
            failed = int(suite.get("failures")) + int(suite.get("errors"))
            count.add(Count(max(total - skipped - failed, 0), failed, skipped))
    if status and not count.failed:
        count.failed += 1
    if count.failed:
        tail(text, 150)
    elif count.skipped:
        for row in re.findall(r"^SKIPPED .*$", text, re.M):
            print(f"    {row}")
    return count


def need(path, why=""):
    if not (ROOT / path).exists():
        raise LeftOut(why or f"there is no {path}")
    return ROOT / path


def python_tests(folder):
    """A folder of tests in Python, when it has some."""
    if not glob.glob(str(ROOT / folder / "**/test_*.py"), recursive=True):
        raise LeftOut(f"{folder} has no test_*.py")
    return folder


def binary(preset):
    return {"STAGEGATE_BIN": str(need(f"build/{preset}/stagegate", f"build/{preset}/stagegate was not built (no src/main.c)"))}


# --- the parts -------------------------------------------------------------------------------------------------------------------

def build(preset):
    return one(*run(f"build-{preset}", ["ci/build", preset], 2400, clean=False))


def timelines():
    need("tests/timelines/run")
    folders = [folder for folder in (CONTRACTS / "data/argocd/samples/constructed", CONTRACTS / "data/argocd/samples/recorded",
                                     ROOT / "tests/data/timelines") if folder.is_dir()]
    if not folders:
        raise LeftOut("no folder of timelines here (STAGEGATE_CONTRACTS)")
    status, text = run("timelines", ["tests/timelines/run", "--rows", *folders])
    match = re.search(r"^(\d+) timelines, (\d+) wrong$", text, re.M)
    count = Count(int(match.group(1)) - int(match.group(2)), int(match.group(2))) if match else Count()
    if status and not count.failed:
        count.failed += 1
    if count.failed:
        tail(text)
    return count


def histories(total):
    """Random histories of a controller: no false green, no false red, no hang."""
    path = LOGS / f"histories-{total}.json"
    path.unlink(missing_ok=True)
    status, text = run(f"histories-{total}", [need("tests/histories/run"), "--count", total, "--json", path], 900,
                       {"STAGEGATE_HISTORIES": str(need("build/dev/tests/histories/histories"))})
    found = json.loads(path.read_text()) if path.exists() else {}
    good = status == 0 and found.get("count") == total and [found[key] for key in ("false_green", "false_red", "hangs")] == [0, 0, 0]
    return one(0 if good else 1, text)


def other_python():
    """Folders of Python tests that no other part names, so that a new folder is never forgotten."""
    named = {"arch", "build", "blackbox", "image", "kube", "seam"}
    found = sorted({pathlib.Path(path).relative_to(ROOT / "tests").parts[0] for path in glob.glob(str(ROOT / "tests/**/test_*.py"), recursive=True)})
    folders = [name for name in found if name not in named and not name.endswith(".py")]
    if not folders:
        raise LeftOut("no other folder of tests/ has test_*.py")
    count = Count()
    release = ROOT / "build/release/stagegate"
    for name in folders:
        count.add(pytest(f"python-{name}", f"tests/{name}", {"STAGEGATE_BIN": str(release)} if release.exists() else {},
                         beside="loadfile" if name == "sim" else None))
    return count


def sources(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.[ch]") if "rejects" not in path.parts)


def style():
    names = LOGS / "style.txt"
    names.write_text("".join(f"{path}\n" for path in sources("src", "tests")))
    return one(*run("style", ["xargs", "-a", names, "clang-format", "--dry-run", "--Werror"]))


def tidy():
    files = [path for path in sources("src") if path.suffix == ".c"]

    def check(path):
        return path, subprocess.run(["clang-tidy", "--quiet", "-p", "build/clang", path], cwd=ROOT, capture_output=True, text=True)

    need("build/clang/compile_commands.json", "build/clang was not built")
    count = Count()
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        for path, done in pool.map(check, files):
            count.add(Count(passed=int(done.returncode == 0), failed=int(done.returncode != 0)))
            if done.returncode:
                tail(done.stdout or done.stderr, 20)
    return count


def seam(moments):
    """Killed before and after each effect, in a build of its own: at a share of the moments, "0/1" is all of them."""
    return pytest(f"seam-{moments.replace('/', '-of-')}", python_tests("tests/seam"), binary("seam") | {"STAGEGATE_MOMENTS": moments}, beside="load")


def docs():
    """Documentation = tables of the program = --help."""
    need("tests/docs/check")
    return one(*run("docs", ["tests/docs/check", "build/dev/tests/docs/docs_tool", binary("release")["STAGEGATE_BIN"]]))


def bench():
    """Two pairs of each row: what is counted has to keep to its limit (tests/bench/limits.py); times are for a machine that is idle."""
    need("tests/bench/run")
    rows = ["bump-small", "edit-1mib", "bump-large-git", "bump-large-api", "wait-good", "wait-5000"]
    return one(*run("bench", ["tests/bench/run", *rows, "--pairs", 2, "--limits", "--json", LOGS / "bench.json"], 900, binary("release")))


def right_history(result, total, via, faults):
    """What the history run has written says that every change is there once; faults may cost some, not most of them."""
    told = result["acknowledged"]
    good = (result["via"], result["faults"], result["workers"] * result["changes"], result["found_once"]) == (via, faults, total, told)
    return good and not (result["lost"] or result["doubled"] or result["foreign_lost"]) and (told > total // 2 if faults else told == total)


def run_history(via, workers, changes, seed, faults=False):
    """(each change is there once, no limit was missed, what it said)"""
    name = f"history-{via}-{workers}{'-faults' * faults}-{seed}"
    path = LOGS / f"{name}.json"
    path.unlink(missing_ok=True)
    words = ["--via", via, "--workers", workers, "--changes", changes, "--seed", seed, *["--faults"] * faults, "--json", path]
    status, text = run(name, [need("tests/history/run"), *words], 300, binary("release"))
    return path.exists() and right_history(json.loads(path.read_text()), workers * changes, via, faults), status == 0, text


def history():
    """Eight pipelines at a time on one branch: by Git and by the API, without and with faults."""
    count = Count()
    for via, faults, seed in (("git", False, 1), ("git", True, 7), ("api", False, 1), ("api", True, 7)):
        right, kept, text = run_history(via, 8, 5, seed, faults)
        count.add(one(0 if right and kept else 1, text))
    return count


def history_full():
    """32 pipelines: each change is there once. The figures, and a limit that was missed, are said: they lean on what else the machine does."""
    count = Count()
    for via in ("git", "api"):
        right, _, text = run_history(via, 32, 10, 1)
        for row in re.findall(r"^limit missed: .*$|\"(?:attempts_per_change|total_over_serial|slowest_over_median)\": [\d.]+", text, re.M):
            print(f"    {via}: {row}")
        count.add(one(0 if right else 1, text))
    return count


def blackbox(name, env):
    return pytest(name, python_tests("tests/blackbox"), env, beside="loadfile", workers=WAITERS)


def with_sanitizers():
    slow = {"STAGEGATE_SANITIZED": "1", "STAGEGATE_TEST_LIMIT_S": "120"}
    return blackbox("sanitized-blackbox", binary("sanitize") | SANITIZERS | slow)


def under_a_sub_path():
    """The whole suite again where Git and GitLab live under a sub-path."""
    return blackbox("blackbox-subpath", binary("release") | {"SANDBOX_ROOT": "/gitlab"})


def fuzz():
    """Each target for a few seconds on its corpus: all in libFuzzer, those of the edit engine in AFL++ too."""
    count = one(*run("fuzz", [need("tests/fuzz/run"), "--smoke"], env=SANITIZERS))
    count.add(one(*run("afl", [need("tests/fuzz/afl"), "--smoke"])))
    return count


def image():
    """Builds the container image for both machines and looks at it, inside and at work."""
    if os.getuid() != 0:
        raise LeftOut("building an image needs root")
    return pytest("image", python_tests("tests/image"))


def kube():
    """The release binary against a real API server of Kubernetes, which is built once for a machine."""
    for tool in ("kube-apiserver", "kubernetes-tools"):
        status, text = run(tool, [f"ci/{tool}"], 3600, clean=False)
        if status:
            tail(text, 20)
            raise LeftOut(f"ci/{tool} has nothing to offer")
    return pytest("kube", python_tests("tests/kube"), binary("release"), beside="loadfile", workers=WAITERS)


def unknown_folders():
    """Folders of tests/ that no part would run."""
    by_name = {"arch", "bench", "blackbox", "build", "data", "docs", "fuzz", "history", "image", "timelines"}
    for folder in sorted(path for path in (ROOT / "tests").iterdir() if path.is_dir()):
        known = folder.name in by_name or (folder / "CMakeLists.txt").exists() or any(folder.rglob("test_*.py"))
        if not known and not folder.name.startswith(("_", ".")):
            yield f"tests/{folder.name}: no part of ci/test knows it"


PLAIN = {
    "build-dev": lambda: build("dev"),
    "build-release": lambda: build("release"),
    "build-seam": lambda: build("seam"),
    "units": lambda: ctest("units", "dev"),
    "arch": lambda: pytest("arch", python_tests("tests/arch")),
    "binary": lambda: pytest("binary", python_tests("tests/build")),
    "style": style,
    "timelines": timelines,
    "histories": lambda: histories(5000),
    "blackbox": lambda: blackbox("blackbox", binary("release")),
    "seam": lambda: seam("3/7"),
    "python": other_python,
    "docs": docs,
}
ALL = PLAIN | {
    "build-clang": lambda: build("clang"),
    "tidy": tidy,
    "build-sanitize": lambda: build("sanitize"),
    "sanitized-units": lambda: ctest("sanitized-units", "sanitize", SANITIZERS),
    "sanitized-blackbox": with_sanitizers,
    "seam-whole": lambda: seam("0/1"),
    "blackbox-subpath": under_a_sub_path,
    "kube": kube,
    "fuzz": fuzz,
    "image": image,
    "quickstart": lambda: one(*run("quickstart", [need("ci/quickstart")], 900)),
    "history": history,
    "history-full": history_full,
    "histories-many": lambda: histories(100_000),
    "bench": bench,
}
CONTAINED = {"seam": "seam-whole", "histories": "histories-many"}  # the second runs what the first runs, and more


def main():
    args = sys.argv[1:]
    if args == ["--list"]:
        print("\n".join(f"{name}{'' if name in PLAIN else '  (--all)'}" for name in ALL))
        return 0
    every = "--all" in args
    wanted = [arg for arg in args if arg != "--all"] or [name for name in (ALL if every else PLAIN) if not (every and name in CONTAINED)]
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        print(f"ci/test: unknown part {', '.join(unknown)}; ci/test --list names them", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started this behind "&": the tests send it
    LOGS.mkdir(parents=True, exist_ok=True)
    total, left_out = Count(), []
    for name in wanted:
        started = time.monotonic()
        try:
            count = ALL[name]()
        except LeftOut as why:
            left_out.append(f"{name}: {why}")
            continue
        if not (count.passed or count.failed or count.skipped):
            print(f"    {name} ran no test")
            count.failed += 1
        total.add(count)
        print(f"{name}: {count} ({time.monotonic() - started:.1f} s)", flush=True)
    if not every:
        left_out += [f"{name}: only with --all" for name in ALL if name not in PLAIN and name not in wanted]
    left_out += unknown_folders()
    for row in left_out:
        print(f"left out: {row}")
    if total.failed:
        print(f"logs: {LOGS}")
    print(total, flush=True)
    return 1 if total.failed or not total.passed else 0


sys.exit(main())
