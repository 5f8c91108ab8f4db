"""wait: what Git says is what really runs, or the reason why not."""
import itertools
import json
import pathlib
import re
import ssl
import urllib.request

import pytest
import yaml

from rows import verdict


TAGS = itertools.count(1)


def bump(sg, service):
    """A tag that nobody had before."""
    tag = f"77.0.{next(TAGS)}"
    sg("bump", service, tag)
    return tag


def test_a_bump_becomes_live(sandbox, sg):
    tag = bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json")
    assert run.json["result"] == "done"
    assert verdict(run)["reason"] == "DEPLOYED"
    assert verdict(run)["revision_seen"] == sandbox.tip()
    assert f"registry.example.com/shop/catalog:{tag}" in verdict(run)["images"]


def test_text_names_application_revision_and_image(sandbox, sg):
    tag = bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev")
    for word in ("catalog-dev", sandbox.tip()[:8], tag):
        assert word in run.out


def test_kustomize_service(sg):
    bump(sg, "search")
    assert verdict(sg("wait", "search", "--env", "dev", "--output", "json"))["reason"] == "DEPLOYED"


def test_a_later_foreign_commit_contains_ours(sandbox, sg):
    bump(sg, "checkout")
    ours = sandbox.tip()
    sandbox.ctl("push-foreign", "develop")
    run = sg("wait", "checkout", "--env", "dev", "--revision", ours, "--output", "json")
    assert verdict(run)["reason"] == "DEPLOYED"
    assert verdict(run)["revision_seen"] == sandbox.tip() != ours


def test_several_services(sg):
    tag = f"77.1.{next(TAGS)}"
    sg("bump", f"order={tag}", f"payment={tag}")
    run = sg("wait", "order", "payment", "--env", "dev", "--output", "json")
    assert [v["reason"] for v in run.json["verdicts"]] == ["DEPLOYED", "DEPLOYED"]


@pytest.mark.parametrize("behaviour, code, words", [
    ("sync-failed", "SYNC_FAILED", ""),
    ("hook-failed", "HOOK_FAILED", ""),
    ("wrong-target", "WRONG_REVISION_TARGET", ""),
    ("wrong-repo", "WRONG_REPOSITORY", ""),
    ("skip-reconcile", "RECONCILE_OFF", "skip-reconcile"),
    ("out-of-sync", "NEEDS_MANUAL_SYNC", "sync"),
])
def test_failures_name_their_cause(app, sg, behaviour, code, words):
    app("customer-dev", behaviour)
    bump(sg, "customer")
    run = sg("wait", "customer", "--env", "dev", "--output", "json", "--timeout", "20s", expect=1)
    assert run.json["reason"] == code
    assert verdict(run)["reason"] == code
    assert words in verdict(run)["sentence"] + " ".join(verdict(run)["evidence"])


@pytest.mark.parametrize("behaviour, code", [
    ("degraded", "DEGRADED"), ("comparison-error", "COMPARISON_ERROR"), ("invalid-spec", "SPEC_INVALID"),
    ("other-image", "IMAGE_MISMATCH")])
def test_failures_that_need_a_second_look(app, sg, behaviour, code):
    app("shipping-dev", behaviour)
    bump(sg, "shipping")
    graces = ["--confirm", "200ms", "--degraded-grace", "200ms", "--image-grace", "200ms", "--poll", "100ms"]
    run = sg("wait", "shipping", "--env", "dev", "--output", "json", "--timeout", "25s", *graces, expect=1)
    assert verdict(run)["reason"] == code


@pytest.mark.parametrize("behaviour, code, words", [
    ("image-pull", "IMAGE_PULL", "ImagePullBackOff"),
    ("config-error", "CONFIG_ERROR", "secret \"catalog-settings\" not found"),
    ("crash-loop", "CRASH_LOOP", "exit code 3"),
    ("unschedulable", "UNSCHEDULABLE", "Insufficient memory"),
    ("quota", "QUOTA", "exceeded quota"),
])
def test_a_stuck_pod_fails_the_rollout_early(app, sg, behaviour, code, words):
    app("catalog-dev", behaviour)
    bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json", "--timeout", "25s", "--poll", "100ms", "--pod-grace", "300ms",
             "--pod-logs", "1", expect=1)
    assert verdict(run)["reason"] == code
    assert "Deployment catalog-dev/catalog" in verdict(run)["sentence"]
    assert words in verdict(run)["sentence"]
    log = [line for line in verdict(run)["evidence"] if line.startswith("log: ")]
    assert log == (["log: panic: no connection to the database"] if code == "CRASH_LOOP" else [])


