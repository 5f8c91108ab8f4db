"""Checks recorded exchanges against GitLab's own description of its API (data/gitlab/openapi in the contracts).

`ctl record on` writes one exchange a line to the file SANDBOX_EXCHANGES; check_file() reads it. Where the description
and what was recorded or read in GitLab's source disagree, EXCEPTIONS says so, each with its reason.
"""

import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DESCRIPTION = "data/gitlab/openapi/gitlab-api.swagger2.json"

# (operation, problem, reason): two expressions that must match "METHOD /route" and the problem's text.
EXCEPTIONS = [
    # The generator's looseness.
    ("", "described without a type$", "where GitLab's code declares no type, the generator writes string"),
    ("", "is list, described as object$", "lists of entities are described as one of them"),
    ("", "ci_job_token_scope_enabled is bool, described as string$", "its example is the word false"),
    ("/personal_access_tokens/self$", "expires_at is '.*', described as a time", "a token ends with a day (2)"),
    ("jobs$", "request: scope is list, described as string", "scope[] is a list (7)"),
    ("merge_requests", "labels is str, described as array", "labels are a list or one string with commas (6.1)"),
    # Left out of the description.
    ("/(notes|discussions)", "^not described$", "the description has no notes (SOURCES.md)"),
    ("POST /graphql$", "^not described$", "no REST: a description of its own"),
    ("GET /merge_requests$", "^not described$", "the description was cut to the lists of projects"),
    ("jobs/:job/play$", "answer.* is not described$", "recorded job_play.json has them"),
    ("/users?(/:user_id)?$", "^not described$", "the description was cut to paths without users"),
    ("GET /projects$", "^not described$", "the description was cut: only one project is in it"),
    ("/tree$", "parameter page_token is not described", "1.2: keyset, 17.1 and newer"),
    ("/tags$", "parameter pagination is not described", "1.2: keyset"),
    ("GET /groups$", "^not described$", "the description was cut: only one group is in it"),
    ("GET .*/merge_requests/:iid/pipelines$", "parameter (per_page|page) is not described", "1.2: it comes in pages as all lists do"),
    ("/merge_trains", "^not described$", "Premium, and not in the cut description"),
    ("approval_rules$", "^not described$", "Premium, and not in the cut description"),
    ("(approvals|approve|unapprove)$", "answer.* is not described$", "recorded mr_approvals_get_free_tier.json has them"),
    ("", r"author\.bot is not described$", "recorded mr_get_merged.json has it"),
    ("", r"archived is not described$", "recorded mr_pipeline_create.json has it"),
    ("cancel_merge_when_pipeline_succeeds$", "answer.* is not described$", "the answer is a result, no merge request (recorded)"),
    # Status codes: recorded, or read in GitLab's source.
    ("POST .*/repository/commits$", "status 201", "recorded commit_create_201.json"),
    ("POST .*/statuses/:sha$", "status 201", "7.1: lib/api/commit_statuses.rb"),
    ("POST .*/merge_requests/:iid/pipelines$", "status 200", "7, lib/api/merge_requests.rb"),
    ("PUT .*/rebase$", "status 202", "6.8, lib/api/merge_requests.rb"),
    ("PUT .*/reset_approvals$", "status 202", "6.9, lib/api/merge_request_approvals.rb"),
]


def contracts():
    return os.environ.get("STAGEGATE_CONTRACTS") or os.path.join(ROOT, "../shared/contracts")


def description(folder=None):
    """The description, or None when the contracts are not there."""
    path = os.path.join(folder or contracts(), DESCRIPTION)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def check_file(path, spec):
    """[(operation, problem)] of a recording, each once, exceptions left out. The first exchange makes the file."""
    found = []
    if not os.path.exists(path):
        return found
    with open(path, encoding="utf-8") as source:
        for line in source:
            for row in check(json.loads(line), spec):
                if row not in found:
                    found.append(row)
    return found


def check(exchange, spec):
    """[(operation, problem)] of one exchange, exceptions left out."""
    name = f"{exchange['method']} {exchange['route'] or exchange['path']}"
    return [(name, problem) for problem in Checker(exchange, spec).problems() if not excepted(name, problem)]


def excepted(name, problem):
    return any(re.search(where, name) and re.search(what, problem) for where, what, _ in EXCEPTIONS)


def _template(path):
    return re.compile("/api/v4" + re.sub(r":[a-z_]+", r"\\{[a-z_]+\\}", path) + "$")


