"""wait through Flux: what a Kustomization or a HelmRelease says is what really runs, or the reason why not."""
import itertools
import json

import pytest

from rows import verdict

CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, %s, cluster: {context: dev}}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
  - {name: order, path: apps/order, image: registry.example.com/shop/order}
"""
KUSTOMIZATION = 'kustomization: "{service}-dev"'
RELEASE = 'helm_release: "{service}-dev/{service}"'
TAGS = itertools.count(1)
QUICK = ["--poll", "100ms", "--degraded-grace", "200ms", "--image-grace", "200ms", "--pod-grace", "300ms"]


@pytest.fixture(name="flux")
def _flux(sandbox):
    """Sets how something behaves; healthy again afterwards."""
    touched = []

    def set_behaviour(name, behaviour, what="flux"):
        touched.append((what, name))
        sandbox.ctl(what, name, behaviour)

    yield set_behaviour
    for what, name in reversed(touched):
        sandbox.ctl(what, name, "healthy")
    if touched:
        sandbox.ctl("reset")


def config(sg, follows=KUSTOMIZATION):
    with open(f"{sg.folder}/flux.yaml", "w", encoding="ascii") as out:
        out.write(CONFIG % follows)
    return ["--config", f"{sg.folder}/flux.yaml", "--output", "json"]


def commit(sandbox, service="catalog"):
    """Another version of it, by somebody else; its tag."""
    tag = f"88.0.{next(TAGS)}"
    sandbox.ctl("push-foreign", "develop", service, tag)
    return tag


def wait(sg, *more, follows=KUSTOMIZATION, service="catalog", **how):
    return sg("wait", service, "--env", "dev", *config(sg, follows), *QUICK, *more, **how)


def requests(sandbox, method):
    return [row for row in json.loads(sandbox.ctl("requests")) if "fluxcd" in row["path"] and row["method"] == method]


@pytest.mark.parametrize("follows", [KUSTOMIZATION, RELEASE])
def test_a_commit_becomes_live(sandbox, sg, follows):
    tag = commit(sandbox)
    run = wait(sg, follows=follows)
    assert run.json["result"] == "done"
    assert verdict(run)["reason"] == "DEPLOYED"
    assert verdict(run)["revision_seen"] == sandbox.tip()
    assert verdict(run)["images"] == [f"registry.example.com/shop/catalog:{tag}"]
    assert not [row for row in run.json["warnings"] if row["reason"] in ("READ_ONLY", "IMAGE_NOT_SEEN")], run


def test_several_services(sandbox, sg):
    commit(sandbox)
    commit(sandbox, "order")
    run = sg("wait", "catalog", "order", "--env", "dev", *config(sg), *QUICK)
    assert [row["reason"] for row in run.json["verdicts"]] == ["DEPLOYED", "DEPLOYED"]


def test_what_is_live_already_is_asked_for_nothing(sandbox, sg):
    commit(sandbox)
    wait(sg)
    sandbox.ctl("requests", "clear")
    wait(sg)
    assert not requests(sandbox, "PATCH")


def test_the_source_is_asked_first(sandbox, sg):
    commit(sandbox)
    sandbox.ctl("requests", "clear")
    wait(sg)
    assert "/gitrepositories/catalog-dev?" in requests(sandbox, "PATCH")[0]["path"]


@pytest.mark.parametrize("behaviour, code, words", [
    ("suspended", "FLUX_SUSPENDED", "Kustomization flux-system/catalog-dev"),
    ("source-suspended", "FLUX_SUSPENDED", "GitRepository flux-system/catalog-dev"),
    ("wrong-ref", "FLUX_WRONG_REF", "tracks release"),
    ("stalled", "FLUX_STALLED", "failed to parse expression"),
    ("source-failed", "FLUX_SOURCE_FAILED", "authentication required"),
    ("artifact-failed", "FLUX_ARTIFACT_FAILED", "kustomization path not found"),
    ("build-failed", "FLUX_BUILD_FAILED", "accumulating resources"),
    ("apply-failed", "FLUX_APPLY_FAILED", "field is immutable"),
    ("unhealthy", "FLUX_UNHEALTHY", "timeout waiting for"),
])
def test_failures_name_their_cause(sandbox, flux, sg, behaviour, code, words):
    flux("catalog-dev", behaviour)
    commit(sandbox)
    run = wait(sg, "--timeout", "60s", expect=1)
    assert verdict(run)["reason"] == code, run
    assert words in verdict(run)["sentence"]


@pytest.mark.parametrize("behaviour, code, words", [
    ("suspended", "FLUX_SUSPENDED", "HelmRelease catalog-dev/catalog"),
    ("upgrade-failed", "FLUX_RELEASE_FAILED", "context deadline exceeded"),
    ("rolled-back", "FLUX_RELEASE_REMEDIATED", "rollback"),
])
def test_failures_of_a_release(sandbox, flux, sg, behaviour, code, words):
    flux("release/catalog-dev/catalog", behaviour)
    commit(sandbox)
    run = wait(sg, "--timeout", "60s", follows=RELEASE, expect=1)
    assert verdict(run)["reason"] == code, run
    assert words in verdict(run)["sentence"]


def test_values_from_elsewhere_are_asked_for(sandbox, flux, sg):
    flux("release/catalog-dev/catalog", "values-from")
    commit(sandbox)
    sandbox.ctl("requests", "clear")
    assert verdict(wait(sg, follows=RELEASE))["reason"] == "DEPLOYED"
    assert any("/helmreleases/catalog?" in row["path"] for row in requests(sandbox, "PATCH"))


@pytest.mark.parametrize("behaviour, code", [("dependency", "FLUX_DEPENDENCY"), ("silent", "FLUX_OLDER_REVISION")])
def test_what_is_waited_for_is_said_at_the_end(sandbox, flux, sg, behaviour, code):
    flux("catalog-dev", behaviour)
    commit(sandbox)
    run = wait(sg, "--timeout", "20s", expect=8)
    assert verdict(run)["reason"] == code, run
    assert verdict(run)["last_blocker"] == verdict(run)["sentence"]


@pytest.mark.parametrize("behaviour, code", [("image-pull", "IMAGE_PULL"), ("crash-loop", "CRASH_LOOP"), ("quota", "QUOTA")])
@pytest.mark.parametrize("waits", ["healthy", "no-wait"])
def test_a_stuck_pod_fails_early(sandbox, flux, sg, behaviour, code, waits):
    flux("catalog-dev", behaviour, "app")
    flux("catalog-dev", waits)
    commit(sandbox)
    run = wait(sg, "--timeout", "60s", expect=1)
    assert verdict(run)["reason"] == code, run
    assert "Deployment catalog-dev/catalog" in verdict(run)["sentence"]


def test_without_wait_the_workloads_are_waited_for(sandbox, flux, sg):
    flux("catalog-dev", "no-wait")
    tag = commit(sandbox)
    run = wait(sg)
    assert verdict(run)["images"] == [f"registry.example.com/shop/catalog:{tag}"]


def test_without_wait_unreadable_workloads_are_no_success(sandbox, flux, sg):
    flux("catalog-dev", "no-wait")
    run = wait(sg, "--timeout", "10s", env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_GET_ONLY"]}, expect=8)
    assert verdict(run)["reason"] == "FLUX_WORKLOADS_UNREAD"
    assert any(row["reason"] == "WORKLOADS_UNREADABLE" and "deployments" in row["text"] for row in run.json["warnings"]), run


def test_an_old_pod_is_waited_for(sandbox, flux, sg):
    flux("catalog-dev", "old-pods", "app")
    commit(sandbox)
    with sg.started("wait", "catalog", "--env", "dev", *config(sg)[:2], *QUICK) as run:
        run.says("OLD_IMAGE_RUNNING")
        sandbox.ctl("app", "catalog-dev", "healthy")
        assert run.ends() == 0, run.text


def test_another_image_than_the_expected_one(sandbox, sg):
    commit(sandbox)
    run = wait(sg, "--image", "registry.example.com/shop/catalog:0.0.1", expect=1)
    assert verdict(run)["reason"] == "IMAGE_MISMATCH", run


def test_without_the_right_to_patch_the_interval_is_waited_for(sandbox, sg):
    commit(sandbox)
    read_only = {"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_WAIT_RO"]}
    with sg.started("wait", "catalog", "--env", "dev", *config(sg)[:2], *QUICK, env=read_only) as run:
        run.says("FLUX_SOURCE_BEHIND")
        sandbox.ctl("flux-poll")
        assert run.ends() == 0, run.text
    assert "READ_ONLY" in run.text and "patch" in run.text and "gitrepositories" in run.text, run.text


def test_denied(sandbox, sg):
    run = wait(sg, env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}, expect=4)
    assert 'verb "get" on resource "kustomizations" of apiGroup "kustomize.toolkit.fluxcd.io"' in run.err + run.out, run


def test_no_such_kustomization(sg):
    run = wait(sg, follows='kustomization: "nobody"', expect=5)
    assert 'no Kustomization "nobody" in namespace "flux-system"' in run.err + run.out, run


def test_flux_is_not_installed(sandbox, sg):
    sandbox.ctl("fault", "k8s-404-plain", "1")
    run = wait(sg, expect=5)
    assert "kustomizations.kustomize.toolkit.fluxcd.io" in run.err + run.out and "Flux is not installed" in run.err + run.out, run


@pytest.mark.parametrize("fault", ["k8s-500", "k8s-503", "k8s-429", "k8s-reset", "k8s-truncate", "k8s-garbage", "k8s-html"])
def test_faults_of_the_server_pass(sandbox, sg, fault):
    commit(sandbox)
    sandbox.ctl("fault", fault, "2")
    assert verdict(wait(sg, "--retry-base", "10ms"))["reason"] == "DEPLOYED"


@pytest.mark.parametrize("follows, words", [
    ('kustomization: a, helm_release: b', "keep one"),
    ('application: a, kustomization: b', "keep one"),
    ('kustomization: "{nobody}"', "{nobody}"),
    ('kustomization: "A B"', "as Kubernetes has them"),
    ('kustomization: a, sync: true', "follows Flux"),
])
def test_what_the_configuration_must_not_say(sg, follows, words):
    run = wait(sg, follows=follows, expect=3)
    assert words in run.err + run.out, run


@pytest.mark.parametrize("words", ["workloads: x", "argocd: true"])
def test_words_about_clusters_of_argo_cd(sg, words):
    path = f"{sg.folder}/cluster.yaml"
    with open(path, "w", encoding="ascii") as out:
        out.write((CONFIG % KUSTOMIZATION).replace("{context: dev}", "{%s}" % words))
    run = sg("wait", "catalog", "--env", "dev", "--config", path, expect=3)
    assert "follows Flux" in run.err + run.out, run


def test_labels_are_of_applications(sg):
    run = sg("wait", "--selector", "a=b", "--env", "dev", *config(sg), expect=2)
    assert "follows Flux" in run.err + run.out, run


# ---- promotions

STAGES = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, %s, cluster: {context: dev}}
  - name: staging
    publish: merge-request
    kustomization: "{service}-staging"
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

    def write(follows=KUSTOMIZATION, gate=""):
        sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=STAGES % (follows, gate))
        for env in ("dev", "staging"):
            sandbox.ctl("flux", f"catalog-{env}", "healthy")
        tag = f"1.9.{next(TAGS)}"
        sg("bump", "catalog", tag)
        return tag

    yield write
    sandbox.ctl("reset")


def promote(sg, **how):
    return sg("promote", "catalog", "--to", "staging", "--output", "json", *QUICK, **how)


def gate(run, kind="health"):
    return [row for row in run.json["gates"] if row["type"] == kind][-1]


@pytest.mark.parametrize("follows", [KUSTOMIZATION, RELEASE])
def test_a_promotion_from_flux_to_flux(sandbox, stages, sg, follows):
    tag = stages(follows)
    sg("wait", "catalog", "--env", "dev", *QUICK)
    looked = gate(sg("gate", "catalog", "--to", "staging", "--output", "json"))
    assert looked["reason"] == "HEALTHY" and "applied and Ready" in looked["sentence"], looked
    run = promote(sg)
    assert run.json["result"] == "done", run
    assert verdict(run)["reason"] == "DEPLOYED" and verdict(run)["revision_seen"] == sandbox.tip("main")
    assert verdict(run)["images"] == [f"registry.example.com/shop/catalog:{tag}"]
    again = promote(sg)
    assert again.json["result"] == "unchanged" and verdict(again)["reason"] == "DEPLOYED", again


def test_the_health_gate_waits_for_flux(stages, sg):
    stages()  # nobody has asked Flux to bring it
    run = sg("gate", "catalog", "--to", "staging", "--output", "json", expect=75)
    assert gate(run)["reason"] == "FLUX_SOURCE_BEHIND", run
    assert promote(sg, expect=75).json["merge_requests"] == []


def test_the_health_gate_is_closed_by_what_somebody_has_ordered(sandbox, stages, sg):
    stages()
    sg("wait", "catalog", "--env", "dev", *QUICK)
    sandbox.ctl("flux", "catalog-dev", "suspended")
    run = sg("gate", "catalog", "--to", "staging", "--output", "json", expect=1)
    assert gate(run)["reason"] == "FLUX_SUSPENDED", run


def test_the_health_gate_wants_to_see_the_image(sandbox, stages, sg):
    stages()
    sg("wait", "catalog", "--env", "dev", *QUICK)
    blind = {"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_GET_ONLY"]}
    run = sg("gate", "catalog", "--to", "staging", "--output", "json", env=blind, expect=None)
    assert run.code in (1, 75) and gate(run)["reason"] == "IMAGE_NOT_SEEN", run


@pytest.mark.parametrize("follows", [KUSTOMIZATION, RELEASE])
def test_it_soaks_since_its_pods_are_ready(sandbox, stages, sg, follows):
    stages(follows, gate=", {type: soak, duration: 2h}")
    sg("wait", "catalog", "--env", "dev", *QUICK)
    ask = ("gate", "catalog", "--to", "staging", "--output", "json")
    row = gate(sg(*ask, expect=75), "soak")
    assert row["reason"] == "SOAKING" and row["next_look"], row
    sandbox.ctl("clock", "7200")
    passed = gate(sg(*ask), "soak")
    assert passed["reason"] == "SOAKED" and passed["since"] == row["since"], passed


def cell(run, env="dev"):
    return next(one for one in run.json["board"]["services"][0]["cells"] if one["environment"] == env)


@pytest.mark.parametrize("follows", [KUSTOMIZATION, RELEASE])
def test_status(sandbox, stages, sg, follows):
    tag = stages(follows)
    before = cell(sg("status", "catalog", "--output", "json"))
    assert before["version"] == tag != before["running"] and not before["in_step"], before
    sg("wait", "catalog", "--env", "dev", *QUICK)
    after = cell(sg("status", "catalog", "--output", "json"))
    assert (after["running"], after["sync"], after["health"], after["in_step"]) == (tag, "Synced", "Healthy", True), after
    sandbox.ctl("flux", "catalog-dev" if follows == KUSTOMIZATION else "release/catalog-dev/catalog", "suspended")
    assert cell(sg("status", "catalog", "--output", "json"))["remark"] == "suspended"


def test_status_does_not_call_applied_healthy(sandbox, stages, sg):
    stages()
    sandbox.ctl("flux", "catalog-dev", "no-wait")
    sg("wait", "catalog", "--env", "dev", *QUICK)
    assert cell(sg("status", "catalog", "--output", "json"))["health"] == "Healthy"
    blind = {"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_GET_ONLY"]}
    seen = cell(sg("status", "catalog", "--output", "json", env=blind))
    assert (seen["health"], seen["running"]) == ("Unknown", None), seen


def test_status_names_what_is_missing(sandbox, stages, sg):
    stages()
    denied = {"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}
    seen = cell(sg("status", "catalog", "--output", "json", env=denied))
    assert "FORBIDDEN" in json.dumps(seen) and "kustomizations" in json.dumps(seen), seen


def checks(run):
    """What doctor says of Flux: severities and texts of each check, those about the first environment."""
    rows = [row for row in run.json["findings"] if row["id"].startswith("FLUX_")]
    return {row["id"]: (row["severity"], row["text"]) for row in reversed(rows)}


def test_doctor_asks_about_flux(sandbox, flux, stages, sg):
    stages()
    run = sg("doctor", "--output", "json", expect=None)
    seen = checks(run)
    assert {name: severity for name, (severity, _) in seen.items()} == dict.fromkeys(
        ("FLUX_FOUND", "FLUX_SOURCE", "FLUX_RECONCILED", "FLUX_READY", "FLUX_PATCH"), "ok"), seen
    assert "applications.argoproj.io" not in run.err + run.out, run


@pytest.mark.parametrize("behaviour, check, severity, words", [
    ("suspended", "FLUX_RECONCILED", "error", "Kustomization flux-system/catalog-dev is suspended"),
    ("source-suspended", "FLUX_RECONCILED", "error", "GitRepository flux-system/catalog-dev is suspended"),
    ("wrong-ref", "FLUX_SOURCE", "error", "tracks refs/heads/release"),
])
def test_doctor_names_what_is_wrong_with_flux(flux, stages, sg, behaviour, check, severity, words):
    stages()
    flux("catalog-dev", behaviour)
    seen = checks(sg("doctor", "--output", "json", expect=None))
    assert seen[check][0] == severity and words in seen[check][1], seen


def test_doctor_is_told_no_about_flux(sandbox, stages, sg):
    stages()
    seen = checks(sg("doctor", "--output", "json", env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}, expect=None))
    assert seen["FLUX_FOUND"][0] == "error" and "kustomizations" in seen["FLUX_FOUND"][1], seen
    assert seen["FLUX_PATCH"][0] == "warning", seen