def test_a_pod_that_gets_going_again_fails_nothing(sandbox, app, sg):
    app("catalog-dev", "image-pull")
    bump(sg, "catalog")
    with sg.started("wait", "catalog", "--env", "dev", "--poll", "100ms") as run:
        run.says("ImagePullBackOff")
        sandbox.ctl("app", "catalog-dev", "healthy")
        assert run.ends() == 0, run.text


def test_what_may_not_be_read_of_workloads_is_said_once(sandbox, app, sg):
    app("catalog-dev", "image-pull")
    bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json", "--timeout", "3s", "--poll", "100ms", "--pod-grace", "300ms",
             env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_GET_ONLY"]}, expect=8)
    assert verdict(run)["reason"] == "PROGRESSING"
    warnings = [row for row in run.json["warnings"] if row["reason"] == "WORKLOADS_UNREADABLE"]
    assert len(warnings) == 1
    assert '"get" on resource "deployments" of apiGroup "apps"' in warnings[0]["text"]


def test_finished_pods_hold_no_old_image(app, sg):
    app("catalog-dev", "finished-jobs")
    bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json", "--timeout", "20s", "--poll", "100ms")
    assert verdict(run)["reason"] == "DEPLOYED"
    assert len(verdict(run)["images"]) == 2


def test_without_pods_the_templates_decide(app, sg):
    app("catalog-dev", "no-images")
    bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json", "--timeout", "20s")
    assert verdict(run)["reason"] == "DEPLOYED"
    assert run.json["warnings"] == []
    app("catalog-dev", "healthy")


def test_a_degraded_one_names_its_cause(app, sg):
    app("catalog-dev", "degraded")
    bump(sg, "catalog")
    run = sg("wait", "catalog", "--env", "dev", "--output", "json", "--timeout", "25s", "--degraded-grace", "200ms", "--poll", "100ms",
             expect=1)
    assert verdict(run)["reason"] == "DEGRADED"
    assert "ProgressDeadlineExceeded" in verdict(run)["sentence"]
    assert verdict(run)["cause"] == "PROBE_FAILING"


@pytest.mark.parametrize("behaviour, code", [("stuck", "PROGRESSING"), ("no-consume", "OLDER_REVISION"),
                                             ("old-pods", "OLD_IMAGE_RUNNING")])
def test_the_deadline_names_the_last_blocker(app, sg, behaviour, code):
    app("pricing-dev", behaviour)
    bump(sg, "pricing")
    run = sg("wait", "pricing", "--env", "dev", "--output", "json", "--timeout", "1500ms", expect=8)
    assert verdict(run)["reason"] == code
    assert run.json["result"] == "timeout"


def test_a_refresh_whose_answer_never_comes_holds_up_nothing(sandbox, app, sg):
    """It was done, and what comes of it is seen by the watch."""
    app("pricing-dev", "no-consume")
    bump(sg, "pricing")
    sandbox.ctl("hold", "1")
    with sg.started("wait", "pricing", "--env", "dev", "--timeout", "25s") as run:
        assert "PATCH" in sandbox.ctl("held")
        app("pricing-dev", "healthy")
        assert run.ends() == 0, run.text
    sandbox.ctl("hold", "off")


@pytest.mark.parametrize("fault", ["watch-gone", "watch-close", "watch-rst", "watch-cut", "watch-garbage", "watch-error"])
def test_a_watch_that_breaks_while_it_is_open(sandbox, app, sg, faults, fault):
    app("promotion-dev", "stuck")
    bump(sg, "promotion")
    with sg.started("wait", "promotion", "--env", "dev", "--retry-base", "20ms") as run:
        run.says("PROGRESSING")
        faults(fault)
        sandbox.ctl("app", "promotion-dev", "healthy")
        assert run.ends() == 0, run.text


@pytest.mark.parametrize("fault", ["watch-split", "watch-batch", "watch-bookmarks", "watch-null", "k8s-slow"])
def test_odd_streams(sg, faults, fault):
    faults(fault)
    bump(sg, "fulfillment")
    assert verdict(sg("wait", "fulfillment", "--env", "dev", "--output", "json"))["reason"] == "DEPLOYED"


