"""GET /projects/:id with the settings that decide behaviour (5)."""

from . import gl_render as render
from .gl_app import route
from .gl_state import GUEST, MAINTAINER


@route("GET", "/projects/:id", level=GUEST)
def _one(ctx):
    return entity(ctx, ctx.project)


@route("GET", "/projects")
def _list(ctx):
    """Those that the user may see; keyset by id (1.2)."""
    word = ctx.args.get("search", "").lower()
    rows = [row for row in ctx.state.projects.values() if ctx.state.level(row, ctx.user) > 0 and word in row.path]
    rows.sort(key=lambda row: row.id, reverse=ctx.choice("sort", ("asc", "desc"), "desc") == "desc")
    return ctx.page(rows, lambda row: entity(ctx, row), lambda row: str(row.id))


def entity(ctx, project):
    state = ctx.state
    level = state.level(project, ctx.user)
    own = project.members.get(ctx.user.id)
    above = state.members(project.namespace).get(ctx.user.id)
    empty = bool(state.box.info.get("empty")) and not project.repo.refs()
    found = {
        "id": project.id,
        "description": None,
        "name": project.name,
        "name_with_namespace": project.path.replace("/", " / "),
        "path": project.name,
        "path_with_namespace": project.path,
        "created_at": "2026-01-05T09:00:00.000Z",
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@127.0.0.1:{project.path}.git",
        "http_url_to_repo": f"{state.base}/{project.path}.git",
        "web_url": render.web(state, project),
        "readme_url": None,
        "forks_count": 0,
        "avatar_url": None,
        "star_count": 0,
        "last_activity_at": f"{state.today()}T00:00:00.000Z",
        "namespace": render.namespace(state, project.namespace),
        "_links": {"self": ctx.url(f"/projects/{project.id}")},
        "empty_repo": empty,
        "merge_requests_enabled": True,
        "jobs_enabled": True,
        "ci_default_git_depth": 20,
        "suggestion_commit_message": None,
        "merge_commit_template": None,
        "squash_commit_template": None,
        "printing_merge_request_link_enabled": True,
        "shared_with_groups": [
            {
                "group_id": group.id,
                "group_name": group.name,
                "group_full_path": group.path,
                "group_access_level": most,
                "expires_at": None,
            }
            for group, most in project.shared
        ],
        **project.settings,
        "permissions": {
            "project_access": {"access_level": own.level, "notification_level": 3} if own else None,
            "group_access": {"access_level": above.level, "notification_level": 3} if above else None,
        },
    }
    if empty:
        found["default_branch"] = None
    if level >= MAINTAINER:
        found["runners_token"] = f"GR1348941CANARY{project.id}runners"  # 5: never log a whole project
    return found

