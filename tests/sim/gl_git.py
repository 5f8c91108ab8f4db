"""Git plumbing of the simulated GitLab on one bare repository: real objects, real refs, compare-and-swap."""

import os
import re
import threading

from . import gitrepo
from .gitrepo import Missing, git  # noqa: F401  (Missing is part of what callers catch)

FULL = re.compile(r"[0-9a-f]{40}")


def _kept(function):
    """Keeps what a method says about objects that are named by full ids: it never changes. Paths come after the ids."""
    ids = {"merge_base": None}.get(function.__name__, 1)

    def ask(repo, *args):
        if not all(isinstance(arg, str) and FULL.fullmatch(arg) for arg in args[:ids]):
            return function(repo, *args)
        key = (function.__name__, *args)
        found = repo.kept.get(key)
        if found is None:
            found = repo.kept[key] = function(repo, *args)
        return found

    ask.__doc__ = function.__doc__
    return ask


class Race(Exception):
    """The ref was not where it was expected."""


class Repo:
    def __init__(self, path):
        self.path = path
        self.reader = gitrepo.Reader(path)
        self.kept = {}

    def git(self, *args, data=None, env=None):
        return git(self.path, *args, data=data, env=env)

    # -- refs

    def refs(self, prefix="refs/heads/"):
        """{name without the prefix: object id}, sorted."""
        rows = self.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
        return {row[41:].removeprefix(prefix): row[:40] for row in rows}

    def branch(self, name):
        """The tip of a branch, or None."""
        return self._ref(f"refs/heads/{name}")

    def tag(self, name):
        """The commit of a tag, or None."""
        return self._ref(f"refs/tags/{name}^{{commit}}")

    def _ref(self, name):
        try:
            oid, kind, _ = self.reader.read(name)
        except Missing:
            return None
        return oid if kind == "commit" else None

    def resolve(self, name):
        """The commit that a branch, tag, HEAD or (short) id names, or None. A branch goes before a tag."""
        if not name or name.startswith("-") or any(ord(char) < 33 for char in name):
            return None
        for found in (self.branch(name), self.tag(name)):
            if found:
                return found
        if name == "HEAD" or re.fullmatch(r"[0-9a-f]{7,40}|refs/.+", name):
            return self._ref(f"{name}^{{commit}}")
        return None

    def update(self, ref, new, old):
        """Moves a full ref name by compare-and-swap; old "" creates it, new None deletes it. Race when it moved."""
        try:
            if new is None:
                self.git("update-ref", "-d", ref, old)
            else:
                self.git("update-ref", ref, new, old or "0" * 40)
        except RuntimeError as err:
            raise Race(str(err)) from err

    # -- objects

    def commit(self, oid):
        """A commit as dict: id, parents, tree, message, author and committer as (name, e-mail, seconds, zone)."""
        _, kind, body = self.reader.read(oid)
        if kind != "commit":
            raise Missing(oid)
        head, _, message = body.decode("utf-8", "replace").partition("\n\n")
        found = {"id": oid, "parents": [], "message": message}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            if key == "parent":
                found["parents"].append(value)
            elif key == "tree":
                found["tree"] = value
            elif key in ("author", "committer"):
                who = re.fullmatch(r"(.*?) ?<(.*)> (\d+) ([+-]\d{4})", value)
                found[key] = (who[1], who[2], int(who[3]), who[4])
        return found

    def blob(self, commit, path):
        """(blob id, bytes) of a file, or None."""
        try:
            oid, kind, body = self.reader.read(f"{commit}:{path}")
        except Missing:
            return None
        return (oid, body) if kind == "blob" else None

    @_kept
    def mode(self, commit, path):
        row = self.git("ls-tree", commit, "--", f":(literal){path}")
        return row[:6] if row else None

    @_kept
    def last_commit(self, commit, path):
        """The last commit that touched the path as of `commit`, or None."""
        found = self.git("rev-list", "-1", commit, "--", f":(literal){path}")
        return found or None

    @_kept
    def merge_base(self, *commits):
        try:
            return self.git("merge-base", *commits).split("\n")[0]
        except RuntimeError:
            return None

    def is_ancestor(self, old, new):
        return old == new or self.merge_base(old, new) == old

    # -- writing

    def write_tree(self, base, changes):
        """The tree of `base` (a commit or tree, None: empty) with {path: (mode, bytes) or None} applied."""
        index = os.path.join(self.path, f"index.gl.{os.getpid()}.{threading.get_ident()}")
        env = {"GIT_INDEX_FILE": index}
        try:
            if base:
                self.git("read-tree", base, env=env)
            rows = []
            for path, change in changes.items():
                if change is None:
                    rows.append(f"0 {'0' * 40}\t{path}")
                else:
                    rows.append(f"{change[0]} {self.git('hash-object', '-w', '--stdin', data=change[1])}\t{path}")
            rows.sort(key=lambda row: row[0] != "0")  # removals first: a file may become a folder
            self.git("update-index", "-z", "--index-info", data="".join(row + "\0" for row in rows).encode(), env=env)
            return self.git("write-tree", env=env)
        finally:
            if os.path.exists(index):
                os.unlink(index)

    def commit_tree(self, tree, parents, message, author, committer, when):
        """author, committer: (name, e-mail). `when`: seconds. Returns the commit's id; no ref is moved."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        for role, (name, email) in (("author", author), ("committer", committer)):
            lines.append(f"{role} {_plain(name)} <{_plain(email)}> {int(when)} +0000")
        body = "\n".join(lines) + "\n\n" + message
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", data=body.encode("utf-8", "surrogateescape"))


def _plain(text):
    return re.sub(r"[\0\n<>]", "", text).strip() or "?"
