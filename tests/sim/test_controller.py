"""The controller: the event order of argocd.md 1.5 literally, refreshes, behaviours, polls, operations by hand."""

import json
import os
import time

import pytest

from sim import crd
from sim.behaviours import BEHAVIOURS
from sim.conftest import APPS, CONTRACTS, REFRESH

ONE = f"{APPS}/catalog-dev"
OLD = "registry.example.com/shop/catalog:1.4.1"
NEW = "registry.example.com/shop/catalog:1.4.2"


def bump(box, service="catalog", tag="1.4.2"):
    return box.ctl("push-foreign", "develop", service, tag)


def sync(box, name="catalog-dev", **more):
    """Pushes 1.4.2, asks for a refresh, lets the controller come to rest; (commit, events)."""
    before = box.version()
    commit = bump(box, **more)
    box.refresh(name)
    box.ctl("settle")
    return commit, box.events(name, before)


def test_auto_sync_event_order(box):
    """a to i of 1.5: every step an event of its own, with exactly these fields."""
    start = box.app()
    commit, events = sync(box)
    assert {kind for kind, _ in events} == {"MODIFIED"}
    steps = [change for _, change in events]
    for change in steps:
        del change["metadata"]["resourceVersion"]
    source = start["spec"]["source"]
    operation = {
        "initiatedBy": {"automated": True},
        "retry": {"limit": 5},
        "sync": {"prune": True, "revision": commit, "source": source},
    }
    generation = start["metadata"]["generation"]
    a, b, c, d, e, f, g, g2, h, i = steps
    assert a == {"metadata": {"annotations": {REFRESH: "normal"}}}
    assert b == {"metadata": {"generation": generation + 1}, "operation": operation, "status": {"operationState": None}}
    compared = c["status"]["reconciledAt"]
    assert c["metadata"] == {"annotations": None, "generation": generation + 2}
    assert set(c["status"]) == {"reconciledAt", "resources", "sync"}
    assert c["status"]["sync"] == {"revision": commit, "status": "OutOfSync"}
    assert [(row["kind"], row["status"]) for row in c["status"]["resources"]] == [
        ("Service", "Synced"),
        ("Deployment", "OutOfSync"),
    ]
    began = d["status"]["operationState"]["startedAt"]
    assert d["status"] == {"operationState": {"operation": operation, "phase": "Running", "startedAt": began}}
    assert set(e["status"]) == {"history"} and [row["id"] for row in e["status"]["history"]] == [0, 1]
    assert e["status"]["history"][1]["revision"] == commit and e["status"]["history"][1]["initiatedBy"] == {
        "automated": True
    }
    state = f["status"]["operationState"]
    assert f["operation"] is None and set(f["status"]) == {"operationState"}
    assert set(state) == {"finishedAt", "message", "phase", "syncResult"}
    assert (state["phase"], state["message"]) == ("Succeeded", "successfully synced (all tasks run)")
    assert state["syncResult"]["revision"] == commit
    rows = {row["kind"]: row for row in state["syncResult"]["resources"]}
    assert rows["Deployment"]["message"] == "deployment.apps/catalog configured" and rows["Deployment"]["images"] == [
        NEW
    ]
    assert rows["Service"]["message"] == "service/catalog unchanged" and rows["Service"]["hookPhase"] == "Running"
    assert set(g["status"]) == {"health", "resources", "summary", "sync"}
    assert g["status"]["sync"] == {"status": "Synced"} and g["status"]["health"]["status"] == "Progressing"
    assert g["status"]["summary"] == {"images": [OLD, NEW]}
    assert set(g2["status"]) == {"reconciledAt"}
    assert set(h["status"]) == {"health"} and h["status"]["health"]["status"] == "Healthy"
    assert i["status"] == {"summary": {"images": [NEW]}}
    assert compared < state["finishedAt"] <= g2["status"]["reconciledAt"]  # row 13 between f and g2
    assert compared <= began <= state["finishedAt"] == e["status"]["history"][1]["deployedAt"]


