"""The simulated API server of Argo CD: the same Applications as the Kubernetes API's (argocd.md 2; http argocd-*)."""

import base64
import hashlib
import hmac
import http.server
import json
import re
import socket
import time
import urllib.parse

from .argotree import Tree
from .clock import stamp
from .kube import KubeServer
from .store import encode

# subject -> what it may do with applications of project default
RIGHTS = {"proj:default:ci": {"get", "logs"}, "proj:default:release": {"get", "sync"}, "nobody": set()}
REFRESH = "argocd.argoproj.io/refresh"
PATH = re.compile(r"/api/v1/applications/(?P<name>[^/]+)(?P<sub>/(?:[a-z-]+|pods/(?P<pod>[^/]+)/logs))?")
HTTP_OF = {2: 500, 3: 400, 4: 504, 5: 404, 7: 403, 9: 400, 12: 501, 16: 401}
WORDS = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
GRPC_UNITS = {"H": 3600, "M": 60, "S": 1, "m": 1e-3, "u": 1e-6, "n": 1e-9}
FOR_EVER = 3600


class Refusal(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tokens:
    """JSON web tokens, HS256. Their signature is made of CANARY words, so that none may show anywhere."""

    def __init__(self, key):
        self.key = key.encode()

    def make(self, subject, expires):
        head = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _b64(json.dumps({"iss": "argocd", "sub": subject, "exp": expires, "jti": "CANARY"}).encode())
        return f"{head}.{body}.{self.sign(f'{head}.{body}')}"

    def sign(self, text):
        return _b64(hmac.new(self.key, text.encode(), hashlib.sha256).digest())

    def read(self, token, now):
        """The subject; what is no token at all counts as none."""
        parts = token.split(".")
        if len(parts) != 3:
            raise Refusal(16, "no session information")
        if not hmac.compare_digest(self.sign(".".join(parts[:2])), parts[2]):
            raise Refusal(16, "invalid session: token signature is invalid: signature is invalid")
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        if claims["exp"] <= now:
            raise Refusal(16, "invalid session: token has invalid claims: token is expired")
        return claims["sub"]


class ArgoServer(KubeServer):
    def __init__(self, listener, context, shared, tokens):
        super().__init__(listener, context, shared)
        self.RequestHandlerClass = Handler
        self.tokens = tokens


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.request.settimeout(FOR_EVER)
        super().setup()

    def log_message(self, *args):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    # -- answers

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.seen(status)
        self.wfile.write(body)
        self.wfile.flush()

    def plain(self, status, text):
        self.answer(status, text.encode(), "text/plain; charset=utf-8")

    def json(self, value):
        self.answer(200, encode(value))

    def seen(self, status):
        shared = self.server.shared
        with shared.lock:
            shared.requests.append({"method": self.command, "path": self.path, "user": self.user, "status": status, "at": stamp(self.server.clock.now())})

    # -- dispatch

    def do_GET(self):
        self.user = None
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        split = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        stream = split.path == "/api/v1/stream/applications"
        try:
            fault = self.server.faults.take("argocd-502", "argocd-html")
            if fault == "argocd-502":
                self.plain(502, "bad gateway")
            elif fault == "argocd-html":
                self.answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>\n", "text/html; charset=utf-8")
            elif self.command != "GET" and (self.headers.get("Content-Type") or "").lower() != "application/json":
                self.plain(415, "Invalid content type\n")
            else:
                self.route(split.path, stream)
        except Refusal as err:
            self.refuse(err, stream)

    do_POST = do_DELETE = do_PATCH = do_PUT = do_GET

    def refuse(self, err, stream):
        status = HTTP_OF[err.code]
        if not stream:
            self.answer(status, encode({"error": err.message, "code": err.code, "message": err.message}))
            return
        error = {"grpc_code": err.code, "http_code": status, "message": err.message, "http_status": WORDS.get(status, "")}
        self.answer(status, encode({"error": error}))  # without a newline (2.4)

    def route(self, path, stream):
        if path == "/api/version":
            self.json({"Version": "v3.5.1+109ca7c"})
            return
        if not path.startswith("/api/v1/"):
            self.plain(404, "404 page not found\n")
            return
        if path == "/api/v1/session":
            self.session()
            return
        self.user = self.who(path == "/api/v1/session/userinfo")
        if path == "/api/v1/session/userinfo":
            self.json({"loggedIn": True, "username": self.user, "iss": "argocd"} if self.user else {})
        elif path.startswith("/api/v1/account/can-i/applications/"):
            self.can(urllib.parse.unquote(path.removeprefix("/api/v1/account/can-i/applications/")))
        elif stream:
            self.stream()
        elif path == "/api/v1/applications" and self.command == "GET":
            self.list()
        else:
            self.one(PATH.fullmatch(path))

    def session(self):
        """Nobody here has a password."""
        if self.command == "POST":
            raise Refusal(16, "Invalid username or password")
        self.plain(405, "Method Not Allowed\n")

    def who(self, anonymous):
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if kind.lower() != "bearer":
            if anonymous:
                return None
            raise Refusal(16, "no session information")
        return self.server.tokens.read(token.strip(), time.time())

    # -- applications

    def may(self, verb, app):
        project = app["spec"].get("project") or "default"
        return project == "default" and verb in RIGHTS.get(self.user, ())

    def can(self, question):
        """VERB/PROJECT/NAME"""
        verb, _, rest = question.partition("/")
        self.json({"value": "yes" if rest.startswith("default/") and verb in RIGHTS.get(self.user, ()) else "no"})

    def find(self, name):
        """Denied and missing look the same unless the project is said (2.3)."""
        project, namespace = self.query.get("project"), self.query.get("appNamespace") or "argocd"
        app = self.server.store.get("applications", name, namespace)
        known = app is not None and (not project or (app["spec"].get("project") or "default") == project)
        if not RIGHTS.get(self.user) or (project and project != "default") or (not project and not known):
            raise Refusal(7, "permission denied")
        if not known:
            raise Refusal(5, f'applications.argoproj.io "{name}" not found')
        if not self.may("get", app):
            raise Refusal(7, "permission denied")
        return app

    def one(self, match):
        routes = {("GET", None): self.get, ("POST", "/sync"): self.sync, ("DELETE", "/operation"): self.terminate,
                  ("GET", "/resource-tree"): self.tree, ("GET", "/resource"): self.resource, ("GET", "/events"): self.events,
                  ("GET", "/syncwindows"): self.windows}  # fmt: skip
        known = {sub for _, sub in routes}
        if match and match["pod"] and self.command == "GET":
            self.log(urllib.parse.unquote(match["name"]), urllib.parse.unquote(match["pod"]))
        elif not match or match["sub"] not in known:
            self.plain(404, "Not Found\n")
        elif (self.command, match["sub"]) not in routes:
            self.plain(405, "Method Not Allowed\n")
        else:
            routes[self.command, match["sub"]](urllib.parse.unquote(match["name"]))

    def shown(self, app):
        """As the API server writes it: without apiVersion and kind."""
        return {key: value for key, value in app.items() if key not in ("apiVersion", "kind")}

    def get(self, name):
        app = self.find(name)
        if self.query.get("refresh"):
            app = self.refresh(app)
        self.json(self.shown(app))

    def patience(self):
        match = re.fullmatch(r"([0-9]{1,8})([HMSmun])", self.headers.get("Grpc-Timeout") or "")
        return int(match[1]) * GRPC_UNITS[match[2]] if match else FOR_EVER

    def refresh(self, app):
        """Puts the annotation, and waits for an event without it (2.1)."""
        store, meta = self.server.store, app["metadata"]
        kind = "hard" if self.query["refresh"] == "hard" else "normal"

        def put(obj):
            obj["metadata"].setdefault("annotations", {})[REFRESH] = kind

        until = time.monotonic() + self.patience()
        app = store.update("applications", meta["name"], put, meta["namespace"])
        with store.cond:
            while REFRESH in (app["metadata"].get("annotations") or {}):
                left = until - time.monotonic()
                if left <= 0:
                    raise Refusal(4, "context deadline exceeded")
                store.cond.wait(left)
                app = store.get("applications", meta["name"], meta["namespace"])
                if app is None:
                    raise Refusal(5, f'applications.argoproj.io "{meta["name"]}" not found')
        return app

    def wanted(self, app):
        meta = app["metadata"]
        return (self.may("get", app) and self.query.get("name") in (None, "", meta["name"])
                and self.query.get("appNamespace") in (None, "", meta["namespace"])
                and self.query.get("projects") in (None, "", app["spec"].get("project") or "default"))  # fmt: skip

    def list(self):
        found, version = self.server.store.list("applications")
        rows = [self.shown(app) for app in found if self.wanted(app)]
        self.json({"metadata": {"resourceVersion": str(version)}, "items": rows or None})

    def sync(self, name):
        try:
            body = json.loads(self.body or b"{}")
        except ValueError as err:
            raise Refusal(3, "unexpected EOF") from err
        self.query = {**self.query, "project": body.get("project") or "", "appNamespace": body.get("appNamespace") or ""}
        app = self.find(name)
        if not self.may("sync", app):
            raise Refusal(7, f"permission denied: applications, sync, default/{name}, sub: {self.user}, iat: {stamp(self.server.clock.now())}")
        source = app["spec"].get("source") or {}
        automated = (app["spec"].get("syncPolicy") or {}).get("automated")
        revision = body.get("revision") or ""
        if automated is not None and revision and revision != source.get("targetRevision", "HEAD"):
            raise Refusal(9, f"Cannot sync to {revision}: auto-sync currently set to {source.get('targetRevision', 'HEAD')}")
        self.json(self.shown(self.begin(app, body, revision)))

    def begin(self, app, body, revision):
        sync = {key: body[key] for key in ("prune", "dryRun", "resources") if body.get(key)}
        if revision:
            sync["revision"] = revision
        sync["syncStrategy"] = body.get("strategy") or {"hook": {}}
        if (body.get("syncOptions") or {}).get("items"):
            sync["syncOptions"] = body["syncOptions"]["items"]
        operation = {"initiatedBy": {"username": self.user}, "sync": sync, "retry": body.get("retryStrategy") or {}}
        if body.get("infos"):
            operation["info"] = body["infos"]

        def put(obj):
            if "operation" in obj:
                raise Refusal(9, "another operation is already in progress")
            obj["operation"] = operation
            obj.get("status", {}).pop("operationState", None)

        meta = app["metadata"]
        return self.server.store.update("applications", meta["name"], put, meta["namespace"])

    def terminate(self, name):
        app = self.find(name)

        def put(obj):
            if "operation" not in obj or "operationState" not in obj.get("status", {}):
                raise Refusal(3, "Unable to terminate operation. No operation is in progress")
            obj["status"]["operationState"]["phase"] = "Terminating"

        self.server.store.update("applications", name, put, app["metadata"]["namespace"])
        self.json({})

    def resources(self, name):
        self.find(name)
        fault = self.server.faults.take("argocd-tree-denied")
        if fault:
            raise Refusal(7, "permission denied")
        return Tree(self.server.shared.workloads, name, self.server.clock.now())

    def tree(self, name):
        self.json(self.resources(name).answer())

    def resource(self, name):
        manifest = self.resources(name).manifest(self.query)
        if manifest is None:
            said = " ".join(self.query.get(key, "") for key in ("kind", "group", "resourceName"))
            raise Refusal(3, f"{said} not found as part of application {name}")
        self.json({"manifest": manifest})

    def events(self, name):
        self.json(self.resources(name).events(self.query))

    def log(self, name, pod):
        """A stream, as the others; who may get the application may not read logs for that (2.2)."""
        rows = self.resources(name).log(pod, self.query)
        if "logs" not in RIGHTS.get(self.user, ()):
            raise Refusal(7, f"permission denied: logs, get, default/{name}, sub: {self.user}, iat: {stamp(self.server.clock.now())}")
        self.begin_stream()
        for row in rows:
            self.chunk(encode(row) + b"\n")
        self.end_stream()

    def windows(self, name):
        self.find(name)
        self.json({"canSync": True})

    # -- the stream

    def stream(self):
        """What there is as ADDED, then changes; nothing at all while there is nothing to tell (2.4)."""
        store, self.begun = self.server.store, False
        found, version = store.list("applications")
        for app in found:
            if self.wanted(app):
                self.event("ADDED", app)
        while True:
            with store.cond:
                while not (events := [event for event in store.log if event.rv > version]):
                    if self.server.faults.take("argocd-stream-end"):
                        self.end_stream()
                        return
                    store.cond.wait(1)
            version = events[-1].rv
            for event in events:
                if event.resource == "applications" and self.wanted(event.new):
                    self.event(event.type, event.new)

    def event(self, kind, app):
        if not self.begun:
            self.begin_stream()
        self.chunk(encode({"result": {"type": kind, "application": self.shown(app)}}) + b"\n")

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.begun = True
        self.seen(200)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()

    def end_stream(self):
        if self.begun:
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True
