"""Faults of the simulated GitLab's API (README.md lists them): what clients get instead of, or after, the real answer."""

import email.utils
import json
import threading

from . import gitrepo
from .gl_error import Answer

HTML = b"<!DOCTYPE html>\n<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>You need to sign in before continuing.</body></html>\n"
LATER = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
DECLINED = "Commit message does not follow the pattern 'JIRA-[0-9]+'"

# name -> (sentence, argument). N counts requests, SKIP+N those after the first SKIP; words after it must be in "METHOD /path", as in `1 PUT /merge`.
FAULTS = {
    "gl-429": ("the next N API requests answer 429 as JSON with Retry-After: 1", "N=1 [WORD...]"),
    "gl-429-plain": ("the next N API requests answer 429 as text/plain with Retry-After: 1", "N=1 [WORD...]"),
    "gl-502": ("the next N API requests answer 502 as HTML, without effect", "N=1 [WORD...]"),
    "gl-502-after": ("the next N API requests have their effect and answer 502 as HTML", "N=1 [WORD...]"),
    "gl-500-after": ("the next N API requests have their effect and answer 500", "N=1 [WORD...]"),
    "gl-401": ("the next N API requests answer 401", "N=1 [WORD...]"),
    "gl-403": ("the next N API requests answer 403", "N=1 [WORD...]"),
    "gl-404": ("the next N API requests answer 404", "N=1 [WORD...]"),
    "gl-409": ("the next N API requests answer 409 without a reason", "N=1 [WORD...]"),
    "gl-405": ("the next N API requests answer 405 without a reason", "N=1 [WORD...]"),
    "gl-html": ("the next N API requests answer a login page, 200 text/html", "N=1 [WORD...]"),
    "gl-truncate": ("the next N API answers stop half-way", "N=1 [WORD...]"),
    "gl-garbage": ("the next N API answers are broken JSON", "N=1 [WORD...]"),
    "gl-reset": ("the next N API requests end without any answer, without effect", "N=1 [WORD...]"),
    "gl-reset-after": ("the next N API requests have their effect and end without any answer", "N=1 [WORD...]"),
    "gl-race": ("the next N commits by API lose a race: somebody else's commit comes first", "N=1"),
    "gl-between": ("the next N commits by API are made on somebody else's commit of the same file, that came after the check", "N=1"),
    "gl-overtake": ("as gl-between, once, and that commit has NEW for OLD in the file", "OLD NEW"),
    "gl-decline": ("the next N commits by API are declined by a push rule, 400", "N=1"),
    "gl-decline-list": ("the same, with the text in an array", "N=1"),
    "gl-lag": ("the next N reads of files by a branch's name see the branch as it was one commit ago", "N=1"),
    "gl-slow": ("every API answer waits MS first", "MS=300"),
    "gl-moved": ("the GitOps project has moved: its path answers 301 to its id, until cleared", "none"),
    "gl-moved-host": ("the GitOps project has moved to another origin: 301, until cleared", "none"),
    "gl-unknown-keys": ("every object of an API answer has unknown keys and nulls", "none"),
    "gl-no-totals": ("lists come without totals and rel=last, as those of more than 10,000 records", "none"),
    "gl-no-rate": ("no answer says anything about rate limits, as where they are off", "none"),
    "gl-lose-rights": ("from now on the bot may only read: 403 on everything else, Git pushes too", "none"),
    "gl-version": ("GET /version and /metadata say TEXT", "TEXT"),
}
COUNTED = [name for name, (_, argument) in FAULTS.items() if argument.startswith("N=1 [")]


