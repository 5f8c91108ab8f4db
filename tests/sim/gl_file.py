"""The repository files API (3)."""

import base64
import hashlib

from . import gl_write
from .gl_app import route
from .gl_error import Answer, ApiError
from .gl_state import DEVELOPER, REPORTER

PATH = "/projects/:id/repository/files/:file_path"


def _path(ctx):
    path = ctx.params["file_path"]
    if ".." in path.split("/") or path.startswith("/") or not path:
        raise ApiError.invalid("file_path should be a valid file path")
    return path


def _found(ctx, ref):
    """(facts, bytes) of a file at a ref; 404 Commit or File Not Found."""
    path, repo = _path(ctx), ctx.project.repo
    commit = ctx.state.faults.lagging(repo, ctx.args.get("ref")) or repo.resolve(ref)
    if commit is None:
        raise ApiError.not_found("Commit")
    blob = repo.blob(commit, path)
    if blob is None:
        raise ApiError.not_found("File")
    facts = {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(blob[1]),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(blob[1]).hexdigest(),
        "ref": ref,
        "blob_id": blob[0],
        "commit_id": commit,  # head of the ref
        "last_commit_id": repo.last_commit(commit, path),
        "execute_filemode": repo.mode(commit, path) == "100755",
    }
    return facts, blob[1]


def _headers(facts):
    text = lambda value: str(value).lower() if isinstance(value, bool) else str(value)
    names = {key: "X-Gitlab-" + "-".join(part.capitalize() for part in key.split("_")) for key in facts}
    return {names[key]: text(value) for key, value in facts.items()}


@route("GET", PATH, level=REPORTER)
def _get(ctx):
    """HEAD comes here too: the same headers, no body."""
    (ref,) = ctx.need("ref")
    facts, body = _found(ctx, ref)
    return Answer(200, {**facts, "content": base64.b64encode(body).decode()}, _headers(facts))


@route("GET", PATH + "/raw", level=REPORTER, job_token=True)
def _raw(ctx):
    facts, body = _found(ctx, ctx.args.get("ref") or ctx.project.settings["default_branch"])
    headers = {**_headers(facts), "Cache-Control": "max-age=0, private, must-revalidate, no-store, no-cache"}
    name = facts["file_name"].replace('"', "")
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Answer(200, body, headers, "text/plain; charset=utf-8")


def _write(ctx, action, status, *needed):
    """No commit id in the answer (3). Not allowed to push: 400 here, not 403 (the service's own check)."""
    branch, message, *_ = ctx.need("branch", "commit_message", *needed)
    ctx.choice("encoding", ("text", "base64"))
    path = _path(ctx)
    if not ctx.state.can_push(ctx.project, ctx.user, branch):
        raise ApiError.sentence("You are not allowed to push into this branch")
    tip, parent = gl_write.start(ctx, branch)
    if action == "update":
        gl_write.check_last(ctx.project.repo, parent, path, ctx.args.get("last_commit_id"), gl_write.STALE_FILE)
    tree = gl_write.Tree(ctx.project.repo, parent)
    one = {"action": action, "file_path": path, **{name: ctx.args[name] for name in ("content", "encoding") if name in ctx.args}}  # fmt: skip
    if "execute_filemode" in ctx.args:
        one["execute_filemode"] = ctx.flag("execute_filemode")
    tree.apply(one)
    gl_write.publish(ctx, branch, tip, parent, tree, message)
    return Answer(status, {"file_path": path, "branch": branch} if status != 204 else None)


@route("POST", PATH, level=DEVELOPER)
def _create(ctx):
    return _write(ctx, "create", 201, "content")


@route("PUT", PATH, level=DEVELOPER)
def _update(ctx):
    return _write(ctx, "update", 200, "content")


@route("DELETE", PATH, level=DEVELOPER)
def _delete(ctx):
    return _write(ctx, "delete", 204)
