"""Discovery, and the parts of other APIs that clients ask for beside applications: core, and what one may do."""

import json
import re

from . import kubeauth, kubeselect
from .kubetypes import BASE, OF_ARGO_CD, VERBS, Refusal
from .store import encode

CORE = re.compile(
    r"/(?:api/v1|apis/(?P<group>apps|batch)/v1)/(?:namespaces(?:/(?P<namespace>[^/]+))?)?/?"
    r"(?:(?P<resource>pods|events|deployments|replicasets|statefulsets|daemonsets|jobs|cronjobs)(?:/(?P<name>[^/]+)(?P<sub>/log)?)?)?"
)
VERSION = {
    "major": "1",
    "minor": "35",
    "gitVersion": "v1.35.4",
    "gitCommit": "$Format:%H$",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.26.8",
    "compiler": "gc",
    "platform": "linux/amd64",
}


# (group, resource, namespace) of the Roles of whoever may do anything
REVIEWED = {("argoproj.io", resource, "argocd") for resource in OF_ARGO_CD} | {
    ("kustomize.toolkit.fluxcd.io", "kustomizations", "flux-system"),
    ("source.toolkit.fluxcd.io", "gitrepositories", "flux-system"),
    ("helm.toolkit.fluxcd.io", "helmreleases", "flux-system"),
}
SEEN = {("", "pods"), ("apps", "deployments"), ("apps", "replicasets")}  # as core() answers
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
OPENAPI = "/openapi/v3/apis/argoproj.io/v1alpha1"


def openapi():
    """As much of OpenAPI v3 as kubectl reads before it applies: that the server itself checks the fields."""
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("dryRun", "fieldManager", "fieldValidation")]
    paths = {}
    for name, (kind, _) in OF_ARGO_CD.items():
        gvk = {"group": "argoproj.io", "kind": kind, "version": "v1alpha1"}
        patch = {"parameters": parameters, "responses": {"200": {"description": "OK"}}, "x-kubernetes-group-version-kind": gvk}
        paths[f"{BASE}/namespaces/{{namespace}}/{name}/{{name}}"] = {"patch": {**patch, "x-kubernetes-action": "patch"}}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]}, "paths": paths, "components": {"schemas": {}}}


class Discovery:
    """Part of the request handler."""

    def review(self, path):
        """SelfSubjectAccessReview: every user that is known may ask what it may do itself (system:basic-user)."""
        if path.rstrip("/") != REVIEWS or self.command != "POST":
            return False
        if "json" not in (self.headers.get("Content-Type") or "json"):  # kubectl's own words are protobuf
            text = "the body of the request was in an unknown format - accepted media types include: application/json"
            raise Refusal(415, "UnsupportedMediaType", text)
        if self.user == "system:anonymous":
            what = "selfsubjectaccessreviews.authorization.k8s.io"
            text = f'{what} is forbidden: User "{self.user}" cannot create resource "selfsubjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope'
            raise Refusal(403, "Forbidden", text, {"group": "authorization.k8s.io", "kind": "selfsubjectaccessreviews"})
        try:
            spec = json.loads(self.body)["spec"]
            asked = spec["resourceAttributes"]
        except (ValueError, KeyError, TypeError) as err:
            raise Refusal(422, "Invalid", 'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec') from err
        what, verb = (asked.get("group", ""), asked.get("resource")), asked.get("verb", "")
        allowed = (*what, asked.get("namespace")) in REVIEWED and kubeauth.may(self.user, verb)
        if what in SEEN and verb in ("get", "list") and not asked.get("subresource"):
            allowed = bool(asked.get("namespace")) and kubeauth.may_see_workloads(self.user)
        status = {"allowed": True, "reason": f'RBAC: allowed by RoleBinding "{self.user}/argocd"'}
        body = {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {"creationTimestamp": None},
            "spec": spec,
            "status": status if allowed else {"allowed": False},
        }
        self.answer(201, encode(body) + b"\n")
        return True

    def discovery(self, path):
        groups = {
            "kind": "APIGroup",
            "apiVersion": "v1",
            "name": "argoproj.io",
            "versions": [{"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}],
            "preferredVersion": {"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"},
        }
        listing = {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": "argoproj.io/v1alpha1",
            "resources": [
                {
                    "name": name,
                    "singularName": kind.lower(),
                    "namespaced": True,
                    "kind": kind,
                    "verbs": VERBS,
                    "shortNames": short,
                }
                for name, (kind, short) in self.known().items()
            ],
        }
        bodies = {
            "/version": VERSION,
            "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [groups]},
            "/apis/argoproj.io": groups,
            BASE: listing,
            "/openapi/v3": {"paths": {"apis/argoproj.io/v1alpha1": {"serverRelativeURL": OPENAPI}}},
            OPENAPI: openapi(),
        }
        body = bodies.get(path.rstrip("/") or "/")
        if body is None or self.command not in ("GET", "HEAD"):
            return False
        self.answer(200, encode(body) + b"\n")
        return True

    def core(self, path):
        """Namespaces, which only admin may see; workloads and pods of all namespaces (kubework.py)."""
        match = CORE.fullmatch(path)
        if not match:
            return False
        group, namespace, resource, name = match["group"] or "", match["namespace"], match["resource"], match["name"]
        if resource is None:
            resource, name = "namespaces", namespace
        if not (kubeauth.may_see_workloads(self.user) if namespace and resource != "namespaces" else self.user == "admin"):
            what = f'{resource} "{name}"' if name else resource
            verb = "get" if name else "list"
            where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
            text = f'{what} is forbidden: User "{self.user}" cannot {verb} resource "{resource}" in API group "{group}"{where}'
            raise Refusal(403, "Forbidden", text, {"name": name, "kind": resource} if name else {"kind": resource})
        if match["sub"]:
            self.pod_log(namespace, name)
            return True
        meta = {"name": "argocd", "uid": "00000000-0000-4000-8000-000000000000", "resourceVersion": "1"}
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": meta, "status": {"phase": "Active"}}]
        if resource != "namespaces":
            objects = self.server.shared.workloads.list(resource, namespace) if namespace else []
        if name:
            objects = [obj for obj in objects if obj["metadata"]["name"] == name]
            if not objects:
                raise Refusal(404, "NotFound", f'{resource} "{name}" not found', {"name": name, "kind": resource})
            self.answer(200, encode(objects[0]) + b"\n")
            return True
        matches = kubeselect.matcher(self.query)
        listing = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": "1"}}
        listing["items"] = [obj for obj in objects if matches(obj)]
        self.answer(200, encode(listing) + b"\n")
        return True

    def pod_log(self, namespace, name):
        text = self.server.shared.workloads.log(namespace, name)
        if text is None:
            raise Refusal(400, "BadRequest", f'previous terminated container in pod "{name}" not found')
        lines = text.splitlines(keepends=True)[-int(self.query.get("tailLines", "1000")) :]
        self.answer(200, "".join(lines).encode(), "text/plain")
