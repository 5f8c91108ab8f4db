"""The endpoints of merge requests (gitlab.md 6.1 to 6.4): create, list, get, update, what is in one."""

import datetime
import re

from . import gl_life as life
from . import gl_merge, gl_mr_view as view, gl_quick
from . import gl_render as render
from .gl_app import ApiError, route
from .gl_diff import diffs
from .gl_mr import ITEM, MergeRequest, desk, find, plain
from .gl_state import DEVELOPER, GUEST, REPORTER

MOST = 1048576  # characters of a description


# -- create


@route("POST", "/projects/:id/merge_requests", level=DEVELOPER)
def _create(ctx):
    plain(ctx, "title", "source_branch", "target_branch", "description")
    title, source, target = ctx.need("title", "source_branch", "target_branch")
    if ctx.integer("target_project_id", ctx.project.id) != ctx.project.id:
        raise ApiError.unprocessable(["Source project is not a fork of the target project"])
    if source == target:
        raise ApiError.unprocessable(["You can't use same project/branch for source and target"])
    if ctx.project.repo.branch(source) is None:
        raise ApiError.fields(source_branch=["does not exist"])
    if ctx.project.repo.branch(target) is None:
        raise ApiError.fields(target_branch=["does not exist"])
    _description(ctx)
    _one_open(ctx, source, target)
    return view.full(create(ctx.state, ctx.project, ctx.user, title, source, target, ctx), ctx.user)


def create(state, project, user, title, source, target, ctx=None):
    mr = MergeRequest(desk(state), project, user, source, target, project.id)
    mr.title, mr.force_remove = str(title), bool(project.settings["remove_source_branch_after_merge"])
    mr.squash = project.settings["squash_option"] in ("always", "default_on")
    if ctx:
        mr.description = ctx.args.get("description")
        mr.labels = ctx.items("labels")  # unknown ones are made on the fly (6.1)
        _people(ctx, mr)
        _flags(ctx, mr)
    mr.unseen, mr.desk.counts["created-404"] = mr.desk.counts.get("created-404", 0), 0
    mr.desk.add(mr)
    mr.description = gl_quick.run(mr, user, mr.description)[0]
    life.advance(mr)
    return mr


def _description(ctx):
    if len(ctx.args.get("description") or "") > MOST:
        raise ApiError.fields(description=[f"is too long (maximum is {MOST} characters)"])


def _one_open(ctx, source, target, but=None):
    for mr in desk(ctx.state).of(ctx.project).values():
        same = (mr.source_branch, mr.target_branch, mr.source_project_id) == (source, target, ctx.project.id)
        if same and mr.state == "opened" and mr is not but:
            text = f"Another open merge request already exists for this source branch: !{mr.iid}"
            raise ApiError(409, {"message": [text]})


def _people(ctx, mr):
    for one, many, name in (("assignee_id", "assignee_ids", "assignees"), ("", "reviewer_ids", "reviewers")):
        if ctx.args.get(many) is None and ctx.args.get(one) is None:
            continue
        numbers = ctx.items(many) if ctx.args.get(many) is not None else [ctx.args[one]]
        found = [ctx.state.users.get(int(number)) for number in numbers if str(number).isdigit()]
        setattr(mr, name, [who for who in found if who])


def _flags(ctx, mr):
    if "remove_source_branch" in ctx.args:
        mr.force_remove = ctx.flag("remove_source_branch")
    if "squash" in ctx.args:
        mr.squash = ctx.flag("squash")
    if "merge_after" in ctx.args:
        mr.merge_after = _moment(ctx.args["merge_after"])  # empty clears, null leaves (1)


def _moment(text):
    """Seconds of an ISO date, None for an empty one."""
    if not text:
        return None
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as err:
        raise ApiError.invalid("merge_after is invalid") from err
    return found.replace(tzinfo=found.tzinfo or datetime.timezone.utc).timestamp()


# -- list and get


