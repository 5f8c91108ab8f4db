"""Stands before git http-backend while a Git fault is on, and spoils requests (README.md lists how)."""

import http.server
import os
import re
import socketserver
import subprocess
import threading
import time

from . import gitrepo
from .connections import Counted
from .effects import Effects

BACKEND = "/usr/lib/git-core/git-http-backend"
PROTECTED = "GitLab: You are not allowed to push code to protected branches on this project."

# name -> (sentence, argument)
FAULTS = {
    "git-html": ("the next N requests answer a login page, 200 text/html", "N=1"),
    "git-moved": ("the repository has moved: 301 to another path, until cleared", "none"),
    "git-moved-host": ("the repository has moved to another origin: 302, until cleared", "none"),
    "git-404": ("the next N requests answer 404 (no permission, or not there)", "N=1"),
    "git-401": ("the next N requests answer 401", "N=1"),
    "git-403": ("the next N requests answer 403", "N=1"),
    "git-429": ("the next N requests answer 429 with Retry-After: 1", "N=1"),
    "git-500": ("the next N requests answer 500", "N=1"),
    "git-503": ("the next N requests answer 503 with Retry-After: 1", "N=1"),
    "git-503-date": ("the next N requests answer 503 with Retry-After as a date, a second ahead", "N=1"),
    "git-truncate-refs": ("the next N ref advertisements stop half-way", "N=1"),
    "git-truncate-pack": ("the next N upload-pack answers stop half-way", "N=1"),
    "git-corrupt-pack": ("the next N upload-pack answers have a flipped byte in the pack", "N=1"),
    "git-reset": ("the next N requests end without any answer", "N=1"),
    "git-reset-push": ("the next N pushes are NOT applied, and the connection ends", "N=1"),
    "git-lost-reply": ("the next N pushes are applied, and the reply is lost", "N=1"),
    "git-502-push": ("the next N pushes are applied, and the answer is 502", "N=1"),
    "git-drip": ("every answer comes in pieces of 64 bytes, MS apart", "MS=20"),
    "git-slow": ("every answer waits MS first", "MS=300"),
    "git-hang": ("the next N requests get no answer for a minute", "N=1"),
    "push-race": ("before each of the next N pushes a foreign commit is put on that branch", "N=1"),
    "push-force": ("before each of the next N pushes the branch is force-pushed: its last commit is gone", "N=1"),
    "push-deleted": ("before each of the next N pushes the branch is deleted", "N=1"),
    "push-cannot-lock": ("the next N pushes: ng, cannot lock ref", "N=1"),
    "push-failed-update": ("the next N pushes: ng, failed to update ref", "N=1"),
    "push-old-value": ("the next N pushes: ng, incorrect old value provided", "N=1"),
    "push-fetch-first": ("the next N pushes: ng, fetch first", "N=1"),
    "push-hook-declined": ("the next N pushes: ng, pre-receive hook declined, with a remote text", "N=1"),
    "push-unpack-error": ("the next N pushes: unpack error", "N=1"),
    "protected": ("the branch is protected: GitLab's refusal by a real pre-receive hook, until cleared", "BRANCH"),
}
DEFAULTS = {name: int(text.split("=")[1]) for name, (_, text) in FAULTS.items() if "=" in text}
NG = {
    "push-cannot-lock": "cannot lock ref '{ref}': is at {other} but expected {old}",
    "push-failed-update": "failed to update ref",
    "push-old-value": "incorrect old value provided",
    "push-fetch-first": "fetch first",
    "push-hook-declined": "pre-receive hook declined",
}