@pytest.mark.parametrize("fault", ["k8s-503", "k8s-429", "k8s-reset", "k8s-truncate", "k8s-401"])
def test_trouble_that_passes(sg, faults, fault):
    bump(sg, "auth")
    faults(fault)
    run = sg("wait", "auth", "--env", "dev", "--output", "json", "--retry-base", "50ms",
             expect=4 if fault == "k8s-401" else 0)
    if fault != "k8s-401":
        assert verdict(run)["reason"] == "DEPLOYED"


def test_read_only_access_says_so(sandbox, sg):
    bump(sg, "gateway")
    sandbox.ctl("refresh", "gateway-dev")
    sandbox.ctl("settle")
    run = sg("wait", "gateway", "--env", "dev", "--output", "json",
             env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_WAIT_RO"]})
    assert verdict(run)["reason"] == "DEPLOYED"


def test_polling_when_watching_is_not_permitted(sandbox, sg):
    bump(sg, "gateway")
    sandbox.ctl("refresh", "gateway-dev")
    sandbox.ctl("settle")
    run = sg("wait", "gateway", "--env", "dev", "--output", "json",
             env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_GET_ONLY"]})
    assert verdict(run)["reason"] == "DEPLOYED"


@pytest.mark.parametrize("kind", ["TOKEN_FILE", "CLIENT_CERT"])
def test_other_credentials(sandbox, sg, kind):
    run = sg("wait", "admin", "--env", "dev", "--output", "json",
             env={"KUBECONFIG": sandbox.env[f"SANDBOX_KUBECONFIG_{kind}"]})
    assert verdict(run)["reason"] == "DEPLOYED"


def plugin_config(sandbox, folder, token):
    """The sandbox's kubeconfig, its user logged in by a program beside it."""
    config = yaml.safe_load(pathlib.Path(sandbox.env["KUBECONFIG"]).read_text(encoding="utf-8"))
    for user in config["users"]:
        user["user"] = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never", "command": "./log in.secret"}}
    program = folder / "log in.secret"  # holds one: the look for secrets in files passes it by
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}}
    program.write_text(f"#!/bin/sh\necho run >>'{folder}/runs'\necho '{json.dumps(answer)}'\n", encoding="utf-8")
    program.chmod(0o700)
    (folder / "config").write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(folder / "config")


def test_a_login_program_is_run_where_it_may(sandbox, sg, tmp_path):
    env = {"KUBECONFIG": plugin_config(sandbox, tmp_path, sandbox.env["SANDBOX_KUBE_TOKEN"])}
    run = sg("wait", "admin", "--env", "dev", env=env, expect=3)
    assert "a program would be run to log in" in run.err and "--exec-plugins" in run.err
    assert not (tmp_path / "runs").exists()
    run = sg("wait", "admin", "--env", "dev", "--exec-plugins", "--output", "json", env=env)
    assert verdict(run)["reason"] == "DEPLOYED"
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "run\n"


def test_a_login_program_whose_token_is_refused(sandbox, sg, tmp_path):
    env = {"KUBECONFIG": plugin_config(sandbox, tmp_path, "CANARY-nobody-knows-it"), "STAGEGATE_EXEC_PLUGINS": "true"}
    run = sg("wait", "admin", "--env", "dev", "--trace", env=env, expect=4)
    assert "CANARY" not in run.err + run.out
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "run\nrun\n"  # once more after the 401


def test_suspended_by_policy(app, sg):
    app("notification-dev", "suspended")
    bump(sg, "notification")
    run = sg("wait", "notification", "--env", "dev", "--suspended", "ask", "--output", "json", expect=75)
    assert verdict(run)["reason"] == "SUSPENDED"
    run = sg("wait", "notification", "--env", "dev", "--suspended", "ok", "--output", "json")
    assert run.json["result"] == "done"


def test_suspended_is_waited_for(app, sg):
    app("notification-dev", "suspended")
    bump(sg, "notification")
    run = sg("wait", "notification", "--env", "dev", "--timeout", "1500ms", expect=8)
    assert "SUSPENDED" in run.out


def test_a_signal_ends_the_wait(app, sg):
    app("notification-dev", "stuck")
    bump(sg, "notification")
    with sg.started("wait", "notification", "--env", "dev") as run:
        run.says("PROGRESSING")
        run.child.terminate()
        assert run.ends() == 143
    assert "notification-dev: PROGRESSING: " in run.text[run.text.index("stagegate: "):], run.text


