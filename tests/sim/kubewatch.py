"""WATCH: events from the store's log, bookmarks, timeoutSeconds, and the faults of a stream (argocd.md 3.2, 6.3)."""

import random
import time

from . import kubeselect
from .store import frame

EXPIRED = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Expired", "code": 410}
BOOKMARK_EVERY = 60.0
BOOKMARK_BEFORE_END = 1.2


class Watch:
    """One open watch. `send(bytes)` writes a chunk; `abort()` resets the connection."""

    def __init__(self, server, resource, namespace, query, send, abort):
        self.server, self.store, self.faults = server, server.store, server.faults
        self.resource, self.namespace, self.query, self.send_chunk, self.abort = resource, namespace, query, send, abort
        self.matches = kubeselect.matcher(query)
        self.epoch = self.faults.epoch
        timeout = float(query.get("timeoutSeconds") or random.uniform(1800, 3600))
        self.began, self.end = time.monotonic(), time.monotonic() + timeout
        self.bookmarks = query.get("allowWatchBookmarks", "") in ("true", "1")
        self.next_bookmark = self.began + BOOKMARK_EVERY
        if self.end - BOOKMARK_BEFORE_END > self.began:
            self.next_bookmark = min(self.next_bookmark, self.end - BOOKMARK_BEFORE_END)
        self.rv = 0

    def send(self, data):
        step = self.faults.value("watch-split")
        for at in range(0, len(data), step or len(data)):
            self.send_chunk(data[at : at + (step or len(data))])

    def _first(self):
        """Events that a watch without a resourceVersion begins with; False when the version is gone."""
        asked = self.query.get("resourceVersion", "")
        initial = self.query.get("sendInitialEvents") == "true"
        lines, wanted = [], None
        with self.store.cond:
            objects, self.rv = self.store.list(self.resource, self.namespace)
            if asked in ("", "0") or initial:
                lines = [frame("ADDED", obj) for obj in objects if self.matches(obj)]
            else:
                wanted = int(asked)
        if wanted is not None:
            if wanted < self.store.compacted:
                self._expired(wanted)
                return False
            self.rv = wanted
        if initial:
            lines.append(self._bookmark({"k8s.io/initial-events-end": "true"}))
        if lines:
            self.send(b"".join(lines))
        return True

    def _bookmark(self, annotations=None):
        meta = {"resourceVersion": str(self.rv)}
        if annotations:
            meta["annotations"] = annotations
        return frame(
            "BOOKMARK",
            {"apiVersion": "argoproj.io/v1alpha1", "kind": self.server.kind(self.resource), "metadata": meta},
        )

    def _line(self, event):
        """The line of an event as this watch sees it (a label that goes away is a DELETED), or None."""
        if event.resource != self.resource or self.namespace and event.new["metadata"]["namespace"] != self.namespace:
            return None
        now = self.matches(event.new) and event.type != "DELETED"
        before = event.old is not None and self.matches(event.old)
        if now and before or event.type == "ADDED" and now or event.type == "DELETED" and before:
            if self.faults.value("watch-null"):
                return frame(event.type, _with_nulls(event.new))
            return event.line()
        if now:
            return frame("ADDED", event.new)
        return frame("DELETED", event.new) if before else None

    def run(self):
        if not self._first():
            return
        while True:
            with self.store.cond:
                events = self._wait(self._next_moment())
            fault = None
            if self.epoch != self.faults.epoch:
                self.epoch, fault = self.faults.epoch, self.faults.event
            if events != "gone":
                self._deliver(events)
            elif fault is None:
                self._expired(self.rv)
                return
            if fault and self._obey(*fault) or time.monotonic() >= self.end:
                return
            self._bookmark_when_due()

    def _deliver(self, events):
        pause = self.faults.value("watch-batch")
        if events and pause:
            time.sleep(pause / 1000)
            with self.store.cond:
                events = self._since()
        if not events or events == "gone":
            return
        lines = [line for line in map(self._line, events) if line]
        self.rv = events[-1].rv
        for piece in [b"".join(lines)] if pause and lines else lines:
            self.send(piece)

    def _next_moment(self):
        """When something is due without an event."""
        quick = self.faults.value("watch-bookmarks")
        if quick:
            self.next_bookmark = min(self.next_bookmark, time.monotonic() + quick / 1000)
        return min(self.end, self.next_bookmark) if self.bookmarks else self.end

    def _bookmark_when_due(self):
        now = time.monotonic()
        if not self.bookmarks or now < self.next_bookmark or self.faults.value("watch-stall"):
            return
        self.send(self._bookmark())
        last = self.end - BOOKMARK_BEFORE_END
        self.next_bookmark = min(now + BOOKMARK_EVERY, last) if now < last else self.end + 1

    def _expired(self, rv):
        text = f"too old resource version: {rv} ({self.store.compacted})"
        self.send(frame("ERROR", {**EXPIRED, "message": text}))

    def _since(self):
        if self.rv < self.store.compacted:
            return "gone"
        found = []
        for event in reversed(self.store.log):
            if event.rv <= self.rv:
                break
            found.append(event)
        found.reverse()
        return found

    def _wait(self, until):
        """Under the lock: events after self.rv, waiting for the first one until the moment."""
        while True:
            found = [] if self.faults.value("watch-stall") else self._since()
            left = until - time.monotonic()
            if found or left <= 0 or self.epoch != self.faults.epoch:
                return found
            self.store.cond.wait(min(left, 0.5) if self.faults.value("watch-stall") else left)

    def _obey(self, name, value):
        """A fault for the watches that are open; True = this watch is over."""
        half = frame(
            "MODIFIED", {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "half"}}
        )[:60]
        if name == "watch-gone":
            self._expired(self.rv)
        elif name == "watch-error":
            text = "an error on the server has prevented the request from succeeding"
            self.send(frame("ERROR", {**EXPIRED, "reason": "InternalError", "code": 500, "message": text}))
        elif name in ("watch-rst", "watch-cut"):
            self.send(half)
            if name == "watch-rst":
                self.abort()
        elif name == "watch-garbage":
            self.send(b"<html>proxy error</html>\n")
            return False
        elif name == "watch-bookmark-now":
            if self.bookmarks:
                self.send(self._bookmark())
            return False
        elif name == "watch-long":
            self.send_chunk(
                b'{"type":"MODIFIED","object":{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","pad":"'
            )
            for _ in range(value * 16):
                self.send_chunk(b"x" * 65536)
            self.send_chunk(b'"}}\n')
        return True


def _with_nulls(obj):
    """The same object with nulls where Go would leave a field out."""
    copy = {**obj, "status": {**obj.get("status", {})}}
    for field in ("conditions", "operationState", "history", "summary", "reconciledAt"):
        copy["status"].setdefault(field, None)
    copy.setdefault("operation", None)
    return copy