class Front:
    """The switchboard: counts, and the flag file that sends requests here."""

    def __init__(self, state, world_lock=None, root=""):
        self.state, self.on, self.root = state, {}, root
        self.skip = {}  # of a fault: how many requests that it fits pass first
        self.lock = world_lock or threading.Lock()
        self.raced = []  # ids of the foreign commits put in between
        self.effects = Effects(self._refresh)

    def set(self, name, argument=None):
        if name == "protected":
            self._hook(argument or "main")
            return
        with self.lock:
            skip, _, count = (argument or "").rpartition("+")
            self.skip[name] = int(skip or 0)
            self.on[name] = int(count) if count else DEFAULTS.get(name, 1 << 30)
            self._flag()

    def clear(self):
        with self.lock:
            self.on.clear()
            self._flag()
        hook = self._hook_path()
        if os.path.exists(hook):
            os.unlink(hook)

    def _refresh(self):
        with self.lock:
            self._flag()

    def _flag(self):
        path = os.path.join(self.state, "front.on")
        if self.on or self.effects.on:
            with open(path, "w", encoding="ascii"):
                pass
        elif os.path.exists(path):
            os.unlink(path)

    def take(self, *names):
        with self.lock:
            for name in names:
                if self.on.get(name, 0) > 0 and self.skip.get(name):
                    self.skip[name] -= 1
                elif self.on.get(name, 0) > 0:
                    if self.on[name] < 1 << 30:
                        self.on[name] -= 1
                    if self.on[name] == 0:
                        del self.on[name]
                        self._flag()
                    return name
        return None

    def listing(self):
        found = dict(self.on)
        if os.path.exists(self._hook_path()):
            found["protected"] = 1
        return found

    def _hook_path(self):
        """Where the repository's pre-receive hook (seed.HOOK) looks for the pattern that it refuses."""
        return os.path.join(self.state, "repo/gitops/apps.git/refused-branch")

    def _hook(self, branch):
        with open(self._hook_path() + ".new", "w", encoding="ascii") as out:
            out.write(re.sub(r"[^\w./*-]", "", branch) + "\n")
        os.rename(self._hook_path() + ".new", self._hook_path())


