"""Flux in the cluster: GitRepositories, Kustomizations and HelmReleases as their controllers write them (argocd.md 4.1; the CRDs in crds/flux).

Each Kustomization `SERVICE-ENV` brings what the Application of that name renders, and its Deployment rolls out as that one's; the
HelmRelease `SERVICE` in namespace `SERVICE-ENV` is brought by the Kustomization `releases-ENV`. Nothing is done at intervals: only what is
asked for (reconcile.fluxcd.io/requestedAt), and at `ctl flux-poll`.
"""

import copy
import json
import re
import threading
import time
import urllib.parse

from . import kubeauth, seed_text
from .clock import stamp
from .gitrepo import Missing
from .kubetypes import Refusal
from .merge import merge_patch
from .store import encode

HOME = "flux-system"
REQUESTED = "reconcile.fluxcd.io/requestedAt"
KINDS = {
    "kustomizations": ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization"),
    "gitrepositories": ("source.toolkit.fluxcd.io", "v1", "GitRepository"),
    "helmreleases": ("helm.toolkit.fluxcd.io", "v2", "HelmRelease"),
}
PATH = re.compile(r"/apis/(?P<group>[a-z.]+)/(?P<version>v\d)/namespaces/(?P<namespace>[^/]+)/(?P<resource>[a-z]+)/(?P<name>[^/]+)")
BRANCHES = {"dev": "develop", "staging": "main", "prod": "main"}
HEALTH_S = 20  # how long health checks last at most
RELEASED = ("catalog", "customer", "order")  # services with a HelmRelease

# name -> (sentence, where the contract says so)
BEHAVIOURS = {
    "healthy": ("reconciles what it is asked for", "4.1"),
    "no-wait": ("`spec.wait` is not set: Ready means applied", "4.1"),
    "suspended": ("`spec.suspend` is true", "4.1"),
    "silent": ("no request is taken up", "4.1"),
    "stalled": ("`Stalled` is True: the spec makes no sense", "4.1"),
    "dependency": ("Ready is False, DependencyNotReady", "4.1"),
    "artifact-failed": ("its path is not there: no revision is attempted", "4.1"),
    "build-failed": ("the manifests cannot be built", "4.1"),
    "apply-failed": ("the API server refuses one of them", "4.1"),
    "unhealthy": ("health checks run into their timeout at once", "4.1"),
    "source-failed": ("its GitRepository cannot fetch", "4.1"),
    "source-suspended": ("its GitRepository is suspended", "4.1"),
    "wrong-ref": ("its GitRepository tracks another branch", "4.1"),
    "upgrade-failed": ("a HelmRelease: the upgrade fails", "4.1"),
    "rolled-back": ("a HelmRelease: the upgrade fails and is rolled back", "4.1"),
    "values-from": ("a HelmRelease: it takes values from a ConfigMap", "4.1"),
}
OF_THE_SOURCE = ("source-failed", "source-suspended", "wrong-ref")


