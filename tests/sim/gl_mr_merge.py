"""Merging and rebasing by the API (gitlab.md 6.5, 6.8)."""

from . import gl_life as life
from . import gl_mr_view as view
from . import gl_pipeline, gl_train
from .gl_app import Answer, ApiError, route
from .gl_merge import Conflict
from .gl_mr import ITEM, check_sha, desk, find, plain
from .gl_state import GUEST, REPORTER

NO_PUSH = "Cannot push to source branch"


def _must_merge(ctx, mr):
    if not ctx.state.can_merge(ctx.project, ctx.user, mr.target_branch):
        raise ApiError.unauthorized()


@route("PUT", ITEM + "/merge", level=GUEST)
def _merge(ctx):
    """In the order of 6.5."""
    mr = find(ctx)
    if desk(ctx.state).on("require-sha") and not ctx.args.get("sha"):
        raise ApiError.sentence("SHA must be provided when merging")
    _must_merge(ctx, mr)
    check_sha(ctx, mr)
    plain(ctx, "merge_commit_message", "squash_commit_message")
    if "squash" in ctx.args:
        mr.squash = ctx.flag("squash")  # stays, even when the merge is refused
    _accidents(mr)
    if ctx.flag("auto_merge") or ctx.flag("merge_when_pipeline_succeeds"):
        return _auto_merge(ctx, mr)
    if not mergeable(mr):
        raise ApiError.not_allowed()
    return _now(ctx, mr)


def _accidents(mr):
    if mr.desk.take("merge-moved"):
        life.move_target(mr)
    if mr.desk.take("merge-405"):
        raise ApiError.not_allowed()
    if mr.desk.take("merge-422"):
        mr.merge_error = "Merge failed. Please try again."
        raise ApiError.unprocessable("Branch cannot be merged")


def mergeable(mr):
    """A merge attempt computes what was unchecked (6.6)."""
    forced = mr.forced[0] if mr.forced else None
    if mr.merge_status == "preparing" or mr.locked_reads or forced not in (None, "mergeable", *life.WAITING):
        return False
    if mr.state == "opened":
        life.recheck(mr)
    return forced == "mergeable" or life.natural(mr) == "mergeable"


def _auto_merge(ctx, mr):
    if gl_train.runs(mr.project):  # 6.7: since 19.1 it gets on the train instead
        gl_train.join(mr, ctx.user, True)
        return view.full(mr, ctx.user)
    pipeline = gl_pipeline.head(mr)
    ready = mergeable(mr)
    active = pipeline is not None and pipeline.status in (*gl_pipeline.ACTIVE, "created")
    waiting = mr.forced[0] if mr.forced else life.natural(mr)
    if mr.state == "opened" and (active and ready or not ready and waiting in life.ARMABLE):
        mr.auto_merge = ctx.user
        mr.should_remove = ctx.flag("should_remove_source_branch", mr.should_remove)
        mr.system(ctx.user, f"enabled an automatic merge when all merge checks for {mr.head} pass")
        mr.touch()
        return view.full(mr, ctx.user)
    if pipeline is None and desk(ctx.state).on("pipeline-creating") or pipeline and pipeline.status != "success":
        raise ApiError.not_allowed()
    if not ready:
        raise ApiError.unprocessable("Branch cannot be merged")  # 6.5 step 8: 422 here, 405 without auto_merge
    return _now(ctx, mr)


def _now(ctx, mr):
    remove = ctx.flag("should_remove_source_branch") if "should_remove_source_branch" in ctx.args else None
    messages = ctx.args.get("merge_commit_message"), ctx.args.get("squash_commit_message")
    mr.before_merge = view.full(mr, ctx.user)
    if not life.merge(mr, ctx.user, *messages, remove):
        raise ApiError.unprocessable("Branch cannot be merged")
    mr.lag_reads = mr.desk.counts.pop("merge-lag", 0)
    if gl_train.runs(mr.project) and not ctx.flag("skip_merge_train"):
        gl_train.passed_by(mr)
    return view.full(mr, ctx.user)


def _cancel(ctx):
    """201 with an error in it when nothing is armed (1.1)."""
    mr = find(ctx)
    if ctx.user not in (mr.author, mr.auto_merge) and not ctx.state.can_merge(ctx.project, ctx.user, mr.target_branch):
        raise ApiError.unauthorized()
    if mr.auto_merge is None:
        return {"message": "Can't cancel the automatic merge", "status": "error", "http_status": 406}
    withdraw(mr, ctx.user)
    return {"status": "success"}


def withdraw(mr, user):
    """Not armed any more; off the merge train, too (6.7)."""
    if not gl_train.off(mr, user=user):
        mr.auto_merge = None
        mr.system(user, "canceled the automatic merge")
        mr.touch()


route("POST", ITEM + "/cancel_merge_when_pipeline_succeeds", level=GUEST)(_cancel)
route("POST", ITEM + "/cancel_auto_merge", level=GUEST)(_cancel)


@route("GET", ITEM + "/merge_ref", level=REPORTER)
def _merge_ref(ctx):
    """The one read that forces the check (6.5)."""
    mr = find(ctx)
    if mr.state == "opened" and mr.merge_status != "preparing":
        life.recheck(mr)
    try:
        if mr.merge_status == "can_be_merged" and mr.state == "opened":
            return {"commit_id": gl_pipeline.synthetic(mr)}
    except Conflict:
        pass  # a fast-forward project does not look for conflicts
    raise ApiError.sentence("Merge request is not mergeable")


@route("PUT", ITEM + "/rebase", level=GUEST)
def _rebase(ctx):
    """202, done some reads later (6.8)."""
    mr = find(ctx)
    if mr.branch_missing or mr.fork_head:
        raise ApiError.forbidden("Source branch does not exist" if mr.branch_missing else NO_PUSH)
    if not ctx.state.can_push(ctx.project, ctx.user, mr.source_branch):
        raise ApiError.forbidden(NO_PUSH)
    if mr.state != "opened" or mr.repo.branch(mr.target_branch) is None:
        raise ApiError.forbidden("Merge request is not open")
    mr.rebaser = (ctx.user, ctx.flag("skip_ci"))
    mr.start("rebase")
    life.advance(mr)
    return Answer(202, {"rebase_in_progress": True})
