"""An independent client: kubectl against the simulated API server."""

import json
import os
import shutil
import subprocess

import pytest

from sim import seed_text
from sim.conftest import ROOT


def _kubectl():
    """The machine's own, or the one that ci/kubernetes-tools has fetched."""
    tools = subprocess.run([os.path.join(ROOT, "ci/kubernetes-tools"), "--cached"], capture_output=True, text=True, check=False)
    return shutil.which("kubectl") or (os.path.join(tools.stdout.strip(), "kubectl") if tools.returncode == 0 else None)


KUBECTL = _kubectl()
pytestmark = pytest.mark.skipif(not KUBECTL, reason="no kubectl at hand (ci/kubernetes-tools fetches it)")


def kubectl(box, *args, config="KUBECONFIG", check=True, tmp=None):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp or "/nonexistent"), "KUBECONFIG": box.env[config], "NO_PROXY": "*"}
    done = subprocess.run(
        [KUBECTL, "--cache-dir", str(tmp), *args], capture_output=True, text=True, check=False, env=env
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(autouse=True)
def _usable(tmp_path):
    done = subprocess.run([KUBECTL, "version", "--client", "-o", "json"], capture_output=True, text=True, check=False,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})  # fmt: skip
    if done.returncode:
        pytest.skip("kubectl does not run here")


def test_get(box, tmp_path):
    done = kubectl(box, "get", "applications", "-o", "name", tmp=tmp_path)
    assert len(done.stdout.splitlines()) == 65
    obj = json.loads(kubectl(box, "get", "app", "catalog-dev", "-o", "json", tmp=tmp_path).stdout)
    assert obj == box.app()


@pytest.mark.parametrize("context", ["dev", "staging", "prod"])
def test_contexts(box, tmp_path, context):
    assert kubectl(box, "--context", context, "get", "app", f"catalog-{context}", "-o", "name", tmp=tmp_path).stdout


@pytest.mark.parametrize("config", ["TOKEN_FILE", "CLIENT_CERT", "FILES", "PLAIN", "WAIT_RO", "ADMIN"])
def test_kubeconfigs(box, tmp_path, config):
    name = "SANDBOX_KUBECONFIG_" + config
    assert kubectl(box, "get", "app", "catalog-dev", "-o", "name", config=name, tmp=tmp_path).stdout


@pytest.mark.parametrize("config, verb, allowed", [
    ("KUBECONFIG", "patch", True), ("KUBECONFIG", "delete", False), ("SANDBOX_KUBECONFIG_WAIT_RO", "patch", False),
    ("SANDBOX_KUBECONFIG_WAIT_RO", "watch", True), ("SANDBOX_KUBECONFIG_DENIED", "get", False),
])  # fmt: skip
def test_what_one_may_do(box, tmp_path, config, verb, allowed):
    def ask(namespace):
        attributes = {"namespace": namespace, "verb": verb, "group": "argoproj.io", "resource": "applications"}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes}}  # fmt: skip
        (tmp_path / "review.json").write_text(json.dumps(review), encoding="ascii")
        words = ["create", "--raw", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "-f", str(tmp_path / "review.json")]  # fmt: skip
        return json.loads(kubectl(box, *words, config=config, tmp=tmp_path).stdout)["status"]["allowed"]

    assert (ask("argocd"), ask("default")) == (allowed, False)


def test_agent(box, tmp_path):
    more = [
        "--context",
        "platform/infra:agent",
        "-n",
        "argocd",
        "--certificate-authority",
        box.env["STAGEGATE_CA_FILE"],
    ]
    assert kubectl(
        box, *more, "get", "app", "catalog-dev", "-o", "name", config="SANDBOX_KUBECONFIG_AGENT", tmp=tmp_path
    ).stdout


@pytest.mark.parametrize("config, text", [("WRONG_CA", "unknown authority"), ("EXPIRED", "expired")])
def test_certificates(box, tmp_path, config, text):
    done = kubectl(box, "get", "app", "catalog-dev", config="SANDBOX_KUBECONFIG_" + config, check=False, tmp=tmp_path)
    assert text in done.stderr


def test_refusals(box, tmp_path):
    done = kubectl(box, "get", "app", "catalog-dev", config="SANDBOX_KUBECONFIG_DENIED", check=False, tmp=tmp_path)
    assert 'is forbidden: User "denied" cannot get resource' in done.stderr
    done = kubectl(box, "get", "app", "nothing", check=False, tmp=tmp_path)
    assert 'applications.argoproj.io "nothing" not found' in done.stderr
    done = kubectl(box, "get", "app", "catalog-dev", config="SANDBOX_KUBECONFIG_BAD_TOKEN", check=False, tmp=tmp_path)
    assert "Unauthorized" in done.stderr or "logged in" in done.stderr


def test_patch_and_wait(box, tmp_path):
    commit = box.ctl("push-foreign", "develop", "catalog", "1.4.2")
    patch = json.dumps({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}})
    kubectl(box, "patch", "app", "catalog-dev", "--type", "merge", "-p", patch, tmp=tmp_path)
    kubectl(
        box,
        "wait",
        "app/catalog-dev",
        f"--for=jsonpath={{.status.sync.revision}}={commit}",
        "--timeout=10s",
        tmp=tmp_path,
    )
    kubectl(
        box, "wait", "app/catalog-dev", "--for=jsonpath={.status.health.status}=Healthy", "--timeout=10s", tmp=tmp_path
    )


def test_pages(box, tmp_path):
    done = kubectl(box, "get", "app", "-o", "name", "--chunk-size=7", tmp=tmp_path)
    assert len(set(done.stdout.splitlines())) == 65


def test_apply(box, tmp_path):
    """kubectl holds the fields against the server first, then makes what is not there and patches what is."""
    config = "SANDBOX_KUBECONFIG_ADMIN"
    text = seed_text.application("catalog", "dev", box.env["STAGEGATE_GITOPS"]).replace("catalog-dev", "catalog-second")
    path = tmp_path / "second.yaml"
    path.write_text(text)
    said = kubectl(box, "apply", "-f", str(path), config=config, tmp=tmp_path).stdout
    assert said == "application.argoproj.io/catalog-second created\n"
    box.ctl("settle")
    assert box.app("catalog-second")["status"]["sync"]["status"] == "Synced"
    said = kubectl(box, "apply", "-f", str(path), config=config, tmp=tmp_path).stdout
    assert said == "application.argoproj.io/catalog-second unchanged\n"
    path.write_text(text.replace("develop", "main"))
    said = kubectl(box, "apply", "-f", str(path), config=config, tmp=tmp_path).stdout
    assert said == "application.argoproj.io/catalog-second configured\n"
    assert box.app("catalog-second")["spec"]["source"]["targetRevision"] == "main"
    denied = kubectl(box, "create", "-f", str(path), tmp=tmp_path, check=False)
    assert denied.returncode == 1 and "forbidden" in denied.stderr