def rate(state, remaining):
    """1.3: Ratelimit-Reset is an epoch, not a delta."""
    return {
        "Ratelimit-Limit": 2000,
        "Ratelimit-Name": "throttle_authenticated_api",
        "Ratelimit-Observed": 2000 - remaining,
        "Ratelimit-Remaining": remaining,
        "Ratelimit-Reset": (int(state.now()) // 60 + 1) * 60,
    }


class Faults:
    """Which faults are on: {name: [count left, words]}."""

    def __init__(self):
        self.on, self.lock = {}, threading.Lock()

    def set(self, state, name, *words):
        argument = FAULTS[name][1]
        with self.lock:
            if argument == "N=1":
                self.on[name] = [int(words[0]) if words else 1, []]
            elif name in COUNTED:
                counted = bool(words) and words[0].replace("+", "", 1).isdigit()
                skip, _, count = words[0].rpartition("+") if counted else ("", "", "1")
                self.on[name] = [int(count), list(words[counted:]), int(skip or 0)]
            else:
                self.on[name] = [int(words[0]) if words else 300, []] if argument == "MS=300" else [1, list(words)]
        with state.lock:
            if name == "gl-version":
                state.version = words[0] if words else "15.11.13"
            elif name == "gl-no-totals":
                state.totals = False
            elif name == "gl-lose-rights":
                state.read_only.add("bot")
                state.publish()

    def clear(self, state):
        with self.lock:
            self.on.clear()
        with state.lock:
            state.version, state.totals = "19.5.0-pre", True
            state.read_only.clear()
            state.publish()

    def listing(self):
        return {name: row[0] for name, row in self.on.items()}

    def _count(self, name):
        """Counts a fault down; True when it was on."""
        with self.lock:
            left = self.on.pop(name, [0, []])[0]
            if left > 1:
                self.on[name] = [left - 1, []]
        return left > 0

    def declined(self):
        """4: what a push rule says, as text or as a list (1.1), or None."""
        for name, text in (("gl-decline", DECLINED), ("gl-decline-list", [DECLINED])):
            if self._count(name):
                return text
        return None

    def between(self, repo, branch, path):
        """3: the files are checked before the write, not with it. The new tip, or None."""
        with self.lock:
            words = self.on.get("gl-overtake", [0, []])[1]
        overtaken = self._count("gl-overtake")
        if not overtaken and not self._count("gl-between"):
            return None
        body = repo.blob(repo.branch(branch), path)[1]
        body = body.replace(*(word.encode() for word in words)) if overtaken else body + b"# came between\n"
        return gitrepo.put(repo.path, branch, {path: body}, "came between\n")[1]

    def lagging(self, repo, ref):
        """1.3: a replica that has not seen the last commit of a branch; only names lag. The id to read, or None."""
        tip = repo.branch((ref or "").removeprefix("refs/heads/"))
        if tip is None or not repo.commit(tip)["parents"] or not self._count("gl-lag"):
            return None
        return repo.commit(tip)["parents"][0]

    def race(self, repo, branch):
        """Puts somebody else's commit on the branch, when gl-race is on."""
        if self._count("gl-race") and repo.branch(branch):
            gitrepo.put(repo.path, branch, {"infrastructure/logging/values.yaml": b"# came first\n"}, "came first\n")

    def take(self, method, target):
        """The faults that this request gets; counts them down."""
        path = target.partition("?")[0]
        with self.lock:
            found = One()
            found.slow = self.on.get("gl-slow", [0])[0]
            found.modes = {name for name in ("gl-moved", "gl-moved-host", "gl-unknown-keys") if name in self.on}
            for name in COUNTED:
                count, words, skip = self.on.get(name, (0, (), 0))
                if count and all(word in f"{method} {path}" for word in words):
                    if skip:
                        self.on[name][2] -= 1
                        continue
                    found.name = name
                    self.on[name][0] -= 1
                    if count == 1:
                        del self.on[name]
                    break
        found.cut = found.name == "gl-truncate"
        return found


class One:
    """What happens to one request."""

    def __init__(self):
        self.name, self.modes, self.slow, self.cut = None, set(), 0, False

    def before(self, handler, state, target):
        """The answer instead of the real one, or None."""
        plain = {"Retry-After": 1, **rate(state, 0), "RateLimit-ResetTime": email.utils.formatdate(state.now() + 1, usegmt=True)}  # fmt: skip
        text = "text/plain; charset=utf-8"
        answers = {
            "gl-429": (429, LATER, {"Retry-After": 1}),
            "gl-429-plain": (429, b"Retry later\n", plain, text),
            "gl-502": (502, HTML, {}, "text/html"),
            "gl-401": (401, {"message": "401 Unauthorized"}),
            "gl-403": (403, {"message": "403 Forbidden"}),
            "gl-404": (404, {"message": "404 Not Found"}),
            "gl-405": (405, {"message": "405 Method Not Allowed"}),
            "gl-409": (409, {"message": "409 Conflict"}),
            "gl-html": (200, LOGIN, {}, "text/html; charset=utf-8"),
            "gl-reset": (418, b""),
        }
        if self.name in answers:
            return Answer(*answers[self.name])
        return self._moved(state, target)

    def _moved(self, state, target):
        """1: a moved project answers 301 with plain text."""
        segments = target.split("?")[0].split("/")
        if not self.modes & {"gl-moved", "gl-moved-host"} or segments[1:2] != ["projects"] or len(segments) < 3:
            return None
        apps = state.apps
        if segments[2].replace("%2f", "%2F") != apps.path.replace("/", "%2F") and "gl-moved-host" not in self.modes:
            return None
        base = "https://gitlab.example.com" if "gl-moved-host" in self.modes else state.base
        where = f"{base}/api/v4/projects/{apps.id}{target[len('/projects/') + len(segments[2]):]}"
        body = f"This resource has been moved permanently to {where}".encode()
        return Answer(301, body, {"Location": where}, "text/plain")

    def after(self, state, answer):
        """The answer after the effect."""
        if self.name == "gl-502-after":
            return Answer(502, HTML, {}, "text/html")
        if self.name == "gl-500-after":
            return Answer(500, {"message": "500 Internal Server Error"})
        if self.name == "gl-reset-after":
            return Answer(418, b"")
        if self.name == "gl-garbage":
            return Answer(answer.status, b'{"id": 1, "name": "x", ]}', answer.headers)
        if "gl-unknown-keys" in self.modes and isinstance(answer.body, (dict, list)):
            return Answer(answer.status, _strange(json.loads(json.dumps(answer.body))), answer.headers, answer.kind)
        return answer


def _strange(value):
    """13: unknown keys, nulls, deeper things that nobody asked for, in every object and at its front."""
    if isinstance(value, list):
        return [_strange(part) for part in value]
    if isinstance(value, dict):
        new = {"a_new_key": None, "another": {"deep": [1, None, {"id": -1}], "name": "?"}}
        return {**new, **{name: _strange(part) for name, part in value.items()}}
    return value
