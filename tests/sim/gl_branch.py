"""Branches (5), over the bare repository's own refs."""

import re

from . import gl_auth
from .gl_app import route
from .gl_error import ApiError
from .gl_git import Race
from .gl_protect import branch as entity
from .gl_state import DEVELOPER, REPORTER


def valid_name(name):
    """git-check-ref-format's rules, as far as people break them."""
    return bool(name) and not re.search(r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/$|^/|^-|\.lock(/|$)|(^|/)\.|\.$|^@$", name)


def _merged(ctx):
    """Names of the branches that the default branch contains."""
    repo = ctx.project.repo
    rows = repo.git("for-each-ref", "--format=%(refname)", f"--merged=refs/heads/{ctx.project.settings['default_branch']}", "refs/heads/")  # fmt: skip
    return {row.removeprefix("refs/heads/") for row in rows.splitlines()}


def _entity(ctx, name, tip, merged):
    return entity(ctx.state, ctx.project, name, tip, ctx.user, name in merged)


@route("GET", "/projects/:id/repository/branches", level=REPORTER, job_token=True)
def _list(ctx):
    rows = ctx.project.repo.refs()
    search, pattern = ctx.args.get("search", ""), ctx.args.get("regex")
    if pattern is not None:
        try:
            rows = {name: tip for name, tip in rows.items() if re.search(pattern, name)}
        except re.error as err:
            raise ApiError.sentence(f"invalid regex: {err}") from err
    elif search.startswith("^") or search.endswith("$"):
        word = search.strip("^$")
        rows = {
            name: tip
            for name, tip in rows.items()
            if (not search.startswith("^") or name.startswith(word)) and (not search.endswith("$") or name.endswith(word))
        }
    else:
        rows = {name: tip for name, tip in rows.items() if search.lower() in name.lower()}
    merged = _merged(ctx) if rows else ()
    return ctx.page(sorted(rows.items()), lambda row: _entity(ctx, *row, merged))


@route("GET", "/projects/:id/repository/branches/:branch", level=REPORTER)
def _one(ctx):
    name = ctx.params["branch"]
    tip = ctx.project.repo.branch(name)
    if tip is None:
        raise ApiError.not_found("Branch")
    default = ctx.project.repo.branch(ctx.project.settings["default_branch"])
    return _entity(ctx, name, tip, (name,) if default and ctx.project.repo.is_ancestor(tip, default) else ())


@route("POST", "/projects/:id/repository/branches", level=DEVELOPER)
def _create(ctx):
    name, ref = ctx.need("branch", "ref")
    repo = ctx.project.repo
    gl_auth.must_push(ctx, name)
    if not valid_name(name):
        raise ApiError.sentence("Branch name is invalid")
    if repo.branch(name):
        raise ApiError.sentence("Branch already exists")
    tip = repo.resolve(ref)
    if tip is None:
        raise ApiError.sentence(f"Invalid reference name: {ref}")
    try:
        repo.update(f"refs/heads/{name}", tip, "")
    except Race as err:
        raise ApiError.sentence(f"Failed to create branch '{name}': {err}") from err
    return _entity(ctx, name, tip, ())


@route("DELETE", "/projects/:id/repository/branches/:branch", level=DEVELOPER)
def _delete(ctx):
    name = ctx.params["branch"]
    tip = ctx.project.repo.branch(name)
    if tip is None:
        raise ApiError.not_found("Branch")
    if name == ctx.project.settings["default_branch"]:
        raise ApiError.sentence("Cannot remove HEAD branch", 400)
    if ctx.project.rule(name):
        raise ApiError.forbidden("Protected branch cannot be removed")
    gl_auth.must_push(ctx, name)
    try:
        ctx.project.repo.update(f"refs/heads/{name}", None, tip)
    except Race as err:
        raise ApiError.sentence("Failed to remove branch") from err
