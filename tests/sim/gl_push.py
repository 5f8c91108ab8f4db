"""A push that asks for a merge request (2.2): what GitLab does with push options, and the words that it answers with.

The real git http-backend takes the push and calls the repository's post-receive hook (post_receive.py), which asks here
as GitLab's own hook asks GitLab. What happens is that of MergeRequests::PushOptionsHandlerService: an open request of
the branch is updated, whatever its target; else one is opened where `create` says so; `\\n` in a description is a line
end; whoever pushes is assigned; a push of what is there already does nothing, since no hook runs.
"""

import json
import re
import textwrap

from . import gl_life as life
from . import gl_render as render
from .gl_ctl import Bad, command
from .gl_life import JOB
from .gl_mr import desk
from .gl_mr_api import create
from .gl_quick import run as quick
from .gl_state import DEVELOPER

OPTION = re.compile(r"([^.]+)\.([^=]+)=?(.*)", re.S)
LISTS = ("label", "unlabel", "assign", "unassign")
KEYS = ("create", "target", "title", "description", "draft", "remove_source_branch", "squash", "milestone", "auto_merge", *LISTS)
WIDTH = 80


def parse(texts):
    """{key: text, True or list} of the options merge_request.KEY=VALUE (or mr.KEY); others are not ours."""
    found = {}
    for text in texts:
        hit = OPTION.fullmatch(text)
        if not hit or hit[1] not in ("merge_request", "mr") or hit[2] not in KEYS:
            continue
        if hit[2] in LISTS:
            found.setdefault(hit[2], []).append(hit[3])
        else:
            found[hit[2]] = hit[3] or True
    return found


def _refused(state, project, user, options):
    """Why nothing is done, or None."""
    if desk(state).switches["push-request"] == "refuse":
        return f"Merge requests are not enabled for project {project.path}"
    if state.level(project, user) < DEVELOPER:
        return "User access was denied"
    target = options.get("target")
    if target and project.repo.branch(target) is None:
        return f"Target branch {project.path}:{target} does not exist"
    return None


def _words(options):
    """Title, description and so on, as they are taken."""
    found = {name: options[name] for name in ("title", "description") if name in options}
    if "description" in found:
        found["description"] = found["description"].replace("\\n", "\n")
    return found


def _apply(state, mr, user, options):
    words = _words(options)
    mr.title = words.get("title", mr.title)
    if "description" in words:
        mr.description = quick(mr, user, words["description"])[0]
    if "draft" in options and not mr.draft:
        mr.title = "Draft: " + mr.title
    if "target" in options:
        mr.target_branch = options["target"]
    if "remove_source_branch" in options:
        mr.force_remove = True
    if "squash" in options:
        mr.squash = True
    mr.labels = sorted(set(mr.labels) | set(options.get("label", ())) - set(options.get("unlabel", ())))
    for name in options.get("assign", ()):
        who = state.user(name)
        if who and who not in mr.assignees:
            mr.assignees.append(who)
    mr.touch()


def _open(state, project, branch):
    return next((mr for mr in desk(state).of(project).values() if mr.state == "opened" and mr.source_branch == branch), None)


def _one(state, project, user, branch, options):
    """What one pushed branch gets; the sentence against it, or None."""
    mr = _open(state, project, branch)
    if mr is None and "create" not in options:
        return f"A merge_request.create push option is required to create a merge request for branch {branch}"
    if mr is None:
        target = options.get("target") or project.settings["default_branch"]
        if project.repo.is_ancestor(project.repo.branch(branch), project.repo.branch(target)):
            return "Source branch has no commits"  # BuildService finds nothing to compare
        title = project.repo.commit(project.repo.branch(branch))["message"].partition("\n")[0]
        mr = create(state, project, user, title, branch, target)
        mr.assignees = [user]
    _apply(state, mr, user, options)
    life.follow(mr)
    return None


def _alert(text):
    """gitlab-shell's frame, whose lines break where they are full."""
    line = "=" * (WIDTH - 8)
    rows = [row.center(WIDTH - 8).rstrip() for part in text.split("\n") for row in textwrap.wrap(part, WIDTH - 10)]
    return "\n".join(["", line, "", *rows, "", line, ""])


def _links(state, project, branches):
    for branch in branches:
        mr = _open(state, project, branch)
        if mr:
            yield f"\nView merge request for {branch}:\n  {render.web(state, project, f'merge_requests/{mr.iid}')}\n"
        elif branch != project.settings["default_branch"]:
            new = render.web(state, project, f"merge_requests/new?merge_request%5Bsource_branch%5D={branch.replace('/', '%2F')}")
            yield f"\nTo create a merge request for {branch}, visit:\n  {new}\n"


@command("post-receive JSON", "what the repository's hook asks after a push with options (2.2)")
def _post_receive(state, text):
    asked = json.loads(text)
    project = state.project(asked["project"])
    user = state.user(JOB.sub("", asked["user"]) or "dev")
    if project is None or user is None:
        raise Bad(f"a push of {asked['user']} to {asked['project']}: who, and where?")
    options, said = parse(asked["options"]), []
    branches = [ref.removeprefix("refs/heads/") for _, new, ref in asked["changes"] if ref.startswith("refs/heads/") and set(new) != {"0"}]
    branches = [branch for branch in branches if branch != project.settings["default_branch"]]
    errors = []
    if options and branches:
        why = _refused(state, project, user, options)
        errors = [why] if why else [found for found in (_one(state, project, user, branch, options) for branch in branches) if found]
    if errors:
        shown = " ".join(f"'{option}'" for option in asked["options"])
        said.append(_alert("WARNINGS:\nError encountered with push options " + shown + ": " + "\n\n".join(errors)))
    if desk(state).switches["push-request"] != "no-link":
        said.extend(_links(state, project, branches))
    return "".join(said)
