"""The release binary against a real Kubernetes API server, with Git from the sandbox. Nothing plays Argo CD: the tests do, with kubectl."""
import json
import os
import shutil
import sys
import threading
import time

import pytest
import yaml

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from blackbox import conftest as blackbox  # noqa: E402
from kube import cluster as real  # noqa: E402

RBAC = real.ROOT / "docs/rbac"
KEEP = ("name", "namespace", "annotations", "labels")
ALL_OF_IT = [{"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list", "watch", "patch"]}]
ONE_SERVICE = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, application: "{service}-dev", cluster: {context: dev}}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
"""


def why_not():
    """Why there is no real server here; None: there is."""
    if not real.CRDS.is_dir():
        return "the CRDs of the contracts are not here (STAGEGATE_CONTRACTS)"
    if not shutil.which("etcd"):
        return "there is no etcd (ci/setup installs it)"
    for name in ("kube-apiserver", "kubernetes-tools"):
        if not real.tool(name):
            return f"nothing in the cache (ci/{name} gets it)"
    return None


@pytest.fixture(scope="session", name="cluster")
def _cluster(tmp_path_factory):
    if why_not():
        pytest.skip(why_not())
    made = real.Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield made.start()
    finally:
        made.end()


@pytest.fixture(scope="session", name="sandbox")
def _sandbox(cluster, tmp_path_factory):  # pylint: disable=unused-argument
    yield from blackbox.running(tmp_path_factory.mktemp("sandbox"))


def documents(*names):
    """The objects of manifests in docs/rbac."""
    return [doc for name in names for doc in yaml.safe_load_all((RBAC / name).read_text())]


def rules_of(*names):
    return [rule for doc in documents(*names) for rule in doc.get("rules", [])]


blackbox.LIMIT_S = max(blackbox.LIMIT_S, 90)  # two API servers want their share of a busy machine


class Stagegate(blackbox.Stagegate):
    """As in tests/blackbox; a JWT must not be said either."""

    def no_leak(self, run):
        super().no_leak(run)
        assert "eyJ" not in run.out + run.err, f"a token is said:\n{run}"


class World:
    """What one test has in the cluster; gone afterwards."""

    def __init__(self, cluster, sandbox, folder):
        self.cluster, self.sandbox, self.server = cluster, sandbox, cluster.server
        self.stagegate = Stagegate(sandbox, folder)
        self.paths, self.count = [], 0
        self.name = "t" + format(time.monotonic_ns(), "x")

    def close(self):
        for path in reversed(self.paths):
            self.server.call("DELETE", path + "?propagationPolicy=Background")

    # -- objects

    def create(self, path, body):
        new = self.server.made(path, body)
        self.paths.append(f"{path}/{body['metadata']['name']}")
        return new

    def account(self, rules, name=None, cluster_wide=False, namespace="argocd"):
        """A service account that may do what the rules say in a namespace; its name."""
        self.count += 1
        name = name or f"{self.name}-{self.count}"
        group = "/apis/rbac.authorization.k8s.io/v1/"
        where, kind = (group + f"namespaces/{namespace}/", "Role") if not cluster_wide else (group, "ClusterRole")
        self.create("/api/v1/namespaces/shop/serviceaccounts", {"metadata": {"name": name}})
        self.create(f"{where}{kind.lower()}s", {"metadata": {"name": name}, "rules": rules})
        self.create(f"{where}{kind.lower()}bindings", {
            "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
        return name

    def jwt(self, name, namespace="shop", audiences=None):
        """A token of the account, by TokenRequest."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        return self.server.made(path, {"spec": {"audiences": audiences or []}})["status"]["token"]

    def config(self, rules=None, server=None, **more):
        """A kubeconfig of a new account; without rules one that may all that docs/rbac has."""
        name = self.account(rules if rules is not None else rules_of("read.yaml", "refresh.yaml", "reasons.yaml"), **more)
        return self.cluster.kubeconfig(name, {"token": self.jwt(name)}, server), f"system:serviceaccount:shop:{name}"

    # -- applications

    def twin(self, name):
        """The sandbox's Application of that name, as its controller has left it, without what a server adds."""
        obj = json.loads(self.sandbox.ctl("show", "app", name))
        obj["metadata"] = {key: value for key, value in obj["metadata"].items() if key in KEEP}
        return obj

    def app(self, name, change=None):
        """Puts the twin into the real server, changed by a merge patch; the server's object."""
        self.server.call("DELETE", f"{real.APPS}/{name}")
        new = self.create(real.APPS, self.twin(name))
        return self.patch(name, change) if change else new

    def read(self, name):
        status, _, obj = self.server.call("GET", f"{real.APPS}/{name}")
        assert status == 200, obj
        return obj

    @property
    def older(self):
        """A status of before the newest commit."""
        return {"status": {"sync": {"revision": self.sandbox.git("rev-parse", "develop~1")}}}

    def good(self, name):
        """The status with which the sandbox's controller says that all is well."""
        return {"status": self.twin(name)["status"]}

    def patch(self, name, change):
        """As a controller does it; the new object."""
        return self.server.made(f"{real.APPS}/{name}", change, "PATCH")

    def kubectl(self, verb, name, *words):
        """As somebody at a keyboard does it."""
        return self.cluster.kubectl(verb, "application", name, "-n", "argocd", *words)

    # -- runs

    def one_service(self):
        """A configuration with one service and one environment."""
        path = os.path.join(self.stagegate.folder, "one.yaml")
        with open(path, "w", encoding="ascii") as out:
            out.write(ONE_SERVICE)
        return ("--config", path)

    def run(self, *words, config=None, **more):
        return self.stagegate(*words, env={"KUBECONFIG": config or self.config()[0]}, **more)

    def started(self, *words, config=None):
        return self.stagegate.started(*words, env={"KUBECONFIG": config or self.config()[0]})


@pytest.fixture(name="world")
def _world(cluster, sandbox, tmp_path):
    made = World(cluster, sandbox, tmp_path)
    yield made
    made.close()


class Background:
    """Does something again and again beside a test, at least once, until it ends."""

    def __init__(self, action):
        self.over, self.trouble, self.turns = threading.Event(), None, 0
        self.action, self.thread = action, threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while True:
                self.action()
                self.turns += 1
                if self.over.is_set():
                    return
        except Exception as why:  # pylint: disable=broad-except
            self.trouble = why

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        if self.trouble:
            raise self.trouble
