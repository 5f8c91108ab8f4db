"""The commits API (4): one atomic commit of several actions; list, one, diff, refs."""

import datetime

from . import gl_auth, gl_diff, gl_page, gl_write
from . import gl_render as render
from .gl_app import route
from .gl_branch import valid_name
from .gl_error import Answer, ApiError
from .gl_state import DEVELOPER, REPORTER

ACTIONS = ("create", "update", "move", "delete", "chmod")


def detail(ctx, oid, stats=True):
    found = {**render.commit(ctx.state, ctx.project, oid)}
    if stats:
        parents = found["parent_ids"]
        found["stats"] = gl_diff.stats(ctx.project.repo, parents[0] if parents else None, oid)
    pipeline = render.last_pipeline(ctx.state, ctx.project, oid)
    return {
        **found,
        "status": pipeline["status"] if pipeline else None,
        "project_id": ctx.project.id,
        "last_pipeline": pipeline,
    }


def one(ctx):
    oid = ctx.project.repo.resolve(ctx.params["sha"])
    if oid is None:
        raise ApiError.not_found("Commit")
    return oid


def _check(actions):
    """Grape's checks of each action."""
    if not isinstance(actions, list) or not all(isinstance(action, dict) for action in actions):
        raise ApiError.invalid("actions is invalid")
    wrong = []
    for at, action in enumerate(actions):
        kind = action.get("action")
        if kind is None:
            wrong.append(f"actions[{at}][action] is missing")
        elif kind not in ACTIONS:
            wrong.append(f"actions[{at}][action] does not have a valid value")
        need = ["file_path"] + {"update": ["content"], "move": ["previous_path"], "chmod": ["execute_filemode"]}.get(kind, [])
        wrong += [f"actions[{at}][{name}] is missing" for name in need if action.get(name) is None]
        if action.get("encoding", "text") not in ("text", "base64", None):
            wrong.append(f"actions[{at}][encoding] does not have a valid value")
    if wrong:
        raise ApiError.invalid(", ".join(wrong))


@route("POST", "/projects/:id/repository/commits", level=DEVELOPER)
def _create(ctx):
    branch, message = ctx.need("branch", "commit_message")
    actions = ctx.args.get("actions", [])
    if "actions" not in ctx.args and not ctx.flag("allow_empty"):
        raise ApiError.invalid("actions is missing")
    _check(actions)
    gl_auth.must_push(ctx, branch)
    if not valid_name(branch):
        raise ApiError.sentence(f"Invalid reference name: {branch}")
    tip, parent = gl_write.start(ctx, branch, ctx.flag("force"))
    repo = ctx.project.repo
    tree = gl_write.Tree(repo, parent)
    for action in actions:
        if action["action"] in ("update", "move", "delete"):  # not create, not chmod (4)
            path = action.get("previous_path") or action["file_path"]
            gl_write.check_last(repo, parent, path, action.get("last_commit_id"), gl_write.STALE)
    for action in actions:
        tree.apply(action)
    new = gl_write.publish(ctx, branch, tip, parent, tree, message)
    return detail(ctx, new, ctx.flag("stats", True))


def _moment(ctx, name):
    text = ctx.args.get(name)
    if text is None:
        return []
    try:
        datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as err:
        raise ApiError.invalid(f"{name} is invalid") from err
    return [f"--{name}={text}"]


@route("GET", "/projects/:id/repository/commits", level=REPORTER)
def _list(ctx):
    """No totals: counting commits is too dear for GitLab too."""
    repo, (page, size) = ctx.project.repo, gl_page.sizes(ctx)
    words = ["rev-list", f"--skip={(page - 1) * size}", f"--max-count={size + 1}"]
    words += _moment(ctx, "since") + _moment(ctx, "until")
    words += ["--first-parent"] if ctx.flag("first_parent") else []
    words += ["--topo-order"] if ctx.choice("order", ("default", "topo")) == "topo" else []
    words += [f"--author={ctx.args['author']}"] if "author" in ctx.args else []
    if ctx.flag("all"):
        words.append("--branches")
    else:
        name = ctx.args.get("ref_name") or ctx.project.settings["default_branch"]
        left, dots, right = name.partition("..")
        ends = [repo.resolve(part.lstrip(".")) for part in ((left, right) if dots else (left,))]
        if None in ends:
            return Answer(200, [], gl_page.bare(ctx, page, size, False))
        words.append(f"{ends[0]}{'...' if right.startswith('.') else '..'}{ends[1]}" if dots else ends[0])
    path = ctx.args.get("path")
    found = repo.git(*words, *(["--", f":(literal){path}"] if path else [])).split()
    rows = [
        detail_of_list(ctx, oid) if ctx.flag("with_stats") else render.commit(ctx.state, ctx.project, oid)
        for oid in found[:size]
    ]
    return Answer(200, rows, gl_page.bare(ctx, page, size, len(found) > size))


def detail_of_list(ctx, oid):
    row = render.commit(ctx.state, ctx.project, oid)
    return {**row, "stats": gl_diff.stats(ctx.project.repo, (row["parent_ids"] or [None])[0], oid)}


@route("GET", "/projects/:id/repository/commits/:sha", level=REPORTER, job_token=True)
def _one(ctx):
    return detail(ctx, one(ctx), ctx.flag("stats", True))


@route("GET", "/projects/:id/repository/commits/:sha/diff", level=REPORTER)
def _diff(ctx):
    oid = one(ctx)
    parents = ctx.project.repo.commit(oid)["parents"]
    return ctx.page(gl_diff.diffs(ctx.project.repo, parents[0] if parents else None, oid))


@route("GET", "/projects/:id/repository/commits/:sha/refs", level=REPORTER)
def _refs(ctx):
    oid, repo = one(ctx), ctx.project.repo
    kind, rows = ctx.choice("type", ("branch", "tag", "all"), "all"), []
    for word, prefix in (("branch", "refs/heads/"), ("tag", "refs/tags/")):
        if kind in (word, "all"):
            names = repo.git("for-each-ref", f"--contains={oid}", "--format=%(refname)", prefix).splitlines()
            rows += [{"type": word, "name": name.removeprefix(prefix)} for name in names]
    return ctx.page(rows)