def test_no_dotenv_key_is_the_variable_of_an_option(sg, tmp_path):
    """What a later job inherits must not steer it."""
    commands = re.findall(r"^  ([a-z]+)  ", sg("--help").out.split("commands:")[1], re.M)
    options = {name for command in commands for name in re.findall(r"\[(STAGEGATE_[A-Z_]+)", sg(command, "--help").out)}
    bump(sg, "admin")
    sg("bump", "admin", "77.9.9", "--report-dotenv", "bump.env")
    sg("wait", "admin", "--env", "dev", "--report-dotenv", "wait.env")
    sg("wait", "nothing", "--env", "dev", "--report-dotenv", "error.env", expect=5)
    keys = {line.split("=")[0] for name in ("bump", "wait", "error")
            for line in (tmp_path / f"{name}.env").read_text().splitlines()}
    assert {"STAGEGATE_TO", "STAGEGATE_SERVICES", "STAGEGATE_MAIN_BRANCH"} <= options and "STAGEGATE_LIVE_REVISION" in keys
    assert not keys & options


def services(run):
    return sorted(v["service"] for v in run.json["verdicts"])


def patch(sandbox, application, body):
    """What the cluster's administrator does."""
    request = urllib.request.Request(
        f"{sandbox.env['SANDBOX_KUBE_URL']}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{application}",
        method="PATCH", data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {sandbox.env['SANDBOX_KUBE_TOKEN_ADMIN']}",
                 "Content-Type": "application/merge-patch+json"})
    context = ssl.create_default_context(cafile=sandbox.env["STAGEGATE_CA_FILE"])
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        return json.load(answer)


def test_all_services_of_an_environment(sandbox, sg, tmp_path):
    before = len(json.loads(sandbox.ctl("requests")))
    run = sg("wait", "--all", "--env", "dev", "--output", "json", "--report-junit", "junit.xml")
    assert len(run.json["verdicts"]) > 10
    assert {v["reason"] for v in run.json["verdicts"]} == {"DEPLOYED"}
    asked = [json.dumps(request) for request in json.loads(sandbox.ctl("requests"))[before:]]
    assert sum("limit=500" in request for request in asked) == 1
    assert sum("watch=1" in request for request in asked) <= 1
    assert (tmp_path / "junit.xml").read_text().count("<testcase") >= len(run.json["verdicts"])


def test_one_that_fails_is_listed_with_the_others(app, sg):
    app("customer-dev", "sync-failed")
    app("pricing-dev", "stuck")
    for service in ("catalog", "customer", "pricing"):
        bump(sg, service)
    run = sg("wait", "catalog", "customer", "pricing", "--env", "dev", "--output", "json", "--timeout", "20s", expect=1)
    reasons = {v["service"]: v["reason"] for v in run.json["verdicts"]}
    assert reasons["customer"] == run.json["reason"] == "SYNC_FAILED"
    assert set(reasons) == {"catalog", "customer", "pricing"}


def test_the_others_are_waited_for_when_told_so(app, sg):
    app("customer-dev", "sync-failed")
    app("pricing-dev", "stuck")
    for service in ("catalog", "customer", "pricing"):
        bump(sg, service)
    run = sg("wait", "catalog", "customer", "pricing", "--env", "dev", "--output", "json", "--keep-going",
             "--app-timeout", "4s", expect=1)
    assert {v["service"]: v["reason"] for v in run.json["verdicts"]} == {
        "catalog": "DEPLOYED", "customer": "SYNC_FAILED", "pricing": "PROGRESSING"}


def delete(sandbox, application):
    """What the cluster's administrator does."""
    request = urllib.request.Request(
        f"{sandbox.env['SANDBOX_KUBE_URL']}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{application}",
        method="DELETE", headers={"Authorization": f"Bearer {sandbox.env['SANDBOX_KUBE_TOKEN_ADMIN']}"})
    context = ssl.create_default_context(cafile=sandbox.env["STAGEGATE_CA_FILE"])
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        assert answer.status == 200


