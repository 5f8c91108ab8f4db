"""Deployments and the environments that they make (gitlab.md 8.2): what an API client records, beside what CI made itself."""

from . import gl_render as render
from .gl_app import ApiError, on_reset, route
from .gl_ctl import Bad, command, switch
from .gl_state import DEVELOPER, REPORTER

STATUSES = ("created", "running", "success", "failed", "canceled", "skipped", "blocked")
WRITTEN = ("running", "success", "failed", "canceled")
OF_CI = "Deployments created using GitLab CI can not be updated using the API"
# Which statuses may come after; an end is never left ("400 invalid transition").
AFTER = {"created": WRITTEN, "running": ("success", "failed", "canceled")}


@on_reset
def _reset(state):
    state.data["deployments"] = {"rows": [], "environments": {}, "protected": set()}


class Deployment:
    def __init__(self, state, project, environment, sha, ref, status, user, deployable=None):
        kept = state.data["deployments"]
        self.id, self.project = state.number("deployment"), project
        self.iid = 1 + sum(row.project is project for row in kept["rows"])
        self.environment = kept["environments"].setdefault((project.id, environment), state.number("environment"))
        self.name, self.sha, self.ref, self.status, self.user, self.deployable = environment, sha, ref, status, user, deployable
        self.created_at = self.updated_at = state.stamp()
        kept["rows"].append(self)

    def show(self, state):
        return {
            "id": self.id,
            "iid": self.iid,
            "ref": self.ref,
            "sha": self.sha,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "user": render.user(state, self.user),
            "environment": {
                "id": self.environment,
                "name": self.name,
                "slug": self.name.lower().replace("/", "-").replace(" ", "-")[:24],
                "external_url": None,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
            },
            "deployable": self.deployable,
            "status": self.status,
        }


def _rows(ctx):
    return [row for row in ctx.state.data["deployments"]["rows"] if row.project is ctx.project]


def _find(ctx):
    for row in _rows(ctx):
        if row.id == ctx.number("deployment_id"):
            return row
    raise ApiError.not_found("Deployment")


def _may_deploy(ctx, name):
    if name in ctx.state.data["deployments"]["protected"]:
        raise ApiError.forbidden()


@route("GET", "/projects/:id/deployments", level=REPORTER, job_token=True)
def _list(ctx):
    """Ascending by id unless said otherwise; an environment that is not there has none."""
    order, sort = ctx.args.get("order_by") or "id", ctx.args.get("sort") or "asc"
    for name in ("updated", "finished"):
        if (ctx.args.get(f"{name}_after") or ctx.args.get(f"{name}_before")) and order != f"{name}_at":
            end = "." if name == "finished" else ""
            raise ApiError.bad(f"`{name}_at` filter requires `{name}_at` sort{end}")
    rows = _rows(ctx)
    if ctx.args.get("status"):
        ctx.choice("status", STATUSES)
        rows = [row for row in rows if row.status == ctx.args["status"]]
    if ctx.args.get("environment"):
        rows = [row for row in rows if row.name == ctx.args["environment"]]
    rows = sorted(rows, key=lambda row: getattr(row, order if order in ("id", "iid", "created_at", "updated_at", "ref") else "id"))
    if sort == "desc":
        rows.reverse()
    return ctx.page(rows, lambda row: row.show(ctx.state))


@route("GET", "/projects/:id/deployments/:deployment_id", level=REPORTER, job_token=True)
def _one(ctx):
    return _find(ctx).show(ctx.state)


@route("POST", "/projects/:id/deployments", level=DEVELOPER, job_token=True)
def _create(ctx):
    environment, sha, ref, status = ctx.need("environment", "sha", "ref", "status")
    if "tag" not in ctx.args:
        raise ApiError.invalid("tag is missing")
    ctx.choice("status", WRITTEN)
    _may_deploy(ctx, environment)
    if ctx.flag("tag") or ctx.project.repo.branch(ref) is None:
        raise ApiError.fields(ref=["The branch or tag does not exist"])
    if ctx.project.repo.resolve(sha) is None:
        raise ApiError.fields(sha=["The commit does not exist"])
    return Deployment(ctx.state, ctx.project, environment, sha, ref, status, ctx.user).show(ctx.state)


@route("PUT", "/projects/:id/deployments/:deployment_id", level=DEVELOPER, job_token=True)
def _update(ctx):
    row = _find(ctx)
    (status,) = ctx.need("status")
    ctx.choice("status", WRITTEN)
    _may_deploy(ctx, row.name)
    if row.deployable is not None:
        raise ApiError.forbidden(OF_CI)
    if status not in AFTER.get(row.status, ()):
        raise ApiError(400, {"message": {"status": [f'cannot transition via "{status}"']}})
    row.status, row.updated_at = status, ctx.state.stamp()
    return row.show(ctx.state)


# -- ctl


@command("deployments", "all deployments of gitops/apps: id, environment, status, sha, user or `job`")
def _deployments(state):
    rows = [row for row in state.data["deployments"]["rows"] if row.project is state.apps]
    return "\n".join(f"{row.id} {row.name} {row.status} {row.sha} {'job' if row.deployable else row.user.alias}" for row in rows)


@command("deployed-by-job ENVIRONMENT SHA STATUS", "a job of CI deploys to the environment by its own `environment:`")
def _by_job(state, name, sha, status):
    if status not in STATUSES:
        raise Bad(f"one of {', '.join(STATUSES)}")
    job = {"id": state.number("job"), "name": "deploy", "status": status, "ref": "main"}
    return str(Deployment(state, state.apps, name, sha, "main", status, state.user("dev"), job).id)


@command("protect-environment ENVIRONMENT on/off", "nobody's token may deploy to it")
def _protect(state, name, word):
    kept = state.data["deployments"]["protected"]
    (kept.add if switch(word) else kept.discard)(name)
