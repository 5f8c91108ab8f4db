"""Argo CD's own API server: answers as the recorded ones, blocking refreshes, the stream (argocd.md 2)."""

import json
import os
import re
import urllib.error
import urllib.request

import pytest

from sim.conftest import APPS, CONTRACTS, MERGE, REFRESH

RECORDED = os.path.join(CONTRACTS, "data/argocd/samples/recorded-http")
TOKENS = {"none": None, "ci": "ci", "admin": "release", "ci, expired": "expired", "ci, signature damaged": "damaged", "nobody (no role)": "nobody",
          "proj:shop:ci": "ci"}  # fmt: skip

# What can be asked again here; `shop` of the recordings is our `default`, its `default` is no project of ours.
AGAIN = (
    "app-bad-signature app-denied-nobody app-expired-token app-get app-get-project app-get-project-token app-missing-admin app-missing-admin-project "
    "app-missing-no-project app-missing-project app-namespace-not-enabled app-no-token can-i-get can-i-get-slash can-i-sync delete-no-content-type list method-not-allowed "
    "not-found-route not-found-ui sync-auto-other-revision sync-bad-content-type sync-bad-json sync-content-type-case sync-denied sync-no-content-type "
    "session-wrong-password syncwindows terminate-nothing userinfo-anonymous version refresh-normal"
).split()


