"""Faults of the API server that `ctl fault` switches. Counted ones act on the next N matching requests."""

import threading

# name -> (sentence, what its argument means)
FAULTS = {
    "k8s-401": ("the next N requests answer 401 Unauthorized", "N=1"),
    "k8s-403": ("the next N requests answer 403 Forbidden", "N=1"),
    "k8s-404-plain": ("the next N requests answer the plain-text 404 of an unknown group", "N=1"),
    "k8s-409": ("the next N patches answer 409 Conflict", "N=1"),
    "k8s-429": ("the next N requests answer plain-text 429 with Retry-After: 1", "N=1"),
    "k8s-500": ("the next N requests answer 500 without reason", "N=1"),
    "k8s-503": ("the next N requests answer 503 Status", "N=1"),
    "k8s-504-rv": ("the next N lists answer 504 ResourceVersionTooLarge", "N=1"),
    "k8s-html": ("the next N requests answer a login page, 200 text/html", "N=1"),
    "k8s-reset": ("the next N requests end in a TCP reset without an answer", "N=1"),
    "k8s-truncate": ("the next N answers (not watches) stop half-way", "N=1"),
    "k8s-garbage": ("the next N answers (not watches) are 200 with broken JSON", "N=1"),
    "k8s-slow": ("every answer waits MS milliseconds", "MS=200"),
    "rollout-lost-reply": ("the next N patches of Rollouts are done, and the connection ends without an answer", "N=1"),
    "sync-lost-reply": ("the next N patches that ask for a sync are done, and the connection ends without an answer", "N=1"),
    "rollout-race": ("before each of the next N patches of Rollouts their controller writes the object", "N=1"),
    "watch-410": ("the next N watches answer HTTP 410", "N=1"),
    "watch-gone": ("every open watch ends with an ERROR event 410 Expired; the event log is compacted", "none"),
    "watch-error": ("every open watch gets an ERROR event 500", "none"),
    "watch-close": ("every open watch ends normally (EOF)", "none"),
    "watch-rst": ("every open watch sends half a line, then a TCP reset", "none"),
    "watch-cut": ("every open watch sends half a line, then a clean end", "none"),
    "watch-garbage": ("every open watch sends a line that is no JSON", "none"),
    "watch-long": ("every open watch sends a line of MIB mebibytes (an object that is too large)", "MIB=20"),
    "watch-stall": ("watches stay open and silent: no events, no bookmarks", "none"),
    "watch-split": ("watch data is sent in pieces of N bytes", "N=7"),
    "watch-batch": ("events of MS milliseconds go out in one piece", "MS=30"),
    "watch-bookmarks": ("a bookmark every MS milliseconds", "MS=50"),
    "watch-null": ("watch objects carry null for every absent field that may be null", "none"),
    "argocd-502": ("the next N requests to Argo CD's own API answer plain-text 502", "N=1"),
    "argocd-html": ("the next N requests to Argo CD's own API answer a login page, 200 text/html", "N=1"),
    "argocd-tree-denied": ("the next N requests for resources of an application answer 403 there", "N=1"),
    "argocd-stream-end": ("N open streams of Argo CD's own API end (EOF)", "N=1"),
}
DEFAULTS = {name: int(text.split("=")[1]) for name, (_, text) in FAULTS.items() if "=" in text}
ONCE = (
    "watch-gone",
    "watch-error",
    "watch-close",
    "watch-rst",
    "watch-cut",
    "watch-garbage",
    "watch-long",
    "watch-bookmark-now",
)  # act on the watches open now


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._on = {}
        self.epoch, self.event = 0, None  # the last ONCE fault: watches that began before it obey

    def set(self, name, argument=None):
        value = int(argument) if argument is not None else DEFAULTS.get(name, 1)
        with self._lock:
            if name in ONCE:
                self.epoch, self.event = self.epoch + 1, (name, value)
            else:
                self._on[name] = value

    def clear(self):
        with self._lock:
            self._on.clear()

    def value(self, name):
        return self._on.get(name)

    def take(self, *names):
        """The first of the counted faults that is on, one of its count used up; None when none is."""
        if not self._on:
            return None
        with self._lock:
            for name in names:
                left = self._on.get(name, 0)
                if left > 0:
                    self._on[name] = left - 1
                    if left == 1:
                        del self._on[name]
                    return name
        return None

    def listing(self):
        return dict(self._on)
