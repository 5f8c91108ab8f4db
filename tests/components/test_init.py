"""The pipelines that `stagegate init` writes, run by the same engine as those of docs/pipelines.md."""
import json
import subprocess

import pytest
from conftest import binary
from test_pipelines import HALF_AN_HOUR, VERSIONS, live_in_dev, requests, versions

TAG = {"CI_COMMIT_TAG": "23.4.2", "CI_REGISTRY": "registry.example.com", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": "p",
       "CI_REGISTRY_IMAGE": "registry.example.com/shop/catalog"}


@pytest.fixture
def skeleton(tmp_path):
    """The .gitlab-ci.yml of one kind of skeleton."""
    def make(kind, *words):
        folder = tmp_path / kind
        subprocess.run([binary(), "init", kind, folder, *words], check=True, stdout=subprocess.DEVNULL, env={})
        return (folder / ".gitlab-ci.yml").read_text()
    return make


def application(project, skeleton, *words):
    """A project with that pipeline, and a docker that only says what it was asked for: there is no service here either."""
    text = skeleton("pipeline", "--gitops", "gitops/apps", *words)
    assert "  services: [docker:27-dind]\n" in text
    app = project("shop/catalog", text.replace("  services: [docker:27-dind]\n", ""))
    app.write("bin/docker", '#!/bin/sh\n[ "$1" != login ] || read -r password\necho "docker $*"\n', executable=True)
    app.env["PATH"] = f"{app.folder / 'bin'}:{app.env['PATH']}"
    return app


def test_a_tag_is_built_bumped_and_live(repository, project, skeleton):
    """The service is the one of the project's name."""
    app = application(project, skeleton)
    run = app(CI_PROJECT_NAME="catalog", **TAG)
    assert run.jobs == {"build": "PASS", "bump-dev": "PASS", "wait-dev": "PASS"}, run.text
    assert "docker login --username ci --password-stdin registry.example.com" in run.text
    assert "docker push registry.example.com/shop/catalog:23.4.2" in run.text
    assert repository.tag("catalog", "dev", "develop") == "23.4.2"
    wait = json.loads(app.artifact("wait-dev", "stagegate.json").read_text())
    assert wait["verdicts"][0]["revision_wanted"] == repository("rev-parse", "develop")


def test_only_protected_tags_are_released(project, skeleton):
    app = application(project, skeleton)
    assert set(app.listed(**TAG)) == {"build", "bump-dev", "wait-dev"}
    assert app.listed() == []
    assert app.listed(CI_COMMIT_REF_PROTECTED="false", **TAG) == []


def test_the_images_are_where_one_says(project, skeleton):
    app = application(project, skeleton, "--image-prefix", "registry.example.com/shop", "--services", "catalog",
                      "--job-image", "mirror.example.com/stagegate:1")
    jobs = app.preview(**TAG)
    assert jobs["build"]["variables"]["IMAGE"] == "registry.example.com/shop/catalog"
    assert {jobs[name]["image"]["name"] for name in ("bump-dev", "wait-dev")} == {"mirror.example.com/stagegate:1"}


def test_the_gitops_repository_takes_it_on(box, repository, project, skeleton):
    """A schedule promotes to staging; the pipeline of the merge sees it live; production waits for its soak."""
    live_in_dev(box, project)
    text = skeleton("gitops", "--gitops", f"{box.env['STAGEGATE_GITLAB_URL']}/gitops/apps.git", "--services", ",".join(VERSIONS))
    gitops = project("gitops/apps", text)
    gitops.take("main")
    run = gitops(source="schedule")
    assert run.jobs["promote-staging"] == "PASS" and run.jobs["promote-production"] in ("WARN", "PASS"), run.text
    assert versions(repository, "staging") == VERSIONS
    gitops.take("main")
    run = gitops(source="push", CI_COMMIT_BRANCH="main")
    assert run.jobs == {"check": "PASS", "wait-staging": "PASS", "wait-production": "PASS"}, run.text
    box.ctl("clock", HALF_AN_HOUR)
    run = gitops("--manual", "promote-production", source="web")
    assert run.jobs == {"promote-production": "WARN"}, run.text
    assert requests(box) == [], "the soak of two hours comes before any merge request"


def test_merge_requests_are_checked_and_nothing_else(project, skeleton):
    gitops = project("gitops/apps", skeleton("gitops", "--gitops", "https://gitlab.example.com/gitops/apps.git"))
    gitops.take("main")
    assert gitops.listed(source="merge_request_event", CI_COMMIT_REF_PROTECTED="false") == ["check"]
    assert gitops.listed(source="push", CI_COMMIT_REF_PROTECTED="false", CI_COMMIT_BRANCH="stagegate/staging/catalog") == []
    assert gitops(source="merge_request_event").jobs == {"check": "PASS"}
