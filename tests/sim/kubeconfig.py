"""Writes the kubeconfig files of the sandbox."""

import base64
import json
import os

# name of the file under kube/ -> what is special about it
VARIANTS = {
    "token-file": "`tokenFile`, relative to the file",
    "client-cert": "client certificate, all data in the file",
    "files": "certificate authority and client certificate as files, relative paths",
    "bad-token": "a token that nobody knows: 401",
    "wrong-ca": "the certificate authority is another one",
    "expired": "the server's certificate has expired",
    "plain": "plain http, as `kubectl proxy` serves it: no credentials are needed",
    "agent": "as the GitLab agent's: path `/k8s-proxy`, token `ci:<id>:<token>`, one context, no current-context, no namespace, no CA",
}


def _data(path):
    with open(path, "rb") as source:
        return base64.b64encode(source.read()).decode()


def one_of(cluster, user, contexts=("dev", "staging", "prod")):
    """A kubeconfig with one cluster and one user, and a context for each environment."""
    rows = [
        {"name": name, "context": {"cluster": "sandbox", "user": "user", "namespace": "argocd"}} for name in contexts
    ]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "current-context": contexts[0],
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": rows,
    }


def _agent(info):
    token = f"ci:7:{info['tokens']['kube']['wait']}"
    context = {"name": "platform/infra:agent", "context": {"cluster": "gitlab", "user": "agent:7"}}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "gitlab", "cluster": {"server": info["kube"] + "/k8s-proxy"}}],
        "users": [{"name": "agent:7", "user": {"token": token}}],
        "contexts": [context],
    }


def _variants(tls, info):
    """(name, document) of each file beside those of the token users."""
    cluster = {"server": info["kube"], "certificate-authority-data": _data(os.path.join(tls, "ca.pem"))}
    wait = {"token": info["tokens"]["kube"]["wait"]}
    pair = {
        "client-certificate-data": _data(os.path.join(tls, "client.pem")),
        "client-key-data": _data(os.path.join(tls, "client.key")),
    }
    files = {"client-certificate": "../tls/client.pem", "client-key": "../tls/client.key"}
    here = lambda name, scheme: f"{scheme}://127.0.0.1:{info['ports'][name]}"
    yield "token-file", one_of(cluster, {"tokenFile": "wait.token"})
    yield "client-cert", one_of(cluster, pair)
    yield "files", one_of({"server": info["kube"], "certificate-authority": "../tls/ca.pem"}, files)
    yield "bad-token", one_of(cluster, {"token": "kube-CANARY-nobody-knows-this"})
    yield "wrong-ca", one_of(
        {**cluster, "certificate-authority-data": _data(os.path.join(tls, "other-ca-root.pem"))}, wait
    )
    yield "expired", one_of({**cluster, "server": here("kube-expired", "https")}, wait)
    yield "plain", one_of({"server": here("kube-plain", "http")}, {})
    yield "agent", _agent(info)


def write(state, info):
    """kube/<user>.yaml for each token user, one file for each variant, and the files of a service account."""
    folder, tls = os.path.join(state, "kube"), os.path.join(state, "tls")
    os.makedirs(os.path.join(folder, "serviceaccount"), mode=0o700, exist_ok=True)
    cluster = {"server": info["kube"], "certificate-authority-data": _data(os.path.join(tls, "ca.pem"))}
    _put(os.path.join(folder, "wait.token"), info["tokens"]["kube"]["wait"] + "\n")
    for name, token in info["tokens"]["kube"].items():
        _put(
            os.path.join(folder, name + ".yaml"), json.dumps(one_of(cluster, {"token": token}), indent=2) + "\n"
        )  # JSON is YAML
    for name, document in _variants(tls, info):
        _put(os.path.join(folder, name + ".yaml"), json.dumps(document, indent=2) + "\n")
    with open(os.path.join(tls, "ca.pem"), encoding="ascii") as source:
        ca = source.read()
    for name, body in (("namespace", "argocd"), ("token", info["tokens"]["kube"]["wait"] + "\n"), ("ca.crt", ca)):
        _put(os.path.join(folder, "serviceaccount", name), body)


def _put(path, text):
    """Replaces a file in one step."""
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(text)
    os.rename(path + ".new", path)
