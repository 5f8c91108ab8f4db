"""The API server: answers as the recorded ones, selectors, pages, patches, rights."""

import glob
import json
import os
import re
import subprocess

import pytest

from sim.conftest import APPS, CONTRACTS, MERGE, REFRESH

JSONPATCH = "application/json-patch+json"
ONE = f"{APPS}/catalog-dev"
RECORDED = os.path.join(CONTRACTS, "data/argocd/samples/recorded-http")

# Recorded pairs that can be asked again here: those about the state of that other server cannot.
AGAIN = (
    "anonymous-403 forbidden-403 forbidden-patch-403 forbidden-watch-403 field-selector-unsupported-400 get-missing-404 get-rv-future "
    "get-status-subresource-404 json-patch-add-under-missing-map json-patch-bad-op json-patch-bad-syntax json-patch-remove-missing "
    "json-patch-test-fails-422 label-selector-bad-400 list-continue-bogus-400 list-exact-expired-410 list-rv-bogus-400 list-rv-future-504 "
    "merge-patch-bad-syntax merge-patch-bogus-rv merge-patch-missing-app-404 merge-patch-stale-rv-409 namespace-missing-list "
    "patch-invalid-schema-422 patch-invalid-type-422 patch-plain-json-415 patch-status-subresource-404 strategic-merge-415 "
    "unauthorized-bad-token-401 unknown-group-404 unknown-resource-404 unknown-version-404 watchlist-without-match watch-rv-bogus"
).split()


def recorded(name):
    path = os.path.join(RECORDED, f"kube-{name}.json")
    if not os.path.exists(path):
        pytest.skip("the recorded answers are not here")
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def ours(text):
    """The recorded names in the words of this cluster; numbers that differ from run to run are blanked."""
    text = (
        text.replace('"demo2"', '"order-dev"')
        .replace('"demo"', '"catalog-dev"')
        .replace('User \\"ci\\"', 'User \\"denied\\"')
    )
    text = text.replace('\\"demo2\\"', '\\"order-dev\\"').replace('\\"demo\\"', '\\"catalog-dev\\"')
    return re.sub(r'(current: |"resourceVersion": ")\d+', r"\1N", text)


@pytest.mark.parametrize("name", AGAIN)
def test_as_recorded(box, name):
    sample = recorded(name)
    asked, want = sample["request"], sample["response"]
    who = {"none": None, "ci": "denied", "ci (no RBAC)": "denied", "other": "no-such-token"}.get(
        asked.get("user"), "wait"
    )
    path = re.sub(r"/demo2(?=\?|$|/)", "/order-dev", asked["path"])
    path = re.sub(r"/demo(?=\?|$|/)", "/catalog-dev", path).replace("resourceVersion=8070", "resourceVersion=5")
    body = asked.get("body")
    if name == "json-patch-remove-missing":
        body = [{"op": "remove", "path": "/status/nothing"}]  # the recorded application had no operationState
    if name == "patch-invalid-schema-422":
        body = {"status": {"operationState": {"message": "x", "operation": None, "phase": None, "startedAt": None}}}
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    status, headers, got = box.call(asked["method"], path, data, who, asked.get("contentType") or MERGE)
    assert status == want["status"]
    assert headers["content-type"] == want["headers"]["content-type"]
    assert headers.get("retry-after") == want["headers"].get("retry-after")
    if "bodyText" in want:
        assert got == want["bodyText"].encode()
    else:
        wanted = want.get("body") or want["lines"][0]["json"]
        assert json.loads(ours(json.dumps(got))) == json.loads(ours(json.dumps(wanted)))


def test_the_list_of_recorded_ones_is_complete():
    if not os.path.isdir(RECORDED):
        pytest.skip("the recorded answers are not here")
    names = {os.path.basename(path)[5:-5] for path in glob.glob(os.path.join(RECORDED, "kube-*.json"))}
    assert set(AGAIN) <= names