def test_it_takes_a_moment_only(box):
    bump(box)
    begun = time.monotonic()
    box.refresh()
    box.ctl("settle")
    assert time.monotonic() - begun < 2
    assert box.app()["status"]["summary"] == {"images": [NEW]}


def test_kustomize(box):
    commit, _ = sync(box, "review-dev", service="review", tag="3.15.0")
    status = box.app("review-dev")["status"]
    assert status["sourceType"] == "Kustomize" and status["sync"] == {
        **status["sync"],
        "revision": commit,
        "status": "Synced",
    }
    assert status["summary"]["images"] == ["registry.example.com/shop/review:3.15.0"]


def test_commit_that_does_not_touch_the_application(box):
    commit, events = sync(box, service="order", tag="9.9.9")
    assert len(events) == 2  # annotation, and one status patch (rec 03)
    change = events[1][1]
    assert change["status"] == {"reconciledAt": change["status"]["reconciledAt"], "sync": {"revision": commit}}
    assert box.app()["status"]["operationState"]["syncResult"]["revision"] != commit


def test_superseded_before_any_compare(box):
    bump(box)
    box.ctl("push-foreign", "develop", "order")
    commit, _ = sync(box, tag="1.4.3")
    assert box.app()["status"]["sync"]["revision"] == commit


def test_lost_refresh(box):
    """Somebody's annotation is there; ours changes nothing; the compare of before takes it away at the old revision."""
    old = box.tip()
    box.ctl("delay", "hold", "60000")
    box.ctl("app", "catalog-dev", "lost-refresh")
    commit = bump(box)
    rv = box.app()["metadata"]["resourceVersion"]
    ours = box.call("PATCH", ONE, {"metadata": {"annotations": {REFRESH: "normal"}}})[2]
    assert ours["metadata"]["resourceVersion"] == rv
    box.ctl("app", "catalog-dev", "healthy")
    box.ctl("settle")
    after = box.app()
    assert REFRESH not in after["metadata"].get("annotations", {}) and after["status"]["sync"]["revision"] == old
    box.refresh()
    box.ctl("settle")
    assert box.app()["status"]["sync"]["revision"] == commit


def test_annotation_that_comes_during_a_compare_is_not_taken_by_it(box):
    box.ctl("delay", "compare", "300")
    old = box.tip()
    box.ctl("poll")  # level 2, started without the annotation
    commit = bump(box)
    box.refresh()
    box.ctl("settle")
    revisions = [
        change["status"]["sync"].get("revision") for _, change in box.events() if "sync" in change.get("status", {})
    ]
    assert commit in revisions and old != commit
    assert box.app()["status"]["sync"]["revision"] == commit


def test_polls_use_refs_of_before(box):
    """Level 2 moves reconciledAt on cached refs for three minutes, then sees the push (1.4, rec 85)."""
    box.ctl("poll")
    box.ctl("settle")
    first = box.app()["status"]
    commit = bump(box)
    box.ctl("poll")
    box.ctl("settle")
    second = box.app()["status"]
    assert second["reconciledAt"] > first["reconciledAt"] and second["sync"] == first["sync"]
    box.ctl("poll")
    box.ctl("settle")
    assert box.app()["status"]["sync"]["revision"] == commit


def test_repository_down(box):
    box.ctl("poll")
    box.ctl("settle")
    before = box.app()["status"]
    box.ctl("fault", "repo-down")
    box.ctl("poll")
    box.ctl("settle")
    assert box.app()["status"]["sync"] == before["sync"]  # swallowed
    box.refresh()
    box.ctl("settle")
    status = box.app()["status"]
    assert (
        status["conditions"][0]["type"] == "ComparisonError"
        and "failed to list refs" in status["conditions"][0]["message"]
    )
    assert (
        status["sync"]["status"] == "Unknown"
        and status["sync"]["revision"] == "develop"
        and status["health"]["status"] == "Healthy"
    )
    assert all(row["status"] == "Unknown" and row["requiresPruning"] for row in status["resources"])


