"""Commit statuses (gitlab.md 7.1): a job in the stage `external` of a pipeline, made if there is none."""

from . import gl_render as render
from .gl_app import ApiError, route
from .gl_ctl import command
from .gl_mr import desk, plain
from .gl_pipeline import Job, Pipeline, maybe, of_project
from .gl_render import stamp
from .gl_state import DEVELOPER, REPORTER

STATES = ("pending", "running", "success", "failed", "canceled", "skipped")
EVENTS = {"pending": "enqueue", "running": "run", "success": "success", "failed": "drop", "canceled": "cancel", "skipped": "skip"}  # fmt: skip
# Which states an event may come from; from an end a new record begins.
FROM = {
    "pending": ("created",),
    "running": ("created", "pending"),
    "success": ("created", "pending", "running"),
    "failed": ("created", "pending", "running"),
    "canceled": ("created", "pending", "running"),
    "skipped": ("created", "pending"),
}
ENDS = ("success", "failed", "canceled", "skipped")
LONGEST = 255


def show(row):
    """A commit status; a build is one too."""
    pipeline = row.pipeline
    more = row.external or {"ref": pipeline.ref, "target_url": None, "description": None, "coverage": None}
    return {
        "id": row.id,
        "sha": pipeline.for_sha,
        "ref": more["ref"],
        "status": row.status,
        "name": row.name,
        "target_url": more["target_url"],
        "description": more["description"],
        "created_at": stamp(row.created_at),
        "started_at": maybe(row.started_at),
        "finished_at": maybe(row.finished_at),
        "allow_failure": row.allow_failure,
        "coverage": more["coverage"],
        "pipeline_id": pipeline.id,
        "author": render.user(pipeline.state, row.user),
    }


def _sha(ctx):
    oid = ctx.project.repo.resolve(ctx.params["sha"])
    if oid is None:
        raise ApiError.not_found("Commit")
    return oid


def _pipeline(ctx, oid):
    """The named one, the newest of the commit (and ref), or a new one of source external."""
    rows = [row for row in of_project(ctx.state, ctx.project) if row.for_sha == oid]
    number, ref = ctx.integer("pipeline_id"), ctx.args.get("ref")
    if number is not None:
        rows = [row for row in rows if row.id == number]
        if not rows:
            raise ApiError.not_found("Pipeline")
    elif ref:
        rows = [row for row in rows if row.ref == ref]
    if rows:
        return rows[-1]
    names = [name for name, tip in ctx.project.repo.refs().items() if ctx.project.repo.is_ancestor(oid, tip)]
    if not ref and not names:
        raise ApiError.not_found("References for commit")
    return Pipeline(ctx.state, ctx.project, oid, ref or names[0], "external", ctx.user)


@route("POST", "/projects/:id/statuses/:sha", level=DEVELOPER)
def _post(ctx):
    plain(ctx, "state", "ref", "name", "context", "target_url", "description", "coverage")
    (state,) = ctx.need("state")
    ctx.choice("state", STATES)
    for name in ("ref", "target_url", "description"):
        if len(str(ctx.args.get(name) or "")) > LONGEST:
            raise ApiError.fields(**{name: [f"is too long (maximum is {LONGEST} characters)"]})
    if desk(ctx.state).take("status-409"):
        raise ApiError.conflict("409 Conflict")
    oid = _sha(ctx)
    name = ctx.args.get("name") or ctx.args.get("context") or "default"
    pipeline = _pipeline(ctx, oid)
    rows = [row for row in pipeline.jobs if row.external is not None and row.name == name and not row.retried]
    row = rows[-1] if rows else None
    if row is not None and row.status in ENDS and row.status != state:
        row.retried, row = True, None  # an end is never left: another record
    if row is None:
        row = Job(pipeline, name, "external", external={"ref": ctx.args.get("ref") or pipeline.ref, "coverage": None})
        row.user = ctx.user
        pipeline.jobs.append(row)
    for key in ("target_url", "description", "coverage"):
        row.external[key] = ctx.args.get(key, row.external.get(key))
    if row.status == state and state in ENDS:
        return show(row)
    if row.status not in FROM[state]:
        event = EVENTS[state]
        reason = f'Status cannot transition via "{event}"'
        raise ApiError.sentence(f"Cannot transition status via :{event} from :{row.status} (Reason(s): {reason})")
    row.set(state)
    pipeline.update()
    return show(row)


@route("GET", "/projects/:id/repository/commits/:sha/statuses", level=REPORTER)
def _list(ctx):
    """Builds and commit statuses; the newest of each name unless all=true."""
    oid = _sha(ctx)
    pipelines = [row for row in of_project(ctx.state, ctx.project) if row.for_sha == oid]
    if ctx.integer("pipeline_id") is not None:
        pipelines = [row for row in pipelines if row.id == ctx.integer("pipeline_id")]
    if ctx.args.get("ref"):
        pipelines = [row for row in pipelines if row.ref == ctx.args["ref"]]
    rows = [row for pipeline in pipelines for row in pipeline.jobs]
    for key, field in (("stage", "stage"), ("name", "name")):
        if ctx.args.get(key):
            rows = [row for row in rows if getattr(row, field) == ctx.args[key]]
    if not ctx.flag("all"):
        rows = list({row.name: row for row in rows if not row.retried}.values())
    return ctx.page(rows, show)


# -- ctl


@command("statuses", "all commit statuses of gitops/apps, oldest first: sha, name, state, and `retried` when a later one took its place")
def _statuses(state):
    rows = [job for row in of_project(state, state.apps) for job in row.jobs if job.external is not None]
    return "\n".join(f"{row.pipeline.for_sha} {row.name} {row.status}{' retried' * row.retried}" for row in sorted(rows, key=lambda row: row.id))
