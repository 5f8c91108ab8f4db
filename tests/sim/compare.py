"""The compare of the Argo CD controller: levels 0 to 3, the status patch, auto-sync (argocd.md 1.4, 1.5)."""

import copy

from .behaviours import SKIP
from .clock import stamp
from .gitrepo import Missing
from .loop import SLICE
from .merge import merge_diff
from .render import RenderError, containers

REFRESH = "argocd.argoproj.io/refresh"
REFS_CACHE = 180  # seconds that level 2 uses the refs it has
REPO_DOWN = (
    'rpc error: code = Unknown desc = failed to list refs: unexpected client error: unexpected requesting "{}/info/refs?service=git-upload-pack" '
    "status code: 503"
)


def automated(spec):
    """Is auto-sync on?"""
    policy = spec.get("syncPolicy", {}).get("automated")
    return policy is not None and policy.get("enabled", True)


def sources(spec):
    return spec.get("sources") or [spec["source"]]


def row_key(doc):
    group, _, version = doc["apiVersion"].rpartition("/")
    return group, doc["kind"], doc["metadata"]["namespace"], doc["metadata"]["name"], version


def row(key, status, **more):
    group, kind, namespace, name, version = key
    entry = {"kind": kind, "namespace": namespace, "name": name, "version": version, **more}
    if status:
        entry["status"] = status
    if group:
        entry["group"] = group
    return entry


def compared_to(spec):
    if spec.get("sources"):
        return {"source": {"repoURL": ""}, "sources": spec["sources"], "destination": spec["destination"]}
    return {"source": spec["source"], "destination": spec["destination"]}


def set_health(status, health, now):
    if status.get("health", {}).get("status") != health:
        status["health"] = {"status": health, "lastTransitionTime": now}


def set_condition(status, kind, message, now):
    """Puts (or with message None takes away) one condition; the time stays while type and message stay."""
    old = status.pop("conditions", [])
    kept = [c for c in old if c["type"] != kind]
    if message is not None:
        same = [c for c in old if c["type"] == kind and c["message"] == message]
        kept += same or [{"type": kind, "message": message, "lastTransitionTime": now}]
    if kept:
        status["conditions"] = kept