@pytest.mark.parametrize(
    "path, body, text",
    [
        (
            "apps/catalog/values-dev.yaml",
            "image: {tag: 1\n",
            "failed to parse apps/catalog/values-dev.yaml: error converting YAML to JSON: yaml: line",
        ),
        ("apps/catalog/Chart.yaml", None, "Failed to unmarshal"),
        (
            "apps/catalog/templates/service.yaml",
            "a: {{ .Values.nothing.at.all }}\n",
            "nil pointer evaluating interface",
        ),
        ("apps/catalog/templates/service.yaml", 'a: {{ include "x" . }}\n', "function"),
        ("clusters/dev/values.yaml", None, "no such file or directory"),
    ],
)
def test_bad_repository(box, path, body, text):
    box.ctl("push-file", "develop", path, data=body)
    box.refresh()
    box.ctl("settle")
    status = box.app()["status"]
    if path.endswith("Chart.yaml"):  # a folder of plain manifests now: none of these files is one
        assert status["conditions"][0]["type"] == "ComparisonError"
        return
    assert text in status["conditions"][0]["message"], status["conditions"]
    assert status["operationState"]["phase"] == "Succeeded"


def test_missing_path_and_branch(box):
    for spec, text in (
        ({"path": "apps/none"}, "apps/none: app path does not exist"),
        ({"targetRevision": "none"}, "unable to resolve 'none'"),
    ):
        box.call("PATCH", ONE, {"spec": {"source": spec}})
        box.ctl("settle")
        assert text in box.app()["status"]["conditions"][0]["message"]


# behaviour -> (sync, health, phase, condition, images) after one push and one refresh
ENDS = {
    "healthy": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "degraded": ("Synced", "Degraded", "Succeeded", None, [OLD, NEW]),
    "flap": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "stuck": ("Synced", "Progressing", "Succeeded", None, [OLD, NEW]),
    **{
        name: ("Synced", "Progressing", "Succeeded", None, [OLD, NEW])
        for name in ("image-pull", "config-error", "crash-loop", "unschedulable")
    },
    "quota": ("Synced", "Progressing", "Succeeded", None, [OLD]),
    "cron-failed": ("Synced", "Degraded", "Succeeded", None, [NEW]),
    "cron-runs": ("Synced", "Progressing", "Succeeded", None, [NEW]),
    "finished-jobs": ("Synced", "Healthy", "Succeeded", None, [OLD, NEW]),
    "suspended": ("Synced", "Suspended", "Succeeded", None, [OLD, NEW]),
    "old-pods": ("Synced", "Healthy", "Succeeded", None, [OLD, NEW]),
    "other-image": ("Synced", "Healthy", "Succeeded", None, [NEW + "-mirror"]),
    "no-images": ("Synced", "Healthy", "Succeeded", None, None),
    "sync-failed": ("OutOfSync", "Healthy", "Failed", "SyncError", [OLD]),
    "sync-retry": ("OutOfSync", "Healthy", "Failed", "SyncError", [OLD]),
    "hook-failed": ("OutOfSync", "Healthy", "Failed", "SyncError", [OLD]),
    "presync": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "postsync": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "postsync-failed": ("Synced", "Healthy", "Failed", None, [NEW]),
    "comparison-error": ("Unknown", "Healthy", "Succeeded", "ComparisonError", [OLD]),
    "unknown-error": ("Unknown", "Unknown", "Succeeded", "UnknownError", [OLD]),
    "invalid-spec": ("Unknown", "Unknown", "Succeeded", "InvalidSpecError", [OLD]),
    "out-of-sync": ("OutOfSync", "Healthy", "Succeeded", None, [OLD]),
    "sync-window": ("OutOfSync", "Healthy", "Succeeded", None, [OLD]),
    "window-blocks": ("OutOfSync", "Healthy", "Running", None, [OLD]),
    "self-heal": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "early-compare": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "slow": ("Synced", "Healthy", "Succeeded", None, [NEW]),
    "no-consume": ("Synced", "Healthy", "Succeeded", None, [OLD]),
    "skip-reconcile": ("Synced", "Healthy", "Succeeded", None, [OLD]),
    "wrong-target": ("Synced", "Healthy", "Succeeded", None, ["registry.example.com/shop/catalog:1.3.2"]),
    "wrong-repo": ("Unknown", "Healthy", "Succeeded", "ComparisonError", [OLD]),
    "multi-source": ("Synced", "Healthy", "Succeeded", None, [NEW]),
}
NEVER_AT_REST = ("window-blocks",)
LEFT = ("no-consume", "skip-reconcile")  # the annotation stays