class Server(Counted, socketserver.UnixStreamServer):
    request_queue_size = 64

    def __init__(self, path, front):
        self.front = front
        super().__init__(path, Handler)

    def get_request(self):
        request, _ = super().get_request()
        return request, ("front", 0)

    def handle_error(self, request, client_address):
        """nginx went away: nothing to do."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = (
            self._chunks() if "chunked" in (self.headers.get("Transfer-Encoding") or "") else self.rfile.read(length)
        )
        front = self.server.front
        self.path, _, self.query = self.path.partition("?")
        if not front.effects.arrived():
            self._answer(418, b"")
            return
        if "git-slow" in front.on:
            time.sleep(front.on["git-slow"] / 1000)
        if (
            self._plain(front)
            or self.command == "POST"
            and self.path.endswith("/git-receive-pack")
            and self._push(front)
        ):
            return
        self._pass()

    do_POST = do_GET

    def _chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return body

    def _plain(self, front):
        """Faults that need no repository; True when one has answered."""
        fault = front.take(
            "git-hang",
            "git-reset",
            "git-html",
            "git-moved",
            "git-moved-host",
            "git-404",
            "git-401",
            "git-403",
            "git-429",
            "git-500",
            "git-503",
            "git-503-date",
        )
        if fault is None:
            return False
        where = front.root + self.path + ("?" + self.query if self.query else "")
        answers = {
            "git-html": (
                200,
                b"<!DOCTYPE html><html><title>Sign in</title></html>\n",
                {"Content-Type": "text/html; charset=utf-8"},
            ),
            "git-moved": (301, b"moved\n", {"Location": where.replace("/gitops/apps.git", "/platform/gitops.git")}),
            "git-moved-host": (302, b"moved\n", {"Location": "https://git.example.com" + where}),
            "git-404": (
                404,
                b"The project you were looking for could not be found or you don't have permission to view it.\n",
                {},
            ),
            "git-401": (401, b"HTTP Basic: Access denied.\n", {}),
            "git-403": (403, b"You are not allowed to download code from this project.\n", {}),
            "git-429": (429, b"Retry later\n", {"Retry-After": "1"}),
            "git-500": (500, b"Internal Server Error\n", {}),
            "git-503": (503, b"Git access is temporarily unavailable\n", {"Retry-After": "1"}),
            "git-503-date": (
                503,
                b"Git access is temporarily unavailable\n",
                {"Retry-After": self.date_time_string(time.time() + 1)},
            ),
        }
        if fault == "git-hang":
            time.sleep(60)
        if fault in ("git-hang", "git-reset"):
            self._answer(418, b"")
        else:
            self._answer(*answers[fault])
        return True

    def _answer(self, code, body, headers=None):
        self.send_response(code)
        for name, value in {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # -- pushes

    def _push(self, front):
        """Faults of a push; True when one has answered."""
        ref, old, capabilities = command(self.body)
        if not ref:
            return False  # the empty request with which git asks for credentials
        before = front.take("push-race", "push-force", "push-deleted")
        if before:
            self._race(front, ref.removeprefix("refs/heads/"), before)
        ng = front.take(*NG, "push-unpack-error")
        if ng:
            front.effects.done(f"push {ref}")
            self._report(ng, ref, old, capabilities)
            return True
        fault = front.take("git-reset-push", "git-lost-reply", "git-502-push")
        if fault is None:
            return False
        if fault != "git-reset-push":
            self._backend()
            front.effects.done(f"push {ref}")
        self._answer(502 if fault == "git-502-push" else 418, b"" if fault != "git-502-push" else b"Bad Gateway\n")
        return True

    def _repository(self):
        return os.path.join(self.server.front.state, "repo") + re.sub(r"\.git/.*", ".git", self.path)

    def _race(self, front, branch, how):
        """What somebody else does to the branch between the client's fetch and its push."""
        path = self._repository()
        tip = gitrepo.git(path, "rev-parse", f"refs/heads/{branch}")
        if how == "push-deleted":
            gitrepo.git(path, "update-ref", "-d", f"refs/heads/{branch}", tip)
            return
        number = len(front.raced) + 1
        file = {"infrastructure/logging/values.yaml": f"# squeezed in: {number}\n".encode()}
        parent = gitrepo.git(path, "rev-parse", f"{tip}^") if how == "push-force" else None
        front.raced.append(gitrepo.put(path, branch, file, f"logging: squeezed in {number}\n", parent=parent)[1])

    def _report(self, fault, ref, old, capabilities):
        if fault == "push-unpack-error":
            status = pkt(b"unpack index-pack abnormal exit\n") + pkt(b"ng %s unpacker error\n" % ref.encode())
        else:
            status = pkt(b"unpack ok\n") + pkt(
                f"ng {ref} {NG[fault].format(ref=ref, old=old, other='f' * 40)}\n".encode()
            )
        status += b"0000"
        body = status
        if "side-band-64k" in capabilities:
            body = b""
            if fault == "push-hook-declined":
                body += pkt(b"\x02" + PROTECTED.encode() + b"\n")
            body += pkt(b"\x01" + status) + b"0000"
        self._answer(200, body, {"Content-Type": "application/x-git-receive-pack-result", "Cache-Control": "no-cache"})

    # -- the backend

    def _backend(self):
        """(status, headers, body) of git http-backend."""
        env = dict(
            gitrepo.GIT_ENV,
            GIT_PROJECT_ROOT=os.path.join(self.server.front.state, "repo"),
            GIT_HTTP_EXPORT_ALL="",
            PATH_INFO=self.path,
            QUERY_STRING=self.query,
            REQUEST_METHOD=self.command,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(self.body)),
            REMOTE_USER=self.headers.get("X-Git-User", ""),
            REMOTE_ADDR="127.0.0.1",
            SERVER_PROTOCOL="HTTP/1.1",
        )
        if self.headers.get("Git-Protocol"):
            env["HTTP_GIT_PROTOCOL"] = self.headers["Git-Protocol"]
        if self.headers.get("Content-Encoding"):
            env["HTTP_CONTENT_ENCODING"] = self.headers["Content-Encoding"]
        done = subprocess.run([BACKEND], input=self.body, capture_output=True, env=env, check=False)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        return status, headers, body

    def _pass(self):
        front = self.server.front
        status, headers, body = self._backend()
        if self.path.endswith("/git-receive-pack") and self.command == "POST" and command(self.body)[0]:
            front.effects.done(f"push {command(self.body)[0]}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pack = self.path.endswith("/git-upload-pack") and b"PACK" in body
        if pack and front.take("git-corrupt-pack"):
            at = body.index(b"PACK") + (len(body) - body.index(b"PACK")) // 2
            body = body[:at] + bytes([body[at] ^ 0x55]) + body[at + 1 :]
        cut = (
            pack
            and front.take("git-truncate-pack")
            or self.path.endswith("/info/refs")
            and front.take("git-truncate-refs")
        )
        pause = front.on.get("git-drip")
        step = 64 if pause else 65536
        end = len(body) // 2 if cut else len(body)
        for at in range(0, end, step):
            piece = body[at : min(at + step, end)]
            self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            self.wfile.flush()
            if pause:
                time.sleep(pause / 1000)
        if cut:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")


def pkt(body):
    return b"%04x" % (len(body) + 4) + body


def command(body):
    """(ref, old id, capabilities) of the first command of a push; ("", "", "") when there is none."""
    at = 0
    try:
        while (size := int(body[at : at + 4], 16)) > 4:
            line = body[at + 4 : at + size]
            at += size
            if line.startswith(b"shallow "):
                continue
            words, _, capabilities = line.partition(b"\0")
            old, _, ref = words.decode().strip().split(" ")
            return ref, old, capabilities.decode(errors="replace")
    except (ValueError, UnicodeDecodeError):
        pass
    return "", "", ""
