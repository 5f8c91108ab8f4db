"""Merge trains (6.7, Premium): cars, their pipelines, who gets on and off. There is no recording of these endpoints;
shapes are those of GitLab's documentation (data/gitlab/go-gitlab/*merge_train*.json).

A train pipeline runs on what the target and all cars ahead make of the head. It makes its steps as every pipeline
does (16.3); a car is merged once its pipeline has succeeded and it is the first one.
"""

from . import gl_merge, gl_pipeline, gl_render as render
from .gl_app import Answer, ApiError, on_reset, route
from .gl_merge import Conflict
from .gl_mr import check_sha, desk, find
from .gl_pipeline import maybe
from .gl_render import stamp
from .gl_state import DEVELOPER

TRAINS = "/projects/:id/merge_trains"
ACTIVE = ("idle", "fresh", "stale")  # to be merged; merging, merged and skip_merged are complete (6.7)


class Car:
    def __init__(self, mr, user):
        self.mr, self.user, self.id = mr, user, mr.desk.state.number("car")
        self.target_branch, self.status, self.pipeline = mr.target_branch, "idle", None
        self.created_at = self.updated_at = mr.desk.now()
        self.merged_at = None

    def set(self, status):
        self.status, self.updated_at = status, self.mr.desk.now()
        if status in ("merged", "skip_merged"):
            self.merged_at = self.updated_at


@on_reset
def _reset(state):
    state.data["trains"] = []


def runs(project):
    return bool(project.settings["merge_trains_enabled"])


def _cars(state, project, branch=None):
    rows = state.data["trains"]
    return [row for row in rows if row.mr.project is project and branch in (None, row.target_branch)]


def _active(mr):
    return [row for row in _cars(mr.desk.state, mr.project, mr.target_branch) if row.status in ACTIVE]


def car(mr):
    """The car that the merge request sits in, None when it is on no train."""
    return next((row for row in _active(mr) if row.mr is mr), None)


def lines(state, project, branch):
    """For `ctl train`."""
    rows = [row for row in _cars(state, project, branch) if row.status in ACTIVE]
    return "\n".join(f"{place + 1} !{row.mr.iid} {row.status}" for place, row in enumerate(rows))


# -- getting on and off


def board(mr, user):
    """On the train, now: its pipeline begins."""
    row = Car(mr, user)
    mr.desk.state.data["trains"].append(row)
    mr.auto_merge, mr.train_wish = user, None
    place = len(_active(mr))
    said = "started a merge train" if place == 1 else f"added this merge request to the merge train at position {place}"
    mr.system(user, said)
    _start(row)
    mr.touch()


def _start(row):
    """A pipeline on what the target and the cars ahead make of the head; a conflict throws the car off (6.7)."""
    mr = row.mr
    base = mr.repo.branch(mr.target_branch)
    who, text = ("GitLab", "gitlab@example.com"), f"Merge branch '{mr.source_branch}' into '{mr.target_branch}'\n"
    try:
        for ahead in [*_active(mr)[: _active(mr).index(row)], row]:
            base = gl_merge.merge_commit(mr.repo, base, ahead.mr.head, text, who, mr.desk.state.now())
    except Conflict:
        off(mr, "there are merge conflicts")
        return
    ref = f"refs/merge-requests/{mr.iid}/train"
    mr.repo.git("update-ref", ref, base)
    row.pipeline = gl_pipeline.Pipeline(
        mr.desk.state, mr.project, mr.head, ref, "merge_request_event", row.user, mr, base
    )
    row.set("fresh")
    row.pipeline.run(mr.desk.switches["ci-outcome"])


def off(mr, reason=None, user=None):
    """Off the train, or no longer to get on it; False when it was neither. The cars behind begin anew."""
    row = car(mr)
    if row is None and mr.train_wish is None:
        return False
    who, mr.auto_merge, mr.train_wish = user or mr.auto_merge or mr.author, None, None
    because = f" because {reason}" if reason else ""
    if row is None:
        mr.system(who, f"{'aborted' if reason else 'canceled'} automatic add to merge train{because}")
    else:
        mr.desk.state.data["trains"].remove(row)
        mr.system(who, f"removed this merge request from the merge train{because}")
        restart(mr.project, mr.target_branch, mr.desk.state, row.id)
    mr.touch()
    return True


