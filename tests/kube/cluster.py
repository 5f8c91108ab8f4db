"""A Kubernetes cluster without nodes: etcd and real API servers on 127.0.0.1, with TLS, RBAC and the CRDs of the contracts."""
import base64
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sim import clients, kubeconfig, tls

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTRACTS = pathlib.Path(os.environ.get("STAGEGATE_CONTRACTS") or ROOT.parent / "shared/contracts")
CRDS = CONTRACTS / "data/argocd/crds"
APPS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
MERGE = "application/merge-patch+json"
ISSUER = "https://kubernetes.default.svc"
READY_S = 120
EVENT_S = 30

# Who asked for what, and what was answered; of service accounts and tokens only, not of the server itself.
AUDIT = {
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
    "rules": [{"level": "None", "userGroups": ["system:masters"]}, {"level": "Request"}],
}


def tool(name, *words):
    """What a script of ci/ has in the cache; None when it is not there."""
    done = subprocess.run([ROOT / "ci" / name, "--cached", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def until(condition, what, limit_s=EVENT_S):
    """What condition() returns as soon as it is true."""
    deadline = time.monotonic() + limit_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {limit_s} s"
        time.sleep(0.02)


class Process:
    """A server that dies with us."""

    def __init__(self, folder, name, argv):
        self.log, self.argv, self.child = folder / f"{name}.log", list(map(str, argv)), None

    def begin(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.argv], stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=subprocess.STDOUT, env={"PATH": "/usr/bin:/bin", "HOME": str(self.log.parent)})

    def alive(self):
        assert self.child.poll() is None, f"{self.argv[0]} ended with {self.child.returncode}:\n{self.log.read_text()[-3000:]}"

    def end(self, number=signal.SIGKILL, limit_s=10):
        """Sends the signal, and after the limit KILL."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(number)
            try:
                self.child.wait(limit_s)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Server(Process):
    """One API server of the cluster, with an address of its own."""

    def __init__(self, cluster, name, *flags):
        self.cluster, self.port = cluster, free_port()
        self.url, self.audit = f"https://127.0.0.1:{self.port}", cluster.folder / f"{name}.audit"
        pki = cluster.folder / "tls"
        super().__init__(cluster.folder, name, [
            tool("kube-apiserver"), f"--etcd-servers=http://127.0.0.1:{cluster.etcd_port}", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--insecure-port=0", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={pki}/server.pem", f"--tls-private-key-file={pki}/server.key", f"--client-ca-file={pki}/ca.pem",
            f"--token-auth-file={cluster.folder}/tokens.csv", "--authorization-mode=RBAC", f"--service-account-issuer={ISSUER}",
            f"--service-account-signing-key-file={cluster.folder}/sa.key", f"--service-account-key-file={cluster.folder}/sa.key",
            "--service-cluster-ip-range=10.96.0.0/24", "--disable-admission-plugins=ServiceAccount", f"--audit-log-path={self.audit}",
            f"--audit-policy-file={cluster.folder}/audit.json", "--audit-log-mode=blocking-strict", "--etcd-compaction-interval=0",
            "--profiling=false", f"--cert-dir={cluster.folder}", *flags])

    def start(self):
        self.begin()
        until(self._ready, f"{self.url} is ready", READY_S)
        return self

    def _ready(self):
        self.alive()
        try:
            return self.call("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def connect(self, timeout=EVENT_S):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.cluster.tls)

    def call(self, method, path, body=None, token="admin", kind=MERGE, headers=None):
        """(status, headers, decoded body) of one request. token: an alias of the cluster, None, or a token itself."""
        return clients.rest(self.connect(), method, path, body, self.cluster.tokens.get(token, token), kind, headers)

    def made(self, path, body, method="POST"):
        """The object after a request that must succeed."""
        status, _, new = self.call(method, path, body, kind="application/json" if method in ("POST", "PUT") else MERGE)
        assert status in (200, 201), new
        return new

    def asked(self, user):
        """[(verb, code, event)] of the requests that a service account or user has made to this server."""
        if not self.audit.exists():
            return []
        rows = [json.loads(line) for line in self.audit.read_text().splitlines() if line.endswith("}")]
        first = {row["auditID"]: row for row in reversed(rows) if row["user"].get("username") == user}  # a watch is told when it begins and ends
        return [(row["verb"], row.get("responseStatus", {}).get("code"), row) for row in reversed(first.values())]


class Cluster:
    """etcd, one API server, and what all tests share: tokens, namespaces, CRDs, kubectl."""

    def __init__(self, folder):
        self.folder = folder
        self.tokens = {name: f"kube-CANARY-{name}-{uuid.uuid4().hex}" for name in ("admin", "nobody")}
        self.etcd_port = free_port()
        tls.make(str(folder / "tls"))
        self.tls = ssl.create_default_context(cafile=str(folder / "tls/ca.pem"))
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (folder / "sa.key").write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        groups = {"admin": ',"system:masters"', "nobody": ""}
        (folder / "tokens.csv").write_text("".join(f"{value},{name},{name}{groups[name]}\n" for name, value in self.tokens.items()))
        (folder / "audit.json").write_text(json.dumps(AUDIT))
        peer = f"http://127.0.0.1:{free_port()}"
        client = f"http://127.0.0.1:{self.etcd_port}"
        self.etcd = Process(folder, "etcd", [
            "etcd", "--name=one", f"--data-dir={folder}/etcd", f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=one={peer}", "--log-level=warn"])
        self.server = None
        self.kubectl_path = os.path.join(tool("kubernetes-tools"), "kubectl")

    def start(self):
        self.etcd.begin()
        self.server = Server(self, "server")
        self.server.start()
        self.admin = self.kubeconfig("admin", {"token": self.tokens["admin"]})
        for name in ("argocd", "shop"):
            self.namespace(name)
        names = sorted(path for folder in ("argocd-v3.5.1", "argo-rollouts", "flux") for path in (CRDS / folder).glob("*.yaml"))
        self.kubectl("create", "--validate=false", *[word for path in names for word in ("-f", str(path))])
        until(self._served, "the resources of the CRDs are served", READY_S)
        return self

    def _served(self):
        groups = ("argoproj.io/v1alpha1", "kustomize.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2")
        answers = [self.server.call("GET", "/apis/" + group) for group in groups]
        names = {row["name"] for status, _, body in answers if status == 200 for row in body["resources"]}
        return {"applications", "applicationsets", "appprojects", "rollouts", "kustomizations", "helmreleases"} <= names

    def end(self):
        if self.server:
            self.server.end()
        self.etcd.end()

    def namespace(self, name):
        self.server.made("/api/v1/namespaces", {"metadata": {"name": name}})
        return name

    def kubeconfig(self, name, user, server=None, **cluster):
        """Path of a kubeconfig with the contexts of the sandbox."""
        ca = base64.b64encode((self.folder / "tls/ca.pem").read_bytes()).decode()
        rows = {"server": (server or self.server).url, "certificate-authority-data": ca, **cluster}
        path = self.folder / f"{name}.secret"
        path.write_text(json.dumps(kubeconfig.one_of(rows, user)))
        path.chmod(0o600)
        return str(path)

    def kubectl(self, *words, config=None, check=True, stdin=None):
        """Debian has none of today's: the one of ci/kubernetes-tools."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "KUBECONFIG": config or self.admin, "NO_PROXY": "*"}
        done = subprocess.run([self.kubectl_path, *words], env=env, input=stdin, capture_output=True, text=True, check=False, timeout=90)
        assert not check or done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done

    def compact(self):
        """Forgets all history of etcd before now."""
        def ask(path, body):
            connection = http.client.HTTPConnection("127.0.0.1", self.etcd_port, timeout=EVENT_S)
            connection.request("POST", "/v3/kv/" + path, json.dumps(body))
            answer = connection.getresponse()
            data = json.loads(answer.read())
            assert answer.status == 200, data
            return data

        now = ask("range", {"key": base64.b64encode(b"/").decode()})["header"]["revision"]
        ask("compaction", {"revision": now, "physical": True})

    def token(self, namespace, name, lifetime_s=3600):
        """A JWT as the server itself signs them for a service account; TokenRequest has none that ends within ten minutes."""
        account = self.server.call("GET", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}")[2]
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": [ISSUER], "iat": now - 600, "nbf": now - 600, "exp": now + lifetime_s,
            "sub": f"system:serviceaccount:{namespace}:{name}",
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": account["metadata"]["uid"]}},
        }
        part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
        head = part(json.dumps({"alg": "RS256"}).encode()) + b"." + part(json.dumps(claims).encode())
        return (head + b"." + part(self.key.sign(head, padding.PKCS1v15(), hashes.SHA256()))).decode()
