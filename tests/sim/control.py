"""The control socket: one JSON list of words in, one JSON {ok, text} out. The words are those of `./ci/sandbox ctl`."""

import json
import os
import secrets
import socketserver
import threading
import time

import yaml

from . import connections, flux, front, gitrepo, gl_ctl, gl_fault, kubeconfig, kubefaults, loop, seed, seed_text
from .behaviours import BEHAVIOURS
from .effects import MOMENTS
from .controller import VERSION
from .merge import merge_diff

HELP = {
    "app NAME BEHAVIOUR": "how the application behaves from now on (README.md lists them)",
    "apply": "Applications and ApplicationSets from standard input, as kubectl apply",
    "flux NAME BEHAVIOUR": "how a Kustomization of flux-system, or `release/NAMESPACE/NAME`, behaves from now on (README.md lists them)",
    "flux-poll": "the intervals of all GitRepositories are over",
    "apps": "one line for each application: behaviour, sync, health, revision, images",
    "show app NAME": "the Application object as JSON",
    "show rollouts NAMESPACE/NAME": "an Argo Rollout as JSON",
    "log [NAME] [N]": "the last N changes (20) as JSON merge patches",
    "push-foreign BRANCH [SERVICE [TAG]]": "somebody else's commit on the branch: another tag for a service (order)",
    "push-file BRANCH PATH": "somebody else's commit: the file's bytes come from standard input, none = removed",
    "rollout BRANCH SERVICE STRATEGY": "somebody else's commit: the chart of a service has an Argo Rollout with that strategy (JSON) for its Deployment",
    "rewind BRANCH": "the branch goes back by one commit (force-push)",
    "force BRANCH": "the branch's last commit is replaced by a foreign one (force-push)",
    "delete-branch BRANCH": "the branch is gone",
    "tip BRANCH": "the branch's commit id",
    "fault NAME [ARG]": "switches a fault on (`faults` lists them)",
    "fault clear": "every fault off",
    "faults": "all faults, and which are on",
    "argocd VERSION": "2.14: health in resources[]; up to 3.1: no revision with a ComparisonError; from 3.6: the annotation goes after the status",
    "speed FACTOR": "factor on the delays of the controller: 1 = an auto-sync in about 150 ms, 0 = none, 30 = about real",
    "delay STEP MS": "one delay (loop.py names them)",
    "poll": "a level 2 compare of every application, two minutes later",
    "refresh NAME": "somebody else asks for a refresh",
    "drift NAME": "somebody changes the live Deployment by hand",
    "bookmark": "every open watch that takes them gets a bookmark",
    "compact": "the API server forgets its event log",
    "rotate USER": "a new Kubernetes token for the user; the old one answers 401; token files and kubeconfigs are rewritten",
    "clock SECONDS": "moves the clock of cluster and GitLab on",
    "skew SECONDS": "the Date header is off by this",
    "requests [clear]": "the requests that the API server answered, as JSON",
    "wire [clear]": "what the Git server counted since the last clear, as JSON: requests, connections, unauthorized, bytes",
    "effects": "the writes of clients since the last `hold N`, one a line: pushes, requests to GitLab and to the cluster",
    "hold N [answer/next]": "stops a client at its N-th write from now on: before its answer, or at the request after it; 0: counts only",
    "hold off": "lets the client go; a request that was not looked at is dropped",
    "held": "waits until a client is stopped, prints the write",
    "idle [SECONDS]": "waits (30 s) until no client is connected to GitLab and nothing is under way there; Git counts while `hold` is on",
    "reset": "branches, applications, faults, delays, counters as after the start",
    "settle": "waits until the controller has nothing to do",
}


APPLIED = {"Application": "applications", "ApplicationSet": "applicationsets"}

OWN = {
    "repo-down": ("the controller cannot read the repository", "none"),
    "force-push": ("now: the branch's last commit is replaced by a foreign one", "BRANCH"),
    "branch-deleted": ("now: the branch is gone", "BRANCH"),
}


class Bad(Exception):
    """A word that is not understood."""


