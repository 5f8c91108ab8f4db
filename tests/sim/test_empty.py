"""`start --empty`: a project that nobody has pushed to, and Applications that appear."""

import json
import os
import subprocess
import tempfile

import pytest

from sim import sandbox, seed_text
from sim.conftest import APPS, ROOT, Box

CHART = {
    "apps/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "apps/web/values.yaml": "image: {repository: registry.example.com/shop/web, tag: '1'}\n",
    "apps/web/templates/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: "
    "[{name: web, image: '{{ .Values.image.repository }}:{{ .Values.image.tag }}'}]}}}\n",
}


def manifest(name, url, path, namespace="web"):
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
            "source": {"repoURL": url, "targetRevision": "main", "path": path},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }


@pytest.fixture(name="bare", scope="module")
def _bare():
    state = tempfile.mkdtemp(prefix="stagegate-test-sim-", dir="/tmp")
    try:
        assert sandbox.start(state, empty=True) == 0
        yield Box(state)
        with open(os.path.join(state, "sim.log"), encoding="utf-8") as log:
            assert log.read() == "", "the simulator has written to its log"
    finally:
        sandbox.stop(state)


@pytest.fixture(name="empty")
def _empty(bare):
    bare.ctl("reset")
    return bare


def push(box, folder, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as out:
            out.write(text)
    if not os.path.isdir(os.path.join(folder, ".git")):
        box.git("init", "-q", "-b", "main", cwd=folder)
    box.git("add", ".", cwd=folder)
    box.git("commit", "-q", "-m", "x", cwd=folder)
    return box.git("push", "-q", box.url(), "main", cwd=folder)


def test_nothing_is_there(empty):
    status, _, project = empty.api("GET", "/projects/gitops%2Fapps")
    assert (status, project["empty_repo"], project["default_branch"]) == (200, True, None)
    assert empty.api("GET", "/projects/gitops%2Fapps/repository/branches")[2] == []
    assert empty.call("GET", APPS)[2]["items"] == [] and empty.ctl("apps") == ""
    assert empty.git("ls-remote", empty.url()).stdout == ""


def test_the_first_push_makes_main_which_is_protected(empty, tmp_path):
    push(empty, tmp_path, CHART)
    project = empty.api("GET", "/projects/gitops%2Fapps")[2]
    assert (project["empty_repo"], project["default_branch"]) == (False, "main")
    assert empty.api("GET", "/projects/gitops%2Fapps/repository/branches/main")[2]["protected"] is True
    push(empty, tmp_path, {"x": "1"})
    assert [rule["name"] for rule in empty.api("GET", "/projects/gitops%2Fapps/protected_branches")[2]] == ["main"]


def test_an_application_that_somebody_makes_is_deployed(empty, tmp_path):
    push(empty, tmp_path, CHART)
    body = json.dumps(manifest("web", empty.env["STAGEGATE_GITOPS"], "apps/web")).encode()
    assert empty.call("POST", APPS, body, kind="application/json")[0] == 403  # as kubectl by somebody who may only wait
    status, _, made = empty.call("POST", APPS, body, user="admin", kind="application/json")
    assert status == 201 and made["metadata"]["generation"] == 1 and "status" not in made
    empty.ctl("settle")
    obj = empty.app("web")
    assert (obj["status"]["sync"]["status"], obj["status"]["health"]["status"]) == ("Synced", "Healthy")
    assert obj["status"]["summary"]["images"] == ["registry.example.com/shop/web:1"]
    assert obj["status"]["sync"]["revision"] == empty.tip("main")
    seen = [change["status"]["health"]["status"] for _, change in empty.events("web") if change.get("status", {}).get("health")]
    assert seen == ["Missing", "Progressing", "Healthy"]
    assert empty.call("POST", APPS, body, user="admin", kind="application/json")[2]["reason"] == "AlreadyExists"


@pytest.mark.parametrize("change", [{"kind": "AppProject"}, {"metadata": {}}, {"metadata": {"name": "web", "namespace": "other"}}, {"spec": 1}])
def test_what_is_no_application_is_refused(empty, change):
    body = json.dumps({**manifest("web", "https://x.example.com", "x"), **change}).encode()
    assert empty.call("POST", APPS, body, user="admin", kind="application/json")[0] in (400, 422)
    assert empty.call("POST", APPS, b"{", user="admin", kind="application/json")[0] == 400
    assert empty.call("GET", APPS)[2]["items"] == []


def test_an_app_of_apps_makes_its_children(empty, tmp_path):
    url = empty.env["STAGEGATE_GITOPS"]
    push(empty, tmp_path, {**CHART, "clusters/dev/web.yaml": json.dumps(manifest("web", url, "apps/web"))})
    root = json.dumps(manifest("root", url, "clusters/dev", "argocd"))
    assert empty.ctl("apply", data=root) == "application.argoproj.io/root created"
    empty.ctl("settle")
    assert empty.app("root")["status"]["summary"] == {"isAppOfApps": True}
    assert empty.app("web")["status"]["summary"]["images"] == ["registry.example.com/shop/web:1"]
    assert empty.ctl("apply", data=root) == "application.argoproj.io/root unchanged"
    push(empty, tmp_path, {"apps/api/Chart.yaml": CHART["apps/web/Chart.yaml"].replace("web", "api"), "apps/api/values.yaml": "{}\n",
                           "apps/api/templates/x.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n",
                           "clusters/dev/api.yaml": json.dumps(manifest("api", url, "apps/api"))})  # fmt: skip
    empty.refresh("root")
    empty.ctl("settle")
    assert empty.app("api")["status"]["sync"]["status"] == "Synced"


@pytest.mark.parametrize("text", ["", "x", "kind: Application", "[1]", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}", "a: b: c"])
def test_apply_wants_manifests(empty, text):
    good, _ = sandbox.ask(empty.info, ["apply"], text)
    assert not good and empty.call("GET", APPS)[2]["items"] == []


def test_a_reset_removes_what_was_made(empty, tmp_path):
    push(empty, tmp_path, CHART)
    empty.ctl("apply", data=json.dumps(manifest("web", empty.env["STAGEGATE_GITOPS"], "apps/web")))
    empty.ctl("reset")
    assert empty.call("GET", APPS)[2]["items"] == [] and empty.git("ls-remote", empty.url()).stdout == ""


def test_in_a_full_cluster_too(box):
    """The Applications of the shop stay as they are; a new one goes with the reset."""
    url = box.env["STAGEGATE_GITOPS"]
    before = box.app("catalog-dev")
    text = json.dumps({**manifest("second", url, "apps/catalog"), "metadata": {"name": "second"}})
    assert box.ctl("apply", data=text) == "application.argoproj.io/second created"
    box.ctl("settle")
    assert box.app("second")["status"]["sync"]["status"] == "Synced" and box.app("catalog-dev") == before
    assert box.ctl("apply", data=seed_text.root_app(url)).endswith("root-app-dev unchanged")
    box.ctl("reset")
    assert box.call("GET", f"{APPS}/second")[0] in (403, 404)


def test_empty_or_not_is_said_at_the_start(bare):
    tool = os.path.join(ROOT, "ci/sandbox")
    again = subprocess.run([tool, "start", "--empty", "--dir", bare.state], capture_output=True, text=True, check=False)
    assert again.returncode == 0 and "already running" in again.stdout
    other = subprocess.run([tool, "start", "--dir", bare.state], capture_output=True, text=True, check=False)
    assert other.returncode == 1 and "began empty" in other.stderr
