"""POST, PATCH, PUT and DELETE, with the few schema rules that a client can break (argocd.md 3.3)."""

import json

from .kuberead import bad_option
from .kubetypes import RESOURCES, Refusal
from .merge import PatchFailed, json_patch, merge_patch
from .store import Conflict, encode

PATCH_TYPES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")


def part_of(old, new, sub):
    """Of a kind with the subresource `status` each address changes its own part (crds/argo-rollouts: subresources)."""
    if sub == "/status":
        meta = {**old["metadata"], **{key: new["metadata"][key] for key in ("name", "namespace", "resourceVersion") if key in new["metadata"]}}
        kept = {key: value for key, value in {**old, "status": new.get("status")}.items() if value is not None}
        return {**kept, "metadata": meta, "kind": new.get("kind")}
    return {**{key: value for key, value in new.items() if key != "status"}, **({"status": old["status"]} if "status" in old else {})}


class Writing:
    """Part of the request handler."""

    def patch(self, name, query):
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip()
        if kind not in PATCH_TYPES[:2]:
            raise Refusal(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                + ", ".join(PATCH_TYPES),
            )
        if query.get("dryRun", "All") != "All":
            text = f'Unsupported value: []string{{"{query["dryRun"]}"}}: supported values: "All"'
            raise bad_option("PatchOptions", "dryRun", "FieldValueNotSupported", text)
        old = self.find(name)
        if self.resource == "rollouts" and self.server.faults.take("rollout-race"):
            self.server.shared.workloads.world.rollouts.touch(self.namespace, name)
        try:
            body = json.loads(self.body)
        except ValueError as err:
            raise Refusal(400, "BadRequest", "error decoding patch: unexpected end of JSON input") from err
        if self.server.faults.take("k8s-409"):
            raise self.conflict(name)
        expect = None
        if kind == "application/merge-patch+json":
            if not isinstance(body, dict):
                raise Refusal(
                    400,
                    "BadRequest",
                    "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}",
                )
            expect = body.get("metadata", {}).get("resourceVersion") if isinstance(body.get("metadata"), dict) else None
            if expect is not None and not str(expect).isdigit():
                raise Refusal(500, None, f"strconv.ParseUint: parsing {json.dumps(expect)}: invalid syntax")

        def change(obj):
            new = merge_patch(obj, body) if kind == "application/merge-patch+json" else json_patch(obj, body)
            if self.resource == "rollouts":
                new = part_of(obj, new, self.sub)
            self.same(name, new)
            self.validate(name, new)
            return new

        try:
            if "All" in query.get("dryRun", ""):
                new = change(old)
                if expect is not None and expect != old["metadata"]["resourceVersion"]:
                    raise Conflict(name)
                new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
            else:
                new = self.server.store.update(self.resource, name, change, self.namespace, expect)
        except (PatchFailed, TypeError, AttributeError) as err:
            raise Refusal(422, "Invalid", "the server rejected our request due to an error in our request", {}) from err
        except ValueError as err:
            raise Refusal(
                400,
                "BadRequest",
                "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
            ) from err
        except Conflict as err:
            raise self.conflict(name) from err
        except KeyError as err:
            raise self.missing(name) from err
        if self.resource == "rollouts" and self.server.faults.take("rollout-lost-reply"):
            self.abort()
        if self.resource == "applications" and "operation" in new and "operation" not in old and self.server.faults.take("sync-lost-reply"):
            self.abort()
        self.answer(200, encode(new) + b"\n")

    def create(self, query):
        """What `kubectl create` and the first `kubectl apply` send."""
        try:
            body = json.loads(self.body)
            name = body["metadata"]["name"]
        except (ValueError, KeyError, TypeError) as err:
            raise Refusal(400, "BadRequest", "the object provided is unrecognized") from err
        space = self.namespace or body["metadata"].get("namespace")
        if body.get("kind") != RESOURCES[self.resource][0] or body["metadata"].get("namespace", space) != space or not space:
            raise Refusal(400, "BadRequest", "the object provided does not match the kind or the namespace of the request")
        body["metadata"]["namespace"] = space
        self.validate(name, body)
        if self.server.store.get(self.resource, name, space):
            raise self.taken(name)
        if "All" in query.get("dryRun", ""):
            self.answer(201, encode(body) + b"\n")
            return
        try:
            new = self.server.store.create(self.resource, body)
        except Conflict as err:
            raise self.taken(name) from err
        self.answer(201, encode(new) + b"\n")

    def taken(self, name):
        return Refusal(
            409,
            "AlreadyExists",
            f'{self.resource}.argoproj.io "{name}" already exists',
            {"name": name, "group": "argoproj.io", "kind": self.resource},
        )

    def put(self, name):
        try:
            body = json.loads(self.body)
            expect = body["metadata"].get("resourceVersion")
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise Refusal(400, "BadRequest", "the object provided is unrecognized") from err
        self.find(name)
        self.validate(name, body)
        try:
            new = self.server.store.update(self.resource, name, lambda _: body, self.namespace, expect)
        except Conflict as err:
            raise self.conflict(name) from err
        self.answer(200, encode(new) + b"\n")

    def remove(self, name):
        self.find(name)
        self.server.store.delete(self.resource, name, self.namespace)
        self.answer(200, encode({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}) + b"\n")

    def conflict(self, name):
        return Refusal(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {self.resource}.argoproj.io "{name}": the object has been modified; '
            "please apply your changes to the latest version and try again",
            {"name": name, "group": "argoproj.io", "kind": self.resource},
        )

    def same(self, name, obj):
        """An object stays what and where it is."""
        meta = obj["metadata"]
        if meta.get("name") != name:
            text = f"the name of the object ({meta.get('name')}) does not match the name on the URL ({name})"
            raise Refusal(400, "BadRequest", text)
        if meta.get("namespace") != self.namespace:
            where = f"the namespace on the request ({self.namespace})"
            raise Refusal(400, "BadRequest", f"the namespace of the object ({meta.get('namespace')}) does not match {where}")
        kind = RESOURCES[self.resource][0]
        if obj.get("kind") != kind:
            text = f"Invalid value: {json.dumps(obj.get('kind'))}: must be {kind}"
            causes = [{"reason": "FieldValueInvalid", "message": text, "field": "kind"}]
            details = {"name": name, "group": "argoproj.io", "kind": obj.get("kind"), "causes": causes}
            raise Refusal(422, "Invalid", f'{obj.get("kind")}.argoproj.io "{name}" is invalid: kind: {text}', details)

    def validate(self, name, obj):
        """The few rules of the schema that a client of ours can break."""
        causes = []
        for field, kinds in (
            ("spec", dict),
            ("status", dict),
            ("operation", dict),
            ("metadata.annotations", dict),
            ("metadata.labels", dict),
            ("spec.project", str),
        ):
            value = obj
            for part in field.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None and not isinstance(value, kinds):
                want = "string" if kinds is str else "object"
                got = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}.get(
                    type(value), "object"
                )
                text = f'Invalid value: "{got}": {field} in body must be of type {want}: "{got}"'
                causes.append({"reason": "FieldValueTypeInvalid", "message": text, "field": field})
        if self.resource == "applications":
            spec = obj.get("spec")
            needed = [("spec", obj)] + [(f"spec.{part}", spec) for part in ("destination", "project") if isinstance(spec, dict)]
            causes += [
                {"reason": "FieldValueRequired", "message": "Required value", "field": field}
                for field, of in needed
                if field.rpartition(".")[2] not in of
            ]
        status = obj.get("status")
        state = status.get("operationState") if isinstance(status, dict) else None
        if isinstance(state, dict):
            causes += [
                {"reason": "FieldValueRequired", "message": "Required value", "field": f"status.operationState.{part}"}
                for part in ("operation", "phase", "startedAt")
                if part not in state
            ]
        annotations = obj["metadata"].get("annotations")
        if isinstance(annotations, dict) and not all(isinstance(value, str) for value in annotations.values()):
            raise Refusal(422, "Invalid", "metadata.annotations: the values must be strings")
        if isinstance(annotations, dict) and sum(len(k) + len(str(v)) for k, v in annotations.items()) > 262144:
            causes.append(
                {
                    "reason": "FieldValueTooLong",
                    "message": "Too long: may not be more than 262144 bytes",
                    "field": "metadata.annotations",
                }
            )
        if causes:
            text = ", ".join(f"{c['field']}: {c['message']}" for c in causes)
            raise Refusal(
                422,
                "Invalid",
                f'{RESOURCES[self.resource][0]}.argoproj.io "{name}" is invalid: {text if len(causes) == 1 else "[" + text + "]"}',
                {"name": name, "group": "argoproj.io", "kind": RESOURCES[self.resource][0], "causes": causes},
            )
