"""Approvals as GitLab Free has them (gitlab.md 6.9): they are listed, they block nothing, they outlive pushes."""

from . import gl_mr_view as view
from .gl_app import Answer, ApiError, route
from .gl_mr import ITEM, check_sha, desk, find
from .gl_state import DEVELOPER, REPORTER


@route("GET", ITEM + "/approvals", level=REPORTER)
def _approvals(ctx):
    return view.approvals(find(ctx), ctx.user)


@route("GET", ITEM + "/approval_state", level=REPORTER)
def _state(ctx):
    find(ctx)
    return {"approval_rules_overwritten": False, "rules": []}


@route("GET", ITEM + "/approval_rules", level=REPORTER)
def _rules(ctx):
    """Premium: there is no such route on Free."""
    find(ctx)
    raise ApiError.not_found()


def approve(mr, user):
    mr.approvals[user.id] = mr.desk.now()
    mr.system(user, "approved this merge request")
    mr.touch()


def unapprove(mr, user):
    del mr.approvals[user.id]
    mr.system(user, "unapproved this merge request")
    mr.touch()


@route("POST", ITEM + "/approve", level=REPORTER)
def _approve(ctx):
    """409 for another head, then 401 for everybody who may not; again: 401 recorded, 304 in newer sources."""
    mr = find(ctx)
    check_sha(ctx, mr)
    if ctx.state.level(ctx.project, ctx.user) < DEVELOPER or mr.state != "opened":
        raise ApiError.unauthorized()
    if ctx.user is mr.author and not desk(ctx.state).on("approve-own"):
        raise ApiError.unauthorized()
    if ctx.user.id in mr.approvals:
        if desk(ctx.state).switches["approve-again"] == "304":
            return Answer(304)
        raise ApiError.unauthorized()
    approve(mr, ctx.user)
    return view.approvals(mr, ctx.user)


@route("POST", ITEM + "/unapprove", level=REPORTER)
def _unapprove(ctx):
    mr = find(ctx)
    if ctx.user.id not in mr.approvals:
        if desk(ctx.state).switches["unapprove-none"] == "304":
            return Answer(304)
        raise ApiError.not_found()
    unapprove(mr, ctx.user)
    return view.approvals(mr, ctx.user)


@route("PUT", ITEM + "/reset_approvals", level=DEVELOPER)
def _reset(ctx):
    """For bots only (a project's or group's token): 401 for humans."""
    mr = find(ctx)
    if not ctx.user.bot:
        raise ApiError.unauthorized()
    mr.approvals.clear()
    mr.touch()
    return Answer(202)
