"""wait, gates and the board where no GitOps controller is asked: what a workload says is what really runs, or the reason why not.

The sandbox's controller is whatever applies the manifests here: nobody asks it for anything."""
import itertools
import json

import pytest

from rows import verdict, warned

CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, %s, cluster: {context: dev}}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
  - {name: order, path: apps/order, image: registry.example.com/shop/order}
"""
WORKLOAD = 'workload: "{service}-{env}/deployment/{service}"'
CATALOG = "registry.example.com/shop/catalog"
TAGS = itertools.count(1)
QUICK = ["--poll", "100ms", "--degraded-grace", "200ms", "--pod-grace", "300ms"]


@pytest.fixture(name="behave")
def _behave(sandbox, app):
    """Sets how the workloads of an application behave."""
    yield app
    sandbox.ctl("reset")


def config(sg, follows=WORKLOAD):
    with open(f"{sg.folder}/plain.yaml", "w", encoding="ascii") as out:
        out.write(CONFIG % follows)
    return ["--config", f"{sg.folder}/plain.yaml"]


def commit(sandbox, service="catalog"):
    """Another version of it, by somebody else; its tag."""
    tag = f"77.0.{next(TAGS)}"
    sandbox.ctl("push-foreign", "develop", service, tag)
    return tag


def applied(sandbox, service="catalog"):
    tag = commit(sandbox, service)
    sandbox.ctl("refresh", f"{service}-dev")
    return tag


def wait(sg, *more, follows=WORKLOAD, **how):
    return sg("wait", "catalog", "--env", "dev", *config(sg, follows), "--output", "json", *QUICK, *more, **how)


def test_what_is_applied_becomes_live(sandbox, sg):
    tag = applied(sandbox)
    run = wait(sg)
    row = verdict(run)
    assert run.json["result"] == "done" and row["reason"] == "DEPLOYED", run
    assert row["application"] == "Deployment/catalog" and row["namespace"] == "catalog-dev"
    assert row["images"] == [f"{CATALOG}:{tag}"] == [row["image_wanted"]]
    assert row["revision_wanted"] is None and row["revision_seen"] == ""
    assert warned(run) == ["REVISION_NOT_COMPARED"] or not warned(run), run


def test_nothing_is_written_and_nobody_else_is_asked(sandbox, sg):
    applied(sandbox)
    wait(sg)
    sandbox.ctl("requests", "clear")
    wait(sg)
    rows = json.loads(sandbox.ctl("requests"))
    assert {row["method"] for row in rows} == {"GET"}
    paths = {row["path"].split("?")[0].rsplit("/", 2)[1 if "deployments/" in row["path"] else 2] for row in rows}
    assert paths == {"deployments", "pods"}, rows


def test_what_is_not_applied_yet_is_waited_for(sandbox, sg):
    applied(sandbox)
    wait(sg)
    tag = commit(sandbox)
    with sg.started("wait", "catalog", "--env", "dev", *config(sg), *QUICK) as run:
        run.says("NOT_APPLIED")
        sandbox.ctl("refresh", "catalog-dev")
        assert run.ends() == 0, run.text
    assert f"runs {CATALOG}:{tag}" in run.text


def test_what_is_never_applied(sandbox, sg):
    applied(sandbox)
    run = wait(sg, "--image", f"{CATALOG}:9.9.9", "--timeout", "12s", expect=8)
    assert verdict(run)["reason"] == "NOT_APPLIED" and verdict(run)["last_blocker"] == verdict(run)["sentence"], run


def test_no_such_workload(sg):
    run = wait(sg, "--timeout", "12s", follows="workload: shop/statefulset/nobody", expect=8)
    assert verdict(run)["reason"] == "WORKLOAD_MISSING" and "there is no StatefulSet shop/nobody" in verdict(run)["sentence"], run


def test_another_repository(sandbox, sg):
    applied(sandbox)
    run = wait(sg, "--image", "registry.example.com/shop/other:1", "--timeout", "12s", expect=8)
    assert verdict(run)["reason"] == "NO_SUCH_CONTAINER", run


@pytest.mark.parametrize("behaviour, code", [
    ("image-pull", "IMAGE_PULL"), ("crash-loop", "CRASH_LOOP"), ("quota", "QUOTA"), ("config-error", "CONFIG_ERROR"), ("unschedulable", "UNSCHEDULABLE")])
def test_a_stuck_pod_fails_early_with_its_cause(sandbox, behave, sg, behaviour, code):
    behave("catalog-dev", behaviour)
    applied(sandbox)
    run = wait(sg, "--pod-logs", "5", expect=1)
    assert verdict(run)["reason"] == code and "Deployment catalog-dev/catalog" in verdict(run)["sentence"], run
    assert any("panic: no connection" in line for line in verdict(run)["evidence"]) == (code == "CRASH_LOOP"), run


def test_an_old_pod_is_waited_for(sandbox, behave, sg):
    behave("catalog-dev", "old-pods")
    applied(sandbox)
    with sg.started("wait", "catalog", "--env", "dev", *config(sg), *QUICK) as run:
        run.says("OLD_IMAGE_RUNNING")
        sandbox.ctl("app", "catalog-dev", "healthy")
        assert run.ends() == 0, run.text


def test_several_services_and_several_workloads(sandbox, sg):
    for service in ("catalog", "order"):
        applied(sandbox, service)
    run = sg("wait", "catalog", "order", "--env", "dev", *config(sg), "--output", "json", *QUICK)
    assert [row["reason"] for row in run.json["verdicts"]] == ["DEPLOYED", "DEPLOYED"]
    both = 'workload: "{service}-dev/deployment/{service}, {service}-dev/Job/nobody"'
    run = wait(sg, "--timeout", "12s", follows=both, expect=8)
    assert [row["reason"] for row in run.json["verdicts"]] == ["DEPLOYED", "WORKLOAD_MISSING"], run


def test_a_revision_says_the_image_and_nothing_else(sandbox, sg):
    tag = applied(sandbox)
    older = sandbox.tip()
    wait(sg)
    commit(sandbox)
    run = wait(sg, "--revision", older)
    assert verdict(run)["image_wanted"] == f"{CATALOG}:{tag}" and warned(run) == ["REVISION_NOT_COMPARED"], run


def test_without_an_image_nothing_could_be_proven(sg):
    path = f"{sg.folder}/imageless.yaml"
    with open(path, "w", encoding="ascii") as out:
        out.write(CONFIG.replace(", image: registry.example.com/shop/catalog", "") % WORKLOAD)
    run = sg("wait", "catalog", "--env", "dev", "--config", path, expect=3)
    assert "no image of catalog is known" in run.err + run.out and "--image" in run.err + run.out, run


def test_denied(sandbox, sg):
    run = wait(sg, env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}, expect=4)
    assert 'verb "get" on resource "deployments" of apiGroup "apps"' in run.err + run.out, run


@pytest.mark.parametrize("fault", ["k8s-500", "k8s-503", "k8s-429", "k8s-reset", "k8s-truncate", "k8s-garbage", "k8s-html"])
def test_faults_of_the_server_pass(sandbox, sg, fault):
    applied(sandbox)
    wait(sg)
    sandbox.ctl("fault", fault, "2")
    assert verdict(wait(sg, "--retry-base", "10ms"))["reason"] == "DEPLOYED"


@pytest.mark.parametrize("follows, words", [
    ("workload: job/a, application: b", "keep one"),
    ('workload: "{service}"', "must give KIND/NAME"),
    ("workload: job/a, sync: true", "follows workloads"),
])
def test_what_the_configuration_must_not_say(sg, follows, words):
    run = wait(sg, follows=follows, expect=3)
    assert words in run.err + run.out, run


def cell_of(run):
    return run.json["board"]["services"][0]["cells"][0]


def test_the_board(sandbox, sg):
    tag = applied(sandbox)
    wait(sg)
    board = ("status", "catalog", *config(sg), "--output", "json")
    cell = cell_of(sg(*board))
    assert (cell["sync"], cell["health"], cell["running"]) == ("Synced", "Healthy", tag), cell
    commit(sandbox)
    cell = cell_of(sg(*board, expect=None))
    assert (cell["sync"], cell["health"], cell["running"]) == ("OutOfSync", "Healthy", tag), cell


# ---- promotions

STAGES = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, workload: "{service}-dev/deployment/{service}", cluster: {context: dev}}
  - name: staging
    publish: merge-request
    workload: "{service}-staging/deployment/{service}"
    cluster: {context: staging}
    gates: [{type: health}%s]
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
"""


