"""The simulated GitLab's socket: reads requests, applies faults, writes answers, keeps the log and the recording."""

import hashlib
import http.server
import json
import socketserver
import time

from . import gl_all, gl_app, gl_fault  # noqa: F401
from .connections import Counted
from .effects import READS
from .gl_error import Answer
from .gl_state import State

PREFIX = "/api"
LIMIT = 2000


def make(box):
    """The State of a sandbox with every module's hooks; reset."""
    state = State(box)
    state.resets, state.syncs = gl_app.RESETS, gl_app.SYNCS
    state.faults = gl_fault.Faults()
    state.reset()
    return state


class Server(Counted, socketserver.UnixStreamServer):
    request_queue_size = 128

    def __init__(self, path, state, skew):
        self.state, self.skew = state, skew
        super().__init__(path, Handler)

    def get_request(self):
        request, _ = super().get_request()
        return request, ("gitlab", 0)

    def handle_error(self, request, client_address):
        """The web server went away: nothing to do."""


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        """The Date header is the sandbox's clock."""
        return super().date_time_string(self.server.state.now() + self.server.skew() if timestamp is None else timestamp)

    def _handle(self):
        state = self.server.state
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        root = state.box.info["root"]
        target = self.path[len(root + PREFIX) :].removeprefix("/v4")  # GraphQL stands beside v4 (6.6)
        headers = {name.lower(): value for name, value in self.headers.items()}
        effects = state.box.front.effects
        if not effects.arrived():
            self._send(Answer(418, b""), False)
            return
        fault = state.faults.take(self.command, target)
        if fault.slow:
            time.sleep(fault.slow / 1000)
        with state.lock:
            ctx, answer = None, fault.before(self, state, target)
            if answer is None:
                ctx, answer = gl_app.answer(state, self.command, target, headers, body)
                self._finish(state, ctx, answer, headers)
                self._record(state, ctx, answer, body)
                answer = fault.after(state, answer)
            self._log(state, ctx, answer, target)
        if self.command not in READS:
            effects.done(f"{self.command} {target.partition('?')[0]}")
        self._send(answer, fault.cut)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _handle

    def _finish(self, state, ctx, answer, headers):
        """Headers of every answer: rate limit (1.3), weak Etag of lists (1.3)."""
        if ctx and ctx.user and "gl-no-rate" not in state.faults.on:
            observed = sum(row["user"] == ctx.user.alias for row in state.requests[-LIMIT:]) + 1
            answer.headers.update(gl_fault.rate(state, max(0, LIMIT - observed)))
        if self.command == "GET" and answer.status == 200 and isinstance(answer.body, list):
            tag = 'W/"' + hashlib.md5(json.dumps(answer.body).encode()).hexdigest() + '"'
            answer.headers["Etag"] = tag
            if headers.get("if-none-match") == tag:
                answer.status, answer.body = 304, None

    def _log(self, state, ctx, answer, target):
        path, _, query = target.partition("?")
        user = ctx.user.alias if ctx and ctx.user else None
        row = {"method": self.command, "path": path, "query": query, "status": answer.status, "user": user}
        state.requests.append(row)

    def _record(self, state, ctx, answer, body):
        """One line of the recording: the exchange as gl_openapi.py wants it."""
        if not state.record or ctx is None:
            return
        row = {
            "method": self.command,
            "path": ctx.path,
            "route": ctx.route.path if ctx.route else None,
            "query": ctx.query,
            "args": {name: value for name, value in ctx.args.items() if name not in ctx.query},
            "status": answer.status,
            "kind": answer.kind,
            "headers": answer.headers,
            "body": answer.body if not isinstance(answer.body, bytes) else None,
        }
        with open(state.box.path("exchanges.jsonl"), "a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")

    def _send(self, answer, cut):
        body = answer.body
        if body is None:
            body = b""
        elif not isinstance(body, bytes):
            body = json.dumps(body, separators=(",", ":")).encode()
        self.send_response(answer.status)
        if answer.status not in (204, 304):
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
        for name, value in {"Cache-Control": "max-age=0, private, must-revalidate", "Vary": "Origin", **answer.headers}.items():  # fmt: skip
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(body[: len(body) // 2] if cut else body)


__all__ = ["Answer", "Server", "make"]
