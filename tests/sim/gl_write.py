"""One atomic commit from a list of actions: what the commits and the files API have in common (3, 4)."""

import base64
import binascii

from .gl_error import ApiError
from .gl_git import FULL, Race
from .gl_protect import broken_rule

EXISTS = "A file with this name already exists"
ABSENT = "A file with this name doesn't exist"
NO_BRANCH = "You can only create or edit files when you are on a branch"
STALE = "The file has changed since you started editing it: {path}"  # the commits API's words
STALE_FILE = "You are attempting to update a file that has changed since you started editing it."  # the files API's


def start(ctx, branch, force=False):
    """(tip or None, parent) for a commit on `branch` by start_branch, start_sha, force (4)."""
    repo, args = ctx.project.repo, ctx.args
    tip, other, sha = repo.branch(branch), args.get("start_branch"), args.get("start_sha")
    if other and sha:
        raise ApiError.invalid("start_branch, start_sha are mutually exclusive")
    if args.get("start_project") is not None:
        given = ctx.state.project(args["start_project"])
        if given is not ctx.project:
            raise ApiError.forbidden(f"Project is not included in the fork network for {ctx.project.path}")
    if tip and not force and (sha or other and other != branch):
        raise ApiError.sentence(f"A branch called '{branch}' already exists. Switch to that branch in order to make changes")
    if sha:
        if not FULL.fullmatch(sha) or repo.resolve(sha) != sha:
            raise ApiError.sentence(f"Cannot find start_sha '{sha}'")
        return tip, sha
    parent = repo.branch(other or branch)
    if parent is None:
        raise ApiError.sentence(NO_BRANCH)
    return tip, parent


def check_last(repo, parent, path, last, words):
    """The optimistic lock is no equality: last commits of the path, here and as of the given commit (3, S-FB)."""
    if not last:
        return
    here = repo.last_commit(parent, path)
    given = repo.resolve(last)
    there = repo.last_commit(given, path) if given else None
    if here and there and here != there:
        raise ApiError.sentence(words.format(path=path))


def content(action):
    text = action.get("content") or ""
    if action.get("encoding", "text") != "base64":
        return text.encode("utf-8", "surrogateescape")
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError) as err:
        raise ApiError.sentence("invalid base64") from err


def _path(path):
    parts = path.split("/")
    if ".." in parts or ".git" in (part.lower() for part in parts):
        raise ApiError.sentence("Path cannot include directory traversal")
    if path.startswith("/") or path.endswith("/") or "" in parts or "\0" in path:
        raise ApiError.sentence("You must provide a valid file path")
    return path


class Tree:
    """The files of a commit with the actions so far."""

    def __init__(self, repo, commit):
        self.repo, self.commit, self.changes = repo, commit, {}

    def get(self, path):
        """(mode, bytes) or None."""
        if path in self.changes:
            return self.changes[path]
        found = self.repo.blob(self.commit, path)
        return (self.repo.mode(self.commit, path), found[1]) if found else None

    def apply(self, action):
        kind, path = action["action"], _path(action["file_path"])
        mode = "100755" if action.get("execute_filemode") in (True, "true") else "100644"
        if kind == "create":
            if self.get(path):
                raise ApiError.sentence(EXISTS)
            self.changes[path] = (mode, content(action))
            return
        source = _path(action["previous_path"]) if kind == "move" else path
        old = self.get(source)
        if old is None:
            raise ApiError.sentence(ABSENT)
        if kind == "delete":
            self.changes[path] = None
        elif kind == "chmod":
            self.changes[path] = (mode, old[1])
        elif kind == "update":
            self.changes[path] = (mode if "execute_filemode" in action else old[0], content(action))
        else:
            if self.get(path):
                raise ApiError.sentence(EXISTS)
            self.changes[source] = None
            self.changes[path] = (old[0], content(action) if action.get("content") is not None else old[1])


def publish(ctx, branch, tip, parent, tree, message):
    """Commits and moves the branch by compare-and-swap; returns the commit's id. A lost race is a 400 (3)."""
    repo, user, args = ctx.project.repo, ctx.user, ctx.args
    author = (args.get("author_name") or user.name, args.get("author_email") or user.email)
    files = {path: change[1] for path, change in tree.changes.items() if change}
    words = ctx.state.faults.declined() or broken_rule(ctx.state, branch, message, author[1], files)
    if words:
        raise ApiError.sentence(words)
    if tip == parent and tree.changes:
        moved = ctx.state.faults.between(repo, branch, next(iter(tree.changes)))
        tip, parent = (moved, moved) if moved else (tip, parent)
    oid = repo.write_tree(parent, tree.changes) if tree.changes else repo.commit(parent)["tree"]
    new = repo.commit_tree(oid, [parent], message, author, (user.name, user.email), ctx.state.now())
    ctx.state.faults.race(repo, branch)
    try:
        repo.update(f"refs/heads/{branch}", new, tip or "")
    except Race as err:
        raise ApiError.sentence(f"Could not update refs/heads/{branch}. Please refresh and try again.") from err
    return new
