"""The Argo CD application controller: which compare or operation runs when."""

import json

from . import behaviours
from .clock import stamp
from .compare import REFRESH, Comparer, automated
from .kubecron import HEALTH
from .merge import merge_patch
from .operation import Operator
from .render import Renderer, containers
from .rollouts import Rollouts
from . import seed_text


VERSION = (3, 5)
WAKE = -1  # look whether something asks for a compare (annotation, spec)


class App:
    """What the cluster knows of one application beside its object."""

    def __init__(self, name, spec):
        self.name, self.first, self.original = name, spec, spec
        self.behaviour, self.factor = "healthy", 1.0
        self.live, self.pods, self.new_pods, self.hooks, self.hook_images = {}, [], [], [], []
        self.rolled, self.rollout, self.health = {}, 0, "Healthy"
        self.ready_at = None  # when the newest roll-out was done; None: before the start
        self.finished = 0  # the last roll-out that came to its end
        self.stale = None  # live objects of before, for one compare
        self.hold = False  # the next compare waits after it has read the refs
        self.children = False  # an app of apps
        self.busy, self.pending, self.operating = False, None, False
        self.spec, self.owner = spec, None
        self.made = None  # resourceVersion of the object as it was made
        self.adopted = False  # somebody made its object after the start


class Controller:
    def __init__(self, store, clock, reader, loop, url):
        self.store, self.clock, self.reader, self.loop, self.url = store, clock, reader, loop, url
        self.renderer = Renderer(reader, (seed_text.URL.encode(), url.encode()))
        self.refs, self.repo_down, self.apps = {}, False, {}
        self.version = VERSION  # of Argo CD, as far as versions differ here
        self.comparer = Comparer(self)
        self.operator = Operator(self)
        self.rollouts = Rollouts(self)
        store.listeners.append(self._event)

    # -- what the informer tells

    def _event(self, event):
        if event.resource == "applications" and event.type != "DELETED":
            name = event.new["metadata"]["name"]
            self.loop.call(lambda: self._seen(name))

    def _seen(self, name):
        obj = self.store.get("applications", name)
        app = self.apps.get(name) or (self._adopt(name, obj) if obj else None)
        if not app or not obj or app.behaviour == "no-consume":
            return
        if REFRESH in obj["metadata"].get("annotations", {}):
            if app.behaviour == "deleted" and "deletionTimestamp" not in obj["metadata"]:
                self.remove(app)
                return
            self.request(app, WAKE)
        before = self._spec_seen(app, obj)
        if before != obj["spec"]:
            self.request(app, 2 if automated(obj["spec"]) and not automated(before) else WAKE)
        if "operation" in obj and not app.operating and "deletionTimestamp" not in obj["metadata"]:
            app.operating = True
            self.loop.spawn(self._operate(app), app.factor)

    def _adopt(self, name, obj):
        """An Application that somebody has made: nothing of it is deployed yet."""
        app = self.apps[name] = App(name, obj["spec"])
        app.adopted, app.health, app.rolled = True, "Missing", None
        self.request(app, 3)
        return app

    @staticmethod
    def _spec_seen(app, obj):
        """Remembers the spec; returns the one before."""
        before, app.spec = app.spec, obj["spec"]
        return before

    # -- processes

    def request(self, app, level):
        """Asks for a compare; while one runs, the highest level asked for is kept for the next."""
        if app.behaviour == "no-consume":
            return
        if level != WAKE or not app.busy:
            app.pending = level if app.pending is None else max(app.pending, level)
        if not app.busy:
            app.busy = True
            self.loop.spawn(self._compare(app), app.factor)

    def _compare(self, app):
        while app.pending is not None:
            level, app.pending = app.pending, None
            yield from self.comparer.run(app, level)
            if app.pending is None and self._waiting(app):
                app.pending = WAKE
        app.busy = False

    def _waiting(self, app):
        """Did an annotation come while the compare ran?"""
        obj = self.store.get("applications", app.name)
        annotations = obj["metadata"].get("annotations", {}) if obj else {}
        return (
            REFRESH in annotations
            and annotations.get(behaviours.SKIP) != "true"
            and app.behaviour not in ("no-consume", "deleted")
        )

    def _operate(self, app):
        try:
            yield from self.operator.run(app)
        finally:
            app.operating = False
        self.loop.call(lambda: self._seen(app.name))

    def finish(self, app):
        """The new pods are ready; a moment later the old ones are gone."""
        app.health = {"suspended": "Suspended", **HEALTH}.get(app.behaviour, "Healthy")
        app.ready_at, app.finished = stamp(self.clock.now()), app.rollout
        self.request(app, 1)
        if app.behaviour in ("suspended", "old-pods", "finished-jobs"):
            return

        def process(number):
            yield "compare"
            yield "terminate"
            if app.rollout == number:
                self.clock.tick(2)
                app.pods = list(app.new_pods)
                self.request(app, 0)

        self.loop.spawn(process(app.rollout), app.factor)

    def remove(self, app):
        """Deletion with the resources finalizer: deletionTimestamp, then the object goes."""

        def process():
            now = stamp(self.clock.tick())
            self.update(
                app.name, lambda obj: obj["metadata"].update(deletionTimestamp=now, deletionGracePeriodSeconds=0)
            )
            yield "delete"
            if self.store.get("applications", app.name):
                self.store.delete("applications", app.name)

        self.loop.spawn(process(), app.factor)

    def poll(self):
        """The timer: a level 2 compare of every application, two minutes later."""
        self.clock.tick(120)
        for app in self.apps.values():
            self.request(app, 2)

    def drift(self, app):
        """Somebody scales a workload by hand."""
        for key, doc in app.live.items():
            if containers(doc):
                app.live[key] = {**doc, "spec": {**doc["spec"], "replicas": doc["spec"].get("replicas", 1) + 1}}
        self.request(app, 1)

    # -- writing

    def update(self, name, change):
        try:
            self.store.update("applications", name, change)
        except KeyError:
            pass  # deleted meanwhile

    def patch(self, name, patch):
        patch = json.loads(json.dumps(patch))  # nothing is shared with the store
        self.update(name, lambda obj: merge_patch(obj, patch))

    def apply_child(self, key, doc, how):
        """An app of apps has applied an Application."""
        if key[1] == "Application" and how == "created" and key[3] not in self.apps:
            meta = {"name": key[3], "namespace": key[2], "finalizers": doc["metadata"].get("finalizers", [])}
            self.store.create("applications", {"metadata": meta, "spec": doc["spec"]})
        if key[1] == "Application" and how == "configured":
            child = self.apps.get(key[3])
            if child:
                child.original = doc["spec"]
                self.update(key[3], lambda obj: obj.update(spec=doc["spec"]))

    # -- behaviours

    def behave(self, name, behaviour):
        """Sets the behaviour of an application (see behaviours.py); runs on the loop's thread."""
        app = self.apps[name]
        before, app.behaviour, app.hold = app.behaviour, behaviour, False
        app.factor = 10.0 if behaviour == "slow" else 1.0
        if not self.store.get("applications", name):
            if behaviour != "healthy":
                raise KeyError(name)
            self.create(app)
            return
        if behaviour == "lost-refresh":
            self._lost_refresh(app)
            return
        self.update(name, lambda obj: behaviours.edit_spec(obj, behaviour, json.loads(json.dumps(app.original))))
        if behaviour in HEALTH and app.finished == app.rollout:
            self.finish(app)
        if behaviour == "healthy":
            app.new_pods = sorted({c["image"] for doc in app.live.values() for c in containers(doc)})
            if self.rollouts.brings(app):
                self.rollouts.wake(app)
            elif app.health != "Healthy" or set(app.pods) != set(app.new_pods):
                self.finish(app)
            status = self.store.get("applications", name)["status"]
            if status["sync"]["status"] != "Synced" or status.get("conditions"):
                self.request(app, 2)
        if before == "no-consume":
            self._seen(name)
            self.request(app, 2)

    def _lost_refresh(self, app):
        app.hold = True
        self.update(app.name, lambda obj: obj["metadata"].setdefault("annotations", {}).update({REFRESH: "normal"}))

    # -- the beginning

    def restart(self):
        """Every application that has changed is made anew, as at the beginning."""
        self.refs.clear()
        self.rollouts.clear()
        for app in list(self.apps.values()):
            obj = self.store.get("applications", app.name)
            if obj and obj["metadata"]["resourceVersion"] == app.made:
                continue
            if app.adopted:
                del self.apps[app.name]
                if obj:
                    self.store.delete("applications", app.name)
                continue
            if obj:
                self.store.delete("applications", app.name)
            fresh = App(app.name, app.first)
            fresh.owner = app.owner
            self.create(fresh)

    def create(self, app):
        """Makes the object as it is some time after its first sync: Synced and Healthy at the tip."""
        spec = app.original
        now = self.clock.now()
        at = {
            what: stamp(now - ago)
            for what, ago in (("made", 7200), ("started", 3600), ("deployed", 3599), ("seen", 3598), ("healthy", 3595))
        }
        target_revision = spec["source"].get("targetRevision") or "HEAD"
        commit = self.comparer.resolve(target_revision, spec["source"]["repoURL"])
        kind, target = self.comparer.manifests(app, spec, [commit])
        app.rolled = {k: v for k, v in target.items() if containers(v)}
        app.pods = sorted({c["image"] for doc in app.rolled.values() for c in containers(doc)})
        app.new_pods, app.health, app.live = list(app.pods), "Healthy", {}
        app.children = any(key[1] == "Application" for key in target)
        operation = {
            "initiatedBy": {"automated": True},
            "retry": {"limit": 5},
            "sync": {"revision": commit, "source": spec["source"]},
        }
        if automated(spec) and spec["syncPolicy"]["automated"].get("prune"):
            operation["sync"]["prune"] = True
        result = {"revision": commit, "source": spec["source"], "resources": []}
        self.operator.apply(app, result, target, False, set())
        status = {
            "controllerNamespace": "argocd",
            "health": {"status": "Healthy", "lastTransitionTime": at["healthy"]},
            "history": [
                {
                    "id": 0,
                    "revision": commit,
                    "source": spec["source"],
                    "deployStartedAt": at["started"],
                    "deployedAt": at["deployed"],
                    "initiatedBy": {"automated": True},
                }
            ],
            "operationState": {
                "operation": operation,
                "phase": "Succeeded",
                "message": "successfully synced (all tasks run)",
                "startedAt": at["started"],
                "finishedAt": at["deployed"],
                "syncResult": result,
            },
            "reconciledAt": at["seen"],
            "sourceHydrator": {},
        }
        self.comparer.summary(app, status)
        self.comparer.rows(app, {"spec": spec}, status, app.live, kind, [commit])
        meta = {
            "name": app.name,
            "namespace": "argocd",
            "creationTimestamp": at["made"],
            "generation": 10,
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        }
        if app.owner:
            meta["ownerReferences"] = [app.owner]
        self.apps[app.name] = app
        obj = {"metadata": meta, "spec": spec, "status": json.loads(json.dumps(status))}
        app.made = self.store.create("applications", obj)["metadata"]["resourceVersion"]
