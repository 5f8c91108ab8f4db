"""Members of groups and projects, groups (6.12), and the ctl words that change people and rights."""

from . import gl_render as render
from .gl_app import route
from .gl_ctl import Bad, command, person
from .gl_error import ApiError
from .gl_state import DEVELOPER, Member


def member(state, row):
    """An ended membership is still listed, with its expires_at in the past (6.12)."""
    return {
        **render.user(state, row.user),
        "access_level": row.level,
        "created_at": render.stamp(row.since),
        "created_by": None,
        "expires_at": row.expires_at,
        "membership_state": row.membership_state,
    }


def group(ctx):
    """The group of the path; one that the token cannot see does not exist (6.12)."""
    found = ctx.state.group(ctx.params["id"])
    if found is None or not ctx.state.sees_group(found, ctx.user):
        raise ApiError.not_found("Group")
    return found


def _group(state, found, full):
    row = {
        "id": found.id,
        "web_url": f"{state.base}/groups/{found.path}",
        "name": found.name,
        "path": found.path.rpartition("/")[2],
        "description": "",
        "visibility": found.visibility,
        "share_with_group_lock": False,
        "require_two_factor_authentication": False,
        "project_creation_level": "developer",
        "subgroup_creation_level": "maintainer",
        "avatar_url": None,
        "request_access_enabled": True,
        "full_name": found.path.replace("/", " / "),
        "full_path": found.path,
        "created_at": "2026-01-05T09:00:00.000Z",
        "parent_id": found.parent.id if found.parent else None,
    }
    return {**row, "shared_with_groups": [], "projects": [], "shared_projects": []} if full else row


@route("GET", "/groups/:id")
def _one_group(ctx):
    return _group(ctx.state, group(ctx), True)


@route("GET", "/groups")
def _groups(ctx):
    rows = [found for found in ctx.state.groups.values() if ctx.state.sees_group(found, ctx.user)]
    word = ctx.args.get("search", "").lower()
    return ctx.page([found for found in rows if word in found.path], lambda found: _group(ctx.state, found, False))


def _list(ctx, place, every):
    rows = ctx.state.members(place, every)
    if "user_ids" in ctx.args:
        wanted = {str(number) for number in ctx.items("user_ids")}
        rows = {number: row for number, row in rows.items() if str(number) in wanted}
    word = ctx.args.get("query", "").lower()
    found = [row for _, row in sorted(rows.items()) if word in row.user.username.lower() or word in row.user.name.lower()]
    return ctx.page(found, lambda row: member(ctx.state, row))


def _one(ctx, place, every):
    found = ctx.state.members(place, every).get(ctx.number("user_id"))
    if found is None:
        raise ApiError.not_found("Not found")
    return member(ctx.state, found)


def _routes(root, place):
    """The four reading routes of groups or projects."""
    for path, every in (("members", False), ("members/all", True)):
        route("GET", f"{root}/{path}")(lambda ctx, every=every: _list(ctx, place(ctx), every))
        route("GET", f"{root}/{path}/:user_id")(lambda ctx, every=every: _one(ctx, place(ctx), every))


_routes("/groups/:id", group)
_routes("/projects/:id", lambda ctx: ctx.project)


# -- ctl


@command("user NAME active/blocked", "the user's state")
def _user(state, name, word):
    if word not in ("active", "blocked"):
        raise Bad(f"active or blocked, please, not {word}")
    person(state, name).state = word
    state.publish()


@command("member PLACE USER add/remove/expire", "membership in a group or project (path); add: as Developer; expire: it ended yesterday")
def _member(state, path, name, word):
    place, user = state.group(path) or state.project(path), person(state, name)
    if place is None:
        raise Bad(f"no such group or project: {path}")
    if word == "add":
        place.members[user.id] = Member(user, DEVELOPER, state.now())
    elif word == "remove":
        place.members.pop(user.id, None)
    elif word == "expire":
        if user.id not in place.members:
            raise Bad(f"{name} is no direct member of {path}")
        place.members[user.id].expires_at = render.day(state.now() - 86400)
    else:
        raise Bad(f"add, remove or expire, please, not {word}")
    state.publish()


@command("group PATH visible/hidden", "hidden: nobody can read the group, 404 Group Not Found")
def _visible(state, path, word):
    found = state.group(path)
    if found is None:
        raise Bad(f"no such group: {path}; one of {', '.join(row.path for row in state.groups.values())}")
    if word not in ("visible", "hidden"):
        raise Bad(f"visible or hidden, please, not {word}")
    found.hidden = word == "hidden"
