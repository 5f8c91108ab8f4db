"""Writes the kubeconfig files of the sandbox."""

import base64
import json
import os


def _data(path):
    with open(path, "rb") as source:
        return base64.b64encode(source.read()).decode()


def _config(state, info, user, contexts=("dev", "staging", "prod")):
    cluster = {"server": info["kube"], "certificate-authority-data": _data(os.path.join(state, "tls/ca.pem"))}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "current-context": contexts[0],
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [
            {"name": name, "context": {"cluster": "sandbox", "user": "user", "namespace": "argocd"}}
            for name in contexts
        ],
    }


def write(state, info):
    """kube/<user>.yaml for each token user, kube/token-file.yaml, kube/client-cert.yaml, and the files of a service account."""
    folder = os.path.join(state, "kube")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    users = {name: {"token": token} for name, token in info["tokens"]["kube"].items()}
    users["token-file"] = {"tokenFile": "wait.token"}  # relative to the file, as kubectl reads it
    users["client-cert"] = {
        "client-certificate-data": _data(os.path.join(state, "tls/client.pem")),
        "client-key-data": _data(os.path.join(state, "tls/client.key")),
    }
    users["bad-token"] = {"token": "kube-CANARY-nobody-knows-this"}
    write_token(state, info["tokens"]["kube"]["wait"])
    for name, user in users.items():
        with open(os.path.join(folder, name + ".yaml"), "w", encoding="ascii") as out:
            json.dump(_config(state, info, user), out, indent=2)  # JSON is YAML
            out.write("\n")
    account = os.path.join(folder, "serviceaccount")
    os.makedirs(account, exist_ok=True)
    for name, body in (("namespace", "argocd"), ("token", info["tokens"]["kube"]["wait"] + "\n")):
        with open(os.path.join(account, name), "w", encoding="ascii") as out:
            out.write(body)
    with open(os.path.join(state, "tls/ca.pem"), "rb") as source, open(os.path.join(account, "ca.crt"), "wb") as out:
        out.write(source.read())


def write_token(state, token):
    path = os.path.join(state, "kube/wait.token")
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(token + "\n")
    os.rename(path + ".new", path)