def _select(ctx, rows):
    """The filters of 6.2 that clients use."""
    args = ctx.args
    state = ctx.choice("state", ("opened", "closed", "locked", "merged", "all"), "all")
    if state != "all":
        rows = [mr for mr in rows if (_stale(mr) or {"state": mr.state})["state"] == state]
    for name in ("source_branch", "target_branch"):
        if args.get(name) is not None:
            rows = [mr for mr in rows if (_stale(mr) or vars(mr))[name] == args[name]]
    if args.get("iids") is not None:
        rows = [mr for mr in rows if str(mr.iid) in map(str, ctx.items("iids"))]
    if args.get("author_id") is not None:
        rows = [mr for mr in rows if mr.author.id == ctx.integer("author_id")]
    if args.get("author_username") is not None:
        rows = [mr for mr in rows if mr.author.username == args["author_username"]]
    if args.get("scope") in ("created_by_me", "created-by-me"):
        rows = [mr for mr in rows if mr.author is ctx.user]
    if args.get("labels") is not None:
        rows = [mr for mr in rows if set(ctx.items("labels")) <= set(mr.labels)]
    for name in ("draft", "wip"):
        if args.get(name) is not None:
            rows = [mr for mr in rows if mr.draft == (args[name] in ("yes", "true", True))]
    if args.get("search"):
        rows = [mr for mr in rows if args["search"].lower() in f"{mr.title}\n{mr.description or ''}".lower()]
    for name, field in (("created", "created_at"), ("updated", "updated_at")):
        for way, sign in (("after", 1), ("before", -1)):
            at = _moment(args.get(f"{name}_{way}"))
            if at is not None:
                rows = [mr for mr in rows if (getattr(mr, field) - at) * sign >= 0]
    return rows


@route("GET", "/projects/:id/merge_requests", level=REPORTER, job_token=True)
def _list(ctx):
    key = ctx.choice("order_by", ("created_at", "updated_at", "title", "merged_at"), "created_at")
    down = ctx.choice("sort", ("asc", "desc"), "desc") == "desc"
    hub = desk(ctx.state)
    rows = [mr for mr in hub.of(ctx.project).values() if hub.stale is None or mr.id in hub.stale]
    rows.sort(key=lambda mr: ((getattr(mr, key) or 0) if key != "title" else mr.title, mr.iid), reverse=down)
    return ctx.page(_select(ctx, rows), lambda mr: _stale(mr) or view.basic(mr))


@route("GET", "/merge_requests")
def _mine(ctx):
    """Over all projects: mine, unless scope=all (6.2)."""
    rows = [mr for mr in desk(ctx.state).every() if ctx.state.level(mr.project, ctx.user) >= REPORTER]
    if ctx.args.get("scope") not in ("all", "assigned_to_me"):
        rows = [mr for mr in rows if mr.author is ctx.user]
    elif ctx.args["scope"] == "assigned_to_me":
        rows = [mr for mr in rows if ctx.user in mr.assignees]
    return ctx.page(_select(ctx, sorted(rows, key=lambda mr: -mr.id)), view.basic)


def _stale(mr):
    """1.2: lists come from a cache, up to 8 hours old."""
    if mr.lag_reads:
        return {key: mr.before_merge[key] for key in view.basic(mr)}
    return (mr.desk.stale or {}).get(mr.id)


@route("GET", ITEM, level=REPORTER, job_token=True)
def _get(ctx):
    mr = find(ctx)
    if mr.lag_reads:
        mr.lag_reads -= 1
        return mr.before_merge
    body = view.full(mr, ctx.user, ctx)
    life.seen(mr)
    return body


# -- update

ONE_OF = (
    "assignee_id", "assignee_ids", "reviewer_ids", "description", "labels", "add_labels", "remove_labels",
    "milestone_id", "remove_source_branch", "allow_collaboration", "allow_maintainer_to_push", "squash",
    "target_branch", "title", "state_event", "discussion_locked", "merge_after",
)  # fmt: skip


@route("PUT", ITEM, level=GUEST)
def _update(ctx):
    mr = find(ctx)
    if ctx.user is not mr.author and ctx.state.level(ctx.project, ctx.user) < DEVELOPER:
        raise ApiError.forbidden()
    if not any(name in ctx.args for name in ONE_OF):
        raise ApiError.invalid(", ".join(ONE_OF) + " are missing, at least one parameter must be provided")
    plain(ctx, "title", "description", "target_branch", "state_event", "merge_after")
    event = ctx.choice("state_event", ("close", "reopen"))
    _description(ctx)
    if ctx.args.get("title") == "":
        raise ApiError.invalid("title is empty")
    target = ctx.args.get("target_branch", mr.target_branch)
    if target == mr.source_branch and mr.source_project_id == mr.project.id:
        raise ApiError.unprocessable(["You can't use same project/branch for source and target"])
    if event == "reopen" or target != mr.target_branch and mr.state == "opened":
        _one_open(ctx, mr.source_branch, target, mr)
    retitle(mr, ctx.user, ctx.args.get("title", mr.title))
    redescribe(mr, ctx.user, ctx.args.get("description", mr.description))
    _labels(ctx, mr)
    _people(ctx, mr)
    _flags(ctx, mr)
    if target != mr.target_branch:
        _retarget(ctx, mr, target)
    if "discussion_locked" in ctx.args:
        mr.discussion_locked = ctx.flag("discussion_locked")
    mr.touch()
    if event == "close" and mr.state == "opened":
        life.close(mr, ctx.user)
    elif event == "reopen" and mr.state == "closed":
        life.reopen(mr, ctx.user)
    return view.full(mr, ctx.user)


