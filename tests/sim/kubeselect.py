"""fieldSelector and labelSelector of the API server, as far as custom resources have them."""

import re


class BadSelector(Exception):
    """400 BadRequest; the text is the message."""


def _fields(text):
    tests = []
    for part in filter(None, text.split(",")):
        match = re.fullmatch(r"([\w.]+)(!=|==|=)(.*)", part)
        if not match:
            raise BadSelector(f"invalid selector: '{part}'; can't understand '{part}'")
        field, how, value = match.groups()
        if field not in ("metadata.name", "metadata.namespace"):
            raise BadSelector(f"field label not supported: {field}")
        key = field.split(".")[1]
        tests.append(lambda obj, k=key, v=value, n=how == "!=": (obj["metadata"].get(k) == v) != n)
    return tests


def _label(part):
    match = re.fullmatch(r"([\w./-]+)\s*(!=|==|=)\s*([\w.-]*)", part)
    if match:
        key, how, value = match.groups()
        return lambda labels: (labels.get(key) == value) != (how == "!=")
    match = re.fullmatch(r"([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)", part)
    if match:
        key, how, values = match.groups()
        wanted = [v.strip() for v in values.split(",")]
        return lambda labels: (labels.get(key) in wanted) != (how == "notin")
    match = re.fullmatch(r"(!?)([\w./-]+)", part)
    if match:
        return lambda labels: (match.group(2) in labels) != bool(match.group(1))
    raise BadSelector("unable to parse requirement: found '=', expected: identifier")


def matcher(query):
    """A predicate over objects; BadSelector when a selector cannot be read."""
    tests = _fields(query.get("fieldSelector", ""))
    for part in re.findall(r"(?:[^,(]|\([^)]*\))+", query.get("labelSelector", "")):
        test = _label(part.strip())
        tests.append(lambda obj, t=test: t(obj["metadata"].get("labels", {})))
    return lambda obj: all(test(obj) for test in tests)


def name_of(query):
    """NAME of `fieldSelector=metadata.name=NAME`, else None."""
    match = re.fullmatch(r"metadata\.name==?(.+)", query.get("fieldSelector", ""))
    return match.group(1) if match else None
