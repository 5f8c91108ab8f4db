"""The release binary as users run it, against a sandbox with real Git over TLS.

STAGEGATE_BIN names another binary (the sanitizer build), SANDBOX_ROOT=/gitlab puts Git and GitLab under that path.
Every run is checked for the canary secrets of the sandbox: they must not be in its arguments, output, reports,
temporary files or Git.
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
import warnings
from concurrent import futures

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from sim import gl_openapi, sandbox as control  # noqa: E402

CANARY = b"CANARY"
SPEC = gl_openapi.description()  # None without the contracts: test_description.py says that it is skipped
LIMIT_S = float(os.environ.get("STAGEGATE_TEST_LIMIT_S", "90"))
SLOW_S = 15


def binary():
    return os.path.abspath(os.environ.get("STAGEGATE_BIN")
                           or os.path.join(ROOT, "build", "release", "stagegate"))


class Sandbox:
    """One sandbox for the whole session; tests use services of their own and heal what they break."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.call("start", *options)
        self.env = {}
        for line in self.call("env").splitlines():
            for word in shlex.split(line):
                name, sep, value = word.partition("=")
                if sep:
                    self.env[name] = value
        assert self.env["STAGEGATE_GITLAB_URL"].endswith(os.environ.get("SANDBOX_ROOT", "")), self.env

    def call(self, *words):
        done = subprocess.run([os.path.join(ROOT, "ci", "sandbox"), *words, "--dir", self.folder],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, f"sandbox {' '.join(words)}: {done.stdout}"
        return done.stdout

    def ctl(self, *words, stdin=None):
        good, text = control.ask(control.need(self.folder), list(words), stdin)
        assert good, f"ctl {' '.join(words)}: {text}"
        return text

    def kill_where_held(self, run):
        """Kills a started run at the write where `ctl hold` stops it: the write; None when it ended before."""
        with futures.ThreadPoolExecutor(2) as pool:
            held = pool.submit(control.ask, control.need(self.folder), ["held"])
            futures.wait({held, pool.submit(run.child.wait)}, return_when=futures.FIRST_COMPLETED)
            run.child.kill()
            self.ctl("hold", "off")
        good, text = held.result()
        return text if good else None

    @property
    def repository(self):
        return self.env["SANDBOX_REPOSITORY"]

    def git(self, *words, check=True):
        done = subprocess.run(["git", "-C", self.repository, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def tip(self, branch="develop"):
        return self.git("rev-parse", f"refs/heads/{branch}")

    def show(self, path, rev="develop"):
        return subprocess.run(["git", "-C", self.repository, "show", f"{rev}:{path}"], check=True,
                              stdout=subprocess.PIPE).stdout

    def remove(self, path, branch="develop"):
        """Somebody's commit without the file."""
        index = os.path.join(self.folder, "index.test")
        env = {**os.environ, "GIT_INDEX_FILE": index, "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.com",
               "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.com"}

        def git(*words, stdin=None):
            return subprocess.run(["git", "-C", self.repository, *words], check=True, env=env, text=True, input=stdin,
                                  stdout=subprocess.PIPE).stdout.strip()

        git("read-tree", branch)
        git("update-index", "--index-info", stdin=f"0 {'0' * 40}\t{path}\n")
        git("update-ref", f"refs/heads/{branch}", git("commit-tree", git("write-tree"), "-p", branch, "-m", f"without {path}"))
        os.unlink(index)

    def requests(self, since):
        """Lines of the web server's access log after the given count, as lists of fields."""
        with open(self.env["SANDBOX_ACCESS_LOG"], encoding="utf-8", errors="replace") as log:
            return [line.split() for line in log.read().splitlines()[since:]]


class Run:
    """What one run of the program did."""

    def __init__(self, done, seconds, folder):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "surrogateescape")
        self.err = done.stderr.decode("utf-8", "surrogateescape")
        self.seconds = seconds
        self.folder = folder

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Started:
    """A run in the background: its log and document are one text."""

    def __init__(self, argv, env, owner):
        self.owner = owner
        self.text = ""
        self.child = subprocess.Popen(argv, env=env, cwd=owner.folder, stdin=subprocess.DEVNULL, text=True,
                                      errors="surrogateescape", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.timer = threading.Timer(LIMIT_S, self.child.kill)
        self.timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()

    def says(self, word):
        """Reads on until a line has the word."""
        for line in self.child.stdout:
            self.text += line
            if word in line:
                return
        raise AssertionError(f"'{word}' was never said:\n{self.text}")

    def ends(self):
        """The exit status; the whole text is in `text` and holds no secret."""
        self.text += self.child.communicate()[0]
        assert CANARY.decode() not in self.text, self.text
        assert os.listdir(self.owner.tmp) == []
        return self.child.returncode


class Stagegate:
    """Runs the program in a folder of its own and looks for leaks afterwards."""

    def __init__(self, sandbox, folder):
        self.sandbox = sandbox
        self.folder = str(folder)
        self.tmp = os.path.join(self.folder, "tmp")
        os.makedirs(self.tmp, exist_ok=True)
        self.env = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "TMPDIR": self.tmp}
        for name in ("STAGEGATE_GITOPS", "STAGEGATE_CA_FILE", "STAGEGATE_GITLAB_TOKEN", "KUBECONFIG"):
            self.env[name] = sandbox.env[name]
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def __call__(self, *words, expect=0, env=None, cwd=None, limit_s=None, peak=False):
        assert not any(CANARY.decode() in word for word in words), "a secret in argv"
        full = {k: v for k, v in {**self.env, **(env or {})}.items() if v is not None}
        start = time.monotonic()
        time_v = ["/usr/bin/time", "-o", os.path.join(self.folder, "peak"), "-f", "%M"] if peak else []
        try:
            done = subprocess.run([*time_v, binary(), *words], env=full, cwd=cwd or self.folder, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"not over after {LIMIT_S} s: {' '.join(words)}\n{(late.stderr or b'').decode(errors='replace')}") from late
        run = Run(done, time.monotonic() - start, self.folder)
        if time.monotonic() - start > SLOW_S:  # nothing here should take so long: the run's own words say what it waited for
            warnings.warn(f"{time.monotonic() - start:.0f} s: {' '.join(words)}\n{run.err}")
        if peak:
            with open(os.path.join(self.folder, "peak"), encoding="ascii") as file:
                run.peak_kib = int(file.read().split()[-1])
        assert run.code >= 0, f"ended by signal {-run.code}: {' '.join(words)}\n{run}"
        self.no_leak(run)
        if expect is not None:
            assert run.code == expect, f"expected exit {expect}: {' '.join(words)}\n{run}"
        return run

    def started(self, *words, env=None):
        """A run that goes on while the test does something to the world."""
        return Started([binary(), *words], {**self.env, **(env or {})}, self)

    def traced(self, *words, strace):
        """One run under strace. The leak check of a sanitizer build does not work there and is off."""
        env = {**self.env, "ASAN_OPTIONS": self.env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        return subprocess.run(["strace", "-f", "-qq", *strace, binary(), *words], env=env, cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False, timeout=LIMIT_S)

    def sweep(self):
        """What a killed run leaves is swept by later ones only after a day."""
        for name in os.listdir(self.tmp):
            shutil.rmtree(os.path.join(self.tmp, name))

    def no_leak(self, run):
        for name, text in (("stdout", run.out), ("stderr", run.err)):
            assert CANARY.decode() not in text, f"a secret on {name}:\n{text}"
        assert os.listdir(self.tmp) == [], f"left behind: {os.listdir(self.tmp)}"
        for top, _, files in os.walk(self.folder):
            for file in files:
                path = os.path.join(top, file)
                if path.endswith(".secret") or not os.path.isfile(path):
                    continue
                with open(path, "rb") as content:
                    assert CANARY not in content.read(), f"a secret in {path}"


def running(folder, *options):
    """A sandbox from its start to its end, and what must be true then of its repository and of all that was said to its GitLab."""
    box = Sandbox(str(folder / "state"), *options)
    box.ctl("record", "on")
    yield box
    try:
        objects = subprocess.run(["git", "-C", box.repository, "cat-file", "--batch-all-objects", "--batch"],
                                 stdout=subprocess.PIPE, check=True).stdout
        assert CANARY not in objects, "a secret in Git"
        subprocess.run(["git", "-C", box.repository, "fsck", "--strict"], check=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if SPEC is not None:
            found = gl_openapi.check_file(box.env["SANDBOX_EXCHANGES"], SPEC)
            assert not found, "\n".join(f"{name}: {problem}" for name, problem in found)
    finally:
        box.call("stop")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    yield from running(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="module")
def as_after_the_start(sandbox):
    """What one module has bumped must not be the newer version of the next one."""
    sandbox.ctl("reset")


@pytest.fixture
def sg(sandbox, tmp_path, as_after_the_start):
    return Stagegate(sandbox, tmp_path)


@pytest.fixture
def faults(sandbox):
    """For tests that break the server: whatever they did is healed afterwards."""
    yield lambda *words: sandbox.ctl("fault", *words)
    sandbox.ctl("fault", "clear")


@pytest.fixture
def app(sandbox):
    """Sets how an application behaves; healthy again afterwards."""
    touched = []

    def set_behaviour(name, behaviour):
        touched.append(name)
        sandbox.ctl("app", name, behaviour)

    yield set_behaviour
    for name in touched:
        sandbox.ctl("app", name, "healthy")
