"""`sync: true`: a sync is started where automated sync is off, of exactly the landed revision, and only there."""
import copy
import json
import pathlib
import ssl
import urllib.request

import pytest
import yaml


class Manual:
    """order-dev, whose automated sync is off, in a configuration that lets a run start one."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg
        self.config = pathlib.Path(sg.folder) / "manual.yaml"
        self.configure(sync=True)
        sandbox.ctl("app", "order-dev", "out-of-sync")
        sandbox.ctl("settle")
        sg("bump", "order", "96.0.1")

    def configure(self, **more):
        text = yaml.safe_load(self.sandbox.show("stagegate.yaml", "main"))
        for env in text["environments"]:
            env.update(copy.deepcopy(more))
        self.config.write_text(yaml.safe_dump(text), encoding="utf-8")

    def wait(self, *words, expect=0, env=None):
        run = self.sg("wait", "order", "--config", str(self.config), "--env", "dev", "--output", "json", *words, expect=expect, env=env)
        (row,) = run.json["verdicts"]
        return run, row

    def app(self):
        env = self.sandbox.env
        where = f"{env['SANDBOX_KUBE_URL']}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/order-dev"
        request = urllib.request.Request(where, headers={"Authorization": f"Bearer {env['SANDBOX_KUBE_TOKEN']}"})
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=env["STAGEGATE_CA_FILE"])) as answer:
            return json.load(answer)


@pytest.fixture
def manual(sandbox, sg):
    yield Manual(sandbox, sg)
    sandbox.ctl("reset")


def test_a_sync_is_started_at_the_landed_revision(manual):
    run, row = manual.wait()
    assert row["reason"] == "DEPLOYED" and "a sync of" in run.err
    operation = manual.app()["status"]["operationState"]["operation"]
    assert operation["initiatedBy"] == {"username": "stagegate"} and operation["sync"]["revision"] == manual.sandbox.tip()
    assert not operation["sync"].get("prune") and operation["sync"]["syncStrategy"] == {"hook": {}}


def test_a_sync_whose_answer_is_lost_is_started_once_and_said(manual):
    """The patch is sent again, and is refused because of what the first one did."""
    manual.sandbox.ctl("fault", "sync-lost-reply")
    run, row = manual.wait("--retry-base", "20ms")
    assert row["reason"] == "DEPLOYED" and "a sync of" in run.err, run
    assert [line for line in row["evidence"] if "sync" in line] == [
        f"Application argocd/order-dev: a sync of {manual.sandbox.tip()[:12]} was started"], run


def test_not_without_being_told(manual):
    manual.configure(sync=False)
    _, row = manual.wait(expect=1)
    assert row["reason"] == "NEEDS_MANUAL_SYNC"
    assert manual.app()["status"].get("operationState", {}).get("operation", {}).get("initiatedBy") != {"username": "stagegate"}


def test_not_without_permission(manual):
    manual.sandbox.ctl("refresh", "order-dev")
    manual.sandbox.ctl("settle")
    run, row = manual.wait(expect=1, env={"KUBECONFIG": manual.sandbox.env["SANDBOX_KUBECONFIG_WAIT_RO"]})
    assert row["reason"] == "NEEDS_MANUAL_SYNC"
    (warning,) = (row for row in run.json["warnings"] if row["reason"] == "SYNC_NOT_PERMITTED")
    assert "patch" in warning["text"]


@pytest.mark.parametrize("token, code, reason", [("SANDBOX_ARGOCD_TOKEN_RELEASE", 0, "DEPLOYED"), ("SANDBOX_ARGOCD_TOKEN", 1, "NEEDS_MANUAL_SYNC")])
def test_through_argocd_s_own_api(manual, token, code, reason):
    manual.configure(sync=True, cluster={"argocd": True, "project": "default"})
    env = {"KUBECONFIG": None, "STAGEGATE_ARGOCD_SERVER": manual.sandbox.env["SANDBOX_ARGOCD_SERVER"], "STAGEGATE_ARGOCD_TOKEN": manual.sandbox.env[token]}
    _, row = manual.wait(expect=code, env=env)
    assert row["reason"] == reason


def test_a_sync_that_fails_is_a_failure(manual):
    manual.sandbox.ctl("app", "order-dev", "sync-failed")
    _, row = manual.wait(expect=1)
    assert row["reason"] == "SYNC_FAILED"
