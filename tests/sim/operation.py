"""Operations: Running, hooks, retries, history, the end, and the rollout that follows (argocd.md 1.5, 1.6)."""

from .clock import stamp
from .compare import changed_images, sources
from .kubework import BROKEN
from .loop import SLICE
from .render import RenderError, containers, split_image

HOOK_IMAGE = "registry.example.com/shop/migrate:1"
UNSUCCESSFUL = "one or more synchronization tasks completed unsuccessfully"


class Failure(Exception):
    """The operation ends unsuccessfully. `phase` is Failed or Error."""

    def __init__(self, message, phase="Failed"):
        super().__init__(message)
        self.phase = phase


class Operator:
    """Runs the `.operation` of one application; `world` is the Controller."""

    def __init__(self, world):
        self.world, self.store, self.clock, self.comparer = world, world.store, world.clock, world.comparer

    def run(self, app):
        """A process: from `.operation` to its end."""
        yield "status"
        yield "running"
        obj = self.store.get("applications", app.name)
        if not obj or "operation" not in obj:
            return
        operation = obj["operation"]
        state = {"operation": operation, "phase": "Running", "startedAt": stamp(self.clock.now())}
        self._state(app, state)
        limit = operation.get("retry", {}).get("limit", 0)
        while True:
            try:
                yield from self._attempt(app, operation, state)
                return
            except Failure as err:
                count = state.get("retryCount", 0)
                if count >= limit or str(err) == "Operation terminated":
                    self._end(app, state, err.phase, str(err) + (f" (retried {count} times)." if count else ""))
                    yield from self._after(app, operation)
                    return
                yield from self._between(app, state, str(err), count + 1)

    def _attempt(self, app, operation, state):
        behaviour = app.behaviour
        while app.behaviour == "window-blocks":
            self._state(
                app,
                {
                    **state,
                    "message": "Sync operation blocked by sync window",
                    "syncResult": {
                        "revision": "",
                        "source": sources(self.store.get("applications", app.name)["spec"])[0],
                    },
                },
            )
            yield "hook"
        spec = self.store.get("applications", app.name)["spec"]
        sync = operation.get("sync", {})
        try:
            commits = (
                sync.get("revisions") or [sync["revision"]]
                if sync.get("revision") or sync.get("revisions")
                else [self.comparer.resolve(s.get("targetRevision") or "HEAD", s["repoURL"]) for s in sources(spec)]
            )
            _, target = self.comparer.manifests(app, spec, commits)
        except RenderError as err:
            raise Failure(f"ComparisonError: {err}", "Error") from err
        result = {"revision": commits[0], "source": sources(spec)[0], "resources": []}
        if spec.get("sources"):
            result = {
                "revision": "",
                "revisions": commits,
                "sources": spec["sources"],
                "source": {"repoURL": ""},
                "resources": [],
            }
        state["syncResult"] = result
        if behaviour in ("hook-failed", "presync"):
            yield from self._hook(app, state, "PreSync", behaviour == "presync")
        yield "sync"
        if behaviour in ("sync-failed", "sync-retry"):
            self._refused(result, target)
        only = {(r.get("group", ""), r["kind"], r["name"]) for r in sync.get("resources", [])}
        if sync.get("dryRun"):
            self._end(app, state, "Succeeded", "successfully synced (no more tasks)")
            return
        before = dict(app.live)
        self.apply(app, result, target, sync.get("prune"), only)
        self.clock.tick()
        if behaviour == "early-compare":
            self._roll(app, before)
            self.world.request(app, 1)
            yield "compare"
            yield "live"
        if behaviour in ("postsync", "postsync-failed"):
            self.world.request(app, 1)
            yield "compare"
            self._roll(app, before)
            yield "rollout"
            self.world.finish(app)
            yield "terminate"
            yield from self._hook(app, state, "PostSync", behaviour == "postsync")
        if not only:
            self._history(app, operation, state, commits, spec)
            yield "history"
        self._end(app, state, "Succeeded", "successfully synced (all tasks run)")
        if behaviour == "self-heal" and not sync.get("autoHealAttemptsCount"):
            app.stale = before
        self._roll(app, before)
        yield from self._after(app, operation)

    def _hook(self, app, state, when, good):
        key = ("batch", "Job", self._namespace(app), f"{app.name}-hook", "v1")
        entry = {
            "group": "batch",
            "version": "v1",
            "kind": "Job",
            "namespace": key[2],
            "name": key[3],
            "status": "Synced",
            "hookType": when,
            "hookPhase": "Running",
            "syncPhase": when,
            "images": [HOOK_IMAGE],
            "message": f"job.batch/{key[3]} created",
        }
        app.hooks.append(key)
        app.hook_images.append(HOOK_IMAGE)
        self.world.request(app, 1)
        yield "compare"
        yield "live"
        state["syncResult"]["resources"].append(entry)
        self._state(app, {**state, "message": f"waiting for completion of hook batch/Job/{key[3]}"})
        waited = 0
        while waited < self.world.loop.delays["hook"] and not self._terminating(app):
            yield "slice"
            waited += SLICE
        self.clock.tick()
        app.hooks.remove(key)
        app.hook_images.remove(HOOK_IMAGE)
        if self._terminating(app):
            self._state(app, {**state, "phase": "Terminating", "message": "operation is terminating"})
            entry.update(hookPhase="Failed", message="Terminated")
            raise Failure("Operation terminated")
        if not good:
            entry.update(hookPhase="Failed", message="Job has reached the specified backoff limit")
            raise Failure(UNSUCCESSFUL)
        entry.update(hookPhase="Succeeded", message="Reached expected number of succeeded pods")

    def _terminating(self, app):
        return self.store.get("applications", app.name)["status"]["operationState"]["phase"] == "Terminating"

    def _refused(self, result, target):
        why = ""
        for key, doc in sorted(target.items()):
            entry = self._result(key, doc, f"{key[1].lower()}/{key[3]} unchanged", "Succeeded")
            if containers(doc):
                why = (
                    f'error when patching "/dev/shm/3565463466": {key[1]}.{key[0]} "{key[3]}" is invalid: '
                    'spec.template.spec.containers[0].resources.requests: Invalid value: "512Mi": must be less than or equal to memory limit'
                )
                entry.update(status="SyncFailed", hookPhase="Failed", message=why)
            result["resources"].append(entry)
        raise Failure(f"{UNSUCCESSFUL}, reason: {why}")

    @staticmethod
    def _result(key, doc, message, phase="Running"):
        entry = {
            "group": key[0],
            "kind": key[1],
            "namespace": key[2],
            "name": key[3],
            "version": key[4],
            "status": "Synced",
            "syncPhase": "Sync",
            "hookPhase": phase,
            "message": message,
        }
        images = [c["image"] for c in containers(doc)]
        return {**entry, "images": images} if images else entry

    def apply(self, app, result, target, prune, only):
        result["resources"] = [r for r in result["resources"] if r.get("hookType")]
        for key in sorted(set(target) | set(app.live)):
            if only and (key[0], key[1], key[3]) not in only:
                continue
            name = f"{key[1].lower()}{'.' + key[0] if key[0] else ''}/{key[3]}"
            if key not in target:
                entry = self._result(key, {}, "pruned" if prune else "ignored (requires pruning)", "Succeeded")
                entry["status"] = "Pruned" if prune else "PruneSkipped"
                if prune:
                    del app.live[key]
            else:
                how = (
                    "unchanged" if app.live.get(key) == target[key] else "configured" if key in app.live else "created"
                )
                entry = self._result(key, target[key], f"{name} {how}")
                app.live[key] = target[key]
                self.world.apply_child(key, target[key], how)
            result["resources"].append(entry)
        self.world.rollouts.applied(app)

    def _history(self, app, operation, state, commits, spec):
        now = stamp(self.clock.now())

        def change(obj):
            rows = obj["status"].setdefault("history", [])
            entry = {
                "id": rows[-1]["id"] + 1 if rows else 0,
                "deployStartedAt": state["startedAt"],
                "deployedAt": now,
                "initiatedBy": operation.get("initiatedBy", {}),
            }
            if spec.get("sources"):
                entry.update(revisions=commits, sources=spec["sources"], source={"repoURL": ""})
            else:
                entry.update(revision=commits[0], source=spec["source"])
            rows.append(entry)
            del rows[:-10]

        self.world.update(app.name, change)

    def _between(self, app, state, message, number):
        state["retryCount"] = number
        self._state(
            app,
            {
                **state,
                "finishedAt": stamp(self.clock.now()),
                "message": f"{message}. Retrying attempt #{number} at 1:09AM.",
            },
        )
        self.world.request(app, 2)
        yield "retry"
        self.clock.tick(5 * 2**number)
        self.world.patch(
            app.name,
            {"status": {"operationState": {"finishedAt": None, "message": f"Retrying operation. Attempt #{number}"}}},
        )

    def _state(self, app, state):
        """The merge patch of setOperationState: what an older operationState had and this one does not say stays (1.6)."""
        self.world.patch(app.name, {"status": {"operationState": state}})

    def _end(self, app, state, phase, message):
        state = {**state, "phase": phase, "message": message, "finishedAt": stamp(self.clock.now())}
        self.world.patch(app.name, {"operation": None, "status": {"operationState": state}})

    def _after(self, app, operation):
        """The compares that follow: live objects (level 1), then the one of the ended operation (2 automated, 3 by hand)."""
        yield "live"
        if operation.get("initiatedBy", {}).get("automated"):
            self.world.request(app, 1)
            yield "compare"
            yield "live"
            self.world.request(app, 2)
        else:
            self.world.request(app, 3)

    def _roll(self, app, before):
        """Starts the rollout when a workload changed."""
        old, new = changed_images(before, app.live)
        workloads = {k: v for k, v in app.live.items() if containers(v)}
        if app.rolled == workloads:
            return
        app.rolled = workloads
        app.rollout += 1
        app.health = "Progressing" if workloads else "Healthy"
        if app.behaviour == "other-image":
            new = [f"{split_image(image)[0]}:{split_image(image)[1]}-mirror" for image in new]
        if app.behaviour == "no-images":
            app.pods, new = [], []
        app.new_pods = new
        if app.behaviour == "quota":
            new = []  # no pod is made
        app.pods = sorted(set(app.pods or (old if app.behaviour != "no-images" else [])) | set(new))
        if not self.world.rollouts.brings(app):  # its own controller rolls it out
            self.world.loop.spawn(self._rollout(app, app.rollout), app.factor)

    def _rollout(self, app, number):
        for step in ("live", "compare", "live", "compare", "rollout"):
            yield step
        if app.rollout != number or app.behaviour in ("stuck", *BROKEN) or app.health != "Progressing":
            return
        self.clock.tick(2)
        if app.behaviour in ("degraded", "flap"):
            yield "degrade"
            self.clock.tick()
            app.health = "Degraded"
            self.world.request(app, 1)
            if app.behaviour == "degraded":
                return
            yield "rollout"
            self.clock.tick()
        if app.rollout == number:
            self.world.finish(app)

    def _namespace(self, app):
        return self.store.get("applications", app.name)["spec"]["destination"]["namespace"]