class Flux:
    """All of it runs on the controller's loop; objects are replaced, never changed in place."""

    def __init__(self, controller, clock, reader, url, empty):
        self.controller, self.clock, self.reader, self.url, self.empty = controller, clock, reader, url, empty
        self.lock, self.objects, self.behaviour, self.rv, self.busy, self.era = threading.RLock(), {}, {}, 500000, set(), 0
        self.restart()

    # -- objects

    def get(self, resource, name, namespace=HOME):
        return self.objects.get((resource, namespace, name))

    def put(self, resource, obj):
        with self.lock:
            self.rv += 1
            obj["metadata"]["resourceVersion"] = str(self.rv)
            self.objects[resource, obj["metadata"]["namespace"], obj["metadata"]["name"]] = obj
        return obj

    def change(self, resource, name, function, namespace=HOME):
        """Replaces an object by function(copy); another spec is another generation. KeyError when it is not there."""
        with self.lock:
            old = self.objects[resource, namespace, name]
            new = copy.deepcopy(old)
            function(new)
            if new["spec"] != old["spec"]:
                new["metadata"]["generation"] += 1
            return self.put(resource, new)

    def make(self, resource, name, namespace, spec, status, labels=None):
        group, version, kind = KINDS[resource]
        meta = {"name": name, "namespace": namespace, "generation": 1, "creationTimestamp": stamp(self.clock.now() - 7200)}
        if labels:
            meta["labels"] = labels
        self.put(resource, {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": meta, "spec": spec, "status": status})

    def condition(self, obj, kind, status, reason, message, when=None):
        """As runtime/conditions sets it: the time changes with the status alone. WHEN: what has been so moves no clock."""
        rows = obj["status"].setdefault("conditions", [])
        old = [row for row in rows if row["type"] == kind]
        same = old and old[0]["status"] == status
        when = old[0]["lastTransitionTime"] if same else when or stamp(self.clock.tick())
        new = {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "observedGeneration": obj["metadata"]["generation"],
            "lastTransitionTime": when,
        }
        obj["status"]["conditions"] = [row for row in rows if row["type"] != kind] + [new]

    @staticmethod
    def without(obj, *kinds):
        obj["status"]["conditions"] = [row for row in obj["status"].get("conditions", []) if row["type"] not in kinds]

    # -- the beginning

    def stop(self):
        """Whatever is under way ends without another word."""
        self.era += 1

    def restart(self):
        with self.lock:
            self.stop()
            self.objects.clear()
            self.behaviour.clear()
            self.busy.clear()
        if self.empty:
            return
        for env, branch in BRANCHES.items():
            rev = self.revision(branch)
            for name in seed_text.SERVICES:
                self._source(f"{name}-{env}", branch, rev)
                self._kustomization(f"{name}-{env}", rev, True, self.inventory(f"{name}-{env}"))
            self._source(f"releases-{env}", branch, rev)
            rows = [{"id": f"{name}-{env}_{name}_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2"} for name in RELEASED]
            self._kustomization(f"releases-{env}", rev, False, rows)
            for name in RELEASED:
                self._release(name, env)

    def revision(self, branch):
        return f"{branch}@sha1:{self.reader.commit(branch)}"

    def inventory(self, app):
        rows = self.controller.apps[app].live
        return [{"id": f"{key[2]}_{key[3]}_{key[0]}_{key[1]}", "v": key[4] if len(key) > 4 else "v1"} for key in sorted(rows)]

    def _source(self, name, branch, rev):
        spec = {"interval": "5m", "url": self.url, "ref": {"branch": branch}}
        self.make("gitrepositories", name, HOME, spec, {"observedGeneration": 1, "artifact": self._artifact(rev)})
        self.change("gitrepositories", name, lambda obj: self.condition(obj, "Ready", "True", "Succeeded", f"stored artifact for revision '{rev}'", self._long_ago()))

    def _long_ago(self):
        return stamp(self.clock.now() - 3600)

    def _artifact(self, rev):
        return {"revision": rev, "digest": "sha256:" + "0" * 64, "lastUpdateTime": stamp(self.clock.now()), "path": "x.tar.gz", "url": "http://source-controller/x.tar.gz"}

    def _kustomization(self, name, rev, waits, rows):
        spec = {"interval": "10m", "path": f"./apps/{name}", "prune": True, "sourceRef": {"kind": "GitRepository", "name": name}, "timeout": "5m"}
        if waits:
            spec["wait"] = True
        status = {"observedGeneration": 1, "lastAppliedRevision": rev, "lastAttemptedRevision": rev, "inventory": {"entries": rows}}
        self.make("kustomizations", name, HOME, spec, status)
        self.change("kustomizations", name, lambda obj: self.condition(obj, "Ready", "True", "ReconciliationSucceeded", f"Applied revision: {rev}", self._long_ago()))

    def _release(self, name, env):
        spec = {"interval": "10m", "chart": {"spec": {"chart": name, "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "shop"}}}}
        when = self._long_ago()
        snapshot = {
            "chartName": name,
            "chartVersion": "1.0.0",
            "configDigest": "sha256:" + "1" * 64,
            "digest": "sha256:" + "2" * 64,
            "firstDeployed": when,
            "lastDeployed": when,
            "name": name,
            "namespace": f"{name}-{env}",
            "status": "deployed",
            "version": 1,
        }
        status = {"observedGeneration": 1, "lastAttemptedRevision": "1.0.0", "history": [snapshot], "inventory": {"entries": self.inventory(f"{name}-{env}")}}
        labels = {"kustomize.toolkit.fluxcd.io/name": f"releases-{env}", "kustomize.toolkit.fluxcd.io/namespace": HOME}
        self.make("helmreleases", name, f"{name}-{env}", spec, status, labels)
        self.change("helmreleases", name, lambda obj: self.condition(obj, "Ready", "True", "InstallSucceeded", "Helm install succeeded", when), f"{name}-{env}")

    # -- the controllers

    def poke(self, resource, namespace, name):
        """Somebody has asked for a reconciliation, or the interval is over."""
        key = (resource, namespace, name)
        how = self.how(resource, namespace, name)
        if key not in self.busy and key in self.objects and how != "silent" and not self.objects[key]["spec"].get("suspend"):
            self.busy.add(key)
            process = {"gitrepositories": self.fetch, "kustomizations": self.apply, "helmreleases": self.release}[resource]
            self.controller.loop.spawn(self._run(key, process, self.era))

    def _run(self, key, process, era):
        while True:
            asked = self.asked(key)
            yield from process(key[2], key[1], asked, era)
            if era != self.era or self.asked(key) == asked:
                break
        if era == self.era:
            self.busy.discard(key)

    def asked(self, key):
        obj = self.objects.get(key)
        return obj["metadata"].get("annotations", {}).get(REQUESTED) if obj else None

    def how(self, resource, namespace, name):
        return self.behaviour.get((resource, namespace, name), "healthy")

    @staticmethod
    def handled(obj, asked):
        if asked:
            obj["status"]["lastHandledReconcileAt"] = asked

    def fetch(self, name, namespace, asked, era):
        yield "compare"
        if era != self.era:
            return
        how = self.how("kustomizations", namespace, name)
        try:
            rev = self.revision(self.get("gitrepositories", name)["spec"]["ref"]["branch"])
        except Missing:
            how = "source-failed"

        def write(obj):
            self.handled(obj, asked)
            if how == "source-failed":
                text = f"failed to checkout and determine revision: unable to clone '{self.url}': authentication required"
                self.condition(obj, "FetchFailed", "True", "GitOperationFailed", text)
                self.condition(obj, "Ready", "False", "GitOperationFailed", text)
                return
            self.without(obj, "FetchFailed")
            obj["status"].update(artifact=self._artifact(rev), observedGeneration=obj["metadata"]["generation"])
            self.condition(obj, "Ready", "True", "Succeeded", f"stored artifact for revision '{rev}'")

        old = self.get("gitrepositories", name)["status"]["artifact"]["revision"]
        new = self.change("gitrepositories", name, write)
        if new["status"]["artifact"]["revision"] != old:
            self.poke("kustomizations", namespace, name)

    def apply(self, name, namespace, asked, era):
        """One reconciliation of a Kustomization (kustomize-controller, internal/controller)."""

        def write(function):
            if era == self.era:
                self.change("kustomizations", name, function)

        def fail(reason, text):
            def function(obj):
                self.handled(obj, asked)
                self.condition(obj, "Ready", "False", reason, text)
                self.condition(obj, "Reconciling", "True", "ProgressingWithRetry", text)
                if reason == "HealthCheckFailed":
                    self.condition(obj, "Healthy", "False", reason, text)

            write(function)

        def begin(obj):
            self.condition(obj, "Reconciling", "True", "Progressing", "Fetching manifests")
            self.condition(obj, "Ready", "Unknown", "Progressing", "Reconciliation in progress")

        how = self.how("kustomizations", namespace, name)
        rev = self.get("gitrepositories", name)["status"]["artifact"]["revision"]
        if how == "dependency":
            fail("DependencyNotReady", f"dependency '{HOME}/database' is not ready")
            return
        write(begin)
        yield "compare"
        if how == "artifact-failed":
            fail("ArtifactFailed", f"kustomization path not found: stat /tmp/kustomization-1/apps/{name}: no such file or directory")
            return
        write(lambda obj: obj["status"].update(lastAttemptedRevision=rev))
        yield "running"
        if how in ("build-failed", "apply-failed"):
            text = "kustomize build failed: accumulating resources" if how == "build-failed" else f"Deployment/{name} dry-run failed (Invalid): spec.selector: field is immutable"
            fail("BuildFailed" if how == "build-failed" else "ReconciliationFailed", text)
            return
        yield from self._bring(name, rev, era)
        if era != self.era:
            return
        if self.get("kustomizations", name)["spec"].get("wait"):

            def check(obj):
                text = f"Running health checks for revision {rev} with a timeout of 5m0s"
                obj["status"]["inventory"] = {"entries": self.inventory(name)}
                self.condition(obj, "Reconciling", "True", "Progressing", text)
                self.condition(obj, "Healthy", "Unknown", "Progressing", text)

            write(check)
            until = time.monotonic() + (0 if how == "unhealthy" else HEALTH_S)
            while era == self.era and not self._is_healthy(name) and time.monotonic() < until:
                yield "slice"
            if era == self.era and (how == "unhealthy" or not self._is_healthy(name)):
                fail("HealthCheckFailed", f"health check failed after 5m0s: timeout waiting for: [Deployment/{name}/{name} status: 'InProgress']")
                return

        def finish(obj):
            self.handled(obj, asked)
            obj["status"].update(lastAppliedRevision=rev, observedGeneration=obj["metadata"]["generation"])
            if name in self.controller.apps:
                obj["status"]["inventory"] = {"entries": self.inventory(name)}
            self.without(obj, "Reconciling", "Stalled", *(() if obj["spec"].get("wait") else ("Healthy",)))
            if obj["spec"].get("wait"):
                self.condition(obj, "Healthy", "True", "Succeeded", "Health check passed")
            self.condition(obj, "Ready", "True", "ReconciliationSucceeded", f"Applied revision: {rev}")

        write(finish)

    def _bring(self, name, rev, era):
        """The Application of that name does the rendering and the roll-out; of `releases-ENV` the releases get new values."""
        commit = rev.rpartition(":")[2]
        for app in [name] if name in self.controller.apps else [f"{one}-{name.partition('-')[2]}" for one in RELEASED]:
            self.controller.request(self.controller.apps[app], 3)
            until = time.monotonic() + HEALTH_S
            while era == self.era and not self._is_applied(app, commit) and time.monotonic() < until:
                yield "slice"
            service, _, env = app.rpartition("-")
            if era == self.era and name not in self.controller.apps:
                images = sorted(c["image"] for doc in self.controller.apps[app].live.values() for c in doc.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []))
                self.change("helmreleases", service, lambda obj, images=images: obj["spec"].update(values={"images": images}), app)
                self.poke("helmreleases", app, service)

    def _is_applied(self, app, commit):
        obj = self.controller.store.get("applications", app)
        status = obj.get("status", {}) if obj else {}
        return status.get("sync") and status["sync"]["status"] == "Synced" and status["sync"].get("revision") == commit

    def _is_healthy(self, app):
        return self.controller.apps[app].health == "Healthy"

    def release(self, name, namespace, asked, era):
        """One reconciliation of a HelmRelease (helm-controller, internal/reconcile)."""

        def write(function):
            if era == self.era:
                self.change("helmreleases", name, function, namespace)

        def begin(obj):
            text = "Running 'upgrade' action with timeout of 5m0s"
            self.condition(obj, "Reconciling", "True", "Progressing", text)
            self.condition(obj, "Ready", "Unknown", "Progressing", text)

        how = self.how("helmreleases", namespace, name)
        write(begin)
        yield "sync"
        until = time.monotonic() + HEALTH_S
        while era == self.era and how in ("healthy", "values-from") and not self._is_healthy(namespace) and time.monotonic() < until:
            yield "slice"

        def finish(obj):
            self.handled(obj, asked)
            obj["status"]["observedGeneration"] = obj["metadata"]["generation"]
            if how in ("upgrade-failed", "rolled-back"):
                text = f"Helm upgrade failed for release {namespace}/{name} with chart {name}@1.0.0: context deadline exceeded"
                obj["status"]["failures"] = obj["status"].get("failures", 0) + 1
                self.condition(obj, "Released", "False", "UpgradeFailed", text)
                self.condition(obj, "Ready", "False", "UpgradeFailed", text)
                if how == "rolled-back":
                    back = f"Helm rollback to previous release {namespace}/{name}.v1 succeeded"
                    self.condition(obj, "Remediated", "True", "RollbackSucceeded", back)
                    self.condition(obj, "Ready", "False", "RollbackSucceeded", back)
                return
            obj["status"].pop("failures", None)
            obj["status"]["inventory"] = {"entries": self.inventory(namespace)}
            self.without(obj, "Reconciling", "Remediated")
            self.condition(obj, "Released", "True", "UpgradeSucceeded", "Helm upgrade succeeded")
            self.condition(obj, "Ready", "True", "UpgradeSucceeded", "Helm upgrade succeeded")

        write(finish)

    # -- what tests switch

    def behave(self, name, behaviour):
        """NAME is a Kustomization of flux-system, or `release/NAMESPACE/NAME`. KeyError when it is not there."""
        key = ("kustomizations", HOME, name)
        if name.startswith("release/"):
            key = ("helmreleases", *name.split("/", 2)[1:])
        self.objects[key]  # pylint: disable=pointless-statement
        self.behaviour[key] = behaviour

        def edit(obj):
            obj["spec"].pop("suspend", None)
            if behaviour == "suspended":
                obj["spec"]["suspend"] = True
            if key[0] == "kustomizations" and not name.startswith("releases-"):
                obj["spec"].pop("wait", None)
                if behaviour != "no-wait":
                    obj["spec"]["wait"] = True
                obj["status"]["observedGeneration"] = obj["metadata"]["generation"] + 1
            obj["spec"].pop("valuesFrom", None)
            if behaviour == "values-from" and key[0] == "helmreleases":
                obj["spec"]["valuesFrom"] = [{"kind": "ConfigMap", "name": "values"}]
            self.without(obj, "Stalled")
            if behaviour == "stalled":
                self.condition(obj, "Stalled", "True", "InvalidCELExpression", "failed to parse expression")

        def source(obj):
            obj["spec"].pop("suspend", None)
            obj["spec"]["ref"] = {"branch": "release" if behaviour == "wrong-ref" else BRANCHES[name.rpartition("-")[2]]}
            if behaviour == "source-suspended":
                obj["spec"]["suspend"] = True

        self.change(key[0], key[2], edit, key[1])
        self.settle_generation(key)
        if key[0] == "kustomizations":
            self.change("gitrepositories", name, source)
            self.settle_generation(("gitrepositories", HOME, name))

    def settle_generation(self, key):
        """The controller has seen the spec that a test has edited."""

        def see(obj):
            obj["status"]["observedGeneration"] = obj["metadata"]["generation"]
            for row in obj["status"].get("conditions", []):
                row["observedGeneration"] = obj["metadata"]["generation"]

        self.change(key[0], key[2], see, key[1])

    def poll(self):
        """The intervals of all are over."""
        for key in list(self.objects):
            if key[0] == "gitrepositories":
                self.poke(*key)


class Serving:
    """Part of the request handler: GET and PATCH of one object; nothing else of Flux is asked for by its name."""

    def flux(self, path):
        match = PATH.fullmatch(path)
        if not match or match["resource"] not in KINDS or KINDS[match["resource"]][:2] != (match["group"], match["version"]):
            return False
        resource, namespace, name = match["resource"], match["namespace"], urllib.parse.unquote(match["name"])
        what = self.server.shared.flux
        verb = {"GET": "get", "PATCH": "patch"}.get(self.command)
        if verb is None:
            raise Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        if not kubeauth.may(self.user, verb):
            text = f'{resource}.{match["group"]} "{name}" is forbidden: User "{self.user}" cannot {verb} resource "{resource}" in API group "{match["group"]}" in the namespace "{namespace}"'
            raise Refusal(403, "Forbidden", text, {"name": name, "group": match["group"], "kind": resource})
        if what.get(resource, name, namespace) is None:
            text = f'{resource}.{match["group"]} "{name}" not found'
            raise Refusal(404, "NotFound", text, {"name": name, "group": match["group"], "kind": resource})
        if verb == "patch":
            self._flux_patch(what, resource, namespace, name)
        self.answer(200, encode(what.get(resource, name, namespace)) + b"\n")
        return True

    def _flux_patch(self, what, resource, namespace, name):
        if (self.headers.get("Content-Type") or "").split(";")[0] != "application/merge-patch+json":
            raise Refusal(415, "UnsupportedMediaType", "the body of the request was in an unknown format")
        try:
            body = json.loads(self.body)
        except ValueError as err:
            raise Refusal(400, "BadRequest", "error decoding patch") from err

        def edit(obj):
            new = merge_patch(copy.deepcopy(obj), body)
            obj.clear()
            obj.update(new)

        what.change(resource, name, edit, namespace)
        what.controller.loop.call(lambda: what.poke(resource, namespace, name))
