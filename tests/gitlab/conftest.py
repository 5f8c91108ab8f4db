"""The sandbox of tests/sim, and gitlab_tool beside it."""
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from sim.conftest import _box, _running  # noqa: E402,F401  pylint: disable=unused-import
from sim.lab import Lab  # noqa: E402


def program():
    return os.path.abspath(os.environ.get("STAGEGATE_GITLAB_TOOL")
                           or os.path.join(ROOT, "build", "dev", "tests", "gitlab", "gitlab_tool"))


class Done:
    """One run: its exit status and its lines."""

    def __init__(self, code, text):
        self.code, self.text = code, text
        self.says = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def __getattr__(self, name):
        return self.says.get(name, "")


class Tool:
    def __init__(self, box):
        self.box = box

    def __call__(self, *words, **env):
        clean = {"PATH": "/usr/bin:/bin", "STAGEGATE_CA_FILE": self.box.env["STAGEGATE_CA_FILE"],
                 "GITLAB_API": self.box.env["SANDBOX_API"], "GITLAB_PROJECT": "gitops/apps",
                 "GITLAB_TOKEN": self.box.env["STAGEGATE_GITLAB_TOKEN"]}
        clean.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        clean.update(env)
        clean = {name: value for name, value in clean.items() if value is not None}
        done = subprocess.run([program(), *map(str, words)], env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        assert "CANARY" not in done.stdout, done.stdout
        assert "ERROR: " not in done.stdout and "runtime error" not in done.stdout, done.stdout  # a sanitizer
        return Done(done.returncode, done.stdout)


@pytest.fixture(name="tool")
def _tool(box):
    if not os.access(program(), os.X_OK):
        pytest.skip(f"{program()} has not been built (ci/build dev)")
    return Tool(box)


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)