class Comparer:
    """Compares of one application at a time; `world` is the Controller."""

    def __init__(self, world):
        self.world, self.store, self.clock = world, world.store, world.clock

    def run(self, app, level):
        """A process (see loop.py): one compare that starts from the object as it is now."""
        start = self.store.get("applications", app.name)
        annotations = start["metadata"].get("annotations", {}) if start else {}
        if not start or annotations.get(SKIP) == "true":
            return
        level = self._level(start, annotations, level)
        if level < 0:
            return
        if level >= 2:
            self.clock.tick()
        began = stamp(self.clock.now())
        status = copy.deepcopy(start.get("status", {}))
        problem = self._spec_problem(app, start)
        if problem:
            yield "compare"
            yield from self._refuse(start, status, problem)
            return
        if level == 0:
            self.summary(app, status)
            self.persist(start, status)
            return
        target, commits, error = None, None, None
        try:
            commits = self._revisions(app, start, level)
            kind, target = self._target(app, start, commits)
            app.children = app.children or any(key[1] == "Application" for key in target)
        except RenderError as err:
            if level < 3 and self.world.repo_down:
                return
            error = f"Failed to load target state: failed to generate manifest for source 1 of 1: {err}"
        yield "compare"
        yield from self._hold(app)
        now = stamp(self.clock.now())
        if level >= 2:
            status["reconciledAt"] = began
        self.summary(app, status)
        if error:
            self._broken(start, status, error, now)
            self.persist(start, status)
            return
        set_condition(status, "ComparisonError", None, now)
        for kind_gone in ("InvalidSpecError", "UnknownError"):
            set_condition(status, kind_gone, None, now)
        out = self.rows(app, start, status, target, kind, commits)
        set_health(status, app.health, now)
        operation, refusal = self._auto_sync(app, start, status, out, target, commits)
        if operation and self.set_operation(app, operation):
            yield "status"
        set_condition(status, "SyncError", refusal, now)
        self.persist(start, status)

    def _hold(self, app):
        """Behaviour lost-refresh: the refs are read, the rest waits for another behaviour, or the delay `hold`."""
        waited = 0
        while app.hold and waited < self.world.loop.delays["hold"]:
            yield "slice"
            waited += SLICE
        app.hold = False

    def _level(self, start, annotations, level):
        status = start.get("status", {})
        if REFRESH in annotations:
            return 3
        compared = status.get("sync", {}).get("comparedTo", {})
        wanted = compared_to(start["spec"])
        if [compared.get("source"), compared.get("sources")] != [wanted.get("source"), wanted.get("sources")]:
            return 3
        if compared.get("destination") != wanted["destination"]:
            return max(level, 2)
        return level

    @staticmethod
    def _spec_problem(app, start):
        """(condition type, message) when the spec itself is refused."""
        if app.behaviour == "unknown-error":
            return "UnknownError", 'error getting app project "default": context deadline exceeded'
        if start["spec"]["destination"].get("namespace") == "kube-system":
            return "InvalidSpecError", (
                "application destination server 'https://kubernetes.default.svc' and namespace 'kube-system' do not "
                "match any of the allowed destinations in project 'default'"
            )
        return None

    def _refuse(self, start, status, problem):
        now = stamp(self.clock.now())
        set_condition(status, problem[0], problem[1], now)
        set_health(status, "Unknown", now)
        status.setdefault("sync", {})["status"] = "Unknown"
        self.persist(start, status)
        return
        yield

    def _revisions(self, app, start, level):
        status = start.get("status", {})
        if level == 1:
            seen = status.get("sync", {})
            known = seen.get("revisions") or [seen.get("revision", "")]
            if all(len(r) == 40 for r in known):
                return known
        return [
            self.resolve(s.get("targetRevision") or "HEAD", s["repoURL"], fresh=level >= 3)
            for s in sources(start["spec"])
        ]

    def resolve(self, target, url, fresh=True):
        """The commit of a branch or tag. Level 2 takes what it saw in the last three minutes."""
        if url != self.world.url:
            raise RenderError(REPO_DOWN.format(url).replace("503", "404"))
        now, cache = self.clock.now(), self.world.refs
        if not fresh and target in cache and cache[target][1] > now:
            return cache[target][0]
        if self.world.repo_down:
            raise RenderError(REPO_DOWN.format(url))
        try:
            commit = self.world.reader.commit(target)
        except Missing as err:
            raise RenderError(f"rpc error: code = Unknown desc = unable to resolve '{target}' to a commit SHA") from err
        cache[target] = (commit, now + REFS_CACHE)
        return commit

    def _target(self, app, start, commits):
        if app.behaviour == "comparison-error":
            raise RenderError(
                "rpc error: code = Unknown desc = Manifest generation error (cached): failed to execute helm template command: "
                "exit status 1: Error: execution error: value host is required"
            )
        return self.manifests(app, start["spec"], commits)

    def manifests(self, app, spec, commits):
        docs, kind = [], ""
        for commit, source in zip(commits, sources(spec)):
            if "path" in source:
                kind, found = self.world.renderer.manifests(commit, source, app.name, spec["destination"]["namespace"])
                docs += found
        return kind, {row_key(doc): doc for doc in docs}

    @staticmethod
    def summary(app, status):
        images = sorted(set(app.pods + app.hook_images))
        summary = {"images": images} if images else {}
        if app.children:
            summary["isAppOfApps"] = True
        status["summary"] = summary

    def _broken(self, start, status, error, now):
        spec = start["spec"]
        set_condition(status, "ComparisonError", error, now)
        sync = {"status": "Unknown", "comparedTo": compared_to(spec)}
        if not spec.get("sources") and self.world.version >= (3, 2):
            sync["revision"] = spec["source"].get("targetRevision", "")
        status["sync"] = sync
        status.pop("sourceType", None)
        status.pop("sourceTypes", None)
        for entry in status.get("resources", []):
            entry.update(status="Unknown", requiresPruning=True)

    def rows(self, app, start, status, target, kind, commits):
        live = app.stale or app.live
        app.stale = None
        out, rows = [], []
        for key in sorted(set(target) | set(live) | set(app.hooks)):
            if key in app.hooks:
                rows.append(row(key, None, hook=True, requiresPruning=True))
            elif key not in target:
                out.append((key, True))
                rows.append(row(key, "OutOfSync", requiresPruning=True))
            elif live.get(key) != target[key]:
                out.append((key, False))
                rows.append(row(key, "OutOfSync"))
            else:
                rows.append(row(key, "Synced"))
        status["resources"] = rows
        if self.world.version < (3, 0):
            self._inline_health(app, status)
        else:
            status["resourceHealthSource"] = "appTree"
        status["sync"] = {"status": "OutOfSync" if out else "Synced", "comparedTo": compared_to(start["spec"])}
        if start["spec"].get("sources"):
            status["sync"]["revisions"] = commits
            status["sourceTypes"] = [kind] * len(commits)
            status.pop("sourceType", None)
        else:
            status["sync"]["revision"] = commits[0]
            status["sourceType"] = kind
            status.pop("sourceTypes", None)
        return out

    @staticmethod
    def _inline_health(app, status):
        """Before 3.0 the health of each resource stands in the object (1.3)."""
        status.pop("resourceHealthSource", None)
        for entry in status["resources"]:
            if not entry.get("hook"):
                entry["health"] = {"status": app.health if entry["kind"] == "Deployment" else "Healthy"}

    def _auto_sync(self, app, start, status, out, target, commits):
        """(operation to set, or None; message of a SyncError, or None)."""
        spec = start["spec"]
        current = self.store.get("applications", app.name)
        if (
            not out
            or not current
            or not automated(spec)
            or current.get("operation")
            or current["metadata"].get("deletionTimestamp")
        ):
            return None, None
        policy = spec["syncPolicy"]["automated"]
        if app.behaviour == "sync-window" or not policy.get("prune") and all(pruning for _, pruning in out):
            return None, None
        label = "[" + ", ".join(commits) + "]"
        healing = None
        last = current.get("status", {}).get("operationState", {})
        result = last.get("syncResult", {})
        if last and (result.get("revisions") or [result.get("revision")]) == commits:
            if last["phase"] in ("Failed", "Error"):
                return None, f"Failed last sync attempt to {label}: {last.get('message', '')}"
            if not policy.get("selfHeal"):
                return None, None
            healing = [key for key, _ in out]
        if not target and not policy.get("allowEmpty"):
            return None, f"Skipping sync attempt to {label}: auto-sync will wipe out all resources"
        return self._operation(spec, commits, healing, last), None

    @staticmethod
    def _operation(spec, commits, healing, last):
        policy = spec["syncPolicy"]
        sync = {}
        if spec.get("sources"):
            sync.update(revisions=commits, sources=spec["sources"])
        else:
            sync.update(revision=commits[0], source=spec["source"])
        if policy["automated"].get("prune"):
            sync["prune"] = True
        if policy.get("syncOptions"):
            sync["syncOptions"] = policy["syncOptions"]
        if healing:
            before = last.get("operation", {}).get("sync", {}).get("autoHealAttemptsCount", 0)
            sync["autoHealAttemptsCount"] = before + 1
            sync["resources"] = [
                {k: v for k, v in (("group", key[0]), ("kind", key[1]), ("name", key[3])) if v} for key in healing
            ]
        return {"initiatedBy": {"automated": True}, "retry": policy.get("retry", {"limit": 5}), "sync": sync}

    def set_operation(self, app, operation):
        """The PUT of 1.5 b: `.operation` set, operationState removed, the rest as it stands. False when one is there."""
        done = []

        def change(obj):
            if "operation" not in obj:
                obj["operation"] = operation
                obj.get("status", {}).pop("operationState", None)
                done.append(True)

        try:
            self.store.update("applications", app.name, change)
        except KeyError:
            return False
        return bool(done)

    def persist(self, start, status):
        """The merge patch between the object the compare started from and the new status; takes the refresh annotation if it was there."""
        patch = merge_diff({"status": start.get("status", {})}, {"status": status})
        consumed = (
            {"metadata": {"annotations": {REFRESH: None}}}
            if REFRESH in start["metadata"].get("annotations", {})
            else {}
        )
        if self.world.version < (3, 6):
            self.world.patch(start["metadata"]["name"], {**patch, **consumed})
        else:  # the annotation goes in a write of its own, after the status (1.4)
            self.world.patch(start["metadata"]["name"], patch)
            self.world.patch(start["metadata"]["name"], consumed)


def changed_images(before, after):
    """(images before, images after) of the workloads, as lists."""
    return tuple([c["image"] for doc in docs.values() for c in containers(doc)] for docs in (before, after))
