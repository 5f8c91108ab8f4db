"""Reads a bare repository through one `git cat-file --batch`, and writes the commits of other people with plumbing."""

import os
import re
import subprocess
import threading

GIT_ENV = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
GIT_ENV.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C")


class Missing(Exception):
    """The named object is not in the repository."""


class Reader:
    """Objects by name (`<sha>`, `refs/heads/x`, `<sha>:<path>`). Refs are resolved afresh at each call."""

    def __init__(self, path):
        self.path = path
        self._lock = threading.Lock()
        self._child = None

    def read(self, name):
        """(id, type, bytes) of an object; Missing when there is none."""
        if "\n" in name:
            raise Missing(name)
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._child = subprocess.Popen(
                    ["git", "-C", self.path, "cat-file", "--batch"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=GIT_ENV,
                )
            self._child.stdin.write(name.encode() + b"\n")
            self._child.stdin.flush()
            head = self._child.stdout.readline().split()
            if len(head) != 3:
                raise Missing(name)
            body = self._child.stdout.read(int(head[2]) + 1)
        return head[0].decode(), head[1].decode(), body[:-1]

    def commit(self, revision):
        """Full id of the commit that a branch, HEAD, tag or id names; Missing when there is none."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}^{{commit}}", revision):
            try:
                oid, kind, _ = self.read(name)
            except Missing:
                continue
            if kind == "commit":
                return oid
        raise Missing(revision)

    def tree(self, name):
        """[(name, is_tree, id)] of a tree."""
        oid, kind, body = self.read(name)
        if kind != "tree":
            raise Missing(name)
        rows, at = [], 0
        width = len(oid) // 2
        while at < len(body):
            zero = body.index(b"\0", at)
            mode, entry = body[at:zero].split(b" ", 1)
            rows.append((entry.decode(), mode == b"40000", body[zero + 1 : zero + 1 + width].hex()))
            at = zero + 1 + width
        return rows

    def close(self):
        with self._lock:
            if self._child:
                self._child.stdin.close()
                self._child.wait()
                self._child = None


def git(path, *args, data=None, env=None):
    """Output of one git command, stripped; RuntimeError with git's words when it fails."""
    done = subprocess.run(
        ["git", "-C", path, *args], input=data, capture_output=True, env=dict(GIT_ENV, **(env or {})), check=False
    )
    if done.returncode:
        raise RuntimeError(f"git {args[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace").strip()


def restore(path, want):
    """Puts every ref back: {full name: id}; others are removed."""
    rows = git(path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    have = dict(row.split(" ") for row in rows)
    for name in set(have) - set(want):
        git(path, "update-ref", "-d", name)
    for name, commit in want.items():
        if have.get(name) != commit:
            git(path, "update-ref", name, commit)


def put(path, branch, changes, message, parent=None, when=None):
    """Commits {file: bytes or None} on a branch as somebody else, by compare-and-swap. Returns (old, new)."""
    old = git(path, "rev-parse", f"refs/heads/{branch}")
    parent = parent or old
    when = when or int(git(path, "show", "-s", "--format=%ct", parent)) + 60
    who = {"GIT_INDEX_FILE": os.path.join(path, f"index.{os.getpid()}.{threading.get_ident()}")}
    for role in ("AUTHOR", "COMMITTER"):
        who.update(
            {
                f"GIT_{role}_NAME": "Somebody Else",
                f"GIT_{role}_EMAIL": "somebody.else@example.com",
                f"GIT_{role}_DATE": f"{when} +0000",
            }
        )
    try:
        git(path, "read-tree", parent, env=who)
        for file, body in changes.items():
            if body is None:
                git(
                    path,
                    "update-index",
                    "--index-info",
                    data=b"0 " + b"0" * 40 + b"\t" + file.encode() + b"\n",
                    env=who,
                )
                continue
            blob = git(path, "hash-object", "-w", "--stdin", data=body)
            git(path, "update-index", "--add", "--cacheinfo", f"100644,{blob},{file}", env=who)
        tree = git(path, "write-tree", env=who)
    finally:
        if os.path.exists(who["GIT_INDEX_FILE"]):
            os.unlink(who["GIT_INDEX_FILE"])
    new = git(path, "commit-tree", tree, "-p", parent, "-m", message, env=who)
    git(path, "update-ref", f"refs/heads/{branch}", new, old)
    return old, new


def set_tag(body, tag):
    """The bytes of a values file or overlay with another tag (the one in service lines `tag:` or `newTag:`); None: the next patch number."""
    places = list(re.finditer(rb"(\b(?:newTag|tag): *[\"']?)([^\"'\s,}]+)", body))
    if not places:
        raise ValueError("no tag in this file")
    place = places[-1]
    value = tag.encode() if tag else _next(place.group(2))
    return body[: place.start(2)] + value + body[place.end(2) :]


def _next(tag):
    last = re.search(rb"(\d+)(?!.*\d)", tag)
    if not last:
        return tag + b".1"
    return tag[: last.start()] + b"%d" % (int(last.group(1)) + 1) + tag[last.end() :]