class Checker:
    def __init__(self, exchange, spec):
        self.it, self.spec = exchange, spec

    def problems(self):
        operation = self._operation()
        if self.it["route"] is None:  # answered before or without a route: an error
            return list(self._error())
        if operation is None:
            return ["not described"]
        found = list(self._request(operation)) if self.it["status"] < 400 else []
        return found + list(self._answer(operation))

    def _operation(self):
        if not self.it["route"]:
            return None
        wanted = _template(self.it["route"])
        for path, operations in self.spec["paths"].items():
            if wanted.match(path):
                return operations.get(self.it["method"].lower())
        return None

    # -- the request

    def _request(self, operation):
        known, bodies = {}, {}
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                known[parameter["name"].removesuffix("[]")] = parameter
            elif parameter["in"] == "body":
                bodies.update(self._resolve(parameter["schema"]).get("properties", {}))
        for name, value in {**self.it["query"], **self.it["args"]}.items():
            if name in ("private_token", "job_token", "access_token"):
                continue
            schema = bodies.get(name) or known.get(name)
            if schema is None:
                yield f"request: parameter {name} is not described"
            else:
                yield from self._value(f"request: {name}", value, schema, name in self.it["query"])
        for name, parameter in known.items():
            if parameter.get("required") and name not in self.it["query"] and name not in self.it["args"]:
                yield f"request: parameter {name} is missing"

    # -- the answer

    def _answer(self, operation):
        status = str(self.it["status"])
        if self.it["status"] >= 400:
            yield from self._error()
            return
        described = operation["responses"]
        if status == "304":
            return
        if status not in described:
            yield f"status {status} is not described ({', '.join(sorted(described))})"
        schema = next((row["schema"] for code, row in described.items() if code[0] == "2" and "schema" in row), None)
        if self.it["method"] == "HEAD" or self.it["body"] is None:
            return
        if schema is None:
            return
        body = self.it["body"]
        if isinstance(body, list) and schema.get("type") != "array":  # a list described as one of its objects
            schema = {"type": "array", "items": schema}
        yield from self._value("answer", body, schema, False)

    def _error(self):
        """One of the shapes of 1.1."""
        body = self.it["body"]
        if self.it["status"] < 400:
            yield "a success without a route"
        elif self.it["kind"] != "application/json":
            yield f"error of kind {self.it['kind']}"
        elif self.it["method"] == "HEAD":
            return
        elif not isinstance(body, dict) or not ({"message", "error"} & set(body)):
            yield f"error of an unknown shape: {body}"
        elif isinstance(body.get("message"), str) and re.match(r"\d{3} ", body["message"]):
            if int(body["message"][:3]) != self.it["status"]:
                yield f"status {self.it['status']} says {body['message'][:3]}"

    # -- values

    def _resolve(self, schema):
        while "$ref" in schema:
            schema = self.spec["definitions"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _value(self, where, value, schema, text):
        """text: the value came in a query, where everything is a string. null is no problem: it means absent (1)."""
        schema = self._resolve(schema)
        kind = schema.get("type")
        if value is None or kind is None:
            return
        if kind == "object" or "properties" in schema:
            if isinstance(value, list):
                yield f"{where} is list, described as object"
                for part in value:
                    yield from self._value(f"{where}[]", part, schema, text)
            elif not isinstance(value, dict):
                yield f"{where} is {type(value).__name__}, described as object"
            elif schema.get("properties"):
                for name, part in value.items():
                    if name not in schema["properties"]:
                        yield f"{where}.{name} is not described"
                    else:
                        yield from self._value(f"{where}.{name}", part, schema["properties"][name], text)
        elif kind == "array":
            if not isinstance(value, list):
                yield f"{where} is {type(value).__name__}, described as array"
            else:
                for part in value:
                    yield from self._value(f"{where}[]", part, schema.get("items", {}), text)
        else:
            yield from _scalar(where, value, schema, kind, text)


def _scalar(where, value, schema, kind, text):
    good = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool) or text and re.fullmatch(r"-?\d+", str(value)),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "boolean": isinstance(value, bool) or text and value in ("true", "false"),
    }.get(kind, True)
    if not good and set(schema) == {"type"} and kind == "string":
        yield f"{where} is {type(value).__name__}, described without a type"
    elif not good:
        yield f"{where} is {type(value).__name__}, described as {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, described as one of {', '.join(map(str, schema['enum']))}"
    elif schema.get("format") == "date-time" and not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)):
        yield f"{where} is {value!r}, described as a time"
