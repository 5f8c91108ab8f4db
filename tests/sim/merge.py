"""RFC 7386 merge patch and RFC 6902 JSON patch on plain values; the input is never changed."""

import copy


class PatchFailed(Exception):
    """A JSON Patch operation failed."""


def merge_patch(target, patch):
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def merge_diff(old, new):
    """The merge patch that leads from old to new (both objects)."""
    patch = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if key in old and before == value and type(before) is type(value):
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            patch[key] = merge_diff(before, value)
        else:
            patch[key] = value
    return patch


def _walk(doc, pointer):
    if pointer and not pointer.startswith("/"):
        raise PatchFailed(pointer)
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if not parts:
        raise PatchFailed("whole document")
    for part in parts[:-1]:
        doc = _child(doc, part)
    return doc, parts[-1]


def _child(doc, part):
    if isinstance(doc, dict) and part in doc:
        return doc[part]
    if isinstance(doc, list) and part.isdigit() and int(part) < len(doc):
        return doc[int(part)]
    raise PatchFailed(part)


def _add(doc, pointer, value):
    parent, last = _walk(doc, pointer)
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and (last == "-" or last.isdigit() and int(last) <= len(parent)):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        raise PatchFailed(pointer)


def _remove(doc, pointer):
    parent, last = _walk(doc, pointer)
    value = _child(parent, last)
    del parent[int(last) if isinstance(parent, list) else last]
    return value


def json_patch(target, operations):
    doc = copy.deepcopy(target)
    if not isinstance(operations, list):
        raise ValueError("a JSON patch is a list")
    for step in operations:
        if not isinstance(step, dict) or not isinstance(step.get("path"), str):
            raise PatchFailed("no path")
        kind, path = step.get("op"), step["path"]
        if kind in ("add", "replace", "test") and "value" not in step:
            raise PatchFailed("no value")
        if kind == "add":
            _add(doc, path, copy.deepcopy(step["value"]))
        elif kind == "remove":
            _remove(doc, path)
        elif kind == "replace":
            parent, last = _walk(doc, path)
            _child(parent, last)
            parent[int(last) if isinstance(parent, list) else last] = copy.deepcopy(step["value"])
        elif kind == "test":
            if _child(*_walk(doc, path)) != step["value"]:
                raise PatchFailed("test")
        elif kind in ("move", "copy"):
            source = step.get("from", "")
            value = copy.deepcopy(_child(*_walk(doc, source)))
            if kind == "move":
                _remove(doc, source)
            _add(doc, path, value)
        else:
            raise PatchFailed(str(kind))
    return doc
