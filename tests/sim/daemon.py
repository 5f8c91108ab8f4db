"""The one process of a sandbox: makes its state, runs the cluster and `ctl`, has nginx and fcgiwrap as children."""

import base64
import ctypes
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

from . import argo, control, flux, front, gitrepo, gl_people, gl_seed, gl_server, kube, kubeauth, kubeconfig, kubefaults, kubework, loop, nginx, procs, seed, tls, world
from .clock import Clock, stamp
from .controller import Controller
from .store import Store

GIT_USERS = ("bot", "reader", "none", "job")
KUBE_USERS = ("wait", "wait-ro", "get-only", "denied", "admin")
ARGO_USERS = {"ci": "proj:default:ci", "release": "proj:default:release", "nobody": "nobody"}
PORTS = ("server", "expired", "wrong-host", "other-ca", "plain")
KUBE_PORTS = ("kube", "kube-expired", "kube-plain", "argo")
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _listen():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock


def _serve(server):
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 60}, daemon=True).start()
    return server


class Sandbox:
    """Everything of one running sandbox. `info` is what env.json holds."""

    def __init__(self, state, sockets, root="", empty=False, origin=""):
        self.state, self.sockets = state, sockets
        self.children, self.servers, self.stopped = [], [], threading.Event()
        self.info = {"dir": state, "sockets": sockets, "leaders": [], "root": root, "empty": empty, "origin": origin}

    def path(self, *parts):
        return os.path.join(self.state, *parts)

    def save(self):
        with open(self.path("env.json.new"), "w", encoding="utf-8") as out:
            json.dump(self.info, out, indent=1)
        os.rename(self.path("env.json.new"), self.path("env.json"))

    def lead(self, pid):
        self.info["leaders"].append([pid, procs.start_time(pid)])
        self.save()

    def start(self):
        self.lead(os.getpid())
        os.makedirs(self.path("tmp"), exist_ok=True)
        maker = threading.Thread(target=tls.make, args=(self.path("tls"),))
        maker.start()
        seed.fast_import(self.path("repo/gitops/apps.git"), seed.nothing if self.info["empty"] else seed.gitops)
        for project in gl_seed.HISTORY:
            seed.fast_import(self.path("repo", project + ".git"), gl_seed.fill(project))
        listeners = {name: _listen() for name in PORTS}
        apis = {name: _listen() for name in KUBE_PORTS}
        port = {name: sock.getsockname()[1] for name, sock in listeners.items()}
        tokens = {
            "git": {user: f"glpat-CANARY{user}{secrets.token_hex(10)}" for user in GIT_USERS},
            "gitlab": gl_people.make_tokens(),
            "kube": {user: f"kube-CANARY-{user}-{secrets.token_hex(16)}" for user in KUBE_USERS},
        }
        kube_port = {name: sock.getsockname()[1] for name, sock in apis.items()}
        self.argo_tokens = argo.Tokens(secrets.token_hex(16))
        year = int(time.time()) + 31536000
        tokens["argo"] = {name: self.argo_tokens.make(subject, year) for name, subject in ARGO_USERS.items()}
        tokens["argo"]["expired"] = self.argo_tokens.make(ARGO_USERS["ci"], 1)
        self.info.update(ports={**port, **kube_port}, tokens=tokens)
        self.own = f"https://127.0.0.1:{port['server']}"
        self.info["gitlab"] = (self.info["origin"] or self.own) + self.info["root"]
        self.info["url"] = f"{self.info['gitlab']}/gitops/apps.git"
        self.info["kube"] = f"https://127.0.0.1:{kube_port['kube']}"
        self.info["argo"] = f"https://127.0.0.1:{kube_port['argo']}"
        maker.join()
        if not os.path.exists(self.path("tls/other-ca.pem")):
            raise RuntimeError("the certificates could not be made")
        self.clock = Clock()
        self._gitlab()
        self._web(listeners, port)
        self._cluster(apis)
        kubeconfig.write(self.path(), self.info)
        self._ready()
        self.info["ready"] = True
        self.save()

    def _child(self, args, **more):
        child = subprocess.Popen(args, preexec_fn=_die_with_parent, **more)
        self.children.append(child)
        self.lead(child.pid)
        return child

    def _gitlab(self):
        self.gitlab = gl_server.make(self)
        skew = lambda: self.kube.skew if hasattr(self, "kube") else 0
        self.servers.append(_serve(gl_server.Server(os.path.join(self.sockets, "gitlab.sock"), self.gitlab, skew)))

    def _git_tokens(self):
        """Everybody who may use plain Git, and with which token."""
        return {**self.info["tokens"]["git"], **{name: text for name, text in self.info["tokens"]["gitlab"].items() if name in gl_people.GIT}}

    def _web(self, listeners, port):
        self.front = front.Front(self.state, root=self.info["root"])
        self.servers.append(_serve(front.Server(os.path.join(self.sockets, "front.sock"), self.front)))
        fcgi = socket.socket(socket.AF_UNIX)
        fcgi.bind(os.path.join(self.sockets, "fcgi.sock"))
        fcgi.listen(64)
        log = open(self.path("web.log"), "ab")  # closed with the process
        self._child(
            ["fcgiwrap", "-c", "4"], stdin=fcgi, stdout=log, stderr=log
        )  # its listening socket is standard input
        fcgi.close()
        with open(self.path("nginx.conf"), "w", encoding="ascii") as out:
            out.write(nginx.configuration(self.state, self.sockets, port, self._git_tokens(), self.info["root"]))
        fds = [sock.fileno() for sock in listeners.values()]
        env = dict(os.environ, NGINX="".join(f"{fd};" for fd in fds))
        self._child(
            ["nginx", "-p", self.state, "-e", self.path("nginx-error.log"), "-c", self.path("nginx.conf")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=fds,
            env=env,
        )
        for sock in listeners.values():
            sock.close()

    def _cluster(self, listeners):
        self.loop = loop.Loop()
        self.store = Store(lambda: stamp(self.clock.now()))
        self.loop.start()
        self.reader = gitrepo.Reader(self.path("repo/gitops/apps.git"))
        self.refs = {path: _refs(self.path("repo", path + ".git")) for path in ("gitops/apps", *gl_seed.HISTORY)}
        self.controller = Controller(self.store, self.clock, self.reader, self.loop, self.info["url"])
        world.fill(self.controller, empty=self.info["empty"])
        self.auth, self.faults = kubeauth.Auth(self.info["tokens"]["kube"]), kubefaults.Faults()
        self.kube = kube.Shared(self.store, self.auth, self.faults, self.clock, self.front.effects)
        self.kube.flux = self.flux = flux.Flux(self.controller, self.clock, self.reader, self.info["url"], self.info["empty"])
        self.kube.workloads = kubework.Workloads(self.controller)
        for name, listener in listeners.items():
            context = None if name == "kube-plain" else self._context("expired" if name == "kube-expired" else "server")
            _serve(argo.ArgoServer(listener, context, self.kube, self.argo_tokens) if name == "argo" else kube.KubeServer(listener, context, self.kube))
        _serve(control.Server(os.path.join(self.sockets, "ctl.sock"), self))

    def _context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(f"tls/{name}.pem"), self.path(f"tls/{name}.key"))
        context.load_verify_locations(self.path("tls/ca.pem"))
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _ready(self):
        """Waits until Git and the API answer."""
        context = ssl.create_default_context(cafile=self.path("tls/ca.pem"))
        auth = f"Bearer {self.info['tokens']['kube']['wait']}"
        basic = "Basic " + base64.b64encode(f"oauth2:{self.info['tokens']['git']['bot']}".encode()).decode()
        for url, credential in (
            (f"{self.own}{self.info['root']}/gitops/apps.git/info/refs?service=git-upload-pack", basic),
            (self.info["kube"] + "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications?limit=1", auth),
        ):
            self._poll(urllib.request.Request(url, headers={"Authorization": credential}), context)

    def _poll(self, request, context):
        deadline = time.monotonic() + 10
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        while True:
            for child in self.children:
                if child.poll() is not None:
                    raise RuntimeError(f"{child.args[0]} ended with {child.returncode}: {self._tail()}")
            try:
                with opener.open(request, timeout=5) as answer:
                    answer.read()
                return
            except OSError as err:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{request.full_url}: {err}; {self._tail()}") from err
                time.sleep(0.01)

    def _tail(self):
        text = ""
        for name in ("nginx-error.log", "web.log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="utf-8", errors="replace") as log:
                    text += log.read()[-500:]
        return text.strip()

    def stop(self):
        for child in self.children:
            try:
                os.killpg(child.pid, signal.SIGTERM)
            except OSError:
                pass
        for child in self.children:
            try:
                child.wait(1)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)


def _refs(path):
    """{full name: id} of every ref of a repository."""
    rows = gitrepo.git(path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(row.split(" ") for row in rows)


def main(state, sockets, report, root, origin, empty):
    """Runs until SIGTERM. `report` is a file descriptor: one line `ready`, or what went wrong."""
    sandbox = Sandbox(state, sockets, root, empty, origin)
    signal.signal(signal.SIGTERM, lambda *_: sandbox.stopped.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir("/")
    try:
        sandbox.start()
    except Exception as err:  # whatever it was, the caller must hear it
        os.write(report, f"{type(err).__name__}: {err}\n".encode())
        sandbox.stop()
        return 1
    os.write(report, b"ready\n")
    os.close(report)
    while not sandbox.stopped.wait(3600):
        pass
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5], sys.argv[6:] == ["empty"]))
