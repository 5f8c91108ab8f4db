"""wait where the last run of a CronJob is what Argo CD holds against an application: it says which, and why, and makes no verdict of its own of it."""
import itertools
import json

import pytest

from rows import verdict

CRON = """apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly%s
spec:
  schedule: "0 2 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}]}}}}
"""
IGNORED = '\n  annotations: {argocd.argoproj.io/ignore-healthcheck: "true"}'
TAGS = itertools.count(1)
QUICK = ["--poll", "100ms", "--degraded-grace", "200ms", "--pod-grace", "300ms", "--confirm", "200ms"]
JOB = "/apis/batch/v1/namespaces/catalog-dev/jobs/nightly-29453880"
FAILED = ("CronJob catalog-dev/nightly: its last run has not succeeded, Job nightly-29453880: BackoffLimitExceeded: Job has reached the "
          "specified backoff limit; pod nightly-29453880-x7k2p: container main: ended with exit code 3 (Error)")
PULLING = ("CronJob catalog-dev/nightly: its last run is not over, Job nightly-29453880: 0 of 1 completions; pod nightly-29453880-x7k2p: "
           "container main: ImagePullBackOff: Back-off pulling image: not found")


class Shop:
    """catalog-dev with a CronJob beside its Deployment."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg

    def has(self, behaviour, more=""):
        self.sandbox.ctl("push-file", "develop", "apps/catalog/templates/cronjob.yaml", stdin=CRON % more)
        self.sandbox.ctl("refresh", "catalog-dev")
        self.sandbox.ctl("settle")
        self.sandbox.ctl("app", "catalog-dev", behaviour)
        self.sandbox.ctl("push-foreign", "develop", "catalog", f"77.7.{next(TAGS)}")
        self.sandbox.ctl("refresh", "catalog-dev")
        self.sandbox.ctl("settle")
        self.sandbox.ctl("requests", "clear")

    def wait(self, *more, **how):
        return self.sg("wait", "catalog", "--env", "dev", "--output", "json", *QUICK, *more, **how)

    def reads(self, path):
        return sum(row["path"].partition("?")[0] == path for row in json.loads(self.sandbox.ctl("requests")))


@pytest.fixture(name="shop")
def _shop(sandbox, sg):
    sandbox.ctl("reset")
    yield Shop(sandbox, sg)
    sandbox.ctl("reset")


def test_a_last_run_that_failed_is_the_cause(shop):
    shop.has("cron-failed")
    run = shop.wait(expect=1)
    row = verdict(run)
    assert (row["reason"], row["cause"]) == ("DEGRADED", "JOB_FAILED") and FAILED in row["sentence"] and run.json["warnings"] == [], run


def test_a_run_that_is_not_over_is_named_and_fails_nothing(shop):
    shop.has("cron-runs")
    run = shop.wait("--timeout", "12s", expect=8)
    row = verdict(run)
    assert (row["reason"], row["cause"]) == ("PROGRESSING", "IMAGE_PULL") and PULLING in row["last_blocker"], run


def test_it_is_green_when_the_run_is_over(shop):
    shop.has("cron-runs")
    with shop.sg.started("wait", "catalog", "--env", "dev", *QUICK) as run:
        run.says("ImagePullBackOff")
        shop.sandbox.ctl("app", "catalog-dev", "healthy")
        assert run.ends() == 0, run.text


def test_where_argo_cd_is_content_no_run_is_looked_at(shop):
    shop.has("healthy")
    assert verdict(shop.wait())["reason"] == "DEPLOYED" and shop.reads(JOB) == 0


def test_what_health_does_not_count_is_not_named(shop):
    shop.has("cron-failed", IGNORED)
    row = verdict(shop.wait(expect=1))  # the sandbox's Argo CD does not know the annotation: the cause is another one then
    assert row["reason"] == "DEGRADED" and "CronJob" not in row["sentence"] and shop.reads(JOB) == 0


def test_a_deployment_is_looked_at_all_the_same(shop):
    shop.has("crash-loop")
    row = verdict(shop.wait(expect=1))
    assert row["reason"] == "CRASH_LOOP" and "Deployment catalog-dev/catalog" in row["sentence"], row


@pytest.mark.parametrize("behaviour, sentence", [("cron-failed", FAILED), ("cron-runs", PULLING)])
def test_through_argo_cds_own_api(shop, behaviour, sentence):
    shop.has(behaviour)
    path = f"{shop.sg.folder}/argocd.yaml"
    text = shop.sandbox.show("stagegate.yaml", "main").decode()
    with open(path, "w", encoding="ascii") as out:
        out.write(text.replace("cluster: {context: dev}", "cluster: {argocd: true, project: default}"))
    assert "argocd: true" in open(path, encoding="ascii").read()
    env = {"STAGEGATE_ARGOCD_SERVER": shop.sandbox.env["SANDBOX_ARGOCD_SERVER"], "STAGEGATE_ARGOCD_TOKEN": shop.sandbox.env["SANDBOX_ARGOCD_TOKEN"]}
    run = shop.wait("--config", path, "--timeout", "12s", env=env, expect=1 if behaviour == "cron-failed" else 8)
    assert sentence in verdict(run)["sentence"], run


def test_a_workload_of_its_own_goes_by_its_template(shop):
    """Without a controller nobody calls it failed: the template is what was deployed."""
    shop.has("cron-failed")
    path = f"{shop.sg.folder}/workload.yaml"
    with open(path, "w", encoding="ascii") as out:
        out.write("version: 1\nbranch: main\nenvironments:\n  - {name: dev, branch: develop, workload: \"{service}-dev/cronjob/nightly\", cluster: {context: dev}}\n"
                  "services:\n  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}\n")  # fmt: skip
    run = shop.sg("wait", "catalog", "--env", "dev", "--config", path, "--output", "json", "--poll", "100ms")
    assert verdict(run)["reason"] == "DEPLOYED" and shop.reads(JOB) == 0, run
