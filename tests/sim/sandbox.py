"""`./ci/sandbox start|env|stop|ctl|status`: the command line."""

import argparse
import fcntl
import json
import os
import re
import select
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile

from . import kubeconfig, procs

SOCKET_PATH_MAX = 90  # sun_path holds 107 bytes


def default_dir():
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or "/tmp", f"stagegate-sandbox-{os.getuid()}")


def default_root():
    """The sub-path of suites that are run under both: SANDBOX_ROOT=/gitlab pytest ..."""
    return os.environ.get("SANDBOX_ROOT", "").rstrip("/")


def load(state):
    """env.json of a sandbox, or None."""
    try:
        with open(os.path.join(state, "env.json"), encoding="utf-8") as source:
            return json.load(source)
    except (OSError, ValueError):
        return None


def running(state):
    """env.json of a sandbox that has said ready and whose processes live, or None."""
    info = load(state)
    if info and info.get("ready") and all(procs.start_time(pid) == begun for pid, begun in info["leaders"]):
        return info
    return None


class Lock:
    """Holds a sandbox's directory: one start or stop at a time."""

    def __init__(self, state, make):
        self.state, self.make, self.fd = state, make, None

    def __enter__(self):
        while True:
            if self.make:
                os.makedirs(self.state, mode=0o700, exist_ok=True)
            try:
                self.fd = os.open(self.state, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                return self
            if os.fstat(self.fd).st_uid != os.getuid():
                raise SystemExit(f"sandbox: {self.state} belongs to somebody else")
            fcntl.flock(self.fd, fcntl.LOCK_EX)
            try:
                if os.stat(self.state).st_ino == os.fstat(self.fd).st_ino:
                    return self
            except FileNotFoundError:
                pass
            os.close(self.fd)  # somebody has removed it meanwhile

    def __exit__(self, *_):
        if self.fd is not None:
            os.close(self.fd)


def clean(state):
    """Ends whatever runs for this directory and empties it."""
    info = load(state) or {}
    procs.end(state, [tuple(leader) for leader in info.get("leaders", [])])
    sockets = info.get("sockets", state)
    if sockets != state and os.path.basename(sockets).startswith("stagegate-sb-"):
        shutil.rmtree(sockets, ignore_errors=True)
    for entry in os.listdir(state):
        path = os.path.join(state, entry)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def ours(state):
    """Is the directory empty, or one of a sandbox? Nothing else is ever removed."""
    entries = os.listdir(state)
    return not entries or "sandbox" in entries


def start(state, root=None, empty=False, origin=""):
    root = default_root() if root is None else root
    if not re.fullmatch(r"(/[a-z0-9-]+)*", root):
        raise SystemExit(f"sandbox: {root!r} is no sub-path such as /gitlab")
    if origin and not re.fullmatch(r"https://127\.0\.0\.1:\d+", origin):
        raise SystemExit(f"sandbox: {origin!r} is no origin such as https://127.0.0.1:8443")
    with Lock(state, True):
        if not ours(state):
            raise SystemExit(f"sandbox: {state} is not empty and not a sandbox")
        info = running(state)
        if info and info.get("root") != root:
            raise SystemExit(f"sandbox: running in {state} with the sub-path {info.get('root') or '/'}; stop it first")
        if info and info.get("empty") != empty:
            raise SystemExit(f"sandbox: running in {state}, and it began {'empty' if info.get('empty') else 'with the shop in it'}; stop it first")
        if info:
            print(f"sandbox: already running in {state}")
            return 0
        clean(state)
        os.chmod(state, 0o700)
        with open(os.path.join(state, "sandbox"), "w", encoding="ascii") as mark:
            mark.write("stagegate sandbox\n")
        sockets = state
        if len(state) > SOCKET_PATH_MAX:
            sockets = tempfile.mkdtemp(prefix="stagegate-sb-", dir="/tmp")
        said = launch(state, sockets, root, empty, origin)
        if said != "ready":
            clean(state)
            shutil.rmtree(state)
            print(f"sandbox: not started: {said or 'the process ended'}", file=sys.stderr)
            return 1
        print(f"sandbox: running in {state}")
        return 0


def launch(state, sockets, root, empty, origin):
    """Starts the daemon; returns what it reports: `ready`, or what went wrong."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "STAGEGATE_", "SANDBOX_", "KUBE"))
    }
    env[procs.MARK] = state
    env["PATH"] = env.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    env["PYTHONPATH"] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    reading, writing = os.pipe()
    with open(os.path.join(state, "sim.log"), "ab") as log:
        args = ["/usr/bin/python3", "-m", "sim.daemon", state, sockets, str(writing), root, origin, *(["empty"] if empty else [])]
        child = subprocess.Popen(
            args, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True, pass_fds=[writing]
        )
    os.close(writing)
    text = b""
    while select.select([reading], [], [], 60)[0]:
        piece = os.read(reading, 4096)
        text += piece
        if not piece or text.endswith(b"\n"):
            break
    else:
        text = b"no answer from the sandbox's process"
    os.close(reading)
    if not text:
        with open(os.path.join(state, "sim.log"), encoding="utf-8", errors="replace") as log:
            text = log.read()[-1000:].encode()
    if text != b"ready\n":
        child.kill()
        child.wait()
    return text.decode(errors="replace").strip()


def stop(state):
    with Lock(state, False) as lock:
        if lock.fd is None:
            print("sandbox: nothing to stop")
            return 0
        if not ours(state):
            raise SystemExit(f"sandbox: {state} is not a sandbox")
        clean(state)
        os.rmdir(state)
    print("sandbox: stopped")
    return 0


def environment(info):
    """The variables of `env`, in order."""
    state, ports, tokens = info["dir"], info["ports"], info["tokens"]
    path = lambda *parts: os.path.join(state, *parts)
    url = lambda name, scheme="https", host="127.0.0.1": f"{scheme}://{host}:{ports[name]}{info['root']}/gitops/apps.git"
    rows = {
        "STAGEGATE_GITOPS": info["url"],
        "STAGEGATE_CA_FILE": path("tls/ca.pem"),
        "STAGEGATE_GITLAB_TOKEN": tokens["git"]["bot"],
        "KUBECONFIG": path("kube/wait.yaml"),
        "SANDBOX_DIR": state,
        "SANDBOX_REPOSITORY": path("repo/gitops/apps.git"),
        "SANDBOX_ACCESS_LOG": path("access.log"),
        "SANDBOX_TOKEN_READER": tokens["git"]["reader"],
        "SANDBOX_TOKEN_NONE": tokens["git"]["none"],
        "SANDBOX_TOKEN_JOB": tokens["git"]["job"],
        "SANDBOX_URL_EXPIRED": url("expired"),
        "SANDBOX_URL_WRONG_HOST": url("wrong-host"),
        "SANDBOX_URL_OTHER_CA": url("other-ca"),
        "SANDBOX_URL_PLAIN": url("plain", "http"),
        "SANDBOX_URL_LOCALHOST": url("server", host="localhost"),
        "SANDBOX_KUBE_URL": info["kube"],
        "SANDBOX_KUBE_TOKEN": tokens["kube"]["wait"],
        "SANDBOX_KUBE_TOKEN_ADMIN": tokens["kube"]["admin"],
    }
    rows["SANDBOX_ARGOCD_SERVER"] = info["argo"]
    for name, text in tokens["argo"].items():
        rows["SANDBOX_ARGOCD_TOKEN" + ("" if name == "ci" else "_" + name.upper())] = text
    rows["STAGEGATE_GITLAB_URL"] = info["gitlab"]
    rows["SANDBOX_API"] = info["gitlab"] + "/api/v4"
    rows["SANDBOX_EXCHANGES"] = path("exchanges.jsonl")
    for name, text in tokens["gitlab"].items():
        word = f"JOB_TOKEN_{name[4:]}" if name.startswith("job-") else f"TOKEN_{name}"
        rows["SANDBOX_" + word.upper().replace("-", "_")] = text
    for name in ("wait-ro", "get-only", "denied", "admin", *kubeconfig.VARIANTS):
        rows["SANDBOX_KUBECONFIG_" + name.upper().replace("-", "_")] = path("kube", name + ".yaml")
    rows["SANDBOX_SERVICEACCOUNT"] = path("kube/serviceaccount")
    return rows


def need(state):
    info = running(state)
    if not info:
        raise SystemExit(f"sandbox: not running in {state} (start it with ./ci/sandbox start)")
    return info


def ask(info, words, data=None):
    """(ok, text) of a control command."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.path.join(info["sockets"], "ctl.sock"))
        sock.sendall(json.dumps({"words": words, "data": data}).encode() + b"\n")
        with sock.makefile("rb") as answer:
            found = json.loads(answer.readline() or b'{"ok": false, "text": "no answer"}')
    return found["ok"], found["text"]


def control(state, words):
    info = need(state)
    data = None
    if words and words[0] in ("push-file", "apply") and not sys.stdin.isatty():
        data = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") or None
    good, text = ask(info, words or ["help"], data)
    if text:
        print(text if good else f"sandbox: {text}", file=sys.stdout if good else sys.stderr)
    return 0 if good else 2


def status(state):
    info = running(state)
    if not info:
        print(f"sandbox: not running in {state}")
        return 3
    print(
        f"sandbox: running in {state}\n  git   {info['url']}\n  api   {info['gitlab']}/api/v4\n  kube  {info['kube']}\n  log   {state}/sim.log, {state}/access.log"
    )
    return 0


def main(argv):
    parser = argparse.ArgumentParser(
        prog="./ci/sandbox",
        description="A GitOps repository and a simulated cluster, on this machine only (tests/sim/README.md).",
    )
    parser.add_argument("--dir", help="state directory (default %s)" % default_dir().replace("%", "%%"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("start", "start it, or say that it runs"),
        ("env", "print export lines"),
        ("stop", "end everything and remove its state"),
        ("status", "say whether it runs"),
        ("ctl", "change the world (ctl help)"),
    ):
        sub = commands.add_parser(name, help=text)
        sub.add_argument("--dir", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if name == "start":
            sub.add_argument("--root", help="sub-path of Git and API, as /gitlab (default $SANDBOX_ROOT, or none)")
            sub.add_argument("--origin", default="", help="origin of Git and API as others see it: a proxy stands there (default: its own)")
            sub.add_argument("--empty", action="store_true", help="an empty GitOps project, a cluster without Applications")
        if name == "ctl":
            sub.add_argument("words", nargs=argparse.REMAINDER)
    args = parser.parse_args(argv)
    if args.command == "ctl" and args.words[-2:-1] == ["--dir"]:
        args.dir, args.words = args.words[-1], args.words[:-2]
    state = os.path.realpath(args.dir or default_dir())
    if not re.fullmatch(r"[A-Za-z0-9._/@+,=:-]+", state):  # it goes into the configuration of nginx and openssl
        raise SystemExit(f"sandbox: {state!r}: letters, digits and ._/@+,=:- only, please")
    if args.command == "start":
        return start(state, args.root, args.empty, args.origin)
    if args.command == "env":
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment(need(state)).items()))
        return 0
    if args.command == "ctl":
        return control(state, args.words)
    return {"stop": stop, "status": status}[args.command](state)