def ask(box, method, path, token="ci", body=None, headers=(), timeout=20):
    """(status, content type, body)"""
    request = urllib.request.Request(box.env["SANDBOX_ARGOCD_SERVER"] + path, data=body, method=method, headers=dict(headers))
    if token:
        text = box.info["tokens"]["argo"].get(token) or box.info["tokens"]["argo"]["ci"][:-4] + "AAAA"
        request.add_header("Authorization", f"Bearer {text}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=box.tls))
    try:
        answer = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as err:
        answer = err
    return answer.status, answer.headers["Content-Type"], answer.read()


def recorded(name):
    path = os.path.join(RECORDED, f"argocd-{name}.json")
    if not os.path.exists(path):
        pytest.skip("the recorded answers are not here")
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def ours(text):
    text = text.replace("project=shop", "project=default").replace("projects=shop", "projects=default").replace("httpweb", "catalog-dev")
    text = text.replace("currently set to main", "currently set to develop")
    return text.replace("httpman", "order-dev").replace("shop/", "default/").replace("shop%2F", "default%2F").replace('"shop"', '"default"').replace("appNamespace=shop", "appNamespace=elsewhere")


@pytest.mark.parametrize("name", AGAIN)
def test_as_recorded(box, name):
    sample = recorded(name)
    asked, want = sample["request"], sample["response"]
    body = asked.get("body")
    if body is not None:
        body = (body if isinstance(body, str) else ours(json.dumps(body))).encode()
    headers = {**(asked.get("headers") or {}), "Content-Type": asked.get("contentType") or ""}
    if not headers["Content-Type"]:
        del headers["Content-Type"]
        if body is not None:
            headers["Content-Type"] = "text/x-none"  # urllib would send a form's
    status, kind, text = ask(box, asked["method"], ours(asked["path"]), TOKENS[asked["user"]], body, headers)
    assert status == want["status"] and kind == want["headers"]["content-type"]
    if "bodyText" in want:
        assert text.decode() == want["bodyText"]
        return
    got = json.loads(text)
    if status == 200 and asked["path"].startswith("/api/v1/applications") and "windows" not in asked["path"]:
        app = got["items"][0] if "items" in got else got
        assert "apiVersion" not in app and "kind" not in app and set(app) >= {"metadata", "spec", "status"}
        return
    blank = lambda text: re.sub(r"(, sub: ).*", r"\1", ours(json.dumps(text, sort_keys=True)))
    assert blank(got) == blank(want["body"])


def test_nothing_found_is_null(box):
    for token, query in (("nobody", ""), ("ci", "?name=nosuch"), ("ci", "?projects=other")):
        status, _, text = ask(box, "GET", "/api/v1/applications" + query, token)
        assert status == 200 and json.loads(text)["items"] is None


def test_a_refresh_waits_until_it_is_consumed(box):
    box.ctl("app", "catalog-dev", "healthy")
    status, _, text = ask(box, "GET", "/api/v1/applications/catalog-dev?refresh=hard")
    assert status == 200 and REFRESH not in (json.loads(text)["metadata"].get("annotations") or {})


def test_one_that_is_never_consumed_ends_with_the_grpc_timeout(box):
    box.call("PATCH", f"{APPS}/catalog-dev", {"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}}, kind=MERGE)
    want = recorded("refresh-never-consumed-grpc-timeout")["response"]
    status, _, text = ask(box, "GET", "/api/v1/applications/catalog-dev?refresh=normal", headers={"Grpc-Timeout": "300m"})
    assert status == want["status"] and json.loads(text) == want["body"]


def stream(box, query, token="ci"):
    request = urllib.request.Request(box.env["SANDBOX_ARGOCD_SERVER"] + "/api/v1/stream/applications" + query)
    request.add_header("Authorization", f"Bearer {box.info['tokens']['argo'][token]}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=box.tls))
    return opener.open(request, timeout=20)


def test_a_stream_begins_with_what_is_and_goes_on_with_changes(box):
    with stream(box, "?name=catalog-dev&projects=default&resourceVersion=999999") as lines:
        first = json.loads(lines.readline())["result"]
        assert first["type"] == "ADDED" and first["application"]["metadata"]["name"] == "catalog-dev"
        box.ctl("refresh", "catalog-dev")
        second = json.loads(lines.readline())["result"]
        assert second["type"] == "MODIFIED" and REFRESH in second["application"]["metadata"]["annotations"]
        box.ctl("fault", "argocd-stream-end")
        while lines.readline():
            pass


def test_a_stream_that_may_not_be_ends_without_a_newline(box):
    with pytest.raises(urllib.error.HTTPError) as caught:
        stream(box, "?name=catalog-dev", "expired")
    text = caught.value.read()
    want = [line["json"] for line in recorded("stream-expired-token")["response"]["lines"]]
    assert caught.value.code == 401 and [json.loads(text)] == want and not text.endswith(b"\n")


def test_a_sync_by_hand(box):
    status, _, text = ask(box, "POST", "/api/v1/applications/catalog-dev/sync", "release", b'{"prune":false,"infos":[{"name":"Reason","value":"x"}]}',
                          {"Content-Type": "application/json"})  # fmt: skip
    app = json.loads(text)
    assert status == 200 and app["operation"]["initiatedBy"] == {"username": "proj:default:release"} and "operationState" not in app["status"]
    box.ctl("settle")
    status, _, text = ask(box, "GET", "/api/v1/applications/catalog-dev")
    app = json.loads(text)
    assert "operation" not in app and app["status"]["operationState"]["phase"] == "Succeeded"


# -- resources of an application

TREE = "/api/v1/applications/catalog-dev/resource-tree?project=default"


def test_a_tree_has_the_keys_of_the_recorded_one(box):
    want = {node["kind"]: node for node in recorded("resource-tree")["response"]["body"]["nodes"]}
    status, _, text = ask(box, "GET", TREE)
    got = {node["kind"]: node for node in json.loads(text)["nodes"]}
    assert status == 200 and set(got) >= {"Deployment", "ReplicaSet", "Pod", "Service"}
    for kind in ("Deployment", "ReplicaSet", "Pod"):
        assert set(got[kind]) <= set(want[kind]), kind
        assert got[kind].get("parentRefs", [{}])[0].keys() == want[kind].get("parentRefs", [{}])[0].keys()
    assert set(got["Pod"]) == set(want["Pod"]) and got["Pod"]["networkingInfo"]["labels"]["pod-template-hash"]
    assert {row["name"] for row in got["Pod"]["info"]} <= {row["name"] for row in want["Pod"]["info"]}


@pytest.mark.parametrize("name", ["resource-tree-missing", "resource-tree-missing-no-project"])
def test_a_tree_of_none_as_recorded(box, name):
    sample = recorded(name)
    status, _, text = ask(box, "GET", ours(sample["request"]["path"]))
    assert status == sample["response"]["status"] and json.loads(text) == sample["response"]["body"]


def test_one_object_is_text_in_a_document(box):
    nodes = json.loads(ask(box, "GET", TREE)[2])["nodes"]
    for node in nodes:
        query = f"group={node.get('group', '')}&version={node['version']}&kind={node['kind']}&namespace={node['namespace']}&resourceName={node['name']}"
        status, _, text = ask(box, "GET", f"/api/v1/applications/catalog-dev/resource?{query}")
        made = json.loads(json.loads(text)["manifest"])
        assert status == 200 and made["kind"] == node["kind"] and made["metadata"]["name"] == node["name"]
    status, _, text = ask(box, "GET", "/api/v1/applications/order-dev/resource?" + query)
    assert status == 400 and json.loads(text)["message"].endswith("not found as part of application order-dev")


def test_a_log_is_a_stream_and_its_right_is_another(box):
    box.ctl("app", "catalog-dev", "crash-loop")
    box.ctl("settle")
    box.ctl("push-foreign", "develop", "catalog", "96.0.0")
    box.refresh()
    box.ctl("settle")
    pods = [node for node in json.loads(ask(box, "GET", TREE)[2])["nodes"] if node["kind"] == "Pod" and node["health"]["status"] == "Degraded"]
    path = f"/api/v1/applications/catalog-dev/pods/{pods[0]['name']}/logs?namespace={pods[0]['namespace']}&tailLines=2&previous=true"
    status, _, text = ask(box, "GET", path)
    rows = [json.loads(line)["result"] for line in text.splitlines()]
    assert status == 200 and [row["content"] for row in rows] == ["reading settings", "panic: no connection to the database", ""] and rows[-1]["last"]
    assert ask(box, "GET", path, "release")[0] == 403
