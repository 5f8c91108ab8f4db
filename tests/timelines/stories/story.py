"""What stories are made of: an application, patches to it, and the events that come of them."""
import copy
import datetime
import json

REPO = "https://git.example.org/team/deploy.git"
X = "c" * 8 + "0123456789abcdef0123456789abcdef"
OLD = "a" * 8 + "0123456789abcdef0123456789abcdef"
NEW = "e" * 8 + "0123456789abcdef0123456789abcdef"  # contains X
ALIEN = "d" * 8 + "0123456789abcdef0123456789abcdef"  # does not contain X
LOST = "f" * 8 + "0123456789abcdef0123456789abcdef"  # Git knows nothing about it
HX = "1" * 8 + "0123456789abcdef0123456789abcdef"  # X, hydrated
HOLD = "2" * 8 + "0123456789abcdef0123456789abcdef"  # OLD, hydrated
ANCESTRY = {"descendantsOf": {X: [NEW], OLD: [X, NEW]}, "notDescendantsOf": {X: [ALIEN]}}
IMAGE = "reg.example.org:5000/team/shop:2.0"
IMAGE_OLD = "reg.example.org:5000/team/shop:1.9"
START = datetime.datetime(2026, 5, 4, 9, 0, 0)

_stories = []


def at(seconds):
    """A time of the cluster's clock."""
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def merge(target, patch):
    """RFC 7396; the target is not changed."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return copy.deepcopy(result)


def joined(*patches):
    """One patch that does what all do; a None stays a removal."""
    result = {}
    for patch in patches:
        for key, value in patch.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = joined(result[key], value) if both else value
    return result


SOURCE = {"repoURL": REPO, "path": "apps/shop", "targetRevision": "main"}
DESTINATION = {"server": "https://kubernetes.default.svc", "namespace": "shop"}


def operation_state(revision, phase="Succeeded", started=-3600, finished=-3590, message="", **more):
    state = {"operation": {"sync": {"revision": revision}}, "phase": phase, "startedAt": at(started),
             "message": message or "successfully synced (all tasks run)",
             "syncResult": {"revision": revision, "source": SOURCE}}
    if finished is not None:
        state["finishedAt"] = at(finished)
    return merge(state, more)


def application(name="shop", revision=OLD, *patches):
    base = {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"project": "team", "source": SOURCE, "destination": DESTINATION,
                 "syncPolicy": {"automated": {"prune": True, "selfHeal": True}}},
        "status": {
            "sync": {"status": "Synced", "revision": revision,
                     "comparedTo": {"source": SOURCE, "destination": DESTINATION}},
            "health": {"status": "Healthy"}, "reconciledAt": at(-60),
            "operationState": operation_state(OLD),
            "resources": [{"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "shop",
                           "status": "Synced"}],
            "summary": {"images": [IMAGE_OLD]}}}
    for patch in patches:
        base = merge(base, patch)
    return base


REFRESH = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}
HARD = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
CONSUMED = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": None}}}
MANUAL = {"spec": {"syncPolicy": {"automated": None}}}
NO_SELF_HEAL = {"spec": {"syncPolicy": {"automated": {"selfHeal": None}}}}
RUNS_NEW = {"status": {"summary": {"images": [IMAGE]}}}
GREEN = {"status": {"sync": {"status": "Synced", "revision": X}, "health": {"status": "Healthy"},
                    "summary": {"images": [IMAGE]}}}


def compared(second, revision=X, sync="Synced", health="Healthy"):
    return {"status": {"sync": {"status": sync, "revision": revision}, "health": {"status": health},
                       "reconciledAt": at(second)}}


def condition(kind, message):
    return {"status": {"conditions": [{"type": kind, "message": message, "lastTransitionTime": at(0)}]}}


def resources(*items):
    """name or (name, status) or (name, status, requiresPruning)"""
    rows = []
    for item in items:
        name, status, prune = (tuple([item]) if isinstance(item, str) else item) + (None,) * (
            3 - (1 if isinstance(item, str) else len(item)))
        row = {"kind": "ConfigMap", "namespace": "shop", "name": name, "status": status or "Synced"}
        if prune:
            row["requiresPruning"] = True
        rows.append(row)
    return {"status": {"resources": rows}}


def state(*args, **more):
    return {"status": {"operationState": operation_state(*args, **more)}}


def working(revision=X, started=2):
    """Somebody's operation is there and runs."""
    return joined({"operation": {"sync": {"revision": revision}}},
                  {"status": {"operationState": None}},
                  {"status": {"operationState": {
                      "operation": {"sync": {"revision": revision}}, "phase": "Running",
                      "startedAt": at(started), "message": "one or more tasks are running",
                      "syncResult": {"revision": revision, "source": SOURCE}}}})


ENDED = {"operation": None}


class Story:
    """Objects by name, each with its own history; every call of `then` is one event."""

    def __init__(self, words, description, first=None, want=None, policy=None, ancestry=ANCESTRY, **top):
        self.words, self.description = words, description
        self.want = {"revision": X, "repoURL": REPO, "branch": "main", **(want or {})}
        self.policy, self.ancestry, self.top = policy, ancestry, top
        self.objects, self.events, self.main = {}, [], None
        if first is not None:
            self.main = first["metadata"]["name"]
            self.then(0, "as it stands", first, new=True)

    def then(self, t, note, patch, new=False, of=None, kind=None):
        name = patch["metadata"]["name"] if new else of or self.main
        self.objects[name] = copy.deepcopy(patch) if new else merge(self.objects.get(name), patch)
        obj = copy.deepcopy(self.objects[name])
        obj["metadata"]["resourceVersion"] = str(1000 + len(self.events))
        self.events.append({"t": t, "note": note, "event": {
            "type": kind or ("ADDED" if new else "MODIFIED"), "object": obj}})
        return self

    def line(self, t, note, kind, obj):
        self.events.append({"t": t, "note": note, "event": {"type": kind, "object": obj}})
        return self

    def knows(self, *objects):
        """Other applications that can be read from the start."""
        self.top.setdefault("items", []).extend(copy.deepcopy(objects))
        for obj in objects:
            self.objects[obj["metadata"]["name"]] = copy.deepcopy(obj)
        return self

    def expect(self, result, event=None, reason=None, **more):
        wanted = {"result": result}
        if event is not None:
            wanted["atEvent"] = event
        if reason:
            wanted["reason"] = reason
        wanted.update(more)
        _stories.append((self, wanted))

    def success(self, event, **more):
        """At that event, and before it neither success nor failure."""
        quiet = list(range(event))
        self.expect("success", event, mustNotSucceedAt=quiet, mustNotFailAt=quiet, **more)

    def fail(self, event, reason, **more):
        self.expect("fail", event, reason, mustNotFailAt=list(range(event)), **more)

    def wait(self, reason, **more):
        self.expect("wait", None, reason, **more)


def render():
    files = {}
    for number, (item, wanted) in enumerate(_stories, 1):
        name = f"{number:03d}-{item.words}.json"
        doc = {"description": item.description, "source": "constructed", "want": item.want}
        if item.policy:
            doc["policy"] = item.policy
        if item.ancestry:
            doc["ancestry"] = item.ancestry
        doc.update(item.top)
        doc["expect"] = wanted
        body = json.dumps(doc, indent=1)[:-2]
        events = ",\n".join("  " + json.dumps(event) for event in item.events)
        files[name] = body + ',\n "events": [\n' + events + "\n ]\n}\n"
    return files