def restart(project, branch, state, behind=0):
    """The target moved past the train, or a car left it: what it tested is no longer what it would make."""
    for row in _cars(state, project, branch):
        if row.status in ACTIVE and row.id > behind:
            row.set("stale")
            _start(row)


def go(mr, merge):
    """One step of a merge request that is armed in a project with trains. merge(mr, user): the real one."""
    row = car(mr)
    if row is None:
        if mr.train_wish:
            board(mr, mr.train_wish)
        return
    if row.pipeline.status == "success" and _active(mr)[0] is row:
        row.set("merging")
        row.set("merged" if merge(mr, row.user) else "stale")


def drop_failed(mr):
    row = car(mr)
    if row and row.pipeline and row.pipeline.status in ("failed", "canceled"):
        off(mr, "pipeline did not succeed")


def passed_by(mr):
    """A plain merge in such a project: at once, and the train begins anew (6.7)."""
    row = car(mr)
    if row:
        row.set("skip_merged")
    restart(mr.project, mr.target_branch, mr.desk.state)


# -- endpoints


def _json(row):
    mr, state = row.mr, row.mr.desk.state
    done = row.merged_at is not None
    return {
        "id": row.id,
        "merge_request": {
            "id": mr.id,
            "iid": mr.iid,
            "project_id": mr.project.id,
            "title": mr.title,
            "description": mr.description,
            "state": mr.state,
            "created_at": stamp(mr.created_at),
            "updated_at": stamp(mr.updated_at),
            "web_url": render.web(state, mr.project, f"merge_requests/{mr.iid}"),
        },
        "user": render.user(state, row.user),
        "pipeline": gl_pipeline.basic(row.pipeline) if row.pipeline else None,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "target_branch": row.target_branch,
        "status": row.status,
        "merged_at": maybe(row.merged_at),
        "duration": int(row.merged_at - row.created_at) if done else None,
    }


def _need(ctx):
    if not runs(ctx.project):
        raise ApiError.forbidden()  # a project without trains


def _page(ctx, rows):
    scope = ctx.choice("scope", ("active", "complete"))
    if scope:
        rows = [row for row in rows if (row.status in ACTIVE) == (scope == "active")]
    rows.sort(key=lambda row: row.id, reverse=ctx.choice("sort", ("asc", "desc"), "desc") == "desc")
    return ctx.page(rows, _json)


@route("GET", TRAINS, level=DEVELOPER)
def _all(ctx):
    _need(ctx)
    return _page(ctx, _cars(ctx.state, ctx.project))


@route("GET", TRAINS + "/:branch", level=DEVELOPER)
def _of_branch(ctx):
    _need(ctx)
    return _page(ctx, _cars(ctx.state, ctx.project, ctx.params["branch"]))


@route("GET", TRAINS + "/merge_requests/:iid", level=DEVELOPER)
def _one(ctx):
    _need(ctx)
    mr = find(ctx)
    rows = [row for row in _cars(ctx.state, ctx.project) if row.mr is mr]
    if not rows:
        raise ApiError.not_found("Not found")
    return _json(rows[-1])


@route("POST", TRAINS + "/merge_requests/:iid", level=DEVELOPER)
def _join(ctx):
    """201 on the train, 202 when it gets on once its pipeline has succeeded (6.7). One that could not be merged is
    taken, and nothing happens."""
    _need(ctx)
    mr = find(ctx)
    if not ctx.state.can_merge(ctx.project, ctx.user, mr.target_branch):
        raise ApiError.forbidden()
    check_sha(ctx, mr)
    if "squash" in ctx.args:
        mr.squash = ctx.flag("squash")
    status = join(mr, ctx.user, ctx.flag("auto_merge") or ctx.flag("when_pipeline_succeeds"))
    rows = sorted(_active(mr), key=lambda row: row.id)
    return Answer(status, [_json(row) for row in rows])


def join(mr, user, waits):
    if mr.state != "opened" or car(mr) or desk(mr.desk.state).take("train-ignored"):
        return 201
    pipeline = gl_pipeline.head(mr)
    active = pipeline is not None and pipeline.status in (*gl_pipeline.ACTIVE, "created")
    if waits and active:
        mr.auto_merge = mr.train_wish = user
        mr.system(user, f"enabled automatic add to merge train when the pipeline for {mr.head} succeeds")
        mr.touch()
        return 202
    if mr.merge_status == "can_be_merged" and pipeline is not None and pipeline.status == "success":
        board(mr, user)
    return 201
