"""The objects of the API server: one resourceVersion counter, a log that watches read (argocd.md 6.1)."""

import collections
import copy
import json
import threading
import uuid

from .merge import merge_diff

KINDS = {"applications": "Application", "applicationsets": "ApplicationSet", "appprojects": "AppProject", "rollouts": "Rollout"}
GROUP, VERSION = "argoproj.io", "v1alpha1"
LOG_SIZE = 4096


class Conflict(Exception):
    """The object has another resourceVersion than the writer believed."""


class Event:
    """One change. `old` is the object before (None for ADDED)."""

    __slots__ = ("rv", "type", "resource", "old", "new", "_line")

    def __init__(self, rv, kind, resource, old, new):
        self.rv, self.type, self.resource, self.old, self.new, self._line = rv, kind, resource, old, new, None

    def line(self):
        if self._line is None:
            self._line = frame(self.type, self.new)
        return self._line


def encode(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def frame(kind, obj):
    """One line of a watch."""
    return b'{"type":"%s","object":%s}\n' % (kind.encode(), encode(obj))


class Store:
    """Objects are replaced, never changed in place: whoever holds one may read it without the lock."""

    def __init__(self, clock_stamp):
        self.cond = threading.Condition()
        self.objects = {}
        self.log = collections.deque(maxlen=LOG_SIZE)
        self.rv = 1000
        self.compacted = 0  # events up to here are gone
        self.listeners = []  # called under the lock with each event
        self._stamp = clock_stamp

    def get(self, resource, name, namespace="argocd"):
        return self.objects.get((resource, namespace, name))

    def list(self, resource, namespace=None):
        """(objects by name, resourceVersion) of one moment."""
        with self.cond:
            found = [
                obj for (kind, space, _), obj in self.objects.items() if kind == resource and namespace in (None, space)
            ]
            return sorted(found, key=lambda obj: (obj["metadata"]["namespace"], obj["metadata"]["name"])), self.rv

    def create(self, resource, obj):
        with self.cond:
            obj = copy.deepcopy(obj)
            meta = obj["metadata"]
            key = (resource, meta["namespace"], meta["name"])
            if key in self.objects:
                raise Conflict("already exists")
            meta.setdefault("creationTimestamp", self._stamp())
            meta.setdefault("generation", 1)
            meta["uid"] = str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(key) + meta["creationTimestamp"]))
            return self._put("ADDED", key, None, obj)

    def update(self, resource, name, change, namespace="argocd", expect=None):
        """Replaces an object by change(copy); no write, no event when nothing changed. KeyError when it is not there."""
        with self.cond:
            key = (resource, namespace, name)
            old = self.objects[key]
            new = copy.deepcopy(old)
            new = change(new) or new
            if expect is not None and expect != old["metadata"]["resourceVersion"]:
                raise Conflict(name)
            for field in ("resourceVersion", "uid", "name", "namespace", "creationTimestamp", "generation"):
                new["metadata"][field] = old["metadata"][field]
            if not new["metadata"].get("annotations", True):
                del new["metadata"]["annotations"]
            diff = merge_diff(old, new)
            if not diff:
                return old
            counted = {"metadata"} | ({"status"} if resource in ("applicationsets", "rollouts") else set())
            if set(diff) - counted or "deletionTimestamp" in diff.get("metadata", {}):
                new["metadata"]["generation"] += 1
            return self._put("MODIFIED", key, old, new)

    def delete(self, resource, name, namespace="argocd"):
        with self.cond:
            key = (resource, namespace, name)
            old = self.objects.pop(key)
            new = copy.deepcopy(old)
            self._event("DELETED", resource, old, new)

    def compact(self):
        """Forgets the event log: a watch from before now gets 410."""
        with self.cond:
            self.compacted = self.rv
            self.log.clear()

    def _put(self, kind, key, old, new):
        self.objects[key] = new
        self._event(kind, key[0], old, new)
        return new

    def _event(self, kind, resource, old, new):
        self.rv += 1
        new["metadata"]["resourceVersion"] = str(self.rv)
        new["apiVersion"], new["kind"] = f"{GROUP}/{VERSION}", KINDS[resource]
        if len(self.log) == LOG_SIZE:
            self.compacted = self.log[0].rv
        event = Event(self.rv, kind, resource, old, new)
        self.log.append(event)
        for listener in self.listeners:
            listener(event)
        self.cond.notify_all()
