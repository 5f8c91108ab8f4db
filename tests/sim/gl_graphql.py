"""The one GraphQL query that tells every blocker at once and fresh (gitlab.md 6.6, 16.3)."""

import re

from . import gl_life as life
from . import gl_merge
from .gl_app import Answer, route
from .gl_mr import desk

# identifier -> how it stands in this project: a function of the merge request, or None for "needs a licence"
CHECKS = {
    "NOT_OPEN": lambda mr: mr.state == "opened",
    "DRAFT_STATUS": lambda mr: not mr.draft,
    "STATUS_CHECKS_MUST_PASS": None,
    "JIRA_ASSOCIATION_MISSING": None,
    "MERGE_TIME": lambda mr: mr.merge_after <= mr.desk.state.now(),
    "MERGE_REQUEST_BLOCKED": None,
    "REQUESTED_CHANGES": None,
    "TITLE_REGEX": None,
    "SECURITY_POLICY_VIOLATIONS": None,
    "LOCKED_LFS_FILES": lambda mr: True,
    "DISCUSSIONS_NOT_RESOLVED": lambda mr: not life.unresolved(mr),
    "CI_MUST_PASS": lambda mr: life.pipelines_say(mr) is None,
    "COMMITS_STATUS": lambda mr: not mr.branch_missing and bool(mr.changes()),
    "LOCKED_PATHS": None,
    "NOT_APPROVED": None,
    "SECURITY_POLICY_PIPELINE_CHECK": None,
    "NEED_REBASE": lambda mr: not life.needs_rebase(mr),
    "CONFLICT": lambda mr: not _conflicts(mr),
}


def _conflicts(mr):
    """The truth, whatever REST has tested so far."""
    target = mr.repo.branch(mr.target_branch)
    return mr.state == "opened" and (target is None or gl_merge.conflicts(mr.repo, target, mr.head))


def _inactive(mr):
    settings = mr.project.settings
    if not mr.merge_after:
        yield "MERGE_TIME"
    if not settings["only_allow_merge_if_all_discussions_are_resolved"]:
        yield "DISCUSSIONS_NOT_RESOLVED"
    if not settings["only_allow_merge_if_pipeline_succeeds"]:
        yield "CI_MUST_PASS"
    if settings["merge_method"] == "merge":
        yield "NEED_REBASE"


def checks(mr):
    off = set(_inactive(mr))
    rows = []
    for name, test in CHECKS.items():
        quiet = test is None or name in off
        rows.append({"identifier": name, "status": "INACTIVE" if quiet else "SUCCESS" if test(mr) else "FAILED"})
    return rows


def _argument(text, name, variables):
    """The value of `name: "x"` or `name: $v` in a query."""
    found = re.search(rf'\b{name}:\s*(?:"([^"]*)"|\$(\w+))', text)
    if not found:
        return None
    return found[1] if found[2] is None else str(variables.get(found[2], ""))


@route("POST", "/graphql")
def _graphql(ctx):
    """Only project(fullPath).mergeRequest(iid); its fields are answered whatever subset was asked."""
    (text,), variables = ctx.need("query"), ctx.args.get("variables") or {}
    path, iid = _argument(text, "fullPath", variables), _argument(text, "iid", variables)
    if path is None or iid is None or "mergeRequest" not in text:
        text = "this server knows project(fullPath:).mergeRequest(iid:) only"
        return Answer(200, {"errors": [{"message": text}]})
    project = ctx.state.project(path)
    if project is None or ctx.state.level(project, ctx.user) <= 0:
        return Answer(200, {"data": {"project": None}})
    mr = desk(ctx.state).find(project, int(iid)) if iid.isdigit() else None
    rows = mr and checks(mr)
    found = mr and {
        "detailedMergeStatus": life.status(mr).upper(),
        "mergeStatusEnum": mr.merge_status.upper(),
        "mergeable": all(row["status"] != "FAILED" for row in rows),
        "conflicts": _conflicts(mr),
        "mergeabilityChecks": rows,
    }
    return Answer(200, {"data": {"project": {"mergeRequest": found}}})