def retitle(mr, user, title):
    if title == mr.title:
        return
    was, old = mr.draft, mr.title
    mr.title = title
    if was != mr.draft:
        mr.system(user, f"marked this merge request as **{'draft' if mr.draft else 'ready'}**")
    mr.system(user, f"changed title from **{old}** to **{title}**")
    mr.touch()


def redescribe(mr, user, text):
    text = gl_quick.run(mr, user, text)[0]
    if text != mr.description:
        mr.description = text
        mr.system(user, "changed the description")
        mr.touch()


def _labels(ctx, mr):
    if "labels" in ctx.args:
        mr.labels = ctx.items("labels")
    mr.labels += [name for name in ctx.items("add_labels") if name not in mr.labels]
    mr.labels = [name for name in mr.labels if name not in ctx.items("remove_labels")]


def _retarget(ctx, mr, target):
    """A branch that does not exist is accepted; the status begins again (6.4)."""
    mr.system(ctx.user, f"changed target branch from `{mr.target_branch}` to `{target}`")
    mr.target_branch = target
    if not mr.branch_missing:
        mr.take_version()
    life.unchecked(mr)


@route("DELETE", ITEM, level=50)
def _delete(ctx):
    del desk(ctx.state).of(ctx.project)[find(ctx).iid]


# -- what is in it


@route("GET", ITEM + "/versions", level=REPORTER)
def _versions(ctx):
    mr = find(ctx)
    return ctx.page(reversed(mr.versions), lambda row: view.version(mr, row))


@route("GET", ITEM + "/versions/:version", level=REPORTER)
def _version(ctx):
    mr = find(ctx)
    for row in mr.versions:
        if row.id == ctx.number("version"):
            commits = row.ask(mr.repo, gl_merge.commits)
            return {
                **view.version(mr, row),
                "commits": [render.commit(ctx.state, ctx.project, oid) for oid in commits],
                "diffs": row.ask(mr.repo, diffs),
            }
    raise ApiError.not_found("Not found")


@route("GET", ITEM + "/commits", level=REPORTER)
def _commits(ctx):
    mr = find(ctx)
    return ctx.page(mr.commits(), lambda oid: render.commit(ctx.state, ctx.project, oid))


@route("GET", ITEM + "/diffs", level=REPORTER)
def _diffs(ctx):
    return ctx.page(find(ctx).changes())


@route("GET", ITEM + "/changes", level=REPORTER)
def _changes(ctx):
    mr = find(ctx)
    return {
        **view.full(mr, ctx.user, ctx),
        "changes": mr.changes(),
        "overflow": False,
    }


@route("GET", ITEM + "/participants", level=REPORTER)
def _participants(ctx):
    mr = find(ctx)
    people = {who.id: who for who in [mr.author, *(note.author for note in mr.notes)]}
    return ctx.page(people.values(), lambda who: render.user(ctx.state, who))


@route("GET", ITEM + "/reviewers", level=REPORTER)
def _reviewers(ctx):
    mr = find(ctx)
    return ctx.page(mr.reviewers, lambda who: {"user": render.user(ctx.state, who), "state": "unreviewed"})


@route("GET", "/projects/:id/repository/commits/:sha/merge_requests", level=REPORTER, job_token=True)
def _of_commit(ctx):
    oid = ctx.project.repo.resolve(ctx.params["sha"]) if re.fullmatch("[0-9a-f]{7,40}", ctx.params["sha"]) else None
    if oid is None:
        raise ApiError.not_found("Commit")
    rows = desk(ctx.state).of(ctx.project).values()
    has = lambda mr: oid in (mr.merge_commit_sha, mr.squash_commit_sha) or oid in mr.commits()
    return ctx.page([mr for mr in rows if has(mr)], view.basic)
