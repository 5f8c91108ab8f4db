"""The commands that `stagegate explain` shows exist in the tools that they call, with these options."""
import functools
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate"))


@functools.cache
def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


@functools.cache
def lines():
    """Every line of every entry."""
    names = [code["code"] for code in json.loads(run(BINARY, "explain", "--output", "json").stdout)["codes"]]
    codes = json.loads(run(BINARY, "explain", "--output", "json", *names).stdout)["codes"]
    return sorted({line for code in codes for line in code["look"]})


def calls(tool):
    """The arguments of each call of a tool, up to a pipe or the next command."""
    for line in lines():
        for part in re.split(r" \| | && |; ", line):
            words = shlex.split(part)
            if words[0] == tool:
                yield words[1:]


def options(words):
    return [word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)]


def unknown(words, text):
    return [option for option in options(words) if not re.search(rf"(^|[\s,]){re.escape(option)}\b", text)]


def test_every_line_is_shell():
    assert len(lines()) > 100
    for line in lines():
        done = run("bash", "-n", "-c", line)
        assert done.returncode == 0, done.stderr


def test_glab():
    glab = run(ROOT / "ci/glab", "--cached").stdout.strip()
    if not glab:
        pytest.skip("no glab at hand (ci/glab fetches it)")
    seen = 0
    for words in calls("glab"):
        command = words[:1] if words[0] == "api" else words[:2]
        done = run(glab, *command, "--help")
        assert done.returncode == 0 and "USAGE" in done.stdout + done.stderr, words
        assert unknown(words, done.stdout + done.stderr) == [], words
        seen += 1
    assert seen > 25


def test_kubectl():
    tools = run(ROOT / "ci/kubernetes-tools", "--cached").stdout.strip()
    if not tools:
        pytest.skip("no kubectl at hand (ci/kubernetes-tools fetches it)")
    kubectl = f"{tools}/kubectl"
    common, seen = run(kubectl, "options").stdout, 0
    for words in calls("kubectl"):
        at = 0
        while words[at].startswith("-"):
            at += 2
        if words[at] == "argo":  # a plugin of Argo Rollouts
            continue
        command = words[at:at + 2] if words[at] in ("auth", "config", "rollout", "top") else words[at:at + 1]
        done = run(kubectl, *command, "--help")
        assert done.returncode == 0 and not done.stderr, words
        assert unknown(words, done.stdout + common) == [], words
        seen += 1
    assert seen > 40
