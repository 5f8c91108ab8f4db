"""Argo Rollouts in the cluster: what their controller makes of a Rollout, step by step (argocd.md 4.2; samples/rollout; crds/argo-rollouts).

An application whose manifests have a Rollout rolls out by it: its health is what Argo CD reads from the phase (4.2, last sentence), its pods
are those of the stable and of the new template. Everything is decided from the object as it is now: whoever patches `status` (4.2 "Patches")
or `spec` steers it, and nothing else is remembered but the templates.
"""

import copy
import json
import math
import zlib

from .clock import stamp
from .kubework import BROKEN
from .loop import SLICE
from .render import containers

TRACKING = "argocd.argoproj.io/tracking-id"
HASH = "rollouts-pod-template-hash"
REVISION = "rollout.argoproj.io/revision"
STUCK = ("stuck", *BROKEN)  # new pods never get ready (4.3)
RANK = ("Healthy", "Suspended", "Progressing", "Degraded")  # of several Rollouts the last one counts


def is_rollout(key):
    return key[:2] == ("argoproj.io", "Rollout")


def template_hash(spec):
    return f"{zlib.crc32(json.dumps(spec['template'], sort_keys=True).encode()):08x}"


def plan(spec):
    """[("weight", percent) or ("pause", seconds or None)] of a strategy."""
    if "blueGreen" in spec["strategy"]:
        how = spec["strategy"]["blueGreen"]
        held = how.get("autoPromotionEnabled", True) is False
        return [("weight", 100)] + ([("pause", how.get("autoPromotionSeconds"))] if held else [])
    steps = spec["strategy"].get("canary", {}).get("steps") or []
    return [("pause", step["pause"].get("duration")) if "pause" in step else ("weight", step["setWeight"]) for step in steps]


def index(obj):
    """How many steps of the plan are done."""
    status, steps = obj["status"], plan(obj["spec"])
    if "blueGreen" not in obj["spec"]["strategy"]:
        return status.get("currentStepIndex", len(steps))
    if status["blueGreen"].get("activeSelector") == status["currentPodHash"]:
        return len(steps)
    return min(1, len(steps) - 1) if all_ready(status) and status.get("updatedReplicas") else 0


def is_first(status):
    """There is nothing to go over from: the first version of all, and the stable one again."""
    return status.get("stableRS", "") in ("", status["currentPodHash"])


def wants(obj):
    """(pods of the stable template, of the new one) at the step in hand; samples rollout/suspended_v1.0_pausedRollout: 21 % of 5 are 2, beside 4."""
    steps, at, count, status = plan(obj["spec"]), index(obj), obj["spec"].get("replicas", 1), obj["status"]
    done = [value for kind, value in steps[: at + 1] if kind == "weight"]
    weight = 100 if at == len(steps) or is_first(status) else done[-1] if done else 0
    stay = count if weight == 100 else math.ceil(count * (100 - weight) / 100)  # the old ones go when the new ones are there
    return 0 if is_first(status) else stay, math.ceil(count * weight / 100)


def all_ready(status):
    return status.get("readyReplicas", 0) >= status.get("replicas", 0)


def health(obj):
    """What Argo CD makes of it: only of a generation that was observed; at the end of a pause it is Progressing (4.2)."""
    status = obj.get("status", {})
    if status.get("observedGeneration") != str(obj["metadata"]["generation"]):
        return "Progressing"
    if status.get("controllerPause") and not status.get("pauseConditions"):
        return "Progressing"
    promoted = status.get("stableRS") == status.get("currentPodHash")
    return {"Paused": "Suspended", "Degraded": "Degraded", "Healthy": "Healthy" if promoted else "Progressing"}.get(status["phase"], "Progressing")


