"""Who and what there is in the simulated GitLab at the start; README.md has the table."""

import base64
import json
import secrets

from . import gl_state as state_module
from . import seed

# alias -> (id, username, name, e-mail, bot, public e-mail?)
USERS = {
    "dev": (11, "dev", "Developer One", "dev@example.com", False, True),
    "dev-2": (12, "dev-2", "Developer Two", "dev-2@example.com", False, True),
    "manager-1": (21, "manager-1", "Manager One", "manager-1@example.com", False, False),
    "manager-2": (22, "manager-2", "Manager Two", "manager-2@example.com", False, True),
    "manager-3": (23, "manager-3", "Manager Three", "manager-3@example.com", False, False),
    "manager-blocked": (24, "manager-blocked", "Manager Blocked", "manager-blocked@example.com", False, False),
    "manager-expired": (25, "manager-expired", "Manager Expired", "manager-expired@example.com", False, False),
    "manager-bot": (26, "group_71_bot_5f0c9a3e7b21", "release helper", "group_71_bot@noreply.example.com", True, False),
    "head": (27, "head", "Head of Platform", "head@example.com", False, False),
    "outsider": (31, "outsider", "Outsider", "outsider@example.com", False, False),
    "reader": (41, "reader", "Reader", "reader@example.com", False, False),
    "none": (42, "none", "Nobody Here", "none@example.com", False, False),
    "bot": (51, "project_101_bot_2c7d90b1e4aa", "stagegate", "project_101_bot@noreply.example.com", True, False),
}
GROUPS = {  # path -> (id, parent, visibility)
    "gitops": (60, None, "private"),
    "shop": (61, None, "private"),
    "platform": (70, None, "internal"),
    "platform/release-managers": (71, "platform", "internal"),
    "platform/secret": (79, "platform", "private"),
}
PROJECTS = {  # path -> (id, members)
    "gitops/apps": (101, {"bot": 40, "dev": 30, "dev-2": 30, "reader": 20, "manager-blocked": 30}),
    "shop/catalog": (201, {"bot": 20, "dev": 30, "dev-2": 30, "manager-2": 30}),
    "shop/order": (202, {"bot": 20, "dev": 30, "dev-2": 30, "manager-2": 30}),
    "shop/payment": (203, {"bot": 20, "dev": 30, "dev-2": 40}),
}
PROJECTS.update({
    f"shop/{name}": (204 + at, {"bot": 20, "dev": 30})
    for at, name in enumerate(name for name in sorted(seed.TAGS) if f"shop/{name}" not in PROJECTS)
})  # fmt: skip
MEMBERS = {
    "platform": {"head": 50},
    "platform/release-managers": {
        name: 30
        for name in ("manager-1", "manager-2", "manager-3", "manager-blocked", "manager-expired", "manager-bot")
    },
}
GIT = ("write-repository", "dev", "dev-2", "manager-1", "manager-2", "manager-3", "manager-blocked", "outsider", "job-dev", "job-manager-1")
SINCE = 1767603600  # 2026-01-05, the day of the first commit
PERSONS = ("dev", "dev-2", "manager-1", "manager-2", "manager-3", "manager-blocked", "manager-expired", "manager-bot", "head", "outsider")  # fmt: skip
JOBS = {"dev": (7001, 8001), "manager-1": (7002, 8002)}  # alias -> (job id, pipeline id)


def make_tokens():
    """{name: token} of everybody beside the four Git users; made once per sandbox. Every one carries CANARY."""
    made = {name: f"glpat-CANARY{name.replace('-', '')}{secrets.token_hex(10)}" for name in PERSONS}
    for name in ("expired", "revoked", "read-api", "write-repository", "oauth"):
        made[name] = f"{'' if name == 'oauth' else 'glpat-'}CANARY{name.replace('-', '')}{secrets.token_hex(10)}"
    made.update({f"job-{name}": _job_token(name) for name in JOBS})
    return made


def _job_token(name):
    """JWT-shaped, as job tokens are since 19.0 (2)."""
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    payload = {"c": "CANARY" * 20, "jid": secrets.token_hex(16), "u": name, "scoped": secrets.token_hex(160)}
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.CANARY{part(payload)}.{secrets.token_urlsafe(128)}"


def fill(state):
    module = state_module
    for alias, (number, username, name, email, bot, public) in USERS.items():
        state.users[number] = module.User(number, alias, username, name, email, bot, email if public else "")
    state.user("manager-blocked").state = "blocked"
    for path, (number, parent, visibility) in GROUPS.items():
        state.groups[number] = module.Group(number, path, state.group(parent) if parent else None, visibility)
    for path, (number, members) in PROJECTS.items():
        namespace = state.group(path.partition("/")[0])
        project = module.Project(number, path, module.repository(state.box, path), namespace)
        state.projects[number] = project
        _join(state, project, members)
        project.protected["main"] = module.Protected(state.number("protected"), "main")
    for path, members in MEMBERS.items():
        _join(state, state.group(path), members)
    managers = state.group("platform/release-managers")
    managers.members[state.user("manager-expired").id].expires_at = "2026-01-31"
    apps = state.project("gitops/apps")
    apps.shared.append((managers, 30))
    if state.box.info.get("empty"):
        return _tokens(state, state.box.info["tokens"])
    apps.protected["develop"] = module.Protected(state.number("protected"), "develop")
    _tokens(state, state.box.info["tokens"])


def _join(state, place, members):
    for alias, level in members.items():
        user = state.user(alias)
        place.members[user.id] = state_module.Member(user, level, SINCE)


def _tokens(state, tokens):
    def add(text, alias, **more):
        token = state_module.Token(len(state.tokens) + 501, text, state.user(alias), **more)
        token.since = SINCE
        state.tokens[text] = token
        return token

    git, made = tokens["git"], tokens["gitlab"]
    add(git["bot"], "bot", kind="project", scopes=("api", "write_repository"))
    add(git["reader"], "reader")
    add(git["none"], "none")
    for name in PERSONS:
        add(made[name], name)
    add(made["expired"], "dev").expires_at = "2026-01-31"
    add(made["revoked"], "dev").revoked = True
    add(made["read-api"], "bot", kind="project", scopes=("read_api",))
    add(made["write-repository"], "bot", kind="project", scopes=("write_repository",))
    add(made["oauth"], "dev", kind="oauth")
    add(git["job"], "dev", kind="job", job=_job(state, 7000, 8000, "dev"), project=101)
    for name, (job, pipeline) in JOBS.items():
        add(made[f"job-{name}"], name, kind="job", job=_job(state, job, pipeline, name), project=101)


def _job(state, number, pipeline, alias):
    """What GET /job needs to know about the job that owns a token."""
    return {"id": number, "pipeline": pipeline, "user": alias, "name": "promote", "ref": "main"}
