"""GET /projects/:id with the settings that decide behaviour (5)."""

from . import gl_render as render
from .gl_app import route
from .gl_state import GUEST, MAINTAINER


@route("GET", "/projects/:id", level=GUEST)
def _project(ctx):
    state, project = ctx.state, ctx.project
    level = state.level(project, ctx.user)
    own = project.members.get(ctx.user.id)
    above = state.members(project.namespace).get(ctx.user.id)
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
        "last_activity_at": state.stamp(),
        "namespace": render.namespace(state, project.namespace),
        "_links": {"self": ctx.url(f"/projects/{project.id}")},
        "empty_repo": False,
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
    if level >= MAINTAINER:
        found["runners_token"] = f"GR1348941CANARY{project.id}runners"  # 5: never log a whole project
    return found