def run(box, behaviour):
    """Sets the behaviour, pushes, refreshes, waits for rest; the object after it."""
    box.ctl("app", "catalog-dev", behaviour)
    box.ctl("settle")
    bump(box)
    box.refresh()
    if behaviour in NEVER_AT_REST:
        time.sleep(0.2)
    else:
        box.ctl("settle")
    return box.app()


@pytest.mark.parametrize("behaviour", ENDS)
def test_behaviour(box, behaviour):
    obj = run(box, behaviour)
    status = obj["status"]
    found = (
        status["sync"]["status"],
        status["health"]["status"],
        status["operationState"]["phase"],
        status["conditions"][0]["type"] if status.get("conditions") else None,
        status["summary"].get("images"),
    )
    assert found == ENDS[behaviour]
    assert (REFRESH in obj["metadata"].get("annotations", {})) == (behaviour in LEFT)
    if behaviour != "window-blocks":
        assert "operation" not in obj
    box.ctl("app", "catalog-dev", "healthy")
    box.ctl("settle")
    if REFRESH not in box.app()["metadata"].get("annotations", {}):
        bump(box, tag="1.4.9")  # the way out: the next commit is good
        box.refresh()
    box.ctl("settle")
    status = box.app()["status"]
    assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy") and not status.get(
        "conditions"
    )


