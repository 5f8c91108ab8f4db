"""What Argo CD, Helm and Kubernetes would say of the files that `stagegate init gitops` writes."""
import copy
import os
import re
import subprocess
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from sim import gitrepo, render  # noqa: E402

APPLICATIONS = ("Application", "ApplicationSet")


class Strict(yaml.SafeLoader):
    """YAML 1.1, as Go's and Python's readers have it, without duplicate keys."""


def _mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"a key stands twice: {node.start_mark}"
    return loader.construct_mapping(node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def documents(text):
    return [doc for doc in yaml.load_all(text, Strict) if doc is not None]


def files(folder):
    """{path: text} of everything below a folder but .git."""
    found = {}
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = os.path.join(top, name)
            with open(path, encoding="ascii", newline="") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def is_template(path):
    return "/templates/" in path


def manifests(folder):
    """[(path, document)] of everything that is a Kubernetes object as it stands."""
    return [(path, doc) for path, text in sorted(files(folder).items())
            if path.endswith(".yaml") and not is_template(path)
            for doc in documents(text) if "kind" in doc and "apiVersion" in doc]


def applications(folder):
    return [(path, doc) for path, doc in manifests(folder) if doc["kind"] in APPLICATIONS]


def closed(schema):
    """A structural schema as the API server holds objects against it with strict field validation: no unknown fields."""
    schema = copy.deepcopy(schema)

    def close(node):
        if isinstance(node, dict):
            if "properties" in node and not node.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in node:
                node["additionalProperties"] = False
            for value in node.values():
                close(value)
        elif isinstance(node, list):
            for value in node:
                close(value)

    close(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    return schema


class Rendered:
    """The folder as a commit, rendered as the repo server would."""

    def __init__(self, folder, scratch):
        self.path = str(scratch / "rendered.git")
        env = dict(gitrepo.GIT_ENV, GIT_DIR=self.path, GIT_WORK_TREE=str(folder), GIT_AUTHOR_DATE="1767600000 +0000", GIT_COMMITTER_DATE="1767600000 +0000")
        subprocess.run(["git", "init", "-q", "--bare", self.path], check=True, env=gitrepo.GIT_ENV)
        for words in (["add", "-A", "."], ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-q", "-m", "x"]):
            subprocess.run(["git", "-c", "core.bare=false", *words], check=True, env=env)
        self.reader = gitrepo.Reader(self.path)
        self.commit = self.reader.commit("HEAD")
        self.renderer = render.Renderer(self.reader, (b"-", b"-"))

    def application(self, app):
        spec = app["spec"]
        return self.renderer.manifests(self.commit, spec["source"], app["metadata"]["name"], spec["destination"]["namespace"])


def expressions(text):
    """What stands between {{ and }} in a template."""
    return [match.strip() for match in re.findall(r"\{\{-?(.*?)-?\}\}", text)]
