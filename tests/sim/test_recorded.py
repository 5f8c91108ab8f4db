"""The simulated controller against recordings of the real one: the same steps, each changing the same fields."""

import json
import os

import pytest

from sim.conftest import APPS, CONTRACTS, REFRESH
from sim.merge import merge_diff

FOLDER = os.path.join(CONTRACTS, "data/argocd/samples/recorded")

# recording -> (behaviour, events that are compared: from 1 up to this one)
SAMPLES = {
    "01-autosync-success": ("healthy", 10),
    "03-commit-does-not-touch-app": ("untouched", 2),
    "12-sync-failed-no-retry-then-fix": ("sync-failed", 4),
    "13-presync-hook-failed": ("hook-failed", 4),
    "20-comparison-error-bad-yaml": ("bad-yaml", 4),
    "22-comparison-error-path-gone": ("path-gone", 2),
    "30-imagepullbackoff-progressing-degraded": ("degraded", 11),
    "40-manual-sync-operation": ("by-hand", 9),
    "60-sync-window-denies-autosync": ("sync-window", 4),
    "62-invalid-spec": ("invalid-spec", 4),
    "63-skip-reconcile": ("skip-reconcile", 1),
}


def fields(change):
    """What a merge patch changes, as words."""
    words = set()
    annotations = change.get("metadata", {}).get("annotations", {})
    if annotations is None or REFRESH in annotations:
        words.add("refresh taken" if annotations is None or annotations[REFRESH] is None else "refresh asked")
    if "generation" in change.get("metadata", {}):
        words.add("generation")
    if "operation" in change:
        words.add("operation gone" if change["operation"] is None else "operation set")
    if "spec" in change:
        words.add("spec")
    for name, value in change.get("status", {}).items():
        if name == "operationState":
            words.add("state gone" if value is None else f"state {value.get('phase', 'changed')}")
        elif name == "sync":
            words |= {f"sync {part}" for part in value if part in ("status", "revision")}
        elif name == "health":
            words |= {f"health {value['status']}"} if "status" in value else set()
        elif name == "conditions":
            words.add("conditions gone" if value is None else "conditions " + value[0]["type"])
        elif name in ("history", "reconciledAt", "resources", "summary"):
            words.add(name)
    return words


def recorded(name, count):
    path = os.path.join(FOLDER, name + ".json")
    if not os.path.exists(path):
        pytest.skip("the recordings are not here")
    with open(path, encoding="utf-8") as source:
        objects = [event["event"]["object"] for event in json.load(source)["events"]]
    return [fields(merge_diff(old, new)) for old, new in zip(objects, objects[1:])][:count]


def manual(box):
    steps = [
        {"op": "remove", "path": "/status/operationState"},
        {
            "op": "add",
            "path": "/operation",
            "value": {"initiatedBy": {"username": "ci"}, "retry": {}, "sync": {"prune": True}},
        },
    ]
    assert box.call("PATCH", f"{APPS}/catalog-dev", steps, kind="application/json-patch+json")[0] == 200


def refresh(box):
    box.ctl("refresh", "catalog-dev")
    box.ctl("settle")


def play(box, behaviour):
    """The same story here."""
    if behaviour == "bad-yaml":
        box.ctl("push-file", "develop", "apps/catalog/values-dev.yaml", data="image: {tag: 1\n")
    elif behaviour == "path-gone":
        files = box.git("ls-tree", "-r", "--name-only", "develop", "apps/catalog", cwd=box.repo).stdout.split()
        for file in files:
            box.ctl("push-file", "develop", file)
    else:
        box.ctl("push-foreign", "develop", "order" if behaviour == "untouched" else "catalog", "9.9.9")
    refresh(box)
    if behaviour == "by-hand":
        manual(box)
        box.ctl("settle")
    if behaviour in ("degraded", "sync-window", "bad-yaml"):
        refresh(box)


@pytest.mark.parametrize("name", SAMPLES)
def test_same_steps(box, name):
    behaviour, count = SAMPLES[name]
    want = recorded(name, count)
    setting = {"by-hand": "out-of-sync", "untouched": "healthy", "bad-yaml": "healthy", "path-gone": "healthy"}.get(
        behaviour, behaviour
    )
    before = box.version()
    box.ctl("app", "catalog-dev", setting)
    box.ctl("settle")
    if setting != "invalid-spec":
        before = box.version()
    play(box, behaviour)
    got = [fields(change) for _, change in box.events(since=before)][:count]
    assert got == want
