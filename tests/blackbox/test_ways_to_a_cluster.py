"""How the API of a cluster is reached: lists of kubeconfigs, GitLab's agent, a proxy, another name in the certificate, a pod's own account."""
import json
import os
import pathlib
import subprocess

import pytest
import yaml

from conftest import LIMIT_S, Started, binary
from relay import Relay
from rows import verdict
from test_wait import bump

WAIT = ("wait", "admin", "--env", "dev", "--output", "json")
FAR = "kubernetes.far-away.test:6443"


@pytest.fixture
def elsewhere(tmp_path_factory):
    """The program's own folder is searched for secrets; files with tokens lie here."""
    return tmp_path_factory.mktemp("kube")


def load(sandbox, kind=None):
    name = f"SANDBOX_KUBECONFIG_{kind}" if kind else "KUBECONFIG"
    return json.loads(pathlib.Path(sandbox.env[name]).read_text(encoding="ascii"))


def save(folder, document, name="config"):
    (folder / name).write_text(json.dumps(document), encoding="ascii")
    return str(folder / name)


def configured(sandbox, sg, cluster):
    """A configuration whose environments have that cluster."""
    text = yaml.safe_load(sandbox.show("stagegate.yaml", "main"))
    for env in text["environments"]:
        env.pop("cluster", None)
        if cluster:
            env["cluster"] = dict(cluster)
    pathlib.Path(sg.folder, "reach.yaml").write_text(yaml.safe_dump(text), encoding="utf-8")
    return ("--config", os.path.join(sg.folder, "reach.yaml"))


def asked(sandbox):
    return [row for row in json.loads(sandbox.ctl("requests")) if "/applications" in row["path"]]


def test_a_cluster_and_its_user_from_two_files_of_a_list(sandbox, sg, elsewhere):
    whole = load(sandbox)
    cluster = save(elsewhere, {key: whole[key] for key in ("apiVersion", "kind", "clusters", "contexts")}, "cluster")
    user = save(elsewhere, {key: whole[key] for key in ("apiVersion", "kind", "users", "current-context")}, "user")
    run = sg(*WAIT, env={"KUBECONFIG": f"{elsewhere}/none:{cluster}:{user}"})
    assert verdict(run)["reason"] == "DEPLOYED"


def test_through_gitlabs_agent(sandbox, sg):
    """Its path stands before that of the API, and its token is sent as it is."""
    config = configured(sandbox, sg, {"context": "platform/infra:agent"})
    sandbox.ctl("requests", "clear")
    run = sg(*WAIT, *config, env={"KUBECONFIG": sandbox.env["SANDBOX_KUBECONFIG_AGENT"]})
    assert verdict(run)["reason"] == "DEPLOYED"
    assert {row["user"] for row in asked(sandbox)} == {"wait"}


class Proxy(Relay):
    """Takes CONNECT, and leads each name to one port of this machine."""

    def __init__(self, to):
        self.heads = []
        super().__init__(to)

    def greet(self, one):
        head = b""
        while b"\r\n\r\n" not in head:
            head += one.recv(4096)
        self.heads.append(head.decode())
        one.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


@pytest.fixture
def proxy(sandbox):
    made = Proxy(int(load(sandbox)["clusters"][0]["cluster"]["server"].rpartition(":")[2]))
    yield made
    made.close()


def test_proxy_url_and_tls_server_name(sandbox, sg, elsewhere, proxy):
    """Neither the name of the server nor that in its certificate is known to this machine."""
    document = load(sandbox)
    cluster = document["clusters"][0]["cluster"]
    cluster.update({"server": f"https://{FAR}", "proxy-url": f"http://127.0.0.1:{proxy.port}", "tls-server-name": "localhost"})
    run = sg(*WAIT, env={"KUBECONFIG": save(elsewhere, document)})
    assert verdict(run)["reason"] == "DEPLOYED"
    assert proxy.heads and all(head.startswith(f"CONNECT {FAR} ") and "authorization" not in head.lower() for head in proxy.heads)
    del cluster["tls-server-name"]
    run = sg(*WAIT, env={"KUBECONFIG": save(elsewhere, document)}, expect=None)
    assert run.json["reason"] == "TLS_FAILED" and FAR.partition(":")[0] in run.err, run


def test_the_environments_proxy_is_for_a_cluster_too(sandbox, sg, elsewhere, proxy):
    document = load(sandbox)
    document["clusters"][0]["cluster"].update({"server": f"https://{FAR}", "tls-server-name": "localhost"})
    env = {"KUBECONFIG": save(elsewhere, document), "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
    assert verdict(sg(*WAIT, env=env))["reason"] == "DEPLOYED"
    assert all(head.startswith(f"CONNECT {FAR} ") for head in proxy.heads)


POD = "/var/run/secrets/kubernetes.io/serviceaccount"


@pytest.fixture
def pod(sandbox, elsewhere):
    """The files that a pod finds, how to start there, and its environment."""
    if subprocess.run(["unshare", "-m", "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no mount namespace of its own here")
    source = pathlib.Path(sandbox.env["SANDBOX_SERVICEACCOUNT"])
    for name in ("ca.crt", "namespace", "token"):
        (elsewhere / name).write_bytes((source / name).read_bytes())
    port = load(sandbox)["clusters"][0]["cluster"]["server"].rpartition(":")[2]
    script = f"mount -t tmpfs none /run && mkdir -p {POD} && mount --bind '{elsewhere}' {POD} && exec \"$0\" \"$@\""
    return ["unshare", "-m", "sh", "-c", script, binary()], {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": port}


def in_pod(sg, pod, *words):
    return Started([*pod[0], *words], {**{key: value for key, value in sg.env.items() if key != "KUBECONFIG"}, **pod[1]}, sg)


def test_a_pods_own_account(sandbox, sg, pod):
    with in_pod(sg, pod, *WAIT, *configured(sandbox, sg, None)) as run:
        assert run.ends() == 0 and '"DEPLOYED"' in run.text, run.text


def test_the_token_of_a_pod_is_read_again(sandbox, sg, app, faults, pod, elsewhere):
    """The kubelet writes a new one, and the server takes the old one no more."""
    app("notification-dev", "stuck")
    bump(sg, "notification")
    with in_pod(sg, pod, "wait", "notification", "--env", "dev", "--poll", "100ms", "--retry-base", "20ms",
                "--timeout", f"{int(LIMIT_S) // 2}s", *configured(sandbox, sg, None)) as run:
        run.says("PROGRESSING")
        (elsewhere / "token").write_text(load(sandbox, "WAIT_RO")["users"][0]["user"]["token"] + "\n", encoding="ascii")
        faults("k8s-401", "1")
        sandbox.ctl("requests", "clear")
        app("notification-dev", "healthy")
        assert run.ends() == 0, run.text
    assert "wait-ro" in {row["user"] for row in asked(sandbox)}, asked(sandbox)
