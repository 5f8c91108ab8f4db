"""The sandbox of tests/sim, and repo_tool beside it."""
import os
import subprocess
import sys
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from sim.conftest import _box, _running  # noqa: E402,F401  pylint: disable=unused-import

DEV = "apps/catalog/values-dev.yaml"


def tool():
    return os.path.abspath(os.environ.get("STAGEGATE_REPO_TOOL")
                           or os.path.join(ROOT, "build", "dev", "tests", "repo", "repo_tool"))


class Done:
    """One run: its exit status, its lines, how long it took."""

    def __init__(self, code, text, seconds):
        self.code = code
        self.text = text
        self.seconds = seconds
        self.says = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def __getattr__(self, name):
        return self.says.get(name, "")


class Tool:
    def __init__(self, box, folder):
        self.box = box
        self.tmp = str(folder / "tmp")
        self.cwd = str(folder / "cwd")
        os.mkdir(self.tmp)
        os.mkdir(self.cwd)

    def environment(self, **more):
        env = {"PATH": "/usr/bin:/bin", "TMPDIR": self.tmp, "HOME": "/nonexistent",
               "REPO_URL": self.box.env["STAGEGATE_GITOPS"], "REPO_TOKEN": self.box.env["STAGEGATE_GITLAB_TOKEN"],
               "STAGEGATE_CA_FILE": self.box.env["STAGEGATE_CA_FILE"]}
        env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        env.update(more)
        return {name: value for name, value in env.items() if value is not None}

    def start(self, *words, **env):
        return subprocess.Popen([tool(), *words], env=self.environment(**env), cwd=self.cwd, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, process, begin):
        text = process.communicate(timeout=90)[0]
        seconds = time.monotonic() - begin
        assert "CANARY" not in text, text
        assert "ERROR: " not in text and "runtime error" not in text, text  # a sanitizer
        assert os.listdir(self.tmp) == [] and os.listdir(self.cwd) == []
        return Done(process.returncode, text, seconds)

    def __call__(self, *words, **env):
        begin = time.monotonic()
        return self.finish(self.start(*words, **env), begin)

    def bump(self, tag="7.7.7", branch="develop", **env):
        return self("bump", branch, DEV, "tag: ", f"tag: {tag} # ", **env)


@pytest.fixture(name="tool")
def _tool(box, tmp_path):
    if not os.access(tool(), os.X_OK):
        pytest.skip(f"{tool()} has not been built (ci/build dev)")
    return Tool(box, tmp_path)
