"""Pipelines and their jobs (gitlab.md 7): made for each pushed head, running for some reads, then ending."""

from . import gl_merge, gl_render as render
from .gl_app import Answer, ApiError, on_reset, route
from .gl_merge import Conflict
from .gl_mr import ITEM, Timer, desk, find as find_mr
from .gl_render import stamp
from .gl_state import DEVELOPER, REPORTER

ACTIVE = ("waiting_for_resource", "preparing", "waiting_for_callback", "pending", "running", "canceling")
TERMINAL = ("success", "failed", "canceled", "skipped")  # manual waits for a human
STATUSES = ("created", *ACTIVE, *TERMINAL, "manual", "scheduled")
NONE = ("off", "disabled")  # the switch ci: no pipelines
ZERO = "0" * 40
# name -> stage; "advice" may fail, which fails nothing (7)
JOBS = {"validate": "test", "render": "test", "advice": "test"}


class Job:
    """external: a commit status (7.1), which is a job in the stage of that name."""

    def __init__(self, pipeline, name, stage="test", allow_failure=False, external=None):
        self.pipeline, self.name, self.stage, self.allow_failure = pipeline, name, stage, allow_failure
        self.id, self.status, self.external = pipeline.state.number("job"), "created", external
        self.created_at, self.started_at, self.finished_at = pipeline.state.now(), None, None
        self.user, self.failure_reason, self.retried = pipeline.user, None, False

    def set(self, status):
        self.status = status
        if status in ("created", "pending", "manual", "skipped"):
            self.started_at = None
        elif self.started_at is None:
            self.started_at = self.pipeline.state.now()
        self.finished_at = self.pipeline.state.now() if status in TERMINAL else None
        self.failure_reason = "script_failure" if status == "failed" else None


class Pipeline:
    """for_sha: the pushed head; `sha` is another one with merged results (6.3)."""

    def __init__(self, state, project, for_sha, ref, source, user, mr=None, sha=None):
        self.state, self.project, self.for_sha, self.ref, self.source = state, project, for_sha, ref, source
        self.user, self.mr, self.sha = user, mr, sha or for_sha
        self.id, rows = state.number("pipeline"), of_project(state, project)
        self.iid = max((row.iid for row in rows), default=0) + 1
        self.status, self.outcome, self.timer = "created", None, None
        self.created_at = self.updated_at = state.now()
        self.started_at = self.finished_at = None
        self.jobs = []
        rows.append(self)

    def run(self, outcome):
        """Jobs begin; the outcome comes after the step `ci`. Outcome running: never."""
        self.outcome = outcome
        self.jobs += [Job(self, name, stage, name == "advice") for name, stage in JOBS.items()]
        self._jobs("running")
        self.timer = Timer(desk(self.state).pace["ci"]) if outcome != "running" else None
        self.advance()

    def finish(self, outcome):
        """The jobs' end, now."""
        self.outcome, self.timer = outcome, None
        if not any(job.external is None for job in self.jobs):
            self.jobs += [Job(self, name, stage, name == "advice") for name, stage in JOBS.items()]
        self._jobs(outcome)

    def _jobs(self, word):
        """Gives this pipeline's own jobs the states that make the pipeline read `word`."""
        own = {job.name: job for job in self.jobs if job.external is None and not job.retried}
        for name, job in own.items():
            failed = word == "failed" and name == "render" or name == "advice" and word in ("failed", "success")
            plain = {"running": "success" if name == "validate" else "running", "failed": "success"}.get(word, word)
            if word == "manual":
                plain = "manual" if name == "render" else "success"
            job.set("failed" if failed else plain)
        self.update()

    def update(self):
        """The pipeline's status is that of its jobs, commit statuses included (7.1)."""
        rows = [job for job in self.jobs if not job.retried and not (job.allow_failure and job.status == "failed")]
        old, self.status = self.status, composite([job.status for job in rows])
        if old != self.status:
            self.updated_at = self.state.now()
        if self.status in ACTIVE and self.started_at is None:
            self.started_at = self.state.now()
        if self.status in TERMINAL:
            self.started_at = self.started_at or self.state.now()
            self.finished_at = self.state.now()
        else:
            self.finished_at = None

    def seen(self):
        if self.timer:
            self.timer.reads -= 1
        self.advance()

    def advance(self):
        if self.timer and self.timer.due():
            self.finish(self.outcome)


def composite(rows):
    if not rows:
        return "created"
    for word in ("running", "pending"):
        if word in rows:
            return "running"
    for word in ("manual", "created", "failed", "canceled"):
        if word in rows:
            return word
    return "skipped" if all(row == "skipped" for row in rows) else "success"


@on_reset
def _reset(state):
    state.data["pipelines"], state.data["last_pipeline"] = {}, of_commit


def of_project(state, project):
    return state.data["pipelines"].setdefault(project.id, [])


def of_commit(state, project, oid):
    """For commits (4): PipelineBasic of the newest one, or None."""
    rows = [row for row in of_project(state, project) if row.sha == oid]
    return basic(rows[-1]) if rows else None


