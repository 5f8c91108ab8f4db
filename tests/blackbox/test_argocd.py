"""Argo CD's own API instead of the cluster's, for runners that may reach it and not the cluster."""
import json
import pathlib
import re

import pytest
import yaml

from rows import verdict


class Argo:
    """A configuration that asks Argo CD; `wait` needs no kubeconfig then."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg
        self.config = pathlib.Path(sg.folder) / "argocd.yaml"
        self.env = {"KUBECONFIG": None, "STAGEGATE_ARGOCD_SERVER": sandbox.env["SANDBOX_ARGOCD_SERVER"],
                    "STAGEGATE_ARGOCD_TOKEN": sandbox.env["SANDBOX_ARGOCD_TOKEN"]}  # fmt: skip
        self.project("default")
        self.tags = 0

    def project(self, name):
        text = yaml.safe_load(self.sandbox.show("stagegate.yaml", "main"))
        for env in text["environments"]:
            env["cluster"] = {"argocd": True, **({"project": name} if name else {})}
        self.config.write_text(yaml.safe_dump(text), encoding="utf-8")

    def wait(self, *words, expect=0, env=None):
        return self.sg("wait", "--config", str(self.config), "--env", "dev", "--output", "json", *words, expect=expect, env={**self.env, **(env or {})})

    def bump(self, service):
        self.tags += 1
        self.sg("bump", service, f"97.0.{self.tags}")

    def requests(self):
        return [row for row in json.loads(self.sandbox.ctl("requests")) if row["path"].startswith("/api/v1")]


@pytest.fixture
def argo(sandbox, sg):
    yield Argo(sandbox, sg)
    sandbox.ctl("fault", "clear")
    sandbox.ctl("reset")


def test_a_fresh_commit_is_followed(argo):
    argo.bump("catalog")
    run = argo.wait("catalog")
    row = verdict(run)
    assert row["reason"] == "DEPLOYED" and row["sync"] == "Synced"
    asked = [row["path"] for row in argo.requests()]
    assert any(re.search(r"/applications/catalog-dev\?appNamespace=argocd&project=default&refresh=normal$", path) for path in asked), asked
    assert any("/stream/applications" in path for path in asked)


def test_one_that_is_there_already(argo):
    assert verdict(argo.wait("admin"))["reason"] == "DEPLOYED"


def test_several_share_a_stream(argo):
    for service in ("catalog", "order", "payment"):
        argo.bump(service)
    before = len(argo.requests())
    run = argo.wait("catalog", "order", "payment")
    assert [row["reason"] for row in run.json["verdicts"]] == ["DEPLOYED"] * 3
    assert sum("/stream/" in row["path"] for row in argo.requests()[before:]) == 1


def test_a_failure_has_its_cause(argo):
    argo.sandbox.ctl("app", "catalog-dev", "sync-failed")
    argo.bump("catalog")
    assert verdict(argo.wait("catalog", expect=1))["reason"] == "SYNC_FAILED"


QUICK = ["--timeout", "25s", "--poll", "100ms", "--pod-grace", "300ms"]


@pytest.mark.parametrize("behaviour, code, words", [
    ("image-pull", "IMAGE_PULL", "ImagePullBackOff"),
    ("config-error", "CONFIG_ERROR", "secret \"catalog-settings\" not found"),
    ("crash-loop", "CRASH_LOOP", "exit code 3"),
    ("unschedulable", "UNSCHEDULABLE", "Insufficient memory"),
    ("quota", "QUOTA", "exceeded quota"),
])
def test_a_stuck_pod_fails_the_rollout_early(argo, behaviour, code, words):
    argo.sandbox.ctl("app", "catalog-dev", behaviour)
    argo.bump("catalog")
    run = argo.wait("catalog", *QUICK, "--pod-logs", "1", expect=1)
    assert verdict(run)["reason"] == code and words in verdict(run)["sentence"]
    log = [line for line in verdict(run)["evidence"] if line.startswith("log: ")]
    assert log == (["log: panic: no connection to the database"] if code == "CRASH_LOOP" else [])
    assert not [row for row in run.json["warnings"] if row["reason"] == "WORKLOADS_UNREADABLE"]
    assert any("/resource-tree?" in row["path"] for row in argo.requests())


@pytest.mark.parametrize("behaviour", ["finished-jobs", "no-images"])
def test_workloads_decide_about_images(argo, behaviour):
    argo.sandbox.ctl("app", "catalog-dev", behaviour)
    argo.bump("catalog")
    run = argo.wait("catalog", *QUICK)
    assert verdict(run)["reason"] == "DEPLOYED" and run.json["warnings"] == []


def test_what_may_not_be_read_of_workloads_is_said_once(argo):
    argo.sandbox.ctl("app", "catalog-dev", "image-pull")
    argo.sandbox.ctl("fault", "argocd-tree-denied", "1000")
    argo.bump("catalog")
    run = argo.wait("catalog", "--timeout", "3s", "--poll", "100ms", "--pod-grace", "300ms", expect=8)
    assert verdict(run)["reason"] == "PROGRESSING"
    (warning,) = [row for row in run.json["warnings"] if row["reason"] == "WORKLOADS_UNREADABLE"]
    assert "`applications, get, default/catalog-dev`" in warning["text"]


def test_a_log_that_may_not_be_read_changes_no_verdict(argo):
    argo.sandbox.ctl("app", "catalog-dev", "crash-loop")
    argo.bump("catalog")
    token = argo.sandbox.env["SANDBOX_ARGOCD_TOKEN_RELEASE"]
    run = argo.wait("catalog", *QUICK, "--pod-logs", "1", expect=1, env={"STAGEGATE_ARGOCD_TOKEN": token})
    assert verdict(run)["reason"] == "CRASH_LOOP" and any("the log cannot be read" in line for line in verdict(run)["evidence"])


def test_a_stream_that_ends_is_opened_again(argo):
    argo.sandbox.ctl("fault", "argocd-stream-end")
    argo.bump("catalog")
    assert verdict(argo.wait("catalog"))["reason"] == "DEPLOYED"


@pytest.mark.parametrize("fault", ["argocd-502", "argocd-html"])
def test_trouble_that_passes(argo, fault):
    argo.bump("catalog")
    argo.sandbox.ctl("fault", fault)
    assert verdict(argo.wait("catalog", "--retry-base", "50ms"))["reason"] == "DEPLOYED"


def test_a_server_without_a_scheme_and_the_cli_s_own_variables(argo):
    server = argo.sandbox.env["SANDBOX_ARGOCD_SERVER"].removeprefix("https://")
    env = {"STAGEGATE_ARGOCD_SERVER": None, "STAGEGATE_ARGOCD_TOKEN": None, "ARGOCD_SERVER": server, "ARGOCD_AUTH_TOKEN": argo.env["STAGEGATE_ARGOCD_TOKEN"]}
    assert verdict(argo.wait("admin", env=env))["reason"] == "DEPLOYED"


def test_a_token_from_a_file(argo, tmp_path):
    file = tmp_path / "token.secret"
    file.write_text(argo.env["STAGEGATE_ARGOCD_TOKEN"] + "\n", encoding="ascii")
    assert verdict(argo.wait("admin", env={"STAGEGATE_ARGOCD_TOKEN": None, "STAGEGATE_ARGOCD_TOKEN_FILE": str(file)}))["reason"] == "DEPLOYED"


REFUSALS = (
    ({"STAGEGATE_ARGOCD_SERVER": None}, "default", 2, "no Argo CD server is named"),
    ({"STAGEGATE_ARGOCD_SERVER": "ftp://x"}, "default", 2, "--argocd-server"),
    ({"STAGEGATE_ARGOCD_TOKEN": None}, "default", 4, "no token was given for Argo CD"),
    ({"STAGEGATE_ARGOCD_TOKEN": "two words"}, "default", 4, "something else than one token"),
    ({"STAGEGATE_ARGOCD_TOKEN": "opaque"}, "default", 4, "no session information"),
)


@pytest.mark.parametrize("env, project, code, words", REFUSALS)
def test_what_is_missing_is_named(argo, env, project, code, words):
    argo.project(project)
    assert words in argo.wait("admin", expect=code, env=env).err


def test_expired_and_without_rights(argo):
    expired = {"STAGEGATE_ARGOCD_TOKEN": argo.sandbox.env["SANDBOX_ARGOCD_TOKEN_EXPIRED"]}
    assert "token is expired" in argo.wait("admin", expect=4, env=expired).err
    nobody = {"STAGEGATE_ARGOCD_TOKEN": argo.sandbox.env["SANDBOX_ARGOCD_TOKEN_NOBODY"]}
    run = argo.wait("admin", expect=None, env=nobody)
    assert run.code in (4, 5) and "may not see it" in run.err or "must allow" in run.err, run


def test_a_project_that_it_is_not_in(argo):
    argo.project("elsewhere")
    run = argo.wait("admin", expect=None)
    assert run.code in (4, 5) and "may not see it" in run.err or "must allow" in run.err, run


def test_doctor_asks_it_too(argo):
    run = argo.sg("doctor", "--config", str(argo.config), "--output", "json", env=argo.env, expect=None)
    found = {row["id"]: row for row in run.json["findings"] if row["subject"] == "dev"}
    assert "Argo CD v3.5.1" in json.dumps(found), run
    for check in ("CLUSTER_GET", "CLUSTER_WATCH", "CLUSTER_PATCH"):
        assert found[check]["severity"] == "ok", run
    argo.project(None)
    run = argo.sg("doctor", "--config", str(argo.config), env=argo.env, expect=None)
    assert "project: NAME" in run.out


def test_the_board_needs_no_kubeconfig(argo):
    run = argo.sg("status", "admin", "--config", str(argo.config), env=argo.env)
    assert "Synced, Healthy" in run.out