def test_workloads_and_pods(box):
    """What kubectl would show while a roll-out is stuck, and after it."""
    run(box, "image-pull")
    base = "/apis/apps/v1/namespaces/catalog-dev"
    deployment = box.call("GET", f"{base}/deployments/catalog")[2]
    assert deployment["status"]["updatedReplicas"] <= deployment["spec"]["replicas"] < deployment["status"]["replicas"]
    sets = box.call("GET", f"{base}/replicasets?labelSelector=app.kubernetes.io/name%3Dcatalog")[2]["items"]
    newest = [one for one in sets if one["metadata"]["annotations"] == deployment["metadata"]["annotations"]]
    assert len(sets) == 2 and len(newest) == 1
    hashed = newest[0]["metadata"]["labels"]["pod-template-hash"]
    pods = box.call("GET", f"/api/v1/namespaces/catalog-dev/pods?labelSelector=pod-template-hash%3D{hashed}")[2]["items"]
    assert [pod["spec"]["containers"][0]["image"] for pod in pods] == [NEW]
    assert pods[0]["metadata"]["ownerReferences"][0]["uid"] == newest[0]["metadata"]["uid"]
    assert pods[0]["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "ImagePullBackOff"
    box.ctl("app", "catalog-dev", "healthy")
    box.ctl("settle")
    pods = box.call("GET", "/api/v1/namespaces/catalog-dev/pods")[2]["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Running"]
    assert box.call("GET", f"{base}/deployments/nobody")[0] == 404
    assert box.call("GET", f"{base}/deployments/catalog", user="get-only")[0] == 403


def test_every_behaviour_is_tested():
    assert set(BEHAVIOURS) - set(ENDS) == {"lost-refresh", "deleted"}


def phases(events):
    return [
        change["status"]["operationState"] for _, change in events if (change.get("status") or {}).get("operationState")
    ]


def test_failed_sync_in_detail(box):
    box.ctl("app", "catalog-dev", "sync-failed")
    commit, events = sync(box)
    end = phases(events)[-1]
    assert end["phase"] == "Failed" and end["message"].startswith(
        "one or more synchronization tasks completed unsuccessfully, reason: "
    )
    row = [r for r in end["syncResult"]["resources"] if r["kind"] == "Deployment"][0]
    assert (row["status"], row["hookPhase"]) == ("SyncFailed", "Failed")
    message = box.app()["status"]["conditions"][0]["message"]
    assert message == f"Failed last sync attempt to [{commit}]: {end['message']}"


def test_retries(box):
    """Running with finishedAt in between, retryCount, and the waits of 10 and 20 seconds (1.6)."""
    box.ctl("app", "catalog-dev", "sync-retry")
    _, events = sync(box)
    seen = [
        (
            s.get("phase"),
            s.get("retryCount"),
            "finishedAt" in s and s["finishedAt"] is not None,
            s.get("message", "")[-40:],
        )
        for s in phases(events)
    ]
    assert [s[1] for s in seen if s[1]] == [1, 2]
    assert sum("Retrying operation. Attempt #" in s[3] for s in seen) == 2
    state = box.app()["status"]["operationState"]
    assert (
        state["retryCount"] == 2
        and state["message"].endswith("(retried 2 times).")
        and state["operation"]["retry"]["limit"] == 2
    )
    assert int(state["finishedAt"][-3:-1]) != int(state["startedAt"][-3:-1])


def test_hook_that_fails(box):
    box.ctl("app", "catalog-dev", "hook-failed")
    sync(box)
    state = box.app()["status"]["operationState"]
    assert [(r["hookType"], r["hookPhase"], r["kind"]) for r in state["syncResult"]["resources"]] == [
        ("PreSync", "Failed", "Job")
    ]
    assert state["syncResult"]["resources"][0]["message"] == "Job has reached the specified backoff limit"


def test_second_operation_of_self_heal(box):
    box.ctl("app", "catalog-dev", "self-heal")
    commit, events = sync(box)
    operations = [change["operation"] for _, change in events if change.get("operation")]
    assert [op["sync"].get("autoHealAttemptsCount") for op in operations] == [None, 1]
    assert operations[1]["sync"]["resources"] == [{"group": "apps", "kind": "Deployment", "name": "catalog"}]
    assert operations[1]["sync"]["revision"] == commit
    assert len(box.app()["status"]["history"]) == 2  # a partial sync makes no history


def test_drift_heals(box):
    box.ctl("drift", "catalog-dev")
    box.ctl("settle")
    status = box.app()["status"]
    assert (
        status["sync"]["status"] == "Synced"
        and status["operationState"]["operation"]["sync"]["autoHealAttemptsCount"] == 1
    )


def test_early_compare(box):
    box.ctl("app", "catalog-dev", "early-compare")
    _, events = sync(box)
    states = [change.get("status", {}) for _, change in events]
    synced = [i for i, s in enumerate(states) if s.get("sync", {}).get("status") == "Synced"][0]
    ended = [i for i, s in enumerate(states) if (s.get("operationState") or {}).get("phase") == "Succeeded"][0]
    assert synced < ended and states[synced]["health"]["status"] == "Progressing"


def by_hand(box, first=(), revision=None):
    """The JSON patch of 1.6."""
    obj = box.app()
    sync_part = {"prune": True, "syncStrategy": {"hook": {}}}
    if revision:
        sync_part["revision"] = revision
    value = {
        "initiatedBy": {"username": "ci"},
        "info": [{"name": "Reason", "value": "pipeline 123"}],
        "retry": {},
        "sync": sync_part,
    }
    steps = [{"op": "test", "path": "/metadata/resourceVersion", "value": obj["metadata"]["resourceVersion"]}]
    steps += [*first, {"op": "add", "path": "/operation", "value": value}]
    return box.call("PATCH", ONE, steps, kind="application/json-patch+json")


def test_operation_by_hand(box):
    run(box, "out-of-sync")
    assert by_hand(box, [{"op": "remove", "path": "/status/operationState"}])[0] == 200
    before = box.version()
    box.ctl("settle")
    status = box.app()["status"]
    assert status["sync"]["status"] == "Synced" and status["summary"]["images"] == [NEW]
    assert status["history"][-1]["initiatedBy"] == {"username": "ci"}
    assert "revision" not in status["operationState"]["operation"]["sync"]
    compares = [c["status"] for _, c in box.events(since=before - 1) if "reconciledAt" in c.get("status", {})]
    assert [c["sync"]["status"] for c in compares if "sync" in c] == [
        "Synced"
    ]  # level 3 after a manual one: one event (rec 40)


def test_bare_operation_leaks(box):
    """Without removing operationState the old operation shines through while Running (1.6, rec 42)."""
    old = box.app()["status"]["operationState"]["operation"]["sync"]["revision"]
    run(box, "out-of-sync")
    before = box.version()
    assert (
        box.call(
            "PATCH", ONE, {"operation": {"initiatedBy": {"username": "ci"}, "sync": {"syncStrategy": {"hook": {}}}}}
        )[0]
        == 200
    )
    box.ctl("settle")
    running = [
        c["status"]["operationState"]
        for _, c in box.events(since=before)
        if (c.get("status") or {}).get("operationState")
    ][0]
    assert running["phase"] == "Running" and "finishedAt" not in running
    assert box.app()["status"]["operationState"]["operation"]["sync"]["revision"] == old


def test_dry_run(box):
    run(box, "out-of-sync")
    steps = {"operation": {"initiatedBy": {"username": "ci"}, "sync": {"dryRun": True}}}
    box.call("PATCH", ONE, steps)
    box.ctl("settle")
    status = box.app()["status"]
    assert (
        status["sync"]["status"] == "OutOfSync" and status["summary"]["images"] == [OLD] and len(status["history"]) == 1
    )


def test_terminate(box):
    box.ctl("app", "catalog-dev", "presync")
    box.ctl("delay", "hook", "60000")
    bump(box)
    box.refresh()
    deadline = time.monotonic() + 20
    while "waiting for completion" not in (box.app()["status"].get("operationState") or {}).get("message", ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    box.call("PATCH", ONE, {"status": {"operationState": {"phase": "Terminating"}}})
    box.ctl("settle")
    state = box.app()["status"]["operationState"]
    assert (state["phase"], state["message"]) == ("Failed", "Operation terminated")


def test_prune(box):
    box.ctl("push-file", "develop", "apps/catalog/templates/service.yaml")
    box.refresh()
    box.ctl("settle")
    status = box.app()["status"]
    assert [row["kind"] for row in status["resources"]] == ["Deployment"]
    assert {r["kind"]: r["status"] for r in status["operationState"]["syncResult"]["resources"]}["Service"] == "Pruned"


def test_prune_off(box):
    box.ctl("push-file", "main", "apps/catalog/templates/service.yaml")
    box.refresh("catalog-prod")
    box.ctl("settle")
    status = box.app("catalog-prod")["status"]
    assert status["sync"]["status"] == "OutOfSync" and [
        r["kind"] for r in status["resources"] if r.get("requiresPruning")
    ] == ["Service"]


def test_wipe_out_guard(box):
    for name in ("deployment", "service"):
        box.ctl("push-file", "develop", f"apps/catalog/templates/{name}.yaml")
    box.ctl("push-file", "develop", "apps/catalog/templates/NOTES.txt", data="nothing\n")
    box.refresh()
    box.ctl("settle")
    assert "auto-sync will wipe out all resources" in box.app()["status"]["conditions"][0]["message"]


def test_root_app_changes_a_child(box):
    body = json.loads(json.dumps(box.app()["spec"]))
    path = "infrastructure/argocd/applications/dev/catalog.yaml"
    old = box.git("show", f"develop:{path}", cwd=box.repo).stdout
    box.ctl("push-file", "develop", path, data=old.replace("values-dev.yaml", "values-staging.yaml"))
    box.refresh("root-app-dev")
    box.ctl("settle")
    after = box.app()
    assert (
        after["spec"]["source"]["helm"]["valueFiles"][-1]
        == "values-staging.yaml"
        != body["source"]["helm"]["valueFiles"][-1]
    )
    assert after["spec"]["source"]["repoURL"] == box.env["STAGEGATE_GITOPS"]
    assert after["status"]["summary"]["images"] == ["registry.example.com/shop/catalog:1.3.2"]


@pytest.mark.parametrize("version", ["2.14", "3.1", "3.5", "3.6"])
def test_versions(box, version):
    box.ctl("argocd", version)
    commit, events = sync(box)
    rows = {row["kind"]: row for row in box.app()["status"]["resources"]}
    assert ("health" in rows["Deployment"]) == (version == "2.14")
    consumed = [change for _, change in events if change["metadata"].get("annotations", "") is None]
    assert len(consumed) == 1 and ("status" in consumed[0]) == (version != "3.6")
    box.ctl("app", "catalog-dev", "comparison-error")
    box.refresh()
    box.ctl("settle")
    revision = box.app()["status"]["sync"].get("revision")
    assert revision == ("develop" if version in ("3.5", "3.6") else None) != commit


def test_applications_carry_our_url(box):
    for item in box.call("GET", APPS)[2]["items"]:
        assert item["spec"]["source"]["repoURL"] == box.env["STAGEGATE_GITOPS"]
        assert item["metadata"]["namespace"] == "argocd"


@pytest.fixture(scope="module", name="schema")
def _schema():
    path = os.path.join(CONTRACTS, "data/argocd/crds/argocd-v3.5.1/application-crd.yaml")
    if not os.path.exists(path):
        pytest.skip("the schema of Application is not here")
    return crd.load(path)


def test_validator_finds_what_is_wrong(schema):
    assert crd.check({"spec": {"project": 5}}, schema)
    assert crd.check({"metadata": {}, "spec": {"destination": {}, "project": "x", "nothing": 1}}, schema)
    assert crd.check(
        {"metadata": {}, "spec": {"destination": {}, "project": "x"}, "status": {"reconciledAt": "today"}}, schema
    )
    assert not crd.check({"metadata": {}, "spec": {"destination": {}, "project": "x"}}, schema)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_objects_are_valid(box, schema, behaviour):
    """Every object of every event while the application goes through a behaviour."""
    connection = box.connect()
    rv = box.call("GET", f"{APPS}?limit=1")[2]["metadata"]["resourceVersion"]
    path = f"{APPS}?watch=1&resourceVersion={rv}&fieldSelector=metadata.name%3Dcatalog-dev"
    connection.request("GET", path, headers={"Authorization": "Bearer " + box.env["SANDBOX_KUBE_TOKEN"]})
    stream = connection.getresponse()
    box.ctl("app", "catalog-dev", behaviour)
    bump(box)
    box.ctl("refresh", "catalog-dev")
    if behaviour in NEVER_AT_REST:
        time.sleep(0.2)
    else:
        box.ctl("settle")
    box.ctl("fault", "watch-close")
    events = [json.loads(line) for line in stream.read().splitlines()]
    assert events
    for event in events:
        assert crd.check(event["object"], schema) == [], event["object"]


def test_first_objects_are_valid(box, schema):
    for item in box.call("GET", APPS)[2]["items"]:
        assert crd.check(item, schema) == []
