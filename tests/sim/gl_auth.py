"""Who asks, and may they: tokens, scopes, job tokens' allow list, projects (2, 2.1)."""

from .gl_error import EXPIRED, REVOKED, ApiError
from .gl_state import DEVELOPER

READ = ("GET", "HEAD")


def _given(ctx):
    """(way, text) of the credential; ("", "") when there is none. Headers go before parameters."""
    bearer = ctx.headers.get("authorization", "")
    for way, text in (
        ("job", ctx.headers.get("job-token") or ctx.args.get("job_token")),
        ("private", ctx.headers.get("private-token") or ctx.args.get("private_token")),
        ("bearer", bearer[7:].strip() if bearer[:7].lower() == "bearer " else ctx.args.get("access_token")),
    ):
        if text:
            return way, text
    return "", ""


def token(ctx):
    """The Token of a request, None without one; ApiError when it is no good (1.1, 2)."""
    way, text = _given(ctx)
    if not way:
        return None
    found = ctx.state.tokens.get(text)
    # An OAuth token is not good as PRIVATE-TOKEN, a job token only as JOB-TOKEN (2).
    if found is None or (found.kind == "job") != (way == "job") or found.kind == "oauth" and way == "private":
        raise ApiError.unauthorized()
    if found.revoked:
        raise ApiError.dead_token(REVOKED)
    if found.expires_at and found.expires_at <= ctx.state.today():
        raise ApiError.dead_token(EXPIRED)
    if found.user.state != "active":
        raise ApiError.forbidden("Your account has been blocked.")
    return found


def admit(ctx):
    """Scope, job token's allow list, project and access level of a routed request."""
    way = ctx.token
    if way and way.kind == "job" and not ctx.route.job_token:
        ctx.token = ctx.user = None  # 2.1: such a route does not know job tokens
        raise ApiError.not_found("Project") if ctx.path.startswith("/projects/") else ApiError.unauthorized()
    if not way and not ctx.route.public:
        raise ApiError.unauthorized()
    if way and way.kind != "job":
        _scope(ctx, way)
    if ctx.path.startswith("/projects/"):
        ctx.project = project(ctx)
        if ctx.method not in READ and ctx.user.alias in ctx.state.read_only:
            raise ApiError.forbidden()
        if ctx.state.level(ctx.project, ctx.user) < ctx.route.level:
            raise ApiError.forbidden()


def _scope(ctx, found):
    if "api" in found.scopes or ctx.path == "/personal_access_tokens/self":
        return
    if ctx.method in READ and "read_api" in found.scopes:
        return
    if ctx.path == "/user" and "read_user" in found.scopes:
        return
    raise ApiError.scope("api" if ctx.method not in READ else "api read_api")


def project(ctx):
    """The project of the path. One that the user may not see does not exist (1.1)."""
    found = ctx.state.project(ctx.params["id"])
    if found is None or ctx.state.level(found, ctx.user) <= 0:
        raise ApiError.not_found("Project")
    if ctx.token.kind == "job" and ctx.token.project not in found.allow_list:
        raise ApiError.not_found("Project")
    return found


def must_push(ctx, branch):
    """4: 403 when the user may not push into the branch."""
    if not ctx.state.can_push(ctx.project, ctx.user, branch):
        raise ApiError.forbidden("You are not allowed to push into this branch")


def must_develop(ctx):
    if ctx.state.level(ctx.project, ctx.user) < DEVELOPER:
        raise ApiError.forbidden()
