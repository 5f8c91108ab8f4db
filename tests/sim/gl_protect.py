"""Protected branches (5), and the ctl words for them."""

import os
import re

from . import gl_render as render
from .gl_app import route
from .gl_ctl import Bad, command, person, switch
from .gl_error import ApiError
from .gl_state import DEVELOPER, LEVELS, MAINTAINER, Project, Protected, repository


def _levels(state, rule, rows):
    return [
        {
            "id": rule.id * 10 + at,
            "access_level": need,
            "access_level_description": LEVELS[need] if who is None else state.users[who].name,
            "deploy_key_id": None,
            "user_id": who,
            "group_id": None,
        }
        for at, (need, who) in enumerate(rows)
    ]


def entity(state, rule):
    return {
        "id": rule.id,
        "name": rule.name,
        "push_access_levels": _levels(state, rule, rule.push),
        "merge_access_levels": _levels(state, rule, rule.merge),
        "allow_force_push": rule.allow_force_push,
        "unprotect_access_levels": [],
        "code_owner_approval_required": False,
        "inherited": False,
    }


def developers(rows):
    return any(who is None and 0 < need <= DEVELOPER for need, who in rows)


def branch(state, project, name, tip, user, merged):
    """Branch (5): who may push is said for the user who asks."""
    rule = project.rule(name)
    return {
        "name": name,
        "commit": render.commit(state, project, tip),
        "merged": merged,
        "protected": rule is not None,
        "developers_can_push": rule is not None and developers(rule.push),
        "developers_can_merge": rule is not None and developers(rule.merge),
        "can_push": state.can_push(project, user, name),
        "default": name == project.settings["default_branch"],
        "web_url": render.web(state, project, f"tree/{name}"),
    }


def _rule(ctx):
    rule = ctx.project.protected.get(ctx.params["name"])
    if rule is None:
        raise ApiError.not_found("Not found")
    return rule


@route("GET", "/projects/:id/protected_branches", level=DEVELOPER)
def _list(ctx):
    rows = sorted(ctx.project.protected.values(), key=lambda rule: rule.name)
    word = ctx.args.get("search", "")
    return ctx.page([rule for rule in rows if word in rule.name], lambda rule: entity(ctx.state, rule))


@route("GET", "/projects/:id/protected_branches/:name", level=DEVELOPER)
def _one(ctx):
    return entity(ctx.state, _rule(ctx))


@route("POST", "/projects/:id/protected_branches", level=MAINTAINER)
def _create(ctx):
    (name,) = ctx.need("name")
    if name in ctx.project.protected:
        raise ApiError.conflict(f"Protected branch '{name}' already exists")
    push, merge = ctx.integer("push_access_level", MAINTAINER), ctx.integer("merge_access_level", MAINTAINER)
    for field, level in (("push_access_level", push), ("merge_access_level", merge)):
        if level not in (0, DEVELOPER, MAINTAINER, 60):
            raise ApiError.invalid(f"{field} does not have a valid value")
    rule = ctx.project.protected[name] = Protected(ctx.state.number("protected"), name, push, merge)
    rule.allow_force_push = ctx.flag("allow_force_push")
    ctx.state.publish()
    return entity(ctx.state, rule)


@route("PATCH", "/projects/:id/protected_branches/:name", level=MAINTAINER)
def _update(ctx):
    rule = _rule(ctx)
    rule.allow_force_push = ctx.flag("allow_force_push", rule.allow_force_push)
    ctx.state.publish()
    return entity(ctx.state, rule)


@route("DELETE", "/projects/:id/protected_branches/:name", level=MAINTAINER)
def _delete(ctx):
    del ctx.project.protected[_rule(ctx).name]
    ctx.state.publish()


# -- ctl


@command("protect BRANCH on/off", "protection of a branch of gitops/apps; on: Maintainers (that is the bot) push and merge")
def _protect(state, name, word):
    if switch(word):
        state.apps.protected.setdefault(name, Protected(state.number("protected"), name))
    else:
        state.apps.protected.pop(name, None)
    state.publish()


