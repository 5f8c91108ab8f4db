"""Pipelines of templates/ and docs/pipelines.md in an engine that is not ours, against the sandbox."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from sim.conftest import _box, _running  # noqa: E402,F401  pylint: disable=unused-import

TEMPLATES = sorted((ROOT / "templates").glob("*.yml"))
CANARY = "CANARY"
LIMIT_S = 60


def binary():
    return pathlib.Path(os.environ.get("STAGEGATE_BIN") or ROOT / "build/release/stagegate").resolve()


def examples():
    """The pipelines of docs/pipelines.md by name."""
    text = (ROOT / "docs/pipelines.md").read_text()
    found = re.findall(r"^<!-- example: (\w+) -->\n```yaml\n(.*?)^```$", text, re.M | re.S)
    assert len(found) == len(dict(found)) == text.count("```yaml"), "every block of YAML is an example with a name of its own"
    return dict(found)


def local(pipeline):
    """Components and projects cannot be fetched here: their templates are included from the project itself."""
    pipeline = re.sub(r"component: \S+/stagegate/(\w+)@\S+", r"local: templates/\1.yml", pipeline)
    return re.sub(r"- project: [^\n]*\n +ref: [^\n]*\n +file: /(templates/\w+\.yml)", r"- local: \1", pipeline)


class Repository:
    """The GitOps repository as the server has it."""

    def __init__(self, box):
        self.path = box.repo

    def __call__(self, *words):
        return subprocess.run(["git", "-C", self.path, *words], check=True, text=True, stdout=subprocess.PIPE).stdout.rstrip("\n")

    def tag(self, service, env, branch):
        return str(yaml.safe_load(self("show", f"{branch}:apps/{service}/values-{env}.yaml"))["image"]["tag"])


@pytest.fixture
def repository(box):
    return Repository(box)


@pytest.fixture(scope="session")
def engine():
    done = subprocess.run([ROOT / "ci/gitlab-ci-local"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, f"{done.stderr}(ci/setup installs nodejs, npm and rsync)"
    return done.stdout.strip()


class Pipeline:
    """What one run of the engine did: the end of each job by its name."""

    def __init__(self, done):
        self.code, self.text = done.returncode, done.stdout
        assert CANARY not in self.text, "a secret in the log"
        self.jobs = {name: word for word, name in re.findall(r"^ (PASS|WARN|FAIL) +(\S+)(?: +\w+_script)? *$", self.text, re.M)}


class Project:
    """A project with a pipeline, as the runner of a protected branch sees it."""

    def __init__(self, box, engine, folder, path):
        self.box, self.engine, self.folder = box, engine, folder
        self.url = box.env["STAGEGATE_GITLAB_URL"]
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", f"{self.url}/{path}.git")
        self.write("stagegate-was-here", "")
        self.git("-c", "user.name=dev", "-c", "user.email=dev@example.com", "commit", "-q", "-m", "first")
        self.env = {"PATH": f"{binary().parent}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        for name in ("STAGEGATE_CA_FILE", "STAGEGATE_GITLAB_TOKEN", "KUBECONFIG"):
            self.env[name] = box.env[name]
        self.env["STAGEGATE_MR_POLL"] = "20ms"
        for template in TEMPLATES:
            self.write(f"templates/{template.name}", template.read_text())

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self, name, text, executable=False):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if executable else 0o644)
        self.git("add", "-f", name)
        return self

    def take(self, branch):
        """The content and the history of the sandbox's GitOps repository."""
        self.git("fetch", "-q", "--update-head-ok", "--force", self.box.repo, f"{branch}:refs/remotes/origin/main")
        self.git("reset", "-q", "--mixed", "origin/main")
        self.git("checkout", "-q", "--", "apps", "clusters", "bootstrap", "stagegate.yaml")
        self.git("add", "-f", ".gitlab-ci.yml", "templates")

    def __call__(self, *words, source="push", user="dev", expect=0, **variables):
        """Runs the pipeline; the end of each job is known afterwards."""
        given = {"GITLAB_CI": "true", "CI_COMMIT_REF_PROTECTED": "true", "CI_PIPELINE_SOURCE": source, "CI_SERVER_URL": self.url,
                 **variables}
        token = self.box.env[f"SANDBOX_JOB_TOKEN_{user.upper().replace('-', '_')}"]
        argv = [self.engine, "--force-shell-executor", "--shell-isolation", "--no-color", "--no-evaluate-rule-changes", "--no-artifacts-to-source",
                # the schema is the editor's: GitLab itself takes a job without tags
                "--ignore-schema-paths", "#/definitions/tags/minItems", *words]
        for name, value in given.items():
            argv += ["--variable", f"{name}={value}"]
        done = subprocess.run(argv, cwd=self.folder, env={**self.env, "CI_JOB_TOKEN": token}, text=True, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S)
        pipeline = Pipeline(done)
        assert done.returncode == expect, pipeline.text
        return pipeline

    def preview(self, **variables):
        """The pipeline as the engine expands it: includes, inputs and defaults are gone."""
        done = self("--preview", **variables)
        return yaml.safe_load(done.text[done.text.index("---\n"):])

    def listed(self, **variables):
        """The jobs that the pipeline would have."""
        done = self("--list-json", "--no-json-schema-validation", **variables)
        return [job["name"] for job in json.loads(done.text[done.text.index("[\n"):]) if job["when"] != "never"]

    def artifact(self, job, name):
        found = list((self.folder / ".gitlab-ci-local/artifacts" / job).rglob(name))
        assert len(found) == 1, f"{job} has no {name}"
        return found[0]

    def left(self, job, name):
        """A file that a job left where it ran."""
        return self.folder / ".gitlab-ci-local/builds" / job / name


@pytest.fixture
def project(box, engine, tmp_path):
    def make(path, pipeline):
        made = Project(box, engine, tmp_path / path.replace("/", "-"), path)
        return made.write(".gitlab-ci.yml", local(pipeline))
    return make
