"""start, stop, status, env: idempotent, several at once, after a kill, nothing left behind."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from sim import procs, sandbox
from sim.conftest import ROOT

TOOL = os.path.join(ROOT, "ci/sandbox")


def tool(*args, check=True, **more):
    done = subprocess.run([TOOL, *args], capture_output=True, text=True, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(name="state")
def _state():
    folder = tempfile.mkdtemp(prefix="stagegate-test-life-", dir="/tmp")
    yield os.path.join(folder, "s")
    tool("--dir", os.path.join(folder, "s"), "stop")
    shutil.rmtree(folder)


def answers(state):
    env = sandbox.environment(sandbox.load(state))
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "--cacert", env["STAGEGATE_CA_FILE"], "-o", "/dev/null", "-w", "%{http_code}"]
        + [env["STAGEGATE_GITOPS"] + "/info/refs?service=git-upload-pack"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout == "401"


def test_start_is_quick_and_idempotent(state):
    begun = time.monotonic()
    assert "running" in tool("--dir", state, "start").stdout
    assert time.monotonic() - begun < 10  # on a busy machine; about one second on a quiet one
    before = sandbox.load(state)
    assert "already running" in tool("start", "--dir", state).stdout
    assert sandbox.load(state) == before and answers(state)
    assert "git   https://127.0.0.1:" in tool("--dir", state, "status").stdout


def test_stop_leaves_nothing(state):
    tool("--dir", state, "start")
    info = sandbox.load(state)
    assert len(procs.ours(state)) >= 5
    assert "stopped" in tool("--dir", state, "stop").stdout
    assert procs.ours(state) == [] and not os.path.exists(state)
    assert all(procs.start_time(pid) is None for pid, _ in info["leaders"])
    assert "nothing to stop" in tool("--dir", state, "stop").stdout
    assert tool("--dir", state, "status", check=False).returncode == 3
    assert tool("--dir", state, "env", check=False).returncode != 0


def test_two_at_once(state):
    tool("--dir", state, "start")
    tool("--dir", state + "2", "start")
    try:
        assert not set(sandbox.load(state)["ports"].values()) & set(sandbox.load(state + "2")["ports"].values())
        assert sandbox.load(state)["tokens"] != sandbox.load(state + "2")["tokens"]
        tool("--dir", state, "stop")
        assert answers(state + "2")
    finally:
        tool("--dir", state + "2", "stop")


def test_starts_at_the_same_moment(state):
    children = [subprocess.Popen([TOOL, "--dir", state, "start"], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = sorted(child.communicate()[0].split(" in ")[0] for child in children)
    assert said == ["sandbox: already running", "sandbox: already running", "sandbox: running"] and answers(state)


@pytest.mark.parametrize("victim", ["all", "daemon", "nginx"])
def test_after_a_kill(state, victim):
    tool("--dir", state, "start")
    leaders = [pid for pid, _ in sandbox.load(state)["leaders"]]
    for pid in {"all": procs.ours(state), "daemon": leaders[:1], "nginx": leaders[2:]}[victim]:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while sandbox.running(state) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tool("--dir", state, "status", check=False).returncode == 3
    assert "running" in tool("--dir", state, "start").stdout and answers(state)
    assert all(procs.start_time(pid) is None for pid in leaders)


def test_start_that_is_killed_half_way(state):
    child = subprocess.Popen([TOOL, "--dir", state, "start"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not procs.ours(state) and time.monotonic() < deadline:
        time.sleep(0.005)
    child.kill()
    child.wait()
    tool("--dir", state, "stop")
    assert procs.ours(state) == [] and not os.path.exists(state)
    tool("--dir", state, "start")
    assert answers(state)


def test_failed_start_leaves_nothing(state):
    fake = tempfile.mkdtemp()
    with open(os.path.join(fake, "fcgiwrap"), "w", encoding="ascii") as out:
        out.write("#!/bin/sh\nexit 7\n")
    os.chmod(os.path.join(fake, "fcgiwrap"), 0o755)
    done = tool("--dir", state, "start", check=False, env={**os.environ, "PATH": fake + ":" + os.environ["PATH"]})
    shutil.rmtree(fake)
    assert done.returncode == 1 and "not started" in done.stderr
    assert procs.ours(state) == [] and not os.path.exists(state)


def test_long_directory(state):
    deep = os.path.join(state + "-deep", "d" * 60, "e" * 60)
    tool("--dir", deep, "start")
    sockets = sandbox.load(deep)["sockets"]
    assert answers(deep) and tool("--dir", deep, "ctl", "tip", "main").stdout
    tool("--dir", deep, "stop")
    assert not os.path.exists(sockets)
    shutil.rmtree(state + "-deep")


def test_folder_of_somebody_else_is_left_alone(state):
    os.makedirs(state)
    with open(os.path.join(state, "precious"), "w", encoding="ascii") as out:
        out.write("x")
    for command in ("start", "stop"):
        assert tool("--dir", state, command, check=False).returncode != 0
    assert os.listdir(state) == ["precious"]
    os.unlink(os.path.join(state, "precious"))


def test_env_is_safe_for_the_shell(state):
    tool("--dir", state, "start")
    text = tool("--dir", state, "env").stdout
    assert all(line.startswith("export ") for line in text.splitlines())
    script = text + '\nprintf %s "$SANDBOX_DIR"; test -r "$STAGEGATE_CA_FILE" && test -r "$KUBECONFIG"'
    done = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True)
    assert done.stdout == state
    want = {
        "STAGEGATE_GITOPS",
        "STAGEGATE_CA_FILE",
        "STAGEGATE_GITLAB_TOKEN",
        "KUBECONFIG",
        "SANDBOX_ACCESS_LOG",
        "SANDBOX_REPOSITORY",
    }
    assert want <= {line.split("=")[0][7:] for line in text.splitlines()}


def test_odd_directory_is_refused(state):
    done = tool("--dir", os.path.join(state, "it's a $(touch pwned) dir"), "start", check=False)
    assert done.returncode != 0 and "please" in done.stderr and not os.path.exists(state)


def test_nobody_else_may_read_the_state(state):
    tool("--dir", state, "start")
    assert os.stat(state).st_mode & 0o077 == 0


def test_tokens_are_in_no_command_line(state):
    tool("--dir", state, "start")
    for pid in procs.ours(state):
        with open(f"/proc/{pid}/cmdline", "rb") as source:
            assert b"CANARY" not in source.read()
