"""A small Kubernetes API server for measurements: thousands of Applications, made once, served fast.

usage: apiserver.py PORT-FILE

Speaks what `stagegate wait`, `kubectl wait` and `kubectl get -w` ask for: discovery, GET, paged LIST, WATCH of one
or of all, PATCH. `POST /bench/...` steers it: what there is, who becomes healthy when, and what was asked.
All times are CLOCK_MONOTONIC, which the one who measures shares.
"""
import asyncio
import json
import sys
import time
import urllib.parse

GROUP = "/apis/argoproj.io/v1alpha1"
BASE = GROUP + "/namespaces/argocd/applications"
PARTS = 12  # resources of an application


def resources(name):
    for number in range(PARTS):
        yield {"group": "apps" if number % 2 else "", "version": "v1", "kind": "Deployment" if number % 2 else "ConfigMap",
               "namespace": name, "name": f"{name}-{number}", "status": "Synced"}


def managed_fields():
    tree = {f"f:{part}": {".": {}, **{f"f:{leaf}": {} for leaf in ("repoURL", "path", "targetRevision", "revision")}}
            for part in ("spec", "status", "operationState", "summary", "history", "resources")}
    return [{"manager": manager, "operation": "Update", "apiVersion": "argoproj.io/v1alpha1",
             "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1", "fieldsV1": tree}
            for manager in ("argocd-server", "argocd-application-controller")]


def application(name, want, health, version):
    """With the status that a real one has: history, the last operation and its resources, managed fields."""
    source = {"repoURL": want["repo"], "targetRevision": want["branch"], "path": f"apps/{name}",
              "helm": {"valueFiles": ["values.yaml", "values-dev.yaml"]}}
    destination = {"server": "https://kubernetes.default.svc", "namespace": name}
    sync = {"revision": want["revision"], "source": source,
            "resources": [{**part, "status": "Synced", "message": f"{part['kind'].lower()}/{part['name']} configured",
                           "hookPhase": "Running", "syncPhase": "Sync"} for part in resources(name)]}
    history = [{"id": number, "revision": f"{number:040x}", "deployStartedAt": "2026-01-02T03:04:01Z",
                "deployedAt": "2026-01-02T03:04:05Z", "source": source, "initiatedBy": {"automated": True}}
               for number in range(10)]
    return {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "uid": f"uid-{name}", "resourceVersion": str(version),
                     "generation": 7, "creationTimestamp": "2026-01-01T00:00:00Z",
                     "labels": {"team": "shop"}, "managedFields": managed_fields()},
        "spec": {"project": "default", "source": source, "destination": destination,
                 "syncPolicy": {"automated": {"prune": True, "selfHeal": True}}},
        "status": {
            "sync": {"status": "Synced", "revision": want["revision"],
                     "comparedTo": {"source": source, "destination": destination}},
            "health": {"status": health, "lastTransitionTime": "2026-01-02T03:04:06Z"},
            "history": history, "resources": list(resources(name)), "reconciledAt": "2026-01-02T03:04:07Z",
            "operationState": {"phase": "Succeeded", "startedAt": "2026-01-02T03:04:01Z",
                               "finishedAt": "2026-01-02T03:04:05Z", "message": "successfully synced (all tasks run)",
                               "operation": {"initiatedBy": {"automated": True}, "sync": {"revision": want["revision"]}},
                               "syncResult": sync},
            "sourceType": "Helm", "controllerNamespace": "argocd",
            "summary": {"images": [want["image"].replace("{name}", want["service"](name))]},
        },
    }