class Commands:
    def __init__(self, sandbox):
        self.box = sandbox

    def run(self, words, data):
        if words and words[0] in gl_ctl.COMMANDS:
            return gl_ctl.run(self.box.gitlab, words)
        name = "cmd_" + (words[0] if words else "help").replace("-", "_")
        if not hasattr(self, name):
            raise Bad(f"no such command: {words[0]}; try help")
        return getattr(self, name)(*words[1:], **({"data": data} if name in ("cmd_push_file", "cmd_apply") else {}))

    def cmd_help(self):
        return "\n".join(f"{words:40} {text}" for words, text in {**HELP, **gl_ctl.HELP}.items())

    def _on_loop(self, function):
        """Runs function() on the controller's thread and returns its value."""
        done, box = threading.Event(), []

        def call():
            try:
                box.append((True, function()))
            except Exception as err:  # told to the caller
                box.append((False, err))
            done.set()

        self.box.loop.call(call)
        if not done.wait(10):
            raise Bad("the controller does not answer")
        if not box[0][0]:
            raise box[0][1]
        return box[0][1]

    def _app(self, name):
        if name not in self.box.controller.apps:
            raise Bad(f"no such application: {name}")
        return self.box.controller.apps[name]

    def cmd_app(self, name, behaviour):
        self._app(name)
        if behaviour not in BEHAVIOURS:
            raise Bad(f"no such behaviour: {behaviour}; one of {', '.join(BEHAVIOURS)}")
        self._on_loop(lambda: self.box.controller.behave(name, behaviour))
        return ""

    def cmd_flux(self, name, behaviour):
        if behaviour not in flux.BEHAVIOURS:
            raise Bad(f"no such behaviour: {behaviour}; one of {', '.join(flux.BEHAVIOURS)}")
        self._on_loop(lambda: self.box.flux.behave(name, behaviour))
        return ""

    def cmd_flux_poll(self):
        self._on_loop(self.box.flux.poll)
        return ""

    def cmd_apps(self):
        rows = []
        for name, app in sorted(self.box.controller.apps.items()):
            obj = self.box.store.get("applications", name)
            status = obj.get("status", {}) if obj else {"sync": {"status": "deleted"}}
            sync = status.get("sync", {"status": "-"})
            rows.append(
                f"{name:24} {app.behaviour:16} {sync['status']:10} {status.get('health', {}).get('status', ''):12} "
                f"{sync.get('revision', '')[:10]:11} {' '.join(status.get('summary', {}).get('images', []))}"
            )
        return "\n".join(rows)

    def cmd_apply(self, data=None):
        """Makes what is not there, and gives what is there the spec of the manifest."""
        try:
            docs = [doc for doc in yaml.safe_load_all(data or "") if doc]
            rows = [(APPLIED[doc["kind"]], doc["metadata"]["name"], doc) for doc in docs if doc["apiVersion"] == "argoproj.io/v1alpha1"]
        except (yaml.YAMLError, KeyError, TypeError) as err:
            raise Bad(f"no manifest of Argo CD: {err}") from err
        if not docs or len(rows) != len(docs):
            raise Bad("manifests of argoproj.io/v1alpha1 from standard input, please")
        return "\n".join(self._apply(*row) for row in rows)

    def _apply(self, resource, name, doc):
        label = f"{doc['kind'].lower()}.argoproj.io/{name}"
        if doc["metadata"].setdefault("namespace", "argocd") != "argocd":
            raise Bad(f"{label}: the controller looks at the namespace argocd only")
        old = self.box.store.get(resource, name)
        if old is None:
            self.box.store.create(resource, doc)
            return f"{label} created"
        new = self.box.store.update(resource, name, lambda obj: obj.update(spec=doc["spec"]))
        return f"{label} {'unchanged' if new is old else 'configured'}"

    def cmd_show(self, kind, name):
        if kind in flux.KINDS:
            namespace, _, name = name.rpartition("/")
            obj = self.box.flux.get(kind, name, namespace or flux.HOME)
        else:
            resource = {"app": "applications", "appset": "applicationsets", "project": "appprojects"}.get(kind, kind)
            namespace, _, name = name.rpartition("/")
            obj = self.box.store.get(resource, name, namespace or "argocd")
        if obj is None:
            raise Bad(f"no such {kind}: {name}")
        return json.dumps(obj, indent=1, sort_keys=True)

    def cmd_log(self, name=None, count="20"):
        with self.box.store.cond:
            events = [e for e in self.box.store.log if name is None or e.new["metadata"]["name"] == name][-int(count) :]
        return "\n".join(
            json.dumps(
                {
                    "rv": e.rv,
                    "type": e.type,
                    "name": e.new["metadata"]["name"],
                    "change": merge_diff(e.old or {}, e.new),
                },
                sort_keys=True,
            )
            for e in events
        )

    # -- the repository

    def _repo(self):
        return self.box.path("repo/gitops/apps.git")

    def cmd_push_foreign(self, branch, service="order", tag=None):
        env = "dev" if branch == "develop" else "staging"
        if service not in seed.TAGS:
            raise Bad(f"no such service: {service}")
        file = seed.tag_file(service, env)
        body = self.box.reader.read(f"{self._tip(branch)}:{file}")[2]
        return gitrepo.put(self._repo(), branch, {file: gitrepo.set_tag(body, tag)}, f"{service}: by somebody else\n")[
            1
        ]

    def cmd_push_file(self, branch, path, data=None):
        self._tip(branch)
        return gitrepo.put(
            self._repo(),
            branch,
            {path: data.encode("utf-8", "surrogateescape") if data is not None else None},
            f"{path}: by somebody else\n",
        )[1]

    def cmd_rollout(self, branch, service, strategy):
        path = f"apps/{service}/templates/deployment.yaml"
        body = self.box.reader.read(f"{self._tip(branch)}:{path}")[2].decode()
        kind = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n"
        head, spec = seed_text.DEPLOYMENT.split("spec:\n", 1)
        if body != seed_text.DEPLOYMENT and not body.startswith(kind):
            raise Bad(f"{path} is somebody's own")
        lines = (kind, head.partition("kind: Deployment\n")[2], f"spec:\n  strategy: {json.dumps(json.loads(strategy))}\n", spec)
        return gitrepo.put(self._repo(), branch, {path: "".join(lines).encode()}, f"{service}: a Rollout\n")[1]

    def _tip(self, branch):
        try:
            return self.box.reader.commit(branch)
        except gitrepo.Missing as err:
            raise Bad(f"no such branch: {branch}") from err

    def cmd_tip(self, branch):
        return self._tip(branch)

    def cmd_rewind(self, branch):
        old = self._tip(branch)
        new = gitrepo.git(self._repo(), "rev-parse", f"{old}^")
        gitrepo.git(self._repo(), "update-ref", f"refs/heads/{branch}", new, old)
        return new

    def cmd_force(self, branch):
        old = self._tip(branch)
        parent = gitrepo.git(self._repo(), "rev-parse", f"{old}^")
        return gitrepo.put(
            self._repo(),
            branch,
            {"infrastructure/logging/values.yaml": b"# by force\n"},
            "force-pushed\n",
            parent=parent,
        )[1]

    def cmd_delete_branch(self, branch):
        gitrepo.git(self._repo(), "update-ref", "-d", f"refs/heads/{branch}", self._tip(branch))
        return ""

    # -- faults and time

    def cmd_fault(self, name, argument=None, *words):
        if name == "clear":
            self.box.front.clear()
            self.box.gitlab.faults.clear(self.box.gitlab)
            self.box.faults.clear()
            self.box.controller.repo_down = False
        elif name == "force-push":
            return self.cmd_force(argument or "develop")
        elif name == "branch-deleted":
            return self.cmd_delete_branch(argument or "develop")
        elif name == "repo-down":
            self.box.controller.repo_down = True
        elif name in front.FAULTS:
            self.box.front.set(name, argument)
        elif name in gl_fault.FAULTS:
            self.box.gitlab.faults.set(self.box.gitlab, name, *([] if argument is None else [argument]), *words)
        elif name in kubefaults.FAULTS:
            if name == "watch-gone":
                self.box.store.compact()
            self.box.faults.set(name, argument)
            with self.box.store.cond:
                self.box.store.cond.notify_all()
        else:
            raise Bad(f"no such fault: {name}; `faults` lists them")
        return ""

    def cmd_faults(self):
        on = {**self.box.front.listing(), **self.box.faults.listing(), **self.box.gitlab.faults.listing()}
        if self.box.controller.repo_down:
            on["repo-down"] = 1
        rows = {**front.FAULTS, **kubefaults.FAULTS, **gl_fault.FAULTS, **OWN}
        return "\n".join(
            f"{'on ' if name in on else '   '}{name:20} {argument:10} {text}" for name, (text, argument) in rows.items()
        )

    def cmd_argocd(self, version):
        major, _, minor = version.partition(".")
        self.box.controller.version = (int(major), int(minor))
        return ""

    def cmd_speed(self, factor):
        self.box.loop.speed = float(factor)
        return ""

    def cmd_delay(self, step, ms):
        if step not in self.box.loop.delays:
            raise Bad(f"no such step: {step}; one of {', '.join(self.box.loop.delays)}")
        self.box.loop.delays[step] = float(ms)
        return ""

    def cmd_poll(self):
        self._on_loop(self.box.controller.poll)
        return ""

    def cmd_refresh(self, name):
        self._app(name)
        self.box.controller.patch(name, {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}})
        return ""

    def cmd_drift(self, name):
        self._on_loop(lambda: self.box.controller.drift(self._app(name)))
        return ""

    def cmd_bookmark(self):
        self.box.faults.set("watch-bookmark-now")
        with self.box.store.cond:
            self.box.store.cond.notify_all()
        return ""

    def cmd_compact(self):
        self.box.store.compact()
        return ""

    def cmd_rotate(self, user):
        tokens = self.box.info["tokens"]["kube"]
        if user not in tokens:
            raise Bad(f"no such user: {user}; one of {', '.join(tokens)}")
        tokens[user] = f"kube-CANARY-{user}-{secrets.token_hex(16)}"
        self.box.auth.rotate(user, tokens[user])
        kubeconfig.write(self.box.state, self.box.info)
        self.box.save()
        return ""

    def cmd_clock(self, seconds):
        self.box.clock.tick(int(seconds))
        return ""

    def cmd_skew(self, seconds):
        self.box.kube.skew = int(seconds)
        return ""

    def cmd_requests(self, what=""):
        with self.box.kube.lock:
            text = json.dumps(self.box.kube.requests)
            if what == "clear":
                self.box.kube.requests.clear()
        return text

    def cmd_wire(self, what=""):
        time.sleep(0.03)  # nginx writes the line after the answer
        log = self.box.path("access.log")
        with open(log, encoding="utf-8", errors="replace") as source:
            rows = [line.split(" ") for line in source if line.count(" ") > 10]
        if what == "clear":
            os.truncate(log, 0)
        return json.dumps(
            {
                "requests": len(rows),
                "connections": len({row[0] for row in rows}),
                "unauthorized": sum(row[4] == "401" for row in rows),
                "bytes_up": sum(int(row[2]) for row in rows),
                "bytes_down": sum(int(row[3]) for row in rows),
                "lines": [f"{row[4]} {row[5]} {row[6]}" for row in rows],
            }
        )

    # -- clients that are stopped

    def cmd_effects(self):
        return "\n".join(self.box.front.effects.rows)

    def cmd_hold(self, number, moment="answer"):
        if number == "off":
            self.box.front.effects.end()
        elif moment not in MOMENTS:
            raise Bad(f"no such moment: {moment}; one of {', '.join(MOMENTS)}")
        else:
            self.box.front.effects.begin(int(number), moment)
        return ""

    def cmd_held(self):
        found = self.box.front.effects.wait(60)
        if found is None:
            raise Bad("nobody is held")
        return found

    def cmd_idle(self, limit_s="30"):
        sockets = [os.path.join(self.box.sockets, name) for name in ("gitlab.sock", "front.sock")]
        found = connections.idle({self.box.info["ports"][name] for name in ("server", "plain")}, sockets, self.box.servers, float(limit_s))
        if found:
            raise Bad(f"a client is still connected: {found}")
        return ""

    def cmd_reset(self):
        self.box.front.effects.end()
        self.cmd_fault("clear")
        self.box.loop.speed, self.box.loop.delays = 0, dict(loop.DELAYS)
        self.box.flux.stop()
        for app in self.box.controller.apps.values():
            app.behaviour, app.hold = "healthy", False
        self.cmd_settle()
        self.box.loop.speed, self.box.kube.skew = 1.0, 0
        for path, want in self.box.refs.items():
            gitrepo.restore(self.box.path("repo", path + ".git"), want)
        self.box.gitlab.reset()
        self.box.controller.version = VERSION
        self._on_loop(self.box.controller.restart)
        self._on_loop(self.box.flux.restart)
        self.cmd_requests("clear")
        os.truncate(self.box.path("access.log"), 0)
        return ""

    def cmd_settle(self):
        if not self.box.loop.settle(10):
            raise Bad("the controller is still busy")
        return ""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path, sandbox):
        self.commands = Commands(sandbox)
        super().__init__(path, Handler)


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        asked = json.loads(self.rfile.readline())
        try:
            answer = {"ok": True, "text": self.server.commands.run(asked["words"], asked.get("data"))}
        except (Bad, gl_ctl.Bad) as err:
            answer = {"ok": False, "text": str(err)}
        except TypeError as err:
            answer = {"ok": False, "text": f"{' '.join(asked['words'])}: {str(err).rpartition('.')[2]}; try help"}
        except (KeyError, ValueError, RuntimeError, gitrepo.Missing) as err:
            answer = {"ok": False, "text": f"{' '.join(asked['words'])}: {err}"}
        self.wfile.write(json.dumps(answer).encode() + b"\n")
