"""The simulated Kubernetes API server: listeners, answers, dispatch (argocd.md 3, 6; http kube-*)."""

import collections
import http.server
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.parse

from . import kubeauth, kubeselect
from .clock import stamp
from .effects import READS
from .flux import Serving
from .kubedisco import Discovery
from .kuberead import Reading
from .kubetypes import OF_ARGO_CD, PATH, RESOURCES, Refusal
from .kubewrite import Writing
from .store import encode

MAX_BODY = 3145728


class Shared:
    """What the listeners of one API server have in common."""

    def __init__(self, store, auth, faults, clock, effects):
        self.store, self.auth, self.faults, self.clock, self.effects = store, auth, faults, clock, effects
        self.snapshots = collections.OrderedDict()  # (resource, namespace, version) -> objects, for `continue`
        self.flux = None  # flux.Flux
        self.workloads = None  # kubework.Workloads, once there is a controller
        self.skew = 0
        self.requests = []  # {method, path, user, status, at} of each answer
        self.lock = threading.Lock()


class KubeServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, listener, context, shared):
        socketserver.TCPServer.__init__(self, listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_address = listener.getsockname()
        self.context, self.shared = context, shared  # context None: plain http, and who sends nothing is `wait`
        self.store, self.auth, self.faults, self.clock = shared.store, shared.auth, shared.faults, shared.clock

    def kind(self, resource):
        return RESOURCES[resource][0]

    def handle_error(self, request, client_address):
        """A client that goes away is no error of ours."""

    def shutdown_request(self, request):
        try:
            request.close()
        except OSError:
            pass


class Handler(Discovery, Reading, Writing, Serving, http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def setup(self):
        self.request.settimeout(30)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.certificate = None
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.certificate = self.request.getpeercert()
        self.request.settimeout(120)
        super().setup()

    def log_message(self, *args):
        pass

    def version_string(self):
        return "sim"

    def date_time_string(self, timestamp=None):
        return super().date_time_string(self.server.clock.now() + self.server.shared.skew)

    # -- answers

    def answer(self, code, body, kind="application/json", headers=()):
        if self.command not in READS:
            self.server.shared.effects.done(f"{self.command} {self.path.partition('?')[0]}")
        fault = self.server.faults.take("k8s-truncate", "k8s-garbage") if code == 200 else None
        if fault == "k8s-garbage":
            body = b'{"apiVersion": "argoproj.io/v1alpha1", "kind": [' + body[:20]
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-cache, private")
        self.send_header("X-Kubernetes-Pf-Flowschema-Uid", "d6441ceb-91dc-46a0-b635-34115bf542a6")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.seen(code)  # before its last byte: who has the answer finds it counted
        if fault == "k8s-truncate":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def seen(self, code):
        with self.server.shared.lock:
            self.server.shared.requests.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "user": self.user,
                    "status": code,
                    "at": stamp(self.server.clock.now()),
                }
            )
            del self.server.shared.requests[:-2000]

    def abort(self):
        """A TCP reset."""
        self.close_connection = True
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request._sslobj = None  # nothing more goes through TLS, not even a buffer that is flushed late
        socket.socket(fileno=self.request.detach()).close()
        raise ConnectionAbortedError

    # -- dispatch

    def handle_one_request(self):
        self.user = None
        try:
            super().handle_one_request()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def do_GET(self):
        self.respond()

    do_PATCH = do_PUT = do_POST = do_DELETE = do_HEAD = do_GET

    def respond(self):
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_BODY:
                self.close_connection = True
                raise Refusal(413, "RequestEntityTooLarge", f"Request entity too large: limit is {MAX_BODY}")
            self.body = self.chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self.rfile.read(length)
            if not self.server.shared.effects.arrived():
                self.abort()
            self.route()
        except Refusal as err:
            self.answer(err.code, encode(err.body) + b"\n", headers=err.headers)

    def chunks(self):
        """A body of unknown length, as kubectl sends a file."""
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
            if len(body) > MAX_BODY:
                self.close_connection = True
                raise Refusal(413, "RequestEntityTooLarge", f"Request entity too large: limit is {MAX_BODY}")
        self.rfile.readline()
        return body

    def route(self):
        split = urllib.parse.urlsplit(
            self.path.removeprefix("/k8s-proxy")
        )  # the path under which the GitLab agent serves it
        query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        self.query = query
        self.user = self.server.auth.who(self.headers.get("Authorization"), self.certificate)
        if self.user == "system:anonymous" and not self.server.context:
            self.user = "wait"
        slow = self.server.faults.value("k8s-slow")
        if slow:
            time.sleep(slow / 1000)
        if self.broken():
            return
        if self.user is None:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if any(name.lower().startswith("impersonate-") for name in self.headers):
            raise Refusal(
                403,
                "Forbidden",
                f'users "{self.headers.get("Impersonate-User")}" is forbidden: User "{self.user}" cannot impersonate resource "users" in API group "" at the cluster scope',
            )
        if split.path in ("/livez", "/readyz", "/healthz"):
            self.answer(200, b"ok", "text/plain; charset=utf-8")
            return
        if self.discovery(split.path) or self.review(split.path) or self.core(split.path) or self.flux(split.path):
            return
        match = PATH.fullmatch(split.path)
        if not match or match["resource"] not in self.known():
            self.answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
            return
        self.resource, self.namespace = match["resource"], match["namespace"]
        name = urllib.parse.unquote(match["name"]) if match["name"] else None
        if match["watch"]:
            query.setdefault("watch", "1")
            if name:
                query["fieldSelector"], name = f"metadata.name={name}", None
        self.serve(name, match["sub"], query)

    def known(self):
        return RESOURCES if self.server.shared.workloads.world.rollouts.installed else OF_ARGO_CD

    def broken(self):
        """Answers with a fault when one is on."""
        fault = self.server.faults.take(
            "k8s-401", "k8s-403", "k8s-404-plain", "k8s-429", "k8s-500", "k8s-503", "k8s-html", "k8s-reset"
        )
        if fault is None:
            return False
        if fault == "k8s-reset":
            self.abort()
        if fault == "k8s-401":
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if fault == "k8s-403":
            raise Refusal(
                403,
                "Forbidden",
                kubeauth.reason(self.user, "get", "applications", "argocd", None),
                {"group": "argoproj.io", "kind": "applications"},
            )
        if fault == "k8s-500":
            raise Refusal(500, None, "etcdserver: leader changed")
        if fault == "k8s-503":
            raise Refusal(
                503,
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
                headers=(("Retry-After", "1"),),
            )
        if fault == "k8s-429":
            self.answer(
                429,
                b"Too many requests, please try again later.\n",
                "text/plain; charset=utf-8",
                (("Retry-After", "1"),),
            )
        elif fault == "k8s-html":
            self.answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>\n", "text/html; charset=utf-8")
        else:
            self.answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
        return True

    def permit(self, verb, name):
        of_rollouts = self.resource == "rollouts"
        if not (kubeauth.may_with_rollouts(self.user, verb, self.sub) if of_rollouts else kubeauth.may(self.user, verb)):
            details = {"group": "argoproj.io", "kind": self.resource}
            raise Refusal(
                403,
                "Forbidden",
                kubeauth.reason(self.user, verb, self.resource, self.namespace, name, self.sub if of_rollouts else ""),
                {"name": name, **details} if name else details,
            )

    def serve(self, name, sub, query):
        watch = query.get("watch", "") in ("1", "true")
        verb = {
            "GET": "watch" if watch else "get" if name else "list",
            "HEAD": "get",
            "PATCH": "patch",
            "PUT": "update",
            "POST": "create",
            "DELETE": "delete",
        }[self.command]
        self.sub = sub or ""
        self.permit(verb, name or (kubeselect.name_of(query) if verb in ("list", "watch") else None))
        if sub and not (self.resource in ("applicationsets", "rollouts") and sub == "/status"):
            raise self.missing(name)
        try:
            if verb == "watch":
                self.watch(query)
            elif verb == "list":
                self.list(query)
            elif verb == "get":
                self.get(name, query)
            elif verb == "patch":
                self.patch(name, query)
            elif verb == "update":
                self.put(name)
            elif verb == "delete":
                self.remove(name)
            elif verb == "create" and not name:
                self.create(query)
            else:
                raise Refusal(
                    405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
                )
        except kubeselect.BadSelector as err:
            raise Refusal(400, "BadRequest", str(err)) from err

    def missing(self, name):
        return Refusal(
            404,
            "NotFound",
            f'{self.resource}.argoproj.io "{name}" not found',
            {"name": name, "group": "argoproj.io", "kind": self.resource},
        )

    def find(self, name):
        obj = self.server.store.get(self.resource, name, self.namespace)
        if obj is None:
            raise self.missing(name)
        return obj