def of(mr):
    """The pipelines that belong to a merge request: its own and those of its source branch."""
    heads = {version.head for version in mr.versions}
    rows = of_project(mr.desk.state, mr.project)
    return [row for row in rows if row.mr is mr or row.ref == mr.source_branch and row.for_sha in heads]


def head(mr):
    """head_pipeline: the newest one of the present head (6.3)."""
    rows = [row for row in of(mr) if row.for_sha == mr.head]
    return rows[-1] if rows else None


def make(mr, source="merge_request_event"):
    """The pipeline of a merge request's head, by the switch ci; None when there is none."""
    how, sha, ref = mr.desk.switches["ci"], mr.head, f"refs/merge-requests/{mr.iid}/head"
    if how == "branch":
        ref, source = mr.source_branch, "push"
    elif how == "merged-result":
        try:
            sha = synthetic(mr)
        except Conflict:
            return None
        ref = f"refs/merge-requests/{mr.iid}/merge"
    return Pipeline(mr.desk.state, mr.project, mr.head, ref, source, mr.author, mr, sha)


def synthetic(mr):
    """The commit of refs/merge-requests/:iid/merge; Conflict when there is none (6.3, 6.5)."""
    who, target = ("GitLab", "gitlab@example.com"), mr.repo.branch(mr.target_branch)
    text = f"Merge branch '{mr.source_branch}' into '{mr.target_branch}'\n"
    oid = gl_merge.merge_commit(mr.repo, target or mr.head, mr.head, text, who, mr.versions[-1].created_at)
    mr.repo.git("update-ref", f"refs/merge-requests/{mr.iid}/merge", oid)
    return oid


def attach(mr):
    """The step of that name: the head's pipeline appears and runs."""
    if mr.desk.switches["ci"] in NONE or head(mr) or mr.state != "opened" or not mr.commits():
        return
    pipeline = make(mr)
    if pipeline:
        pipeline.run(mr.desk.switches["ci-outcome"])


def force(mr, word):
    """`ctl pipeline IID WORD`: the head's pipeline is so from now on; missing: there is none and none comes."""
    mr.timers.pop("attach", None)
    if word == "missing":
        rows = of_project(mr.desk.state, mr.project)
        rows[:] = [row for row in rows if row not in of(mr) or row.for_sha != mr.head]
        return
    pipeline = head(mr) or make(mr)
    if word == "created":
        pipeline.jobs, pipeline.timer, pipeline.status = [], None, "created"
    elif pipeline:
        pipeline.finish(word)


# -- JSON


def basic(pipeline):
    return {
        "id": pipeline.id,
        "iid": pipeline.iid,
        "project_id": pipeline.project.id,
        "sha": pipeline.sha,
        "ref": pipeline.ref,
        "status": pipeline.status,
        "source": pipeline.source,
        "created_at": stamp(pipeline.created_at),
        "updated_at": stamp(pipeline.updated_at),
        "web_url": render.web(pipeline.state, pipeline.project, f"pipelines/{pipeline.id}"),
    }


def maybe(seconds):
    return None if seconds is None else stamp(seconds)


def full(pipeline):
    word = pipeline.status
    done = pipeline.finished_at and pipeline.started_at
    return {
        **basic(pipeline),
        "before_sha": ZERO,
        "tag": False,
        "yaml_errors": None,
        "user": render.user(pipeline.state, pipeline.user),
        "started_at": maybe(pipeline.started_at),
        "finished_at": maybe(pipeline.finished_at),
        "committed_at": None,
        "duration": int(pipeline.finished_at - pipeline.started_at) if done else None,
        "queued_duration": 1 if pipeline.started_at else None,
        "coverage": None,
        "detailed_status": {
            "icon": f"status_{word}",
            "text": {"success": "Passed"}.get(word, word.capitalize()),
            "label": {"success": "passed"}.get(word, word),
            "group": word,
            "tooltip": {"success": "passed"}.get(word, word),
            "has_details": bool(pipeline.jobs),
            "details_path": f"/{pipeline.project.path}/-/pipelines/{pipeline.id}",
            "illustration": None,
            "favicon": f"/assets/ci_favicons/favicon_status_{word}.png",
        },
        "archived": False,
    }


def job(row):
    """failure_reason is there on failed jobs only (7)."""
    pipeline, state = row.pipeline, row.pipeline.state
    found = {
        "id": row.id,
        "status": row.status,
        "stage": row.stage,
        "name": row.name,
        "ref": pipeline.ref,
        "tag": False,
        "coverage": None,
        "allow_failure": row.allow_failure,
        "created_at": stamp(row.created_at),
        "started_at": maybe(row.started_at),
        "finished_at": maybe(row.finished_at),
        "erased_at": None,
        "duration": row.finished_at - row.started_at if row.finished_at and row.started_at else None,
        "queued_duration": 0.1 if row.started_at else None,
        "user": {**render.user(state, row.user), "bot": row.user.bot},
        "commit": render.commit(state, pipeline.project, pipeline.sha),
        "pipeline": basic(pipeline),
        "web_url": render.web(state, pipeline.project, f"jobs/{row.id}"),
        "project": {"ci_job_token_scope_enabled": False},
        "artifacts": [],
        "runner": None,
        "runner_manager": None,
        "artifacts_expire_at": None,
        "archived": False,
        "tag_list": [],
    }
    if row.status == "failed":
        found["failure_reason"] = row.failure_reason
    return found


