"""A small structural validator: an object against the schema of a CustomResourceDefinition, nothing undeclared."""

import re

import yaml

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def load(path):
    """The schema of the only version of a CRD file."""
    with open(path, encoding="utf-8") as source:
        return yaml.load(source, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["spec"]["versions"][0]["schema"][
            "openAPIV3Schema"
        ]


def check(value, schema, where=""):
    """What is wrong with value: a list of sentences."""
    if schema.get("x-kubernetes-int-or-string"):
        return [] if isinstance(value, (int, str)) else [f"{where}: neither integer nor string"]
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or kind in ("integer", "number") and isinstance(value, bool)):
        return [f"{where}: {type(value).__name__}, not {kind}"]
    wrong = []
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{where}: {value!r} is none of {schema['enum']}")
    if schema.get("format") == "date-time" and not STAMP.fullmatch(value):
        wrong.append(f"{where}: {value!r} is no RFC 3339 time of whole seconds")
    if isinstance(value, dict):
        wrong += _object(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            wrong += check(item, schema["items"], f"{where}[{index}]")
    return wrong


def _object(value, schema, where):
    known, more = schema.get("properties", {}), schema.get("additionalProperties")
    wrong = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    if not where and "metadata" in value:
        known = {**known, "metadata": {}}  # the API server knows that one itself
    for name, item in value.items():
        if name in known:
            wrong += check(item, known[name], f"{where}.{name}")
        elif isinstance(more, dict):
            wrong += check(item, more, f"{where}.{name}")
        elif known and not schema.get("x-kubernetes-preserve-unknown-fields"):
            wrong.append(f"{where}: {name} is not declared")
    return wrong