class Server:
    def __init__(self):
        self.want = None
        self.names = []
        self.health = {}
        self.versions = {}
        self.version = 1000
        self.texts = {}
        self.pages = {}
        self.watchers = []  # (name or None, writer)
        self.waiting = []  # futures of those who wait for a watcher
        self.log = []

    def text(self, name):
        key = (name, self.versions[name])
        if self.texts.get(name, (None, None))[0] != key:
            item = application(name, self.want, self.health[name], self.versions[name])
            self.texts[name] = (key, json.dumps(item, separators=(",", ":")).encode())
        return self.texts[name][1]

    # ---- what is steered ----

    def steer(self, action, given):
        if action == "set":
            suffix = given.get("suffix", "")
            self.want = {**given, "service": lambda name: name[:len(name) - len(suffix)] if suffix else name}
            self.names = sorted(given["names"])
            self.version += 1
            self.health = {name: given["health"] for name in self.names}
            self.versions = {name: self.version for name in self.names}
            self.texts, self.pages, self.log = {}, {}, []
            for name in self.names:
                self.text(name)
            for first in range(0, len(self.names), 500):
                self.page(first, 500)
        if action == "become":
            return self.become(given["health"])
        if action == "log":
            return {"log": self.log}
        return {}

    def become(self, health):
        """All change at once; answers when the first byte was sent."""
        frames = []
        for name in self.names:
            self.version += 1
            self.health[name], self.versions[name] = health, self.version
            text = b'{"type":"MODIFIED","object":' + self.text(name) + b"}\n"
            frames.append((name, b"%x\r\n%s\r\n" % (len(text), text)))
        self.pages = {}
        start = time.monotonic_ns()
        for wanted, writer in self.watchers:
            writer.write(b"".join(frame for name, frame in frames if wanted in (None, name)))
        return {"start_ns": start}

    # ---- what is asked ----

    def page(self, first, limit):
        if (first, limit) not in self.pages:
            names = self.names[first:first + limit]
            left = len(self.names) - first - len(names)
            meta = {"resourceVersion": str(self.version)}
            if left > 0:
                meta.update({"continue": str(first + limit), "remainingItemCount": left})
            head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationList", "metadata": meta}
            body = json.dumps(head).encode()[:-1] + b',"items":[' + b",".join(map(self.text, names)) + b"]}"
            self.pages[first, limit] = body
        return self.pages[first, limit]

    def listed(self, name):
        items = b"" if name not in self.health else self.text(name)
        head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationList",
                "metadata": {"resourceVersion": str(self.version)}}
        return json.dumps(head).encode()[:-1] + b',"items":[' + items + b"]}"

    def selected(self, query):
        for part in query.get("fieldSelector", "").split(","):
            key, _, value = part.partition("=")
            if key == "metadata.name":
                return value
        return None

    def answer(self, method, path, query):
        """Status and body of what is no watch."""
        if path == "/api":
            return 200, b'{"kind":"APIVersions","versions":["v1"]}'
        if path == "/apis":
            return 200, json.dumps({"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": "argoproj.io", "versions": [{"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}],
                 "preferredVersion": {"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}}]}).encode()
        if path == "/api/v1":
            return 200, b'{"kind":"APIResourceList","groupVersion":"v1","resources":[]}'
        if path == GROUP:
            return 200, json.dumps({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "argoproj.io/v1alpha1",
                                    "resources": [{"name": "applications", "singularName": "application", "namespaced": True,
                                                   "kind": "Application", "verbs": ["get", "list", "watch", "patch"],
                                                   "shortNames": ["app", "apps"]}]}).encode()
        name = path[len(BASE) + 1:]
        if path == BASE and self.selected(query):
            return 200, self.listed(self.selected(query))
        if path == BASE:
            return 200, self.page(int(query.get("continue") or 0), int(query.get("limit") or len(self.names) or 1))
        if path.startswith(BASE + "/") and name in self.health and method in ("GET", "PATCH"):
            return 200, self.text(name)
        return 404, json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
                                "message": f"{path} not found", "code": 404}).encode()

    async def watch(self, query, writer):
        entry = (self.selected(query), writer)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.watchers.append(entry)
        for future in self.waiting:
            future.set_result(None)
        self.waiting = []
        try:
            while True:
                await asyncio.sleep(50)
                text = json.dumps({"type": "BOOKMARK", "object": {
                    "kind": "Application", "apiVersion": "argoproj.io/v1alpha1",
                    "metadata": {"resourceVersion": str(self.version)}}}).encode() + b"\n"
                writer.write(b"%x\r\n%s\r\n" % (len(text), text))
        finally:
            self.watchers.remove(entry)

    async def steered(self, path, body):
        if path == "/bench/watched":
            if not self.watchers:
                self.waiting.append(asyncio.get_running_loop().create_future())
                await self.waiting[-1]
            return {}
        if path == "/bench/unwatched":
            while self.watchers:
                await asyncio.sleep(0.002)
            return {}
        return self.steer(path[len("/bench/"):], json.loads(body) if body else {})

    async def serve(self, reader, writer):
        watching = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ", 2)
                headers = dict((key.lower(), value.strip()) for key, _, value in (line.partition(":") for line in lines))
                body = await reader.readexactly(int(headers.get("content-length") or 0))
                path, _, text = target.partition("?")
                query = dict(urllib.parse.parse_qsl(text))
                if path.startswith("/bench/"):
                    status, out = 200, json.dumps(await self.steered(path, body)).encode()
                else:
                    self.log.append([method, path, text])
                    if query.get("watch") in ("1", "true") and "sendInitialEvents" not in query:
                        watching = asyncio.ensure_future(self.watch(query, writer))
                        await reader.read()  # until it goes
                        return
                    status, out = self.answer(method, path, query)
                    if "sendInitialEvents" in query:
                        status, out = 422, b'{"kind":"Status","status":"Failure","reason":"Invalid","message":"no","code":422}'
                writer.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(out)))
                writer.write(out)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if watching:
                watching.cancel()
            writer.close()


async def main():
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 20)
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write(str(listening.sockets[0].getsockname()[1]))
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
