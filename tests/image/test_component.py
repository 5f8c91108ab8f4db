"""A component of templates/ in a job that runs in this image: an engine that is not ours starts the container and feeds the script."""
import importlib.util
import os
import re
import shutil
import subprocess
import tarfile

import pytest
from conftest import CANARY, ROOT

COMPONENT = """
include:
  - local: templates/bump.yml
    inputs:
      image: {image}
      environment: dev
      services: payment
      version: 32.1.0
      gitops: gitops/apps
"""
# what the engine calls in its helper container, beside the job's
HELPER = ("bash", "sh", "chown", "chmod", "mkdir", "rsync")


@pytest.fixture(scope="session")
def components():
    """The engine and the projects of the components' own tests."""
    spec = importlib.util.spec_from_file_location("components", ROOT / "tests/components/conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def engine():
    done = subprocess.run([ROOT / "ci/gitlab-ci-local"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, f"{done.stderr}(ci/setup installs nodejs, npm and rsync)"
    return done.stdout.strip()


@pytest.fixture(scope="session")
def helper(runner, tmp_path_factory):
    """An image with this machine's own tools, in the place of the one that the engine would fetch."""
    path = tmp_path_factory.mktemp("helper") / "helper.tar"
    with tarfile.open(path, "w") as archive:
        added = set()
        for name in HELPER:
            program = os.path.realpath(shutil.which(name))
            linked = subprocess.run(["ldd", program], check=True, text=True, stdout=subprocess.PIPE).stdout
            for library in [program, *re.findall(r"(/\S+) \(0x", linked)]:
                if library not in added:
                    archive.add(os.path.realpath(library), library)
                added.add(library)
            if f"/usr/bin/{name}" not in added:
                archive.add(program, f"/usr/bin/{name}")
            added.add(f"/usr/bin/{name}")
    runner.call("import", "--quiet", str(path), "localhost/helper:test")
    return "localhost/helper:test"


@pytest.fixture
def podman(runner, tmp_path):
    """A program `podman` with the storage of these tests."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "podman"
    program.write_text(f"#!/bin/sh\nexec {' '.join([shutil.which(runner.podman[0]), *runner.podman[1:]])} \"$@\"\n")
    program.chmod(0o755)
    return folder


def test_the_component_runs_in_the_image(sandbox, runner, components, engine, helper, podman, tmp_path):
    project = components.Project(sandbox, engine, tmp_path / "project", "shop/payment")
    project.write(".gitlab-ci.yml", COMPONENT.format(image=runner.name))
    (project.folder / ".gitlab-ci-local-variables.yml").write_text(
        f"STAGEGATE_GITLAB_TOKEN: {sandbox.env['STAGEGATE_GITLAB_TOKEN']}\n"
        f"CI_SERVER_URL: {sandbox.env['STAGEGATE_GITLAB_URL']}\nCI_SERVER_TLS_CA_FILE: {sandbox.env['STAGEGATE_CA_FILE']}\n"
        "GITLAB_CI: 'true'\nCI_COMMIT_REF_PROTECTED: 'true'\n")
    before = sandbox.tip()
    done = subprocess.run([engine, "--container-executable", "podman", "--pull-policy", "if-not-present", "--helper-image", helper, "--no-umask",
                           "--network", "host", "--no-color", "--no-artifacts-to-source",
                           "--ignore-schema-paths", "#/definitions/tags/minItems"],
                          cwd=project.folder, env={**runner.env, "PATH": f"{podman}:{os.environ['PATH']}"}, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout
    assert CANARY not in done.stdout, "a secret in the log"
    assert re.search(r"^ PASS +bump-dev *$", done.stdout, re.M), done.stdout
    assert sandbox.tip() != before and sandbox.tip()[:12] in done.stdout
    (report,) = (project.folder / ".gitlab-ci-local/artifacts/bump-dev").rglob("stagegate.env")
    assert "STAGEGATE_TAG=32.1.0\n" in report.read_text()