def test_curl(box):
    done = subprocess.run(
        [
            "curl",
            "-sS",
            "--noproxy",
            "*",
            "--cacert",
            box.env["STAGEGATE_CA_FILE"],
            "-H",
            "@-",
            box.env["SANDBOX_KUBE_URL"] + ONE,
        ],
        input=f"Authorization: Bearer {box.env['SANDBOX_KUBE_TOKEN']}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["metadata"]["name"] == "catalog-dev"


def test_list_in_pages(box):
    names, token, versions = [], "", set()
    while True:
        status, _, body = box.call("GET", f"{APPS}?limit=20&continue={token}")
        assert status == 200 and body["kind"] == "ApplicationList"
        names += [item["metadata"]["name"] for item in body["items"]]
        versions.add(body["metadata"]["resourceVersion"])
        if len(names) == 20:
            box.ctl("refresh", "order-dev")  # the pages stay of one moment
            box.ctl("settle")
            assert body["metadata"]["remainingItemCount"] == 45
        token = body["metadata"]["continue"]
        if not token:
            break
    assert len(names) == len(set(names)) == 65 and names == sorted(names) and len(versions) == 1
    assert {"catalog-dev", "catalog-staging", "catalog-prod", "catalog", "root-app-dev"} <= set(names)


def test_expired_page(box):
    token = box.call("GET", f"{APPS}?limit=2")[2]["metadata"]["continue"]
    box.ctl("refresh", "order-dev")
    box.ctl("settle")
    box.ctl("compact")
    status, _, body = box.call("GET", f"{APPS}?limit=2&continue={token}")
    assert status == 410 and body["reason"] == "Expired" and body["metadata"]["continue"]


@pytest.mark.parametrize(
    "query, count",
    [
        ("fieldSelector=metadata.name%3Dcatalog-dev", 1),
        ("fieldSelector=metadata.name!%3Dcatalog-dev", 64),
        ("fieldSelector=metadata.namespace%3Dargocd", 65),
        ("labelSelector=team%3Dshop", 1),
        ("labelSelector=team", 1),
        ("labelSelector=!team", 64),
        ("labelSelector=team%20in%20(shop,x)", 1),
        ("labelSelector=team%20notin%20(shop)", 64),
        ("labelSelector=team%3Dshop,fast", 0),
    ],
)
def test_selectors(box, query, count):
    box.call("PATCH", ONE, {"metadata": {"labels": {"team": "shop"}}})
    assert len(box.call("GET", f"{APPS}?{query}")[2]["items"]) == count


def test_other_resources(box):
    base = "/apis/argoproj.io/v1alpha1/namespaces/argocd"
    appset = box.call("GET", f"{base}/applicationsets/microservices")[2]
    assert appset["spec"]["generators"][0]["git"]["directories"] == [{"path": "apps/*"}]
    assert appset["spec"]["template"]["metadata"]["name"] == "{{path.basename}}"
    owner = box.app("catalog")["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["uid"]) == ("ApplicationSet", appset["metadata"]["uid"])
    assert box.call("GET", f"{base}/applicationsets/microservices/status")[0] == 200
    assert box.call("GET", f"{base}/appprojects/default")[2]["spec"]["sourceRepos"] == ["*"]
    assert box.call("GET", "/version")[2]["gitVersion"] == "v1.35.4"
    root = box.app("root-app-dev")["status"]
    assert (
        root["summary"]["isAppOfApps"]
        and {row["kind"] for row in root["resources"]} == {"Application"}
        and len(root["resources"]) == 16
    )


def test_merge_patch_and_versions(box):
    before = box.app()
    rv, generation = before["metadata"]["resourceVersion"], before["metadata"]["generation"]
    patch = {"metadata": {"resourceVersion": rv, "annotations": {"x": "y"}}}
    after = box.call("PATCH", ONE, patch)[2]
    assert after["metadata"]["resourceVersion"] != rv and after["metadata"]["generation"] == generation
    assert box.call("PATCH", ONE, patch)[0] == 409
    version = box.version()
    again = box.call("PATCH", ONE, {"metadata": {"annotations": {"x": "y"}}})
    assert (
        again[0] == 200 and again[2] == after and box.version() == version
    )  # a patch that changes nothing makes no event
    dry = box.call("PATCH", f"{ONE}?dryRun=All", {"metadata": {"annotations": {"x": "z"}}})[2]
    assert dry["metadata"]["annotations"]["x"] == "z" and box.app()["metadata"]["annotations"]["x"] == "y"
    gone = box.call("PATCH", ONE, {"metadata": {"annotations": {"x": None}}})[2]
    assert "annotations" not in gone["metadata"]
    counted = box.call("PATCH", ONE, {"spec": {"revisionHistoryLimit": 5}})[2]
    assert counted["metadata"]["generation"] == generation + 1


def test_json_patch(box):
    rv = box.app()["metadata"]["resourceVersion"]
    good = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": rv},
        {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "1"}},
        {"op": "replace", "path": "/metadata/annotations/a~1b", "value": "2"},
        {"op": "copy", "from": "/metadata/annotations/a~1b", "path": "/metadata/annotations/c"},
    ]
    assert box.call("PATCH", ONE, good, kind=JSONPATCH)[2]["metadata"]["annotations"] == {"a/b": "2", "c": "2"}
    status, _, body = box.call("PATCH", ONE, good, kind=JSONPATCH)  # the test fails now
    assert (status, body["reason"], body["details"]) == (422, "Invalid", {})