@pytest.fixture(name="stages")
def _stages(sandbox, sg):
    """Writes the configuration into its branch; as a job that somebody has started."""
    sandbox.ctl("reset")
    sg.env.update(
        STAGEGATE_GITLAB_URL=sandbox.env["STAGEGATE_GITLAB_URL"], STAGEGATE_MR_POLL="20ms", CI_JOB_ID="7",
        CI_JOB_TOKEN=sandbox.env["SANDBOX_JOB_TOKEN_DEV"], CI_SERVER_URL=sandbox.env["STAGEGATE_GITLAB_URL"])

    def write(gate=""):
        sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=STAGES % gate)
        tag = f"1.9.{next(TAGS)}"
        sg("bump", "catalog", tag)
        return tag

    yield write
    sandbox.ctl("reset")


def gate(sg, kind="health", expect=None):
    run = sg("gate", "catalog", "--to", "staging", "--output", "json", expect=expect)
    return [row for row in run.json["gates"] if row["type"] == kind][-1]


def test_a_promotion(sandbox, stages, sg):
    tag = stages()
    assert gate(sg, expect=75)["reason"] == "NOT_APPLIED"
    sandbox.ctl("refresh", "catalog-dev")
    sg("wait", "catalog", "--env", "dev", *QUICK)
    row = gate(sg, expect=0)
    assert row["reason"] == "HEALTHY" and "rolled out" in row["sentence"], row
    with sg.started("promote", "catalog", "--to", "staging", *QUICK) as run:
        run.says("NOT_APPLIED")
        sandbox.ctl("refresh", "catalog-staging")
        assert run.ends() == 0, run.text
    again = sg("promote", "catalog", "--to", "staging", "--output", "json", *QUICK)
    assert again.json["result"] == "unchanged" and verdict(again)["reason"] == "DEPLOYED", again
    assert verdict(again)["images"] == [f"{CATALOG}:{tag}"]


