"""A merge request as JSON (gitlab.md 6.3): the single one with the recorded keys, and the shorter one of lists."""

from . import gl_life, gl_merge, gl_pipeline, gl_render as render
from .gl_diff import diffs
from .gl_pipeline import maybe
from .gl_render import stamp


def _user(mr, who, bot=False):
    if who is None:
        return None
    return {**render.user(mr.desk.state, who), **({"bot": who.bot} if bot else {})}


def _merge_status(mr):
    """The deprecated field: preparing reads as checking (6.6)."""
    return "checking" if mr.merge_status == "preparing" else mr.merge_status


def _state(mr):
    return "locked" if mr.locked_reads > 0 else mr.state


def late(mr):
    """6.1: right after its creation the head may not be known yet."""
    return mr.merge_status == "preparing" and mr.desk.on("late-sha")


def _refs(version):
    return {"base_sha": version.base, "head_sha": version.head, "start_sha": version.start}


def basic(mr):
    """An entry of a list: no head_pipeline, no diff_refs, no changes_count (1.2)."""
    merger = _user(mr, mr.merge_user) if mr.state == "merged" else None
    return {
        "id": mr.id,
        "iid": mr.iid,
        "project_id": mr.project.id,
        "title": mr.title,
        "description": mr.description,
        "state": _state(mr),
        "created_at": stamp(mr.created_at),
        "updated_at": stamp(mr.updated_at),
        "merged_by": merger,
        "merge_user": merger or _user(mr, mr.auto_merge),
        "merged_at": maybe(mr.merged_at),
        "closed_by": _user(mr, mr.closed_by),
        "closed_at": maybe(mr.closed_at),
        "target_branch": mr.target_branch,
        "source_branch": mr.source_branch,
        "user_notes_count": sum(not note.system for note in mr.notes),
        "upvotes": 0,
        "downvotes": 0,
        "author": _user(mr, mr.author, bot=True),
        "assignees": [_user(mr, who) for who in mr.assignees],
        "assignee": _user(mr, mr.assignees[0] if mr.assignees else None),
        "reviewers": [_user(mr, who) for who in mr.reviewers],
        "source_project_id": mr.source_project_id,
        "target_project_id": mr.project.id,
        "labels": list(mr.labels),
        "draft": mr.draft,
        "imported": False,
        "imported_from": "none",
        "work_in_progress": mr.draft,
        "milestone": None,
        "merge_when_pipeline_succeeds": mr.auto_merge is not None,
        "merge_status": _merge_status(mr),
        "detailed_merge_status": gl_life.status(mr),
        "merge_after": maybe(mr.merge_after),
        "sha": None if late(mr) else mr.head,
        "merge_commit_sha": mr.merge_commit_sha,
        "squash_commit_sha": mr.squash_commit_sha,
        "discussion_locked": mr.discussion_locked,
        "should_remove_source_branch": mr.should_remove,
        "force_remove_source_branch": mr.force_remove,
        "prepared_at": maybe(mr.prepared_at),
        "reference": f"!{mr.iid}",
        "references": {"short": f"!{mr.iid}", "relative": f"!{mr.iid}", "full": f"{mr.project.path}!{mr.iid}"},
        "web_url": render.web(mr.desk.state, mr.project, f"merge_requests/{mr.iid}"),
        "time_stats": {
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
        },
        "squash": mr.squash,
        "squash_on_merge": gl_life.squashes(mr),
        "task_completion_status": {"count": 0, "completed_count": 0},
        # false means nothing while the status is unchecked (6.3)
        "has_conflicts": mr.merge_status == "cannot_be_merged",
        "blocking_discussions_resolved": not gl_life.unresolved(mr),
        "approvals_before_merge": None,
    }


def _count(mr):
    """A string: "1", "1000+", "" for no diff (1)."""
    count = len(mr.changes())
    return "" if not count else "1000+" if count > 1000 else str(count)


def full(mr, user, ctx=None):
    """The answer of GET, POST and PUT. ctx: of a GET, for the fields that must be asked for."""
    pipeline, state = gl_pipeline.head(mr), mr.desk.state
    found = {
        **basic(mr),
        "subscribed": True,
        "changes_count": _count(mr),
        "latest_build_started_at": maybe(pipeline.started_at) if pipeline else None,
        "latest_build_finished_at": maybe(pipeline.finished_at) if pipeline else None,
        "first_deployed_to_production_at": None,
        "pipeline": gl_pipeline.basic(pipeline) if pipeline else None,
        "head_pipeline": gl_pipeline.full(pipeline) if pipeline else None,
        "diff_refs": None if late(mr) else _refs(mr.versions[-1]),
        "merge_error": mr.merge_error,
        "first_contribution": False,
        "user": {"can_merge": state.can_merge(mr.project, user, mr.target_branch)},
    }
    if ctx and ctx.flag("include_diverged_commits_count"):
        target = mr.repo.branch(mr.target_branch)
        found["diverged_commits_count"] = gl_merge.behind(mr.repo, mr.head, target) if target else 0
    if ctx and ctx.flag("include_rebase_in_progress"):
        found["rebase_in_progress"] = mr.rebaser is not None
    return found


def approvals(mr, user):
    """GET .../approvals on Free, as recorded (6.9): nothing is required, so `approved` says little."""
    state, given = mr.desk.state, mr.approvals
    may = state.can_push(mr.project, user, mr.source_branch) or state.level(mr.project, user) >= 30
    return {
        "id": mr.id,
        "iid": mr.iid,
        "project_id": mr.project.id,
        "title": mr.title,
        "description": mr.description,
        "state": mr.state,
        "created_at": stamp(mr.created_at),
        "updated_at": stamp(mr.updated_at),
        "merge_status": _merge_status(mr),
        "approved": mr.syncing_reads == 0,
        "approvals_required": 0,
        "approvals_left": 0,
        "require_password_to_approve": False,
        "approved_by": [
            {"user": render.user(state, state.users[number]), "approved_at": stamp(at)} for number, at in given.items()
        ],
        "suggested_approvers": [],
        "approvers": [],
        "approver_groups": [],
        "user_has_approved": user.id in given,
        "user_can_approve": may and user.id not in given,
        "approval_rules_left": [],
        "has_approval_rules": False,
        "merge_request_approvers_available": False,
        "multiple_approval_rules_available": False,
        "invalid_approvers_rules": [],
    }


def version(mr, row):
    return {
        "id": row.id,
        "head_commit_sha": row.head,
        "base_commit_sha": row.base,
        "start_commit_sha": row.start,
        "created_at": stamp(row.created_at),
        "merge_request_id": mr.id,
        "state": "collected" if row.base != row.head else "empty",
        "real_size": str(len(row.ask(mr.repo, diffs))),
        "patch_id_sha": None,
    }
