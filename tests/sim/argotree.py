"""What Argo CD's own API shows of an application's resources: tree, single objects, events, logs (argocd.md 2.1; http argocd-resource-tree)."""

import json

from .clock import stamp


def _split(api_version):
    group, _, version = api_version.rpartition("/")
    return group, version


def _key(obj):
    return {**dict(zip(("group", "version"), _split(obj["apiVersion"]))), "kind": obj["kind"], "namespace": obj["metadata"].get("namespace", ""),
            "name": obj["metadata"]["name"]}  # fmt: skip


def _said(row):
    """Go leaves empty strings out."""
    return {key: value for key, value in row.items() if value}


def _waiting(pod):
    """What its containers wait for: [(reason, message)]"""
    states = [one.get("state", {}).get("waiting") for one in pod["status"].get("containerStatuses", [])]
    return [(state["reason"], state.get("message", "")) for state in states if state]


def _pod_health(pod):
    bad = [message for reason, message in _waiting(pod) if reason.startswith("Err") or reason.endswith(("Error", "BackOff"))]
    if bad:
        return {"status": "Degraded", "message": ", ".join(bad)}
    phase, ready = pod["status"]["phase"], any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))
    return {"status": "Healthy" if phase == "Succeeded" or phase == "Running" and ready else "Progressing"}


def _pod_info(pod):
    waiting, containers = _waiting(pod), pod["spec"]["containers"]
    ready = sum(one["ready"] for one in pod["status"].get("containerStatuses", []))
    reason = "Terminating" if "deletionTimestamp" in pod["metadata"] else waiting[0][0] if waiting else pod["status"]["phase"]
    return [{"name": "Status Reason", "value": reason}, {"name": "Containers", "value": f"{ready}/{len(containers)}"}]


def _node(obj, now):
    meta = obj["metadata"]
    row = _said(_key(obj))
    row.update(uid=meta.get("uid") or f"uid-{obj['kind']}-{meta['name']}", resourceVersion=meta.get("resourceVersion", "1"), createdAt=stamp(now))
    owners = [{**_said(dict(zip(("group", "version"), _split(one["apiVersion"])))), "kind": one["kind"], "namespace": meta["namespace"],
               "name": one["name"], "uid": one["uid"]} for one in meta.get("ownerReferences", [])]  # fmt: skip
    if owners:
        row["parentRefs"] = owners
    revision = meta.get("annotations", {}).get("deployment.kubernetes.io/revision")
    if revision:
        row["info"] = [{"name": "Revision", "value": f"Rev:{revision}"}]
    if obj["kind"] == "Pod":
        row.update(info=_pod_info(obj), health=_pod_health(obj), images=[one["image"] for one in obj["spec"]["containers"]],
                   networkingInfo={"labels": meta.get("labels", {})})  # fmt: skip
    return row


class Tree:
    """Of one application; `workloads` is kubework.Workloads."""

    def __init__(self, workloads, name, now):
        self.workloads, self.now = workloads, now
        self.objects = list(workloads.of(name))

    def answer(self):
        return {"nodes": [_node(obj, self.now) for obj in self.objects], "orphanedNodes": [], "hosts": []}

    def manifest(self, query):
        """The object that the query names, as JSON text; None: the application has none of that name."""
        wanted = {key: query.get(key, "") for key in ("group", "version", "kind", "namespace")}
        wanted["name"] = query.get("resourceName", "")
        for obj in self.objects:
            if _key(obj) == wanted:
                return json.dumps(obj, separators=(",", ":"))
        return None

    def events(self, query):
        """Of one object: uid, name and namespace have to be right."""
        namespace = query.get("resourceNamespace", "")
        found = self.workloads.list("events", namespace)
        return {"metadata": {"resourceVersion": "1"}, "items": [event for event in found if event["involvedObject"]["uid"] == query.get("resourceUID")
                                                                and event["involvedObject"]["name"] == query.get("resourceName")]}  # fmt: skip

    def log(self, pod, query):
        """Lines of a stream. What cannot be read is a line, too: that is how Argo CD tells it."""
        text = self.workloads.log(query.get("namespace", ""), pod)
        if text is None:
            text = f'previous terminated container "{query.get("container", "")}" in pod "{pod}" not found'
        lines = text.splitlines()[-int(query.get("tailLines") or 1000) :]
        rows = [{"content": line, "timeStamp": stamp(self.now), "last": False, "timeStampStr": stamp(self.now), "podName": pod} for line in lines]
        rows.append({"content": "", "timeStamp": stamp(self.now), "last": True, "timeStampStr": stamp(self.now), "podName": pod})
        return [{"result": row} for row in rows]
