"""Jobs one by one (gitlab.md 7): get, trace, play (same id), retry (new id), cancel."""

from . import gl_pipeline
from .gl_app import Answer, ApiError, route
from .gl_mr import Timer, desk
from .gl_pipeline import Job, job, of_project
from .gl_state import DEVELOPER, REPORTER

ITEM = "/projects/:id/jobs/:job"


def _one(ctx):
    number = ctx.number("job")
    for pipeline in of_project(ctx.state, ctx.project):
        for row in pipeline.jobs:
            if row.id == number and row.external is None:
                return row
    raise ApiError.not_found("Not found")


@route("GET", ITEM, level=REPORTER)
def _get(ctx):
    return job(_one(ctx))


@route("GET", ITEM + "/trace", level=REPORTER)
def _trace(ctx):
    """Plain text, empty for a job that has not run."""
    row = _one(ctx)
    text = {"failed": "ERROR: Job failed: exit code 1\n", "success": "Job succeeded\n"}.get(row.status, "")
    if row.started_at and not text:
        text = "Running ...\n"
    headers = {"Content-Disposition": f'inline; filename="{row.id}.log"'}
    return Answer(200, (f"$ {row.name}\n{text}" if text else "").encode(), headers, "text/plain; charset=utf-8")


def _again(ctx, row):
    """The pipeline runs once more, and succeeds."""
    pipeline = row.pipeline
    pipeline.outcome, pipeline.timer = "success", Timer(desk(ctx.state).pace["ci"])
    pipeline.update()
    return job(row)


@route("POST", ITEM + "/play", level=DEVELOPER)
def _play(ctx):
    row = _one(ctx)
    if row.status != "manual":
        raise ApiError.bad("Unplayable Job")
    row.set("pending")
    return Answer(200, _again(ctx, row))


@route("POST", ITEM + "/retry", level=DEVELOPER)
def _retry(ctx):
    row = _one(ctx)
    if row.retried or row.status not in ("success", "failed", "canceled"):
        raise ApiError.forbidden("Job is not retryable")
    row.retried = True
    again = Job(row.pipeline, row.name, row.stage, row.allow_failure)
    again.set("pending")
    row.pipeline.jobs.append(again)
    return _again(ctx, again)


@route("POST", ITEM + "/cancel", level=DEVELOPER)
def _cancel(ctx):
    row = _one(ctx)
    if row.status not in gl_pipeline.TERMINAL:
        row.set("canceled")
        row.pipeline.update()
    return job(row)
