"""GET, LIST with pages, and the opening of WATCH (argocd.md 3.2)."""

import base64
import binascii
import json

from . import kubeselect, kubewatch
from .kubetypes import RESOURCES, Refusal
from .store import encode


def bad_option(kind, field, reason, text):
    """What is said of an option of a request that makes no sense."""
    return Refusal(
        422,
        "Invalid",
        f'{kind}.meta.k8s.io "" is invalid: {field}: {text}',
        {"group": "meta.k8s.io", "kind": kind, "causes": [{"reason": reason, "message": text, "field": field}]},
    )


class Reading:
    """Part of the request handler."""

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
        if query.get("resourceVersionMatch") and not query.get("resourceVersion"):
            text = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"
            raise bad_option("ListOptions", "resourceVersionMatch", "FieldValueForbidden", text)
        if not (query.get("limit") or "0").isdigit():
            text = f"strconv.ParseInt: parsing {json.dumps(query['limit'])}: invalid syntax"
            raise Refusal(400, "BadRequest", text)
        asked = self.version_asked(query, 400, "invalid resource version: ")
        self.not_future(asked)
        start = ""
        if query.get("continue"):
            rv, start, objects = self.resume(query["continue"])
        else:
            objects, rv = store.list(self.resource, self.namespace)
            if query.get("resourceVersionMatch") == "Exact" and asked != rv:
                objects = self.server.shared.snapshots.get((self.resource, self.namespace, asked))
                if objects is None:
                    raise Refusal(410, "Expired", "The resourceVersion for the provided list is too old.")
                rv = asked
        rows = [obj for obj in objects if matches(obj) and obj["metadata"]["name"] > start]
        meta = {"continue": "", "resourceVersion": str(rv)}
        limit = int(query.get("limit") or 0)
        if limit and len(rows) > limit:
            self.server.shared.snapshots[(self.resource, self.namespace, rv)] = objects
            while len(self.server.shared.snapshots) > 32:
                self.server.shared.snapshots.popitem(last=False)
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
        objects = self.server.shared.snapshots.get((self.resource, self.namespace, rv))
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
            raise bad_option("ListOptions", "resourceVersionMatch", "FieldValueForbidden", text)
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


def token(rv, start):
    body = json.dumps({"v": "meta.k8s.io/v1", "rv": rv, "start": start + "\0"}, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