@command("allow-merge USER", "the user too may push to and merge into the protected branches of gitops/apps")
def _allow(state, name):
    user = person(state, name)
    for rule in state.apps.protected.values():
        rule.push.append((MAINTAINER, user.id))
        rule.merge.append((MAINTAINER, user.id))
    state.publish()


@command("allow-force BRANCH on/off", "\"Allowed to force push\" of a protected branch of gitops/apps")
def _force(state, name, word):
    if name not in state.apps.protected:
        raise Bad(f"not protected: {name}")
    state.apps.protected[name].allow_force_push = switch(word)
    state.publish()


@command("level USER LEVEL", "the user's own access level in gitops/apps: 20 Reporter, 30 Developer, 40 Maintainer, 50 Owner")
def _level(state, name, level):
    user = person(state, name)
    if user.id not in state.apps.members or not level.isdigit():
        raise Bad(f"{name} has no level of its own, or {level} is none")
    state.apps.members[user.id].level = int(level)
    state.publish()


@command("serve PATH", "GitLab knows the bare repository repo/PATH.git as a project with the members of gitops/apps, until reset")
def _serve(state, path):
    repo = repository(state.box, path)
    if not os.path.isdir(repo.path):
        raise Bad(f"there is no repo/{path}.git")
    made = Project(state.number("project"), path, repo, state.apps.namespace)
    made.members = state.apps.members
    made.settings["default_branch"] = repo.git("symbolic-ref", "--short", "HEAD")
    state.projects[made.id] = made


@command("project SETTING VALUE", "a setting of gitops/apps, as in GET /projects/:id: merge_method, squash_option, ...")
def _setting(state, name, value):
    if name not in state.apps.settings:
        raise Bad(f"no such setting: {name}; one of {', '.join(state.apps.settings)}")
    choices = {"merge_method": ("merge", "rebase_merge", "ff"), "squash_option": ("never", "always", "default_on", "default_off")}  # fmt: skip
    if value not in choices.get(name, (value,)):
        raise Bad(f"{name}: one of {', '.join(choices[name])}")
    state.apps.settings[name] = {"true": True, "false": False, "null": None}.get(value, value)


# Push rules (4: "PreReceiveError: push rules text"; Premium, so there is no recording: the wording is unconfirmed)
RULES = {
    "message": "Commit message does not follow the pattern '{rule}'",
    "author": "Commit author's email '{what}' does not follow the pattern '{rule}'",
    "branch": "Branch name '{what}' does not follow the pattern '{rule}'",
    "size": "File '{what}' is larger than the allowed size of {rule} MiB. Use Git LFS to manage this file.",
}


@command("push-rule KIND VALUE", "a push rule of gitops/apps: message, author, branch (but the default one): a pattern; size: MiB of a file; `off` ends it (4)")
def _push_rule(state, kind, *value):
    if kind not in RULES or not value:
        raise Bad(f"no such push rule: {kind}; one of {', '.join(RULES)}, and its value")
    rules = state.data.setdefault("push-rules", {})
    rules.pop(kind, None)
    if value != ("off",):
        rules[kind] = " ".join(value)
    state.publish()


def broken_rule(state, branch, message, email, files):
    """What a push rule has against a commit by API, or None; files: {path: bytes}. By Git the hook says the same (seed.HOOK)."""
    rules = state.data.get("push-rules", {})
    for kind, what in (("message", message), ("author", email), ("branch", branch)):
        rule = rules.get(kind)
        if rule and not (kind == "branch" and branch == state.apps.settings["default_branch"]) and not re.search(rule, what):
            return RULES[kind].format(rule=rule, what=what)
    limit = float(rules.get("size", "inf")) * 2**20
    big = next((path for path, body in sorted(files.items()) if len(body) > limit), None)
    return RULES["size"].format(rule=rules["size"], what=big) if big else None
