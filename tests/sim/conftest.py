"""One sandbox for the whole run, put back to its beginning before each test."""

import base64
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import urllib.parse

import pytest

from sim import clients, gitrepo, gl_openapi, procs, sandbox

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONTRACTS = os.environ.get("STAGEGATE_CONTRACTS") or os.path.join(ROOT, "../shared/contracts")
APPS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
MERGE = "application/merge-patch+json"
REFRESH = "argocd.argoproj.io/refresh"


class Box:
    """A running sandbox and the clients that tests use."""

    def __init__(self, state):
        self.state = state
        self.info = sandbox.running(state)
        self.env = sandbox.environment(self.info)
        self.repo = self.env["SANDBOX_REPOSITORY"]
        self.tls = ssl.create_default_context(cafile=self.env["STAGEGATE_CA_FILE"])

    def ctl(self, *words, data=None):
        good, text = sandbox.ask(self.info, list(words), data)
        assert good, text
        return text

    def wire(self):
        return json.loads(self.ctl("wire"))

    # -- git

    def url(self, token=None, url=None):
        token = self.env["STAGEGATE_GITLAB_TOKEN"] if token is None else token
        scheme, _, rest = (url or self.env["STAGEGATE_GITOPS"]).partition("://")
        return f"{scheme}://oauth2:{token}@{rest}"

    def git(self, *args, cwd=None, check=True, **env):
        return clients.git(self.env, *args, cwd=cwd, check=check, **env)

    def clone(self, where):
        """A bare clone of develop, one commit deep."""
        self.git("clone", "-q", "--bare", "--depth", "1", "-b", "develop", self.url(), str(where))
        return str(where)

    def commit(self, where, parent="develop", tag="1.4.2"):
        """Another tag for catalog, committed on `parent` in a bare clone; the clone's develop is that commit."""
        file = "apps/catalog/values-dev.yaml"
        body = subprocess.run(["git", "-C", where, "show", f"{parent}:{file}"], capture_output=True, check=True).stdout
        commit = self.git("rev-parse", parent, cwd=where).stdout.strip()
        return gitrepo.put(where, "develop", {file: gitrepo.set_tag(body, tag)}, f"catalog: {tag}\n", parent=commit)[1]

    def push(self, where, *options, check=True):
        return self.git("push", "-q", *options, "origin", "develop:develop", cwd=where, check=check)

    def tip(self, branch="develop"):
        return self.ctl("tip", branch)

    # -- GitLab

    def api(self, method, path, /, body=None, user="bot", headers=None, **query):
        """(status, headers, decoded body) of a request to GitLab. user: an alias, None, or `job-dev` for a job token."""
        send = dict(headers or {})
        tokens = {**self.info["tokens"]["git"], **self.info["tokens"]["gitlab"]}
        if user:
            send["JOB-TOKEN" if user.startswith("job") else "PRIVATE-TOKEN"] = tokens.get(user, user)
        if body is not None and not isinstance(body, (bytes, str)):
            send.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        base = urllib.parse.urlsplit(self.env["SANDBOX_API"])
        where = base.path + path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        connection = http.client.HTTPSConnection(base.hostname, base.port, timeout=10, context=self.tls)
        try:
            connection.request(method, where, body, send)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, json.loads(data) if data and "json" in found.get("content-type", "") else data

    # -- the API server of the cluster

    def connect(self, certificate=None, timeout=10):
        context = self.tls
        if certificate:
            context = ssl.create_default_context(cafile=self.env["STAGEGATE_CA_FILE"])
            context.load_cert_chain(*certificate)
        host, port = urllib.parse.urlsplit(self.info["kube"]).netloc.split(":")
        return http.client.HTTPSConnection(host, int(port), timeout=timeout, context=context)

    def call(self, method, path, body=None, user="wait", kind=MERGE, headers=None, certificate=None):
        """(status, headers, decoded body) of one request. user: a token user, None for no token, or a token itself."""
        token = self.info["tokens"]["kube"].get(user, user) if user else None
        return clients.rest(self.connect(certificate), method, path, body, token, kind, headers)

    def app(self, name="catalog-dev"):
        status, _, obj = self.call("GET", f"{APPS}/{name}")
        assert status == 200, obj
        return obj

    def refresh(self, name="catalog-dev", how="normal"):
        """A refresh that proves something: guarded by the resourceVersion of an object without the annotation."""
        obj = self.app(name)
        assert REFRESH not in obj["metadata"].get("annotations", {})
        meta = {"resourceVersion": obj["metadata"]["resourceVersion"], "annotations": {REFRESH: how}}
        status, _, new = self.call("PATCH", f"{APPS}/{name}", {"metadata": meta})
        assert status == 200, new
        return new

    def events(self, name="catalog-dev", since=0):
        """[(type, change as a merge patch)] of an application after a resourceVersion."""
        rows = [json.loads(line) for line in self.ctl("log", name, "4000").splitlines()]
        return [(row["type"], row["change"]) for row in rows if row["rv"] > since]

    def version(self):
        """The newest resourceVersion."""
        return int(self.call("GET", f"{APPS}?limit=1", user="admin")[2]["metadata"]["resourceVersion"])


def described(box):
    """All that was said to GitLab so far is as GitLab's own description says."""
    spec = gl_openapi.description()
    found = gl_openapi.check_file(box.env["SANDBOX_EXCHANGES"], spec) if spec else []
    assert not found, "\n".join(f"{name}: {problem}" for name, problem in found)


@pytest.fixture(scope="session", name="running")
def _running():
    state = tempfile.mkdtemp(prefix="stagegate-test-sim-", dir="/tmp")
    try:
        assert sandbox.start(state) == 0
        box = Box(state)
        box.ctl("record", "on")
        yield box
        described(box)
        with open(os.path.join(state, "sim.log"), encoding="utf-8") as log:
            assert log.read() == "", "the simulator has written to its log"
    finally:
        leaders = (sandbox.load(state) or {}).get("leaders", [])
        sandbox.stop(state)
        assert procs.ours(state, [tuple(leader) for leader in leaders]) == []


@pytest.fixture(name="box")
def _box(running):
    running.ctl("reset")
    running.info = sandbox.running(running.state)
    running.env = sandbox.environment(running.info)
    return running


def basic(user, token):
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()
