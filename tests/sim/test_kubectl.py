"""An independent client: kubectl against the simulated API server."""

import json
import shutil
import subprocess

import pytest

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(not KUBECTL, reason="kubectl is not here")


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