def numbers(status, replicas, updated, ready):
    """Go leaves zeros out."""
    said = {"replicas": replicas, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": ready, "HPAReplicas": replicas}
    for key, value in said.items():
        status.pop(key, None)
        if value:
            status[key] = value


class Rollouts:
    """`world` is the Controller; objects are in its store, moves run on its loop."""

    def __init__(self, world):
        self.world, self.store, self.clock = world, world.store, world.clock
        self.busy, self.templates, self.owners = set(), {}, {}
        self.installed = False  # the CRD: with the first Rollout; without it their address is one that nobody knows (3.1)
        self.store.listeners.append(self._event)

    # -- what Argo CD applies

    @staticmethod
    def brings(app):
        return any(is_rollout(key) for key in app.live)

    def of(self, app):
        found = (self.store.get("rollouts", key[3], key[2]) for key in sorted(app.live) if is_rollout(key))
        return [obj for obj in found if obj]

    def applied(self, app):
        """The Rollouts in the cluster are those of the application's live objects."""
        wanted = {(key[2], key[3]): doc for key, doc in app.live.items() if is_rollout(key)}
        for place, owner in list(self.owners.items()):
            if owner is app and place not in wanted:
                self._forget(place)
        for (namespace, name), doc in wanted.items():
            self.owners[namespace, name] = app
            if self.store.get("rollouts", name, namespace):
                self.store.update("rollouts", name, lambda obj, d=doc: obj.update(spec=self._merged(obj, d)), namespace)
            else:
                mark = {TRACKING: f"{app.name}:argoproj.io/Rollout:{namespace}/{name}"}
                meta = {**doc["metadata"], "annotations": {**doc["metadata"].get("annotations", {}), **mark}}
                self.installed = True
                self.store.create("rollouts", {"metadata": meta, "spec": doc["spec"]})

    @staticmethod
    def _merged(obj, doc):
        """What the manifest does not say is somebody else's."""
        paused = {"paused": obj["spec"]["paused"]} if "paused" in obj["spec"] else {}
        return {**paused, **copy.deepcopy(doc["spec"])}

    def _forget(self, place):
        del self.owners[place]
        if self.store.get("rollouts", place[1], place[0]):
            self.store.delete("rollouts", place[1], place[0])

    def clear(self):
        for place in list(self.owners):
            self._forget(place)
        self.templates.clear()
        self.installed = False

    def wake(self, app):
        for obj in self.of(app):
            self._look((obj["metadata"]["namespace"], obj["metadata"]["name"]))

    def touch(self, namespace, name):
        """Its controller writes it, as it does all the time."""
        now = stamp(self.clock.tick())

        def write(obj):
            for row in obj.get("status", {}).get("conditions", []):
                row["lastUpdateTime"] = now

        self.store.update("rollouts", name, write, namespace)

    # -- the controller

    def _event(self, event):
        if event.resource == "rollouts" and event.type != "DELETED":
            place = event.new["metadata"]["namespace"], event.new["metadata"]["name"]
            self.world.loop.call(lambda: self._look(place))

    def _look(self, place):
        if place not in self.busy and place in self.owners:
            self.busy.add(place)
            self.world.loop.spawn(self._run(place), self.owners[place].factor)

    def _run(self, place):
        try:
            while (obj := self.store.get("rollouts", place[1], place[0])) and (found := self._due(place, obj)):
                yield from self._wait(place, obj, found[0])
                if place in self.owners:
                    self.store.update("rollouts", place[1], lambda o, d=found[0]: self._move(place, o, d), place[0])
                    self._tell(self.owners[place])
        finally:
            self.busy.discard(place)

    def _wait(self, place, obj, delay):
        """A pause that has an end can be ended before it, as everything by `reset`."""
        waited = 0
        while delay == "pause" and waited < self.world.loop.delays["pause"] and self.store.get("rollouts", place[1], place[0]) is obj:
            yield "slice"
            waited += SLICE
        if delay != "pause":
            yield delay

    def _move(self, place, obj, delay):
        """Whatever is due by now: somebody may have patched it since."""
        self.clock.tick()
        found = self._due(place, obj)
        if found and found[0] == delay:
            found[1](obj, obj.setdefault("status", {"blueGreen": {}, "canary": {}}))
            self._say(obj)

    def _tell(self, app):
        """Argo CD looks at the live objects."""
        worst = max((health(obj) for obj in self.of(app)), key=RANK.index, default=app.health)
        if app.health != worst:
            app.health = worst
            self.world.request(app, 1)

    def _due(self, place, obj):
        """(name of the delay, function that makes the move); None at rest."""
        status, spec, behaviour = obj.get("status"), obj["spec"], self.owners[place].behaviour
        if not status or status.get("observedGeneration") != str(obj["metadata"]["generation"]):
            return "live", self._observe
        if status.get("abort"):
            return None if "abortedAt" in status else ("live", self._abort)
        if "abortedAt" in status:
            return "live", self._retry
        if spec.get("paused"):
            return None
        if status.get("pauseConditions"):
            steps, at = plan(spec), index(obj)
            return ("pause", self._go_on) if at < len(steps) and steps[at][1] is not None else None
        if status.get("controllerPause"):
            return "live", self._go_on
        if status["phase"] == "Healthy":
            return None
        return self._next(obj, status, behaviour)

    def _next(self, obj, status, behaviour):
        steps, at = plan(obj["spec"]), index(obj)
        if behaviour != "quota" and status.get("updatedReplicas", 0) != wants(obj)[1]:
            return "compare", self._scale
        if not all_ready(status) or behaviour == "quota":
            if behaviour == "degraded":
                return None if status["phase"] == "Degraded" else ("degrade", self._deadline)
            return None if behaviour in STUCK else ("rollout", self._ready)
        return ("compare", self._step) if at < len(steps) else ("terminate", self._promoted)

    # -- moves

    def _observe(self, obj, status):
        """A new generation: a new template begins with its first step, the first one of all and the stable one skip them."""
        hashed, steps = template_hash(obj["spec"]), plan(obj["spec"])
        status["observedGeneration"] = str(obj["metadata"]["generation"])
        count, stable = obj["spec"].get("replicas", 1), status.get("stableRS", "")
        if status.get("currentPodHash") == hashed:
            if status["phase"] == "Healthy":
                numbers(status, count, count, count)
            return
        known = self.templates.setdefault(obj["metadata"]["uid"], {})
        known.pop(hashed, None)
        known[hashed] = copy.deepcopy(obj["spec"]["template"])  # the last one is the newest
        revision = int(obj["metadata"].get("annotations", {}).get(REVISION, "0")) + 1
        obj["metadata"].setdefault("annotations", {})[REVISION] = str(revision)
        for key in ("pauseConditions", "controllerPause", "abort", "abortedAt"):
            status.pop(key, None)
        status.update(currentPodHash=hashed, phase="Progressing")
        if "blueGreen" in obj["spec"]["strategy"]:
            status["blueGreen"]["previewSelector"] = hashed
            status["blueGreen"].setdefault("activeSelector", hashed)
        elif steps:
            status["currentStepIndex"] = len(steps) if is_first(status) else 0
            status["currentStepHash"] = f"{zlib.crc32(json.dumps(steps).encode()):08x}"
        numbers(status, count if stable else 0, 0, count if stable else 0)
        self._scale(obj, status)

    def _scale(self, obj, status):
        old, new = wants(obj)
        made = 0 if self._behaviour(obj) == "quota" else new
        ready = status.get("readyReplicas", 0) - (status.get("replicas", 0) - status.get("updatedReplicas", 0))
        status["message"] = "more replicas need to be updated"
        numbers(status, old + made, made, old + min(made, max(ready, 0)))

    def _behaviour(self, obj):
        return self.owners[obj["metadata"]["namespace"], obj["metadata"]["name"]].behaviour

    def _ready(self, obj, status):
        status["phase"] = "Progressing"
        numbers(status, status.get("replicas", 0), status.get("updatedReplicas", 0), status.get("replicas", 0))

    def _step(self, obj, status):
        """The step in hand is done, or it is a pause that begins."""
        kind, _ = plan(obj["spec"])[index(obj)]
        if kind == "weight":
            self._after(obj, status)
            return
        reason = "BlueGreenPause" if "blueGreen" in obj["spec"]["strategy"] else "CanaryPauseStep"
        status["pauseConditions"] = [{"reason": reason, "startTime": stamp(self.clock.now())}]
        status.update(controllerPause=True, phase="Paused", message=reason)

    def _after(self, obj, status):
        if "blueGreen" in obj["spec"]["strategy"]:
            status["blueGreen"]["activeSelector"] = status["currentPodHash"]
        else:
            status["currentStepIndex"] += 1
        self._scale(obj, status)

    def _go_on(self, obj, status):
        """Its time is over, or somebody has taken the pauseConditions away (4.2 promote)."""
        status.pop("pauseConditions", None)
        status.pop("controllerPause", None)
        status["phase"] = "Progressing"
        self._after(obj, status)

    def _promoted(self, obj, status):
        """Fully promoted iff stableRS==currentPodHash (4.2); the old pods are gone."""
        count, app = obj["spec"].get("replicas", 1), self.owners[obj["metadata"]["namespace"], obj["metadata"]["name"]]
        status.update(stableRS=status["currentPodHash"], phase="Healthy")
        status.pop("message", None)
        numbers(status, count, count, count)
        app.pods = list(app.new_pods)
        self.world.request(app, 0)

    def _abort(self, obj, status):
        """Degraded with "RolloutAborted: ...": the stable old version runs (4.2)."""
        revision = obj["metadata"]["annotations"][REVISION]
        count, app = obj["spec"].get("replicas", 1), self.owners[obj["metadata"]["namespace"], obj["metadata"]["name"]]
        for key in ("pauseConditions", "controllerPause"):
            status.pop(key, None)
        status.update(abortedAt=stamp(self.clock.now()), phase="Degraded", message=f"RolloutAborted: Rollout aborted update to revision {revision}")
        if "currentStepIndex" in status:
            status["currentStepIndex"] = 0
        numbers(status, count, 0, count)
        app.pods = sorted({c["image"] for c in self._containers(obj, status["stableRS"])}) or app.pods
        self.world.request(app, 0)

    def _retry(self, obj, status):
        """`abort: false` (4.2 retry): from the first step again."""
        del status["abortedAt"]
        status.pop("abort", None)
        status["phase"] = "Progressing"
        self._scale(obj, status)
        app = self.owners[obj["metadata"]["namespace"], obj["metadata"]["name"]]
        app.pods = sorted({*app.pods, *app.new_pods})

    def _deadline(self, obj, status):
        name = f"{obj['metadata']['name']}-{status['currentPodHash']}"
        status.update(phase="Degraded", message=f'ProgressDeadlineExceeded: ReplicaSet "{name}" has timed out progressing.')

    def _say(self, obj):
        """The conditions of the phase (samples rollout/*)."""
        status, now = obj["status"], stamp(self.clock.now())
        status["selector"] = ",".join(f"{key}={value}" for key, value in obj["spec"]["selector"]["matchLabels"].items())
        name = f'ReplicaSet "{obj["metadata"]["name"]}-{status["currentPodHash"]}"'
        done = status["phase"] == "Healthy"
        progress = ("True", "ReplicaSetUpdated", f"{name} is progressing.")
        if done:
            progress = ("True", "NewReplicaSetAvailable", f"{name} has successfully progressed.")
        elif status["phase"] == "Paused":
            progress = ("Unknown", "RolloutPaused", "Rollout is paused")
        elif status.get("abort"):
            progress = ("False", "RolloutAborted", status["message"].partition(": ")[2])
        elif status["phase"] == "Degraded":
            progress = ("False", "ProgressDeadlineExceeded", f"{name} has timed out progressing.")
        rows = [
            ("Available", "True", "AvailableReason", "Rollout has minimum availability"),
            ("Paused", str(status["phase"] == "Paused"), "RolloutPaused", "Rollout is paused"),
            ("Completed", str(done), "RolloutCompleted", "RolloutCompleted"),
            ("Progressing", *progress),
        ]
        old = {row["type"]: row for row in status.get("conditions", [])}
        status["conditions"] = []
        for kind, state, reason, message in rows:
            row = {"type": kind, "status": state, "reason": reason, "message": message, "lastUpdateTime": now}
            since = old[kind]["lastTransitionTime"] if old.get(kind, {}).get("status") == state else now
            status["conditions"].append({**row, "lastTransitionTime": since})

    # -- what it has made

    def _containers(self, obj, hashed):
        template = self.templates.get(obj["metadata"]["uid"], {}).get(hashed)
        return containers({"spec": {"template": template}}) if template else []

    def sets(self, obj):
        """[(template hash, revision, containers, pods wanted, pods there are)]; the last one is of the newest template."""
        status, rows = obj.get("status", {}), []
        current, updated = status.get("currentPodHash"), status.get("updatedReplicas", 0)
        revision = int(obj["metadata"].get("annotations", {}).get(REVISION, "0"))
        if current and not is_first(status):
            rows.append((status["stableRS"], revision - 1, self._containers(obj, status["stableRS"]), status.get("replicas", 0) - updated))
        if current:
            rows.append((current, revision, self._containers(obj, current), updated))
        return rows
