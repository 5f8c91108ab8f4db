"""The simulated Kubernetes API server: HTTPS, argoproj.io/v1alpha1, Status bodies as recorded (argocd.md 3, 6; http kube-*)."""

import base64
import binascii
import collections
import http.server
import json
import re
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.parse

from . import kubeauth, kubeselect, kubewatch
from .clock import stamp
from .merge import PatchFailed, json_patch, merge_patch
from .store import Conflict, encode

PATCH_TYPES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")
MAX_BODY = 3145728
VERSION = {
    "major": "1",
    "minor": "35",
    "gitVersion": "v1.35.4",
    "gitCommit": "$Format:%H$",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.26.8",
    "compiler": "gc",
    "platform": "linux/amd64",
}
VERBS = ["delete", "get", "list", "patch", "update", "watch"]
RESOURCES = {
    "applications": ("Application", ["app", "apps"]),
    "applicationsets": ("ApplicationSet", ["appset", "appsets"]),
    "appprojects": ("AppProject", ["appproj", "appprojs"]),
}
BASE = "/apis/argoproj.io/v1alpha1"
PATH = re.compile(
    BASE
    + r"(?P<watch>/watch)?(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+)(?P<sub>/[a-z]+)?)?/?"
)


class Refusal(Exception):
    """An answer that is a Status."""

    def __init__(self, code, reason, message, details=None, headers=()):
        super().__init__(message)
        self.code, self.headers = code, headers
        self.body = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "code": code,
        }
        if reason:
            self.body["reason"] = reason
        if details is not None:
            self.body["details"] = details


class KubeServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, listener, context, store, auth, faults, clock):
        socketserver.TCPServer.__init__(self, listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_address = listener.getsockname()
        self.context, self.store, self.auth, self.faults, self.clock = context, store, auth, faults, clock
        self.snapshots = collections.OrderedDict()  # rv -> objects, for `continue`
        self.stopping, self.skew = False, 0
        self.requests = []  # [(method, path, user, status)]
        self.lock = threading.Lock()

    def kind(self, resource):
        return RESOURCES[resource][0]

    def handle_error(self, request, client_address):
        """A client that goes away is no error of ours."""

    def shutdown_request(self, request):
        try:
            request.close()
        except OSError:
            pass

    def stop(self):
        self.stopping = True
        with self.store.cond:
            self.store.cond.notify_all()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def setup(self):
        self.request.settimeout(30)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.request.settimeout(120)
        super().setup()
        self.certificate = self.request.getpeercert()

    def log_message(self, *args):
        pass

    def version_string(self):
        return "sim"

    def date_time_string(self, timestamp=None):
        return super().date_time_string(self.server.clock.now() + self.server.skew)

    # -- answers

    def answer(self, code, body, kind="application/json", headers=()):
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
        if fault == "k8s-truncate":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()
        self.seen(code)

    def seen(self, code):
        with self.server.lock:
            self.server.requests.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "user": self.user,
                    "status": code,
                    "at": stamp(self.server.clock.now()),
                }
            )
            del self.server.requests[:-2000]

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
            self.body = self.rfile.read(length) if length else b""
            self.route()
        except Refusal as err:
            self.answer(err.code, encode(err.body) + b"\n", headers=err.headers)

    def route(self):
        split = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        self.user = self.server.auth.who(self.headers.get("Authorization"), self.certificate)
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
        if self.discovery(split.path):
            return
        match = PATH.fullmatch(split.path)
        if not match or match["resource"] not in RESOURCES:
            self.answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
            return
        self.resource, self.namespace = match["resource"], match["namespace"]
        name = urllib.parse.unquote(match["name"]) if match["name"] else None
        if match["watch"]:
            query.setdefault("watch", "1")
            if name:
                query["fieldSelector"], name = f"metadata.name={name}", None
        self.serve(name, match["sub"], query)

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

    def discovery(self, path):
        groups = {
            "kind": "APIGroup",
            "apiVersion": "v1",
            "name": "argoproj.io",
            "versions": [{"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}],
            "preferredVersion": {"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"},
        }
        listing = {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": "argoproj.io/v1alpha1",
            "resources": [
                {
                    "name": name,
                    "singularName": kind.lower(),
                    "namespaced": True,
                    "kind": kind,
                    "verbs": VERBS,
                    "shortNames": short,
                }
                for name, (kind, short) in RESOURCES.items()
            ],
        }
        bodies = {
            "/version": VERSION,
            "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [groups]},
            "/apis/argoproj.io": groups,
            BASE: listing,
        }
        body = bodies.get(path.rstrip("/") or "/")
        if body is None or self.command not in ("GET", "HEAD"):
            return False
        self.answer(200, encode(body) + b"\n")
        return True

    def permit(self, verb, name):
        if not kubeauth.may(self.user, verb):
            details = {"group": "argoproj.io", "kind": self.resource}
            raise Refusal(
                403,
                "Forbidden",
                kubeauth.reason(self.user, verb, self.resource, self.namespace, name),
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
        self.permit(verb, name or (kubeselect.name_of(query) if verb in ("list", "watch") else None))
        if sub and not (self.resource == "applicationsets" and sub == "/status"):
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

    # -- reading

    def version_asked(self, query, code, prefix):
        asked = query.get("resourceVersion", "")
        if not asked:
            return 0
        if not asked.isdigit():
            text = f"{prefix}resourceVersion: Invalid value: {json.dumps(asked)}: strconv.ParseUint: parsing {json.dumps(asked)}: invalid syntax"
            raise Refusal(code, "BadRequest" if code == 400 else None, text)
        return int(asked)

    def not_future(self, asked):
        if asked > self.server.store.rv or self.server.faults.take("k8s-504-rv"):
            raise Refusal(
                504,
                "Timeout",
                f"Timeout: Too large resource version: {asked}, current: {self.server.store.rv}",
                {
                    "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
                    "retryAfterSeconds": 1,
                },
                (("Retry-After", "1"),),
            )

    def get(self, name, query):
        self.not_future(self.version_asked(query, 400, "invalid resource version: "))
        self.answer(200, encode(self.find(name)) + b"\n")

    def list(self, query):
        store, matches = self.server.store, kubeselect.matcher(query)
        asked = self.version_asked(query, 400, "invalid resource version: ")
        self.not_future(asked)
        start = ""
        if query.get("continue"):
            rv, start, objects = self.resume(query["continue"])
        else:
            objects, rv = store.list(self.resource, self.namespace)
            if query.get("resourceVersionMatch") == "Exact" and asked != rv:
                objects = self.server.snapshots.get((self.resource, self.namespace, asked))
                if objects is None:
                    raise Refusal(410, "Expired", "The resourceVersion for the provided list is too old.")
                rv = asked
        rows = [obj for obj in objects if matches(obj) and obj["metadata"]["name"] > start]
        meta = {"continue": "", "resourceVersion": str(rv)}
        limit = int(query.get("limit") or 0)
        if limit and len(rows) > limit:
            self.server.snapshots[(self.resource, self.namespace, rv)] = objects
            while len(self.server.snapshots) > 32:
                self.server.snapshots.popitem(last=False)
            if not query.get("fieldSelector") and not query.get("labelSelector"):
                meta["remainingItemCount"] = len(rows) - limit
            rows = rows[:limit]
            meta["continue"] = token(rv, rows[-1]["metadata"]["name"])
        body = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": RESOURCES[self.resource][0] + "List",
            "metadata": meta,
            "items": rows,
        }
        self.answer(200, encode(body) + b"\n")

    def resume(self, text):
        try:
            value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            rv, start = int(value["rv"]), value["start"].rstrip("\0")
        except (ValueError, KeyError, TypeError, binascii.Error) as err:
            raise Refusal(
                400,
                "BadRequest",
                "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
            ) from err
        objects = self.server.snapshots.get((self.resource, self.namespace, rv))
        if objects is None or rv < self.server.store.compacted:
            refusal = Refusal(
                410,
                "Expired",
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the "
                "provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk "
                "was returned and now may show up in the list.",
            )
            refusal.body["metadata"] = {"continue": token(self.server.store.rv, start)}
            raise refusal
        return rv, start, objects

    def watch(self, query):
        if query.get("sendInitialEvents") and query.get("resourceVersionMatch") != "NotOlderThan":
            text = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            raise Refusal(
                422,
                "Invalid",
                f'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: {text}',
                {
                    "group": "meta.k8s.io",
                    "kind": "ListOptions",
                    "causes": [{"reason": "FieldValueForbidden", "message": text, "field": "resourceVersionMatch"}],
                },
            )
        self.version_asked(query, 500, "")
        if self.server.faults.take("watch-410"):
            raise Refusal(
                410, "Expired", f"too old resource version: {query.get('resourceVersion')} ({self.server.store.rv})"
            )
        stream = kubewatch.Watch(self.server, self.resource, self.namespace, query, self.chunk, self.abort)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-cache, private")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        self.seen(200)
        stream.run()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()

    # -- writing

    def patch(self, name, query):
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip()
        if kind not in PATCH_TYPES[:2]:
            raise Refusal(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                + ", ".join(PATCH_TYPES),
            )
        old = self.find(name)
        try:
            body = json.loads(self.body)
        except ValueError as err:
            raise Refusal(400, "BadRequest", "error decoding patch: unexpected end of JSON input") from err
        if self.server.faults.take("k8s-409"):
            raise self.conflict(name)
        expect = None
        if kind == "application/merge-patch+json":
            if not isinstance(body, dict):
                raise Refusal(
                    400,
                    "BadRequest",
                    "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}",
                )
            expect = body.get("metadata", {}).get("resourceVersion") if isinstance(body.get("metadata"), dict) else None
            if expect is not None and not str(expect).isdigit():
                raise Refusal(500, None, f"strconv.ParseUint: parsing {json.dumps(expect)}: invalid syntax")

        def change(obj):
            new = merge_patch(obj, body) if kind == "application/merge-patch+json" else json_patch(obj, body)
            self.validate(name, new)
            return new

        try:
            if "All" in query.get("dryRun", ""):
                new = change(old)
                if expect is not None and expect != old["metadata"]["resourceVersion"]:
                    raise Conflict(name)
                new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
            else:
                new = self.server.store.update(self.resource, name, change, self.namespace, expect)
        except (PatchFailed, TypeError, AttributeError) as err:
            raise Refusal(422, "Invalid", "the server rejected our request due to an error in our request", {}) from err
        except ValueError as err:
            raise Refusal(
                400,
                "BadRequest",
                "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
            ) from err
        except Conflict as err:
            raise self.conflict(name) from err
        except KeyError as err:
            raise self.missing(name) from err
        self.answer(200, encode(new) + b"\n")

    def put(self, name):
        try:
            body = json.loads(self.body)
            expect = body["metadata"].get("resourceVersion")
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise Refusal(400, "BadRequest", "the object provided is unrecognized") from err
        self.find(name)
        self.validate(name, body)
        try:
            new = self.server.store.update(self.resource, name, lambda _: body, self.namespace, expect)
        except Conflict as err:
            raise self.conflict(name) from err
        self.answer(200, encode(new) + b"\n")

    def remove(self, name):
        self.find(name)
        self.server.store.delete(self.resource, name, self.namespace)
        self.answer(200, encode({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}) + b"\n")

    def conflict(self, name):
        return Refusal(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {self.resource}.argoproj.io "{name}": the object has been modified; '
            "please apply your changes to the latest version and try again",
            {"name": name, "group": "argoproj.io", "kind": self.resource},
        )

    def validate(self, name, obj):
        """The few rules of the schema that a client of ours can break."""
        causes = []
        for field, kinds in (
            ("spec", dict),
            ("status", dict),
            ("operation", dict),
            ("metadata.annotations", dict),
            ("metadata.labels", dict),
            ("spec.project", str),
        ):
            value = obj
            for part in field.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None and not isinstance(value, kinds):
                want = "string" if kinds is str else "object"
                got = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}.get(
                    type(value), "object"
                )
                text = f'Invalid value: "{got}": {field} in body must be of type {want}: "{got}"'
                causes.append({"reason": "FieldValueTypeInvalid", "message": text, "field": field})
        status = obj.get("status")
        state = status.get("operationState") if isinstance(status, dict) else None
        if isinstance(state, dict):
            causes += [
                {"reason": "FieldValueRequired", "message": "Required value", "field": f"status.operationState.{part}"}
                for part in ("operation", "phase", "startedAt")
                if part not in state
            ]
        annotations = obj["metadata"].get("annotations")
        if isinstance(annotations, dict) and sum(len(k) + len(str(v)) for k, v in annotations.items()) > 262144:
            causes.append(
                {
                    "reason": "FieldValueTooLong",
                    "message": "Too long: may not be more than 262144 bytes",
                    "field": "metadata.annotations",
                }
            )
        if causes:
            text = ", ".join(f"{c['field']}: {c['message']}" for c in causes)
            raise Refusal(
                422,
                "Invalid",
                f'{RESOURCES[self.resource][0]}.argoproj.io "{name}" is invalid: {text if len(causes) == 1 else "[" + text + "]"}',
                {"name": name, "group": "argoproj.io", "kind": RESOURCES[self.resource][0], "causes": causes},
            )


def token(rv, start):
    body = json.dumps({"v": "meta.k8s.io/v1", "rv": rv, "start": start + "\0"}, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