def test_one_that_is_not_there_is_a_row_when_told_to_go_on(sandbox, sg, tmp_path):
    try:
        delete(sandbox, "customer-dev")
        for service in ("catalog", "pricing"):
            bump(sg, service)
        words = ("catalog", "customer", "pricing", "--env", "dev", "--output", "json")
        run = sg("wait", *words, "--keep-going", "--report-junit", "junit.xml", expect=5)
        assert {v["service"]: v["reason"] for v in run.json["verdicts"]} == {
            "catalog": "DEPLOYED", "customer": "APPLICATION_NOT_FOUND", "pricing": "DEPLOYED"}
        assert (run.json["result"], run.json["reason"], run.json["exit_code"]) == ("failed", "APPLICATION_NOT_FOUND", 5)
        assert "customer-dev" in run.json["sentence"]
        junit = (tmp_path / "junit.xml").read_text()
        assert junit.count("<failure") == 1 and "APPLICATION_NOT_FOUND" in junit
        assert sg("wait", *words, expect=5).json["result"] == "error"
        assert sg("wait", "customer", *words[3:], "--keep-going", expect=5).json["result"] == "error"  # there is none to go on with
    finally:
        sandbox.ctl("reset")


def test_applications_by_label(sandbox, sg):
    bump(sg, "search")
    labels = {"metadata": {"labels": {"team": "find"}}}
    sandbox.ctl("settle")
    patch(sandbox, "search-dev", labels)
    run = sg("wait", "--selector", "team in (find)", "--env", "dev", "--output", "json")
    assert services(run) == ["search"]
    assert verdict(run)["image_wanted"]
    assert sg("wait", "--selector", "team=nobody", "--env", "dev", expect=5)
    assert sg("wait", "--selector", "team in (", "--env", "dev", expect=2)
    assert sg("wait", "--env", "dev", expect=2)
    assert sg("wait", "catalog", "--all", "--env", "dev", expect=2)


def test_applications_of_a_set(sandbox, sg):
    bump(sg, "catalog")
    owner = {"metadata": {"ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet",
                                               "name": "some", "uid": "1"}]}}
    patch(sandbox, "catalog-dev", owner)
    run = sg("wait", "--application-set", "some", "--env", "dev", "--output", "json")
    assert services(run) == ["catalog"]


def select(sandbox, applications):
    """Another way to say which Applications dev has, on the configuration branch."""
    text = sandbox.show("stagegate.yaml", "main").decode()
    assert text.count(APPLICATION_OF_DEV) == 1
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=text.replace(APPLICATION_OF_DEV, applications))


APPLICATION_OF_DEV = 'application: "{service}-dev"'


def label(sandbox, labels):
    sandbox.ctl("settle")
    for application, value in labels.items():
        patch(sandbox, application, {"metadata": {"labels": {"part-of": value}}})


def test_an_environment_that_has_its_applications_by_label(sandbox, sg, app):
    bump(sg, "search")
    label(sandbox, {"search-dev": "search", "pricing-dev": "search", "catalog-dev": "catalog"})
    select(sandbox, 'selector: "part-of={service}"')
    run = sg("wait", "search", "--env", "dev", "--output", "json", "--report-junit", "junit.xml")
    assert sorted((v["service"], v["application"]) for v in run.json["verdicts"]) == [("search", "pricing-dev"), ("search", "search-dev")]
    run = sg("wait", "--all", "--env", "dev", "--output", "json")
    assert sorted(v["application"] for v in run.json["verdicts"]) == ["catalog-dev", "pricing-dev", "search-dev"]
    assert sg("wait", "customer", "--env", "dev", expect=5)  # no Application has its label
    app("pricing-dev", "degraded")
    bump(sg, "pricing")
    run = sg("wait", "search", "--env", "dev", "--output", "json", "--degraded-grace", "100ms", "--timeout", "20s", expect=1)
    assert run.json["reason"] == "DEGRADED"
    cells = {row["service"]: row["cells"][0] for row in sg("status", "--output", "json").json["board"]["services"]}
    assert (cells["search"]["application"], cells["search"]["health"]) == ("argocd/pricing-dev", "Degraded")
    assert cells["catalog"]["application"] == "argocd/catalog-dev"
    assert cells["customer"]["cluster_trouble"]["reason"] == "APPLICATION_NOT_FOUND"
    findings = sg("doctor", "--output", "json", expect=None).json["findings"]
    assert any("customer" in row["text"] for row in findings if row["id"] == "APP_FOUND" and row["severity"] == "error"), findings
    app("pricing-dev", "healthy")
    select_again = sandbox.show("stagegate.yaml", "main").decode()
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=select_again.replace("part-of={service}", "part-of in ("))
    assert sg("wait", "search", "--env", "dev", expect=3)  # the selector is the configuration's