@pytest.mark.parametrize(
    "user, verb, want",
    [
        ("wait", "get", 200), ("wait", "list", 200), ("wait", "watch", 200), ("wait", "patch", 200), ("wait", "delete", 403),
        ("wait-ro", "get", 200), ("wait-ro", "list", 200), ("wait-ro", "patch", 403),
        ("get-only", "get", 200), ("get-only", "patch", 200), ("get-only", "list", 403), ("get-only", "watch", 403),
        ("denied", "get", 403), ("denied", "list", 403), (None, "get", 403), ("unknown-token", "get", 401),
    ],
)  # fmt: skip
def test_rights(box, user, verb, want):
    method, path = {
        "get": ("GET", ONE), "list": ("GET", APPS), "watch": ("GET", f"{APPS}?watch=1&timeoutSeconds=0.1"),
        "patch": ("PATCH", f"{ONE}?dryRun=All"), "delete": ("DELETE", ONE),
    }[verb]  # fmt: skip
    body = {"metadata": {"annotations": {REFRESH: "normal"}}} if verb == "patch" else None
    connection = box.call(method, path, body, user) if verb != "watch" else (watch_status(box, path, user), None, None)
    assert connection[0] == want


def watch_status(box, path, user):
    connection = box.connect()
    connection.request("GET", path, headers={"Authorization": "Bearer " + box.info["tokens"]["kube"].get(user, user)})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_client_certificate(box):
    pair = tuple(os.path.join(box.state, "tls/client." + part) for part in ("pem", "key"))
    assert box.call("GET", ONE, user=None, certificate=pair)[0] == 200


def test_token_that_expires(box):
    with open(os.path.join(box.state, "kube/wait.token"), encoding="ascii") as source:
        old = source.read().strip()
    box.ctl("rotate", "wait")
    with open(os.path.join(box.state, "kube/wait.token"), encoding="ascii") as source:
        new = source.read().strip()
    assert old != new
    assert box.call("GET", ONE, user=old)[0] == 401
    assert box.call("GET", ONE, user=new)[0] == 200


@pytest.mark.parametrize(
    "fault, want",
    [
        ("k8s-401", 401),
        ("k8s-403", 403),
        ("k8s-404-plain", 404),
        ("k8s-429", 429),
        ("k8s-500", 500),
        ("k8s-503", 503),
        ("k8s-html", 200),
    ],
)
def test_faults(box, fault, want):
    box.ctl("fault", fault, "2")
    for _ in range(2):
        status, headers, body = box.call("GET", ONE)
        assert status == want
        if fault in ("k8s-429", "k8s-503"):
            assert headers["retry-after"] == "1"
        if fault in ("k8s-429", "k8s-404-plain", "k8s-html"):
            assert isinstance(body, bytes)
    assert box.call("GET", ONE)[0] == 200


def test_faults_of_the_connection(box):
    box.ctl("fault", "k8s-reset")
    with pytest.raises((ConnectionError, OSError)):
        box.call("GET", ONE)
    box.ctl("fault", "k8s-truncate")
    with pytest.raises(Exception, match="IncompleteRead"):
        box.call("GET", ONE)
    box.ctl("fault", "k8s-garbage")
    with pytest.raises(json.JSONDecodeError):
        box.call("GET", ONE)
    box.ctl("fault", "k8s-409")
    assert box.call("PATCH", ONE, {"metadata": {"annotations": {"x": "y"}}})[0] == 409
    box.ctl("fault", "k8s-504-rv")
    assert box.call("GET", f"{APPS}?resourceVersion=1")[0] == 504


def test_too_large(box):
    connection = box.connect()
    headers = {
        "Authorization": "Bearer " + box.env["SANDBOX_KUBE_TOKEN"],
        "Content-Type": MERGE,
        "Content-Length": "3300040",
    }
    connection.request("PATCH", ONE, headers=headers)
    assert connection.getresponse().status == 413
    long = {"metadata": {"annotations": {"x": "y" * 300000}}}
    assert box.call("PATCH", ONE, long)[2]["details"]["causes"][0]["reason"] == "FieldValueTooLong"


def test_requests_are_counted(box):
    box.ctl("requests", "clear")
    box.app()
    rows = json.loads(box.ctl("requests"))
    assert [(row["method"], row["path"], row["user"], row["status"]) for row in rows] == [("GET", ONE, "wait", 200)]
