"""From a revision and a source to manifests: Helm charts in the words of the seed, Kustomize overlays, folders."""

import json
import posixpath
import re

import yaml

from .gitrepo import Missing

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RenderError(Exception):
    """What the repo server would say; the text is the end of the ComparisonError."""


def _yaml(body, what):
    try:
        return [doc for doc in yaml.load_all(body, Loader) if doc is not None]
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise RenderError(what.format(f"yaml: {where}{getattr(err, 'problem', err)}")) from err


def _merge(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif value is None:
            into.pop(key, None)
        else:
            into[key] = value


def _lookup(scope, dotted, where):
    value = scope
    for part in dotted.split("."):
        if not isinstance(value, dict):
            raise RenderError(f"{where}: nil pointer evaluating interface {{}}.{part}")
        value = value.get(part)
    return value


def _expand(expression, scope, where):
    head, *pipes = [part.strip() for part in expression.split("|")]
    if not re.fullmatch(r"\.[A-Za-z][\w.]*", head):
        raise RenderError(f"{where}: function {head.split()[0]!r} not defined")
    value = _lookup(scope, head[1:], where)
    for pipe in pipes:
        if pipe == "quote":
            value = json.dumps("" if value is None else _text(value))
        elif pipe == "toJson":
            value = json.dumps(value)
        elif pipe.startswith("default "):
            value = value or json.loads(pipe[8:])
        else:
            raise RenderError(f"{where}: function {pipe.split()[0]!r} not defined")
    return _text(value)


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<no value>" if value is None else str(value)


class Renderer:
    """Cached by (commit, source): a render is a pure function of them."""

    def __init__(self, reader, rewrite):
        self.reader, self.rewrite, self.cache = reader, rewrite, {}

    def manifests(self, commit, source, app, namespace):
        """(source type, [manifest]); RenderError when the repo server would refuse."""
        key = (commit, json.dumps(source, sort_keys=True), app, namespace)
        if key not in self.cache:
            try:
                self.cache[key] = self._render(commit, source, app, namespace)
            except RenderError as err:
                self.cache[key] = err
        found = self.cache[key]
        if isinstance(found, RenderError):
            raise found
        return found

    def _render(self, commit, source, app, namespace):
        path = source.get("path", ".").strip("/")
        try:
            names = {name: is_tree for name, is_tree, _ in self.reader.tree(f"{commit}:{path}")}
        except Missing as err:
            raise RenderError(f"rpc error: code = Unknown desc = {path}: app path does not exist") from err
        if "Chart.yaml" in names:
            return "Helm", self._named(self._helm(commit, path, source.get("helm", {}), app, namespace), namespace)
        if "kustomization.yaml" in names:
            docs = self._kustomize(commit, path)
            self._images(docs, [_override(text) for text in source.get("kustomize", {}).get("images", [])])
            return "Kustomize", self._named(docs, namespace)
        docs = []
        for name in sorted(names):
            if name.endswith((".yaml", ".yml", ".json")) and not names[name]:
                docs += self._file(commit, posixpath.join(path, name))
        return "Directory", self._named(docs, namespace)

    def _named(self, docs, namespace):
        for doc in docs:
            if not isinstance(doc, dict) or "kind" not in doc or not isinstance(doc.get("metadata"), dict):
                raise RenderError("rpc error: code = Unknown desc = Object 'Kind' is missing in manifest")
            doc["metadata"].setdefault("namespace", namespace)
        return docs

    def _blob(self, commit, path):
        try:
            return self.reader.read(f"{commit}:{path}")[2]
        except Missing as err:
            raise RenderError(
                f"rpc error: code = Unknown desc = open <path to cached source>/{path}: no such file or directory"
            ) from err

    def _file(self, commit, path):
        name = posixpath.basename(path)
        body = self._blob(commit, path).replace(self.rewrite[0], self.rewrite[1])
        return _yaml(
            body,
            f'rpc error: code = FailedPrecondition desc = Failed to unmarshal "{name}": failed to unmarshal manifest: '
            "error converting YAML to JSON: {}",
        )

    def _helm(self, commit, path, helm, app, namespace):
        files = helm.get("valueFiles", [])
        shown = " ".join(
            f"--values <path to cached source>/{posixpath.normpath(posixpath.join(path, name))}" for name in files
        )
        command = (
            f"rpc error: code = Unknown desc = failed to execute helm template command: failed running helm: `helm template . "
            f"--name-template {app} --namespace {namespace} --kube-version 1.35.4 {shown} <api versions removed> --include-crds` "
            "failed exit status 1: Error: "
        )
        values = {}
        for name in ["values.yaml"] + files:
            file = posixpath.normpath(posixpath.join(path, name))
            docs = _yaml(
                self._blob(commit, file),
                command.replace("{", "{{").replace("}", "}}")
                + f"failed to parse {file}: error converting YAML to JSON: {{}}",
            )
            for doc in docs:
                if not isinstance(doc, dict):
                    raise RenderError(command + f"failed to parse {file}: cannot unmarshal into a map")
                _merge(values, doc)
        chart = _yaml(
            self._blob(commit, f"{path}/Chart.yaml"), command.replace("{", "{{").replace("}", "}}") + "Chart.yaml: {}"
        )[0]
        scope = {"Values": values, "Chart": {"Name": chart["name"]}, "Release": {"Name": app, "Namespace": namespace}}
        scope["Values"].setdefault("global", {})
        docs = []
        for name, is_tree, _ in self.reader.tree(f"{commit}:{path}/templates"):
            if is_tree or not name.endswith(".yaml"):
                continue
            where = f"{command}template: {chart['name']}/templates/{name}"
            text = self._blob(commit, f"{path}/templates/{name}").decode()
            text = re.sub(r"\{\{-? *(.*?) *-?\}\}", lambda m, w=where: _expand(m.group(1), scope, w), text)
            docs += _yaml(
                text,
                command.replace("{", "{{").replace("}", "}}")
                + f"YAML parse error on {chart['name']}/templates/{name}: {{}}",
            )
        return docs

    def _kustomize(self, commit, path):
        what = f"rpc error: code = Unknown desc = `kustomize build <path to cached source>/{path}` failed exit status 1: Error: "
        braces = what.replace("{", "{{").replace("}", "}}")
        doc = _yaml(self._blob(commit, f"{path}/kustomization.yaml"), braces + "invalid Kustomization: {}")
        if len(doc) != 1 or not isinstance(doc[0], dict):
            raise RenderError(what + "invalid Kustomization: expected one document")
        docs = []
        for entry in doc[0].get("resources", []):
            target = posixpath.normpath(posixpath.join(path, entry))
            if target.endswith((".yaml", ".yml")):
                docs += self._file(commit, target)
            else:
                docs += self._kustomize(commit, target)
        self._images(docs, doc[0].get("images") or [])
        for entry in doc[0].get("replicas") or []:
            for found in docs:
                if found.get("kind") == "Deployment" and found["metadata"]["name"] == entry["name"]:
                    found["spec"]["replicas"] = entry["count"]
        return docs

    @staticmethod
    def _images(docs, entries):
        for container in (c for doc in docs for c in containers(doc)):
            for entry in entries:
                name, tag = split_image(container["image"])
                if name == entry.get("name"):
                    tag = entry.get("newTag", tag)
                    container["image"] = entry.get("newName", name) + (f":{tag}" if tag else "")


def _override(text):
    """One entry of spec.source.kustomize.images, as a kustomization entry."""
    old, _, new = text.rpartition("=")
    name, tag = split_image(new)
    return {"name": old or name, "newName": name, "newTag": tag}


def split_image(image):
    """(repository, tag or "")."""
    at = image.rfind(":")
    return (image[:at], image[at + 1 :]) if at > image.rfind("/") else (image, "")


def containers(doc):
    """The containers of a workload's template."""
    spec = doc.get("spec") if isinstance(doc, dict) else None
    template = spec.get("template") if isinstance(spec, dict) else None
    return template.get("spec", {}).get("containers", []) if isinstance(template, dict) else []
