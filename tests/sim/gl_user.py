"""Users and what a token says about itself: /user, /users, /personal_access_tokens/self, /job, /version (2, 6.12)."""

from . import gl_pipeline, gl_render as render
from .gl_app import route
from .gl_ctl import Bad, command, person
from .gl_error import ApiError


def public(state, who):
    """What everybody sees of a user; bot only there (6.12)."""
    return {
        **render.user(state, who),
        "created_at": "2026-01-05T09:00:00.000Z",
        "bio": "",
        "location": "",
        "linkedin": "",
        "twitter": "",
        "discord": "",
        "website_url": "",
        "github": "",
        "job_title": "",
        "pronouns": None,
        "organization": "",
        "bot": who.bot,
        "work_information": None,
        "followers": 0,
        "following": 0,
        "local_time": None,
    }


@route("GET", "/user")
def _user(ctx):
    """whoami: bots too, job tokens not (2)."""
    who = ctx.user
    return {
        **public(ctx.state, who),
        "email": who.email,
        "commit_email": who.email,
        "two_factor_enabled": False,
        "external": False,
        "private_profile": False,
        "can_create_group": not who.bot,
        "can_create_project": not who.bot,
        "confirmed_at": "2026-01-05T09:00:00.000Z",
        "last_activity_on": ctx.state.today(),
        "theme_id": 3,
        "color_scheme_id": 1,
        "projects_limit": 100000,
        "identities": [],
    }


@route("GET", "/users/:user_id")
def _one(ctx):
    who = ctx.state.users.get(ctx.number("user_id"))
    if who is None:
        raise ApiError.not_found("User")
    return public(ctx.state, who)


@route("GET", "/users")
def _list(ctx):
    rows = sorted(ctx.state.users.values(), key=lambda who: -who.id)
    if "username" in ctx.args:
        rows = [who for who in rows if who.username.lower() == ctx.args["username"].lower()]
    if "search" in ctx.args:  # names in part, e-mail whole and only where it is public
        word = ctx.args["search"].lower()
        rows = [who for who in rows if word in who.username.lower() or word in who.name.lower() or word == who.public_email.lower()]  # fmt: skip
    if ctx.flag("active"):
        rows = [who for who in rows if who.state == "active"]
    return ctx.page(rows, lambda who: render.user(ctx.state, who))


@route("GET", "/personal_access_tokens/self")
def _self(ctx):
    way = ctx.token
    if way.kind == "oauth":
        raise ApiError.bad("This endpoint requires token type to be a personal access token")  # 2, recorded
    return {
        "id": way.id,
        "name": f"token of {way.user.alias}",
        "revoked": way.revoked,
        "created_at": render.stamp(way.since),
        "description": None,
        "scopes": way.scopes,
        "user_id": way.user.id,
        "last_used_at": ctx.state.stamp(),
        "active": True,
        "expires_at": way.expires_at or ctx.state.day(200),
    }


@route("GET", "/version")
def _version(ctx):
    return {"version": ctx.state.version, "revision": "5be2f7d9a31"}


@route("GET", "/metadata")
def _metadata(ctx):
    return {
        "version": ctx.state.version,
        "revision": "5be2f7d9a31",
        "kas": {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None},
        "enterprise": False,
    }


@route("GET", "/job", job_token=True)
def _job(ctx):
    """6.12: the job that owns the token; only its token opens it."""
    if ctx.token.kind != "job":
        raise ApiError.unauthorized()
    job, state = ctx.token.job, ctx.state
    project = state.project(job.get("project", ctx.token.project))
    sha = project.repo.resolve(job["ref"])
    began = render.stamp(ctx.token.since)
    real = next((row for row in gl_pipeline.of_project(state, project) if row.id == job["pipeline"]), None)
    pipeline = gl_pipeline.basic(real) if real else {
        "id": job["pipeline"],
        "iid": job["pipeline"] - 7900,
        "project_id": project.id,
        "sha": sha,
        "ref": job["ref"],
        "status": "running",
        "source": "web",
        "created_at": began,
        "updated_at": began,
        "web_url": render.web(state, project, f"pipelines/{job['pipeline']}"),
    }
    return {
        "id": job["id"],
        "status": "running",
        "stage": "deploy",
        "name": job["name"],
        "ref": job["ref"],
        "tag": False,
        "coverage": None,
        "allow_failure": False,
        "created_at": began,
        "started_at": began,
        "finished_at": None,
        "erased_at": None,
        "duration": 4.2,
        "queued_duration": 0.3,
        "user": public(state, ctx.user),
        "commit": render.commit(state, project, sha) if sha else None,
        "pipeline": pipeline,
        "web_url": render.web(state, project, f"jobs/{job['id']}"),
        "project": {"ci_job_token_scope_enabled": False},
        "artifacts": [],
        "runner": None,
        "artifacts_expire_at": None,
        "archived": False,
        "tag_list": [],
    }


@command("start-pipeline PROJECT [USER]", "a pipeline of the project's main begins; the user's jobs run in it; prints its iid and address")
def _start(state, path, name=""):
    """The job token still comes in where it came in before (2.1)."""
    project = state.project(path)
    if project is None:
        raise Bad(f"no such project: {path}")
    user = person(state, name or "dev")
    pipeline = gl_pipeline.Pipeline(state, project, project.repo.resolve("main"), "main", "push", user)
    pipeline.run("success")
    for token in state.tokens.values():
        if name and token.kind == "job" and token.user is user:
            token.job = {**token.job, "pipeline": pipeline.id, "project": project.id}
    return f"{pipeline.iid} {gl_pipeline.basic(pipeline)['web_url']}"


@command("token-ends USER DAYS", "all tokens of the user expire in so many days")
def _ends(state, name, days):
    user = person(state, name)
    for token in state.tokens.values():
        if token.user is user:
            token.expires_at = state.day(int(days))