# -- endpoints


def _one(ctx):
    number = ctx.number("pipeline")
    for pipeline in of_project(ctx.state, ctx.project):
        if pipeline.id == number:
            return pipeline
    raise ApiError.not_found("Not found")


@route("GET", ITEM + "/pipelines", level=REPORTER)
def _mr_pipelines(ctx):
    return ctx.page(reversed(of(find_mr(ctx))), basic)  # newest first (7)


@route("POST", ITEM + "/pipelines", level=DEVELOPER)
def _mr_create(ctx):
    """200 (not 201) with the pipeline, 405 when nothing was created (7)."""
    mr = find_mr(ctx)
    if mr.state != "opened" or mr.branch_missing:
        raise ApiError.not_allowed()
    if desk(ctx.state).switches["ci"] in NONE:
        raise ApiError.fields(400, base=["Pipeline will not run for the selected trigger."])
    pipeline = make(mr)
    if pipeline is None:
        raise ApiError.not_allowed()
    pipeline.user = ctx.user
    body = full(pipeline)
    mr.timers.pop("attach", None)
    pipeline.run(mr.desk.switches["ci-outcome"])
    return Answer(202, None) if ctx.flag("async") else Answer(200, body)


@route("GET", "/projects/:id/pipelines", level=REPORTER)
def _list(ctx):
    """`scope` finished, branches and tags are the ones that clients use; children are hidden (7)."""
    rows = list(of_project(ctx.state, ctx.project))
    for name in ("ref", "sha", "status", "source"):
        if ctx.args.get(name) is not None:
            rows = [row for row in rows if getattr(row, name) == ctx.args[name]]
    if ctx.args.get("username"):
        rows = [row for row in rows if row.user.username == ctx.args["username"]]
    scope = ctx.choice("scope", ("running", "pending", "finished", "branches", "tags"))
    if scope in ("running", "pending"):
        rows = [row for row in rows if row.status == scope]
    elif scope == "finished":
        rows = [row for row in rows if row.status in TERMINAL]
    elif scope == "tags":
        rows = []
    key = ctx.choice("order_by", ("id", "status", "ref", "updated_at", "user_id"), "id")
    rows.sort(key=lambda row: (row.user.id if key == "user_id" else getattr(row, key), row.id))
    if ctx.choice("sort", ("asc", "desc"), "desc") == "desc":
        rows.reverse()
    return ctx.page(rows, basic)


@route("GET", "/projects/:id/pipelines/latest", level=REPORTER)
def _latest(ctx):
    ref = ctx.args.get("ref") or ctx.project.settings["default_branch"]
    rows = [row for row in of_project(ctx.state, ctx.project) if row.ref == ref]
    if not rows:
        raise ApiError.forbidden()  # 7: not 404
    return full(rows[-1])


@route("GET", "/projects/:id/pipelines/:pipeline", level=REPORTER)
def _get(ctx):
    pipeline = _one(ctx)
    body = full(pipeline)
    pipeline.seen()
    return body


@route("GET", "/projects/:id/pipelines/:pipeline/jobs", level=REPORTER)
def _jobs(ctx):
    """Newest first, no bridges; retried ones only when asked for (7)."""
    rows, scope = list(reversed(_one(ctx).jobs)), ctx.items("scope")
    if not ctx.flag("include_retried"):
        rows = [row for row in rows if not row.retried]
    return ctx.page([row for row in rows if row.external is None and (not scope or row.status in scope)], job)


@route("GET", "/projects/:id/pipelines/:pipeline/bridges", level=REPORTER)
def _bridges(ctx):
    _one(ctx)
    return ctx.page([])


@route("POST", "/projects/:id/pipelines/:pipeline/cancel", level=DEVELOPER)
def _cancel(ctx):
    """A pipeline with a job that has failed ends failed (7)."""
    pipeline = _one(ctx)
    if pipeline.status not in TERMINAL:
        for row in pipeline.jobs:
            if row.status not in TERMINAL:
                row.set("canceled")
        pipeline.timer = None
        pipeline.update()
    return full(pipeline)


@route("POST", "/projects/:id/pipelines/:pipeline/retry", level=DEVELOPER)
def _retry(ctx):
    """Failed and canceled jobs again, under new ids: a finished pipeline runs once more (7)."""
    pipeline = _one(ctx)
    for row in list(pipeline.jobs):
        if row.external is None and not row.retried and row.status in ("failed", "canceled"):
            row.retried = True
            again = Job(pipeline, row.name, row.stage, row.allow_failure)
            again.set("running")
            pipeline.jobs.append(again)
    pipeline.outcome, pipeline.timer = "success", Timer(desk(ctx.state).pace["ci"])
    pipeline.update()
    return full(pipeline)
