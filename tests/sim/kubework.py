"""Deployments and Rollouts, their ReplicaSets and pods, as the controller's roll-outs leave them (argocd.md 4.3; samples/health, samples/kwok)."""

from . import kubecron
from .render import containers

OLD_TERMINATES = "2026-01-01T00:00:00Z"

# behaviour -> what a container of the new template waits for: (reason, message)
WAITS = {
    "image-pull": ("ImagePullBackOff", 'Back-off pulling image "{image}": ErrImagePull: {image}: not found'),
    "config-error": ("CreateContainerConfigError", 'secret "{name}-settings" not found'),
    "crash-loop": ("CrashLoopBackOff", "back-off 1m20s restarting failed container={name} pod={pod}"),
}
UNSCHEDULABLE = "0/3 nodes are available: 3 Insufficient memory."
QUOTA = 'pods "{pod}" is forbidden: exceeded quota: compute, requested: limits.memory=512Mi, used: limits.memory=2Gi, limited: limits.memory=2Gi'
LOG = "starting {name}\nreading settings\npanic: no connection to the database\n"
BROKEN = (*WAITS, "unschedulable", "quota")  # what never gets ready


def condition(kind, status, reason, message="", at=OLD_TERMINATES):
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}


class Workloads:
    """Objects are made at the moment they are asked for; `world` is the Controller."""

    def __init__(self, world):
        self.world = world

    def deployments(self, namespace):
        """(application, manifest) of each."""
        for app in list(self.world.apps.values()):
            for key, doc in list(app.live.items()):
                if key[:3] == ("apps", "Deployment", namespace) and containers(doc):
                    yield app, doc

    def cron_jobs(self, namespace):
        for app in list(self.world.apps.values()):
            yield from ((app, doc) for key, doc in list(app.live.items()) if kubecron.is_cron_job(key) and key[2] == namespace)

    def list(self, resource, namespace):
        made = kubecron.MADE.get(resource)
        return self._list(resource, namespace) + ([made(app, doc) for app, doc in self.cron_jobs(namespace)] if made else [])

    def _list(self, resource, namespace):
        if resource == "deployments":
            return [self.deployment(app, doc) for app, doc in self.deployments(namespace)]
        if resource == "replicasets":
            found = [one for app, doc in self.deployments(namespace) for one in self.replica_sets(app, doc)]
            return found + [one for app, obj in self.rollouts(namespace) for one in self.sets_of(app, obj)]
        if resource == "pods":
            found = [one for app, doc in self.deployments(namespace) for one in self.pods(app, doc)]
            return found + [one for app, obj in self.rollouts(namespace) for one in self.pods_of(app, obj)]
        return []

    def rollouts(self, namespace):
        """(application, Rollout) of each; rollouts.py is their controller."""
        for app in list(self.world.apps.values()):
            yield from ((app, obj) for obj in self.world.rollouts.of(app) if obj["metadata"]["namespace"] == namespace)

    def of(self, name):
        """All objects of an application: what it has applied, and what came of that."""
        app = self.world.apps.get(name)
        for key, doc in list(app.live.items()) if app else ():
            if key[:2] == ("apps", "Deployment") and containers(doc):
                yield from (self.deployment(app, doc), *self.replica_sets(app, doc), *self.pods(app, doc))
            elif kubecron.is_cron_job(key):
                yield from (make(app, doc) for make in kubecron.MADE.values())
            elif key[1] != "Rollout":
                yield doc
        for obj in self.world.rollouts.of(app) if app else ():
            yield from (obj, *self.sets_of(app, obj), *self.pods_of(app, obj))

    def log(self, namespace, name):
        """Text of a container that has crashed; None when there is none."""
        for app, doc in self.deployments(namespace):
            if app.behaviour == "crash-loop" and any(pod["metadata"]["name"] == name for pod in self.pods(app, doc)):
                return LOG.format(name=doc["metadata"]["name"])
        for app, obj in self.rollouts(namespace):
            if app.behaviour == "crash-loop" and any(pod["metadata"]["name"] == name for pod in self.pods_of(app, obj)):
                return LOG.format(name=obj["metadata"]["name"])
        return None

    @staticmethod
    def _meta(doc, name, **more):
        return {"name": name, "namespace": doc["metadata"]["namespace"], "uid": f"uid-{name}", "resourceVersion": "1", **more}

    @staticmethod
    def _labels(doc):
        return doc["spec"].get("selector", {}).get("matchLabels", {"app": doc["metadata"]["name"]})

    def deployment(self, app, doc):
        wanted = doc["spec"].get("replicas", 1)
        generation = app.rollout + 1
        ready = self._is_ready(app)
        status = {"observedGeneration": generation, "replicas": wanted, "readyReplicas": wanted, "availableReplicas": wanted}
        status["updatedReplicas"] = wanted if ready else min(wanted, 1)
        if not ready:
            status["replicas"] = wanted + 1
        status["conditions"] = [condition("Progressing", "True", "NewReplicaSetAvailable" if ready and app.health != "Suspended" else "ReplicaSetUpdated")]
        status["conditions"][0]["lastUpdateTime"] = app.ready_at or OLD_TERMINATES
        if app.health == "Degraded" and not ready:
            text = f'ReplicaSet "{doc["metadata"]["name"]}-{self._hash(app)}" has timed out progressing.'
            status["conditions"] = [condition("Progressing", "False", "ProgressDeadlineExceeded", text)]
        if app.behaviour == "quota" and not ready:
            status["conditions"].append(condition("ReplicaFailure", "True", "FailedCreate", QUOTA.format(pod=doc["metadata"]["name"])))
        spec = {**doc["spec"], "replicas": wanted, "selector": {"matchLabels": self._labels(doc)}}
        if app.health == "Suspended":
            spec["paused"] = True
        meta = self._meta(
            doc, doc["metadata"]["name"], generation=generation, annotations={"deployment.kubernetes.io/revision": str(generation)}
        )
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec, "status": status}

    @staticmethod
    def _is_ready(app):
        """Its last run is what keeps the application from being healthy, not its Deployments."""
        return app.health not in ("Progressing", "Degraded") or app.behaviour in kubecron.HEALTH and app.finished == app.rollout

    @staticmethod
    def _hash(app, old=False):
        return f"{(app.rollout + 1 - old) * 7919 % 0xFFFFFF:06x}"

    def replica_sets(self, app, doc):
        name = doc["metadata"]["name"]
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": f"uid-{name}", "controller": True}
        rows = []
        for old in ([True] if app.rollout else []) + [False]:
            hashed = self._hash(app, old)
            meta = self._meta(
                doc,
                f"{name}-{hashed}",
                labels={**self._labels(doc), "pod-template-hash": hashed},
                annotations={"deployment.kubernetes.io/revision": str(app.rollout + 1 - old)},
                ownerReferences=[owner],
            )
            rows.append({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": {}, "status": {}})
        return rows

    def pods(self, app, doc):
        repositories = {c["image"].rpartition(":")[0] for c in containers(doc)}
        images = [image for image in app.pods if image.rpartition(":")[0] in repositories]
        old = [image for image in images if image not in app.new_pods]
        rows = []
        if app.behaviour == "finished-jobs":
            rows += [self._pod(app, doc, image, "job") for image in old]
        else:
            rows += [self._pod(app, doc, image, "old") for image in old]
        return rows + [self._pod(app, doc, image, "new") for image in images if image in app.new_pods]

    def _pod(self, app, doc, image, what):
        name = doc["metadata"]["name"]
        hashed = self._hash(app, what == "old")
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{name}-{hashed}", "uid": f"uid-{name}-{hashed}", "controller": True}
        meta = self._meta(
            doc, f"{name}-{hashed}-x7k2p", labels={**self._labels(doc), "pod-template-hash": hashed}, ownerReferences=[owner]
        )
        spec = {"restartPolicy": "Always", "containers": [{"name": name, "image": image, "readinessProbe": {"httpGet": {"path": "/"}}}]}
        if what == "job":
            meta = self._meta(doc, f"{name}-migrate-2w9cx", labels={"job-name": f"{name}-migrate"})
            spec["restartPolicy"] = "Never"
            status = {"phase": "Succeeded"}
        elif what == "old" or self._is_ready(app):
            meta["creationTimestamp"] = OLD_TERMINATES if what == "old" else app.ready_at or OLD_TERMINATES
            status = self._running(name, image, meta["creationTimestamp"])
            if what == "old" and app.health == "Healthy":
                meta["deletionTimestamp"] = OLD_TERMINATES
        else:
            status = self._starting(app, name, image, meta["name"])
        return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}

    # -- of Rollouts

    def sets_of(self, app, obj):
        name, rows = obj["metadata"]["name"], []
        for hashed, revision, found, wanted in self.world.rollouts.sets(obj):
            owner = {"apiVersion": obj["apiVersion"], "kind": "Rollout", "name": name, "uid": obj["metadata"]["uid"], "controller": True}
            labels = {**self._labels(obj), "rollouts-pod-template-hash": hashed}
            meta = self._meta(obj, f"{name}-{hashed}", labels=labels, annotations={"rollout.argoproj.io/revision": str(revision)}, ownerReferences=[owner])
            newest, status = hashed == obj["status"]["currentPodHash"], {"replicas": wanted}
            if newest and app.behaviour == "quota" and not wanted and not obj["status"].get("abort"):
                status["conditions"] = [condition("ReplicaFailure", "True", "FailedCreate", QUOTA.format(pod=name))]
            spec = {"replicas": wanted, "selector": {"matchLabels": labels}, "template": {"spec": {"containers": found}}}
            rows.append({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec, "status": status})
        return rows

    def pods_of(self, app, obj):
        """Those of the newest template are ready when all that there are are."""
        rows, status = [], obj.get("status", {})
        for one in self.sets_of(app, obj):
            newest = one["metadata"]["labels"]["rollouts-pod-template-hash"] == status["currentPodHash"]
            ready = not newest or status.get("readyReplicas", 0) >= status.get("replicas", 0)
            completed = [row["lastTransitionTime"] for row in status.get("conditions", []) if row["type"] == "Completed"]
            at = completed[0] if newest and completed else OLD_TERMINATES
            rows += [self._pod_of(app, one, number, ready, at) for number in range(one["spec"]["replicas"])]
        return rows

    def _pod_of(self, app, one, number, ready, at):
        meta, name = one["metadata"], one["metadata"]["ownerReferences"][0]["name"]
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": meta["name"], "uid": meta["uid"], "controller": True}
        pod = self._meta(one, f"{meta['name']}-x7k{number}", labels=meta["labels"], ownerReferences=[owner], creationTimestamp=at)
        image = one["spec"]["template"]["spec"]["containers"][0]["image"]
        spec = {"restartPolicy": "Always", "containers": [{"name": name, "image": image, "readinessProbe": {"httpGet": {"path": "/"}}}]}
        status = self._running(name, image, at) if ready else self._starting(app, name, image, pod["name"])
        return {"apiVersion": "v1", "kind": "Pod", "metadata": pod, "spec": spec, "status": status}

    @staticmethod
    def _running(name, image, at):
        one = {"name": name, "image": image, "ready": True, "restartCount": 0, "state": {"running": {"startedAt": at}}}
        return {"phase": "Running", "conditions": [condition("Ready", "True", "", at=at)], "containerStatuses": [one]}

    @staticmethod
    def _starting(app, name, image, pod):
        if app.behaviour == "unschedulable":
            return {"phase": "Pending", "conditions": [condition("PodScheduled", "False", "Unschedulable", UNSCHEDULABLE)]}
        one = {"name": name, "image": image, "ready": False, "restartCount": 0, "state": {"running": {"startedAt": OLD_TERMINATES}}}
        phase = "Running"
        if app.behaviour in WAITS:
            reason, message = WAITS[app.behaviour]
            one["state"] = {"waiting": {"reason": reason, "message": message.format(image=image, name=name, pod=pod)}}
            phase = "Pending"
        if app.behaviour == "crash-loop":
            one.update(restartCount=4, lastState={"terminated": {"exitCode": 3, "reason": "Error"}})
            phase = "Running"
        return {"phase": phase, "conditions": [condition("Ready", "False", "ContainersNotReady")], "containerStatuses": [one]}
