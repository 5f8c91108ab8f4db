"""The simulated API server against the real one: the same requests, the same answers by status, reason and shape.

The recorded answers of a newer server are the other judge (tests/sim/test_api.py). Where the two real ones differ the simulator is like
the newer one; NEWER says so, and a row that is not true any more fails.
"""
import http.client
import json
import re
import ssl
import urllib.parse

import pytest
import yaml

from kube import cluster as real
from sim import clients

JSONPATCH, PLAIN, STRATEGIC = "application/json-patch+json", "application/json", "application/strategic-merge-patch+json"
ONE, LIST = f"{real.APPS}/catalog-dev", real.APPS
REVIEW = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {
    "namespace": "argocd", "verb": "patch", "group": "argoproj.io", "resource": "applications"}}}


def patch(*steps):
    return "PATCH", ONE, list(steps), "wait", JSONPATCH


def merge(body, path=ONE, user="wait", kind=real.MERGE):
    return "PATCH", path, body, user, kind


def get(path, user="wait"):
    return "GET", path, None, user, None


# name -> method, path, body, who, content type
CASES = {
    "get": get(ONE), "get missing": get(f"{LIST}/nothing"), "get in no namespace": get(ONE.replace("argocd", "nowhere"), "admin"),
    "get with version 0": get(f"{ONE}?resourceVersion=0"), "get with a version to come": get(f"{ONE}?resourceVersion=99999999"),
    "list": get(LIST), "list one": get(f"{LIST}?limit=1"), "list in no namespace": get(LIST.replace("argocd", "nowhere"), "admin"),
    "list by name": get(f"{LIST}?fieldSelector=metadata.name%3Dcatalog-dev"), "list by no name": get(f"{LIST}?fieldSelector=metadata.name%3Dnothing"),
    "list by namespace": get(f"{LIST}?fieldSelector=metadata.namespace%3Dargocd&limit=1"),
    "list by a field": get(f"{LIST}?fieldSelector=spec.project%3Dx"), "list by half a field": get(f"{LIST}?fieldSelector=metadata.name"),
    "list by a bad label": get(f"{LIST}?labelSelector=a%3D%3D%3Db"), "list by a label": get(f"{LIST}?labelSelector=none%3Dnone"),
    "list with version 0": get(f"{LIST}?resourceVersion=0"), "list with a bad version": get(f"{LIST}?resourceVersion=abc"),
    "list with a version to come": get(f"{LIST}?resourceVersion=99999999"), "list with a bad page": get(f"{LIST}?continue=abc"),
    "list with a match without version": get(f"{LIST}?resourceVersionMatch=Exact"),
    "list with a bad limit": get(f"{LIST}?limit=abc"),
    "unknown group": get("/apis/nothing.io/v1/namespaces/argocd/things", "admin"), "unknown version": get("/apis/argoproj.io/v9/namespaces/argocd/applications"),
    "unknown resource": get("/apis/argoproj.io/v1alpha1/namespaces/argocd/things", "admin"),
    "unknown part": get(f"{ONE}/nothing", "admin"),
    "part status": get(f"{ONE}/status", "admin"), "patch part status": merge({"status": {}}, f"{ONE}/status", "admin"),
    "merge": merge({"metadata": {"annotations": {"a": "b"}}}), "merge the same": merge({}), "merge on missing": merge({}, f"{LIST}/nothing"),
    "merge a stale version": merge({"metadata": {"resourceVersion": "1", "annotations": {"a": "c"}}}),
    "merge a bad version": merge({"metadata": {"resourceVersion": "abc"}}), "merge half": merge(b'{"metadata":'),
    "merge a list": merge(b"[]"), "merge nothing": merge(b""), "merge null": merge(b"null"),
    "merge a wrong type": merge({"spec": {"project": 7}}), "merge away what is required": merge({"spec": {"project": None}}),
    "merge another name": merge({"metadata": {"name": "other"}}), "merge another namespace": merge({"metadata": {"namespace": "other"}}),
    "merge another kind": merge({"kind": "Other"}), "merge an unknown field": merge({"spec": {"nothing": 1}}),
    "merge for show": merge({"metadata": {"annotations": {"a": "show"}}}, f"{ONE}?dryRun=All"),
    "merge for half a show": merge({}, f"{ONE}?dryRun=Some"),
    "merge strictly": merge({"spec": {"nothing": 1}}, f"{ONE}?fieldValidation=Strict"),
    "merge an annotation of a wrong type": merge({"metadata": {"annotations": {"a": 1}}}),
    "merge too many annotations": merge({"metadata": {"annotations": {"a": "x" * 262145}}}),
    "plain": merge({}, kind=PLAIN), "strategic": merge({}, kind=STRATEGIC), "no patch at all": merge({}, kind="text/plain"),
    "steps": patch({"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}), "no step": patch(),
    "step test": patch({"op": "test", "path": "/metadata/name", "value": "other"}), "step remove": patch({"op": "remove", "path": "/status/nothing"}),
    "step add below nothing": patch({"op": "add", "path": "/spec/nothing/more", "value": 1}), "step unknown": patch({"op": "jump", "path": "/spec"}),
    "half a step": merge(b'[{"op":', kind=JSONPATCH), "a step that is no list": merge(b"{}", kind=JSONPATCH),
    "bad token": get(ONE, "nobody-knows"), "no token": get(ONE, None), "no token lists": get(LIST, None),
    "denied get": get(ONE, "denied"), "denied list": get(LIST, "denied"), "denied watch": get(f"{LIST}?watch=1&timeoutSeconds=1", "denied"),
    "denied patch": merge({}, user="denied"), "denied get missing": get(f"{LIST}/nothing", "denied"),
    "version": get("/version"), "review": ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", REVIEW, "wait", PLAIN),
    "review denied": ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", REVIEW, "denied", PLAIN),
    "create what is there": ("POST", LIST, {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "catalog-dev"}, "spec": {
        "project": "default", "destination": {}}}, "admin", PLAIN),
    "create nothing": ("POST", LIST, {}, "admin", PLAIN),
    "delete what is not there": ("DELETE", f"{LIST}/nothing", None, "admin", None), "delete denied": ("DELETE", ONE, None, "wait", None),
}
WATCHES = {
    "from nowhere": "", "from version 0": "&resourceVersion=0", "from a bad version": "&resourceVersion=abc",
    "of one": "&fieldSelector=metadata.name%3Dcatalog-dev", "of nothing": "&fieldSelector=metadata.name%3Dnothing",
    "by a field": "&fieldSelector=spec.project%3Dx", "with bookmarks": "&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnothing",
}
# name -> what 1.35 does, as recorded, and the simulator with it
NEWER = {
    "list with a bad version": "400 in the place of 500",
    "merge half": "400 in the place of 500", "merge nothing": "400 in the place of 500", "merge null": "400 in the place of 500",
    "merge a list": "400 in the place of 422", "merge a wrong type": "FieldValueTypeInvalid in the place of FieldValueInvalid",
    "merge too many annotations": "other words", "half a step": "other words", "a step that is no list": "other words",
    "with bookmarks": "a bookmark before the end of a short watch, too",
}
# Only status and reason are the same: the words are made of Go's types, and nobody reads them.
OTHER_WORDS = {"merge an annotation of a wrong type", "create nothing"}


def blank(text):
    """What differs from run to run."""
    text = re.sub(r'User "[^"]*"', 'User "U"', text)
    text = re.sub(r"(?<![\w.-])\d+(?![\w.-])", "N", text)
    return text


NO_SHAPE = {"managedFields", "finalizers"}  # the newest versions are recorded without; the twins have none


def shape(body):
    """What a client can rely on in an answer."""
    if isinstance(body, bytes):
        return blank(body.decode())
    if body.get("kind") == "Status":
        details = body.get("details")
        causes = [[cause.get("reason"), cause.get("field"), blank(cause.get("message", ""))] for cause in (details or {}).get("causes", [])]
        return {"status": body.get("status"), "reason": body.get("reason"), "code": body.get("code"), "message": blank(body.get("message", "")),
                "details": sorted(details) if details is not None else None, "causes": causes}
    found = {"kind": body.get("kind"), "apiVersion": body.get("apiVersion"), "keys": sorted(body)}
    if "items" in body:
        found["metadata"] = sorted(set(body["metadata"]) - {"remainingItemCount"})
        found["more"] = bool(body["metadata"].get("continue"))
    elif "metadata" in body:
        found["metadata"] = sorted(set(body["metadata"] or {}) - NO_SHAPE)
    return found


class Side:
    """One of the two servers, asked by people of the same rights."""

    def __init__(self, url, tls, tokens):
        self.tls, self.tokens = tls, tokens
        self.host, self.port = urllib.parse.urlsplit(url).netloc.split(":")

    def call(self, method, path, body, user, kind):
        connection = http.client.HTTPSConnection(self.host, int(self.port), timeout=real.EVENT_S, context=self.tls)
        return clients.rest(connection, method, path, body, self.tokens.get(user, user), kind)

    def answer(self, case):
        status, headers, body = self.call(*case)
        if isinstance(body, bytes) and body.startswith(b"{"):
            body = json.loads(body)
        return {"status": status, "type": headers.get("content-type"), "retry": headers.get("retry-after"), "body": shape(body)}

    def frames(self, more):
        """Status, and the kinds and shapes of the frames of a watch of one second."""
        connection = http.client.HTTPSConnection(self.host, int(self.port), timeout=real.EVENT_S, context=self.tls)
        connection.request("GET", f"{LIST}?watch=1&timeoutSeconds=3{more}", headers={"Authorization": "Bearer " + self.tokens["wait"]})
        answer = connection.getresponse()
        lines = [json.loads(line) for line in answer.read().splitlines()]
        connection.close()
        if answer.status != 200:
            return answer.status, [shape(line) for line in lines]
        found = {(line["type"], line["object"]["metadata"].get("name", "") if line["type"] != "ERROR" else ""): shape(line["object"]) for line in lines}
        return answer.status, [(kind, of) for (kind, name), of in found.items() if name in ("", "catalog-dev")]


@pytest.fixture(scope="module", name="sides")
def _sides(cluster, sandbox, tmp_path_factory):
    from kube.conftest import World

    sandbox.ctl("reset")
    world = World(cluster, sandbox, tmp_path_factory.mktemp("sides"))
    world.create("/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects", {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default"}, "spec": {}})
    for name in ("catalog-dev", "order-dev"):
        world.app(name)
    rules = [{"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list", "watch", "patch"]}]
    wait, denied = world.account(rules), world.account([])
    tokens = {"wait": world.jwt(wait), "denied": world.jwt(denied), "admin": cluster.tokens["admin"]}
    with open(sandbox.env["SANDBOX_KUBECONFIG_DENIED"], encoding="ascii") as source:
        other = yaml.safe_load(source)["users"][0]["user"]["token"]
    box = {"wait": sandbox.env["SANDBOX_KUBE_TOKEN"], "admin": sandbox.env["SANDBOX_KUBE_TOKEN_ADMIN"], "denied": other}
    tls = ssl.create_default_context(cafile=sandbox.env["STAGEGATE_CA_FILE"])
    yield Side(cluster.server.url, cluster.tls, tokens), Side(sandbox.env["SANDBOX_KUBE_URL"], tls, box)
    world.close()


def held(name, theirs, ours):
    if name in OTHER_WORDS:
        parts = ("status", "reason", "code")
        assert ours["status"] == theirs["status"] and [ours["body"][part] for part in parts] == [theirs["body"][part] for part in parts]
    elif name in NEWER:
        assert theirs != ours, f"no difference any more: take {name} out of NEWER"
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", CASES)
def test_same_answer(sides, name):
    held(name, *[side.answer(CASES[name]) for side in sides])


@pytest.mark.parametrize("name", WATCHES)
def test_same_frames(sides, name):
    held(name, *[side.frames(WATCHES[name]) for side in sides])


def test_the_pages_of_a_list(sides):
    """A page leads to the next one, and the last one to none."""
    found = []
    for side in sides:
        first = side.call("GET", f"{LIST}?limit=1", None, "wait", None)[2]
        more = urllib.parse.quote(first["metadata"]["continue"])
        second = side.call("GET", f"{LIST}?limit=500&continue={more}", None, "wait", None)[2]
        found.append((len(first["items"]), shape(second), first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]))
    assert found[0] == found[1]


def test_the_rows_are_of_cases():
    assert {*NEWER, *OTHER_WORDS} <= {*CASES, *WATCHES}