def test_it_soaks_since_its_pods_are_ready(sandbox, stages, sg):
    stages(gate=", {type: soak, duration: 2h}")
    assert gate(sg, "soak", expect=75)["reason"] == "SOAK_NOT_BEGUN"
    sandbox.ctl("refresh", "catalog-dev")
    sg("wait", "catalog", "--env", "dev", *QUICK)
    row = gate(sg, "soak", expect=75)
    assert row["reason"] == "SOAKING" and row["next_look"], row
    sandbox.ctl("clock", "7200")
    passed = gate(sg, "soak", expect=0)
    assert passed["reason"] == "SOAKED" and passed["since"] == row["since"], passed
    sg("bump", "catalog", f"1.9.{next(TAGS)}")  # another version soaks anew
    sandbox.ctl("refresh", "catalog-dev")
    sg("wait", "catalog", "--env", "dev", *QUICK)
    assert gate(sg, "soak", expect=75)["reason"] == "SOAKING"


def checks(run):
    """What doctor says of workloads: severities and texts of each check, those about the first environment."""
    rows = [row for row in run.json["findings"] if row["id"].startswith("PLAIN_")]
    return {row["id"]: (row["severity"], row["text"]) for row in reversed(rows)}


def doctor(sg, **how):
    return checks(sg("doctor", "--output", "json", expect=None, **how))


def test_doctor_asks_about_workloads(stages, sg):
    stages()
    run = sg("doctor", "--output", "json", expect=None)
    assert {name: severity for name, (severity, _) in checks(run).items()} == dict.fromkeys(
        ("PLAIN_READ", "PLAIN_FOUND", "PLAIN_IMAGE", "PLAIN_PODS"), "ok"), run
    assert "applications.argoproj.io" not in run.err + run.out, run


@pytest.mark.parametrize("was, now, check, severity, words", [
    ("{service}-dev/deployment/{service}", "{service}-dev/deployment/{service}-x", "PLAIN_FOUND", "warning", "Deployment catalog-dev/catalog-x"),
    ("shop/catalog}", "shop/other}", "PLAIN_IMAGE", "error", "no file names the image registry.example.com/shop/other"),
    ("{service}-dev/deployment/{service}", "order-dev/deployment/order", "PLAIN_IMAGE", "error", "(registry.example.com/shop/order:"),
])
def test_doctor_names_what_is_wrong_with_workloads(sandbox, stages, sg, was, now, check, severity, words):
    stages()
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=(STAGES % "").replace(was, now))
    seen = doctor(sg)
    assert seen[check][0] == severity and words in seen[check][1], seen


def test_doctor_does_not_blame_the_image_for_a_branch_that_cannot_be_read(sandbox, sg):
    """What the files say is not known for the moment: that is no image that is wrong."""
    words = config(sg)
    more = [f"refs/heads/more-{i}" for i in range(9)]  # so that each branch is fetched when it is wanted
    for name in more:
        sandbox.git("update-ref", name, "refs/heads/main")
    sandbox.ctl("fault", "git-truncate-pack", "1+1000")  # its root comes, and its folders do not
    try:
        run = sg("doctor", *words, "--git-fetch", "part", "--output", "json", "--retry-base", "10ms", "--timeout", "5s", expect=None)
    finally:
        sandbox.ctl("fault", "clear")
        for name in more:
            sandbox.git("update-ref", "-d", name)
    seen = checks(run)
    assert seen.get("PLAIN_READ", ["?"])[0] == "ok", run
    assert seen["PLAIN_IMAGE"][0] == "note" and "the branch develop could not be read: " in seen["PLAIN_IMAGE"][1], seen


def test_doctor_is_told_no_about_workloads(sandbox, stages, sg):
    stages()
    seen = doctor(sg, env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_DENIED"]})
    assert seen["PLAIN_READ"][0] == "error" and "deployments" in seen["PLAIN_READ"][1], seen
    assert seen["PLAIN_PODS"][0] == "error", seen
