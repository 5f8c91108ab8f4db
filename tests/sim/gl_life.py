"""The life of a merge request (16.3): pushes, steps, detailed_merge_status, and the merge itself (6.5, 6.6, 6.8)."""

import re

from . import gitrepo, gl_merge, gl_pipeline, gl_train
from .gl_app import on_sync
from .gl_git import Race
from .gl_merge import Conflict
from .gl_mr import desk

# Every value of detailed_merge_status (6.6), in the order in which it is decided; the last ones are never natural here.
STATUSES = (
    "preparing", "checking", "unchecked", "not_open", "merge_time", "draft_status", "commits_status",
    "discussions_not_resolved", "conflict", "need_rebase", "ci_still_running", "ci_must_pass", "mergeable",
    "approvals_syncing", "not_approved", "requested_changes", "merge_request_blocked", "status_checks_must_pass",
    "external_status_checks", "security_policy_pipeline_check", "security_policy_violations", "policies_denied",
    "jira_association_missing", "title_regex", "locked_paths", "locked_lfs_files", "broken_status", "blocked_status",
)  # fmt: skip
WAITING = ("preparing", "checking", "unchecked")
JOB = re.compile(r"^job-?")  # the web server's names of job tokens: job (dev's), job-manager-1
ARMABLE = ("draft_status", "discussions_not_resolved", "ci_still_running", "ci_must_pass", "not_approved", "merge_time")


# -- detailed_merge_status


def blockers(mr):
    """Failing checks that are not about pipelines, in the order of 6.6 (CE: open, merge_time, draft, ...)."""
    method = mr.project.settings["merge_method"]
    if mr.state != "opened":
        yield "not_open"
    if mr.merge_after and mr.merge_after > mr.desk.state.now():
        yield "merge_time"
    if mr.draft:
        yield "draft_status"
    if mr.branch_missing or mr.repo.branch(mr.target_branch) is None or not mr.changes():
        yield "commits_status"
    if mr.project.settings["only_allow_merge_if_all_discussions_are_resolved"] and unresolved(mr):
        yield "discussions_not_resolved"
    if mr.merge_status == "cannot_be_merged" and method != "ff":
        yield "conflict"
    if method != "merge" and needs_rebase(mr):
        yield "need_rebase"  # a conflicting one in an ff project reads so too


def unresolved(mr):
    return any(note.resolvable and not note.resolved for note in mr.notes)


def needs_rebase(mr):
    target = mr.repo.branch(mr.target_branch)
    return target is not None and not mr.repo.is_ancestor(target, mr.head)


def pipelines_say(mr):
    """ci_still_running, ci_must_pass or None: when pipelines must succeed, or an automatic merge is armed."""
    settings = mr.project.settings
    if not settings["only_allow_merge_if_pipeline_succeeds"] and not mr.auto_merge:
        return None
    pipeline = gl_pipeline.head(mr)
    if pipeline is None:
        return "ci_must_pass" if settings["only_allow_merge_if_pipeline_succeeds"] else None  # none at all, 6.6
    if pipeline.status == "success" or pipeline.status == "skipped" and settings["allow_merge_on_skipped_pipeline"]:
        return None
    return "ci_still_running" if pipeline.status in gl_pipeline.ACTIVE else "ci_must_pass"


def natural(mr):
    if mr.merge_status == "preparing":
        return "preparing"
    if mr.merge_status in ("checking", "unchecked"):
        return mr.merge_status
    if mr.merge_status == "cannot_be_merged_recheck":
        return "unchecked"
    return next(blockers(mr), None) or pipelines_say(mr) or "mergeable"


def status(mr):
    if mr.forced:
        return mr.forced[0]
    if mr.syncing_reads > 0:
        return "approvals_syncing"
    return natural(mr)


def recheck(mr):
    """The mergeability check, now (merge attempt, merge_ref; 6.5, 6.6)."""
    target = mr.repo.branch(mr.target_branch)
    broken = mr.branch_missing or target is None or not mr.changes()
    bad = broken or mr.project.settings["merge_method"] != "ff" and gl_merge.conflicts(mr.repo, target, mr.head)
    mr.merge_status = "cannot_be_merged" if bad else "can_be_merged"
    mr.timers.pop("check", None)
    mr.timers.pop("checking", None)


def unchecked(mr):
    """After a push to the source or target, a new target, a rebase: not tested (6.4, 6.6)."""
    if mr.merge_status == "preparing":
        return
    mr.merge_status = "cannot_be_merged_recheck" if mr.merge_status.startswith("cannot") else "unchecked"
    mr.timers.pop("checking", None)
    if not mr.desk.on("sticky"):
        mr.start("check")


# -- steps


def _prepared(mr):
    mr.prepared_at, mr.merge_status = mr.desk.now(), "unchecked"
    if not mr.desk.on("sticky"):
        mr.start("check")
    mr.start("attach")


def _checking(mr):
    mr.merge_status = "checking"
    mr.start("checking")


def _rebased(mr):
    (user, skip_ci), mr.rebaser = mr.rebaser, None
    target, who = mr.repo.branch(mr.target_branch), (user.name, user.email)
    try:
        new = gl_merge.rebase(mr.repo, mr.head, target, who, mr.desk.state.now())
        if new != mr.head:
            mr.repo.update(f"refs/heads/{mr.source_branch}", new, mr.head)
            pushed(mr, user, pipeline=not skip_ci)
        mr.merge_error = None
    except (Conflict, Race, RuntimeError):
        mr.merge_error = "Rebase failed: Rebase locally, resolve all conflicts, then push the branch."


STEPS = {
    "prepare": _prepared,
    "attach": gl_pipeline.attach,
    "check": _checking,
    "checking": recheck,
    "rebase": _rebased,
}


def advance(mr):
    """Does the steps that are due."""
    while True:
        due = [step for step, timer in mr.timers.items() if timer.due()]
        if not due:
            break
        del mr.timers[due[0]]
        STEPS[due[0]](mr)
    for pipeline in gl_pipeline.of(mr):
        pipeline.advance()
    if mr.state == "opened":
        gl_train.drop_failed(mr)
    if not mr.auto_merge or mr.state != "opened" or natural(mr) != "mergeable":
        return
    if mr.train_wish or gl_train.car(mr):
        gl_train.go(mr, merge)
        return
    user, mr.auto_merge = mr.auto_merge, None
    merge(mr, user)


def seen(mr):
    """One more read of the merge request: it has been answered, now time goes on."""
    for timer in mr.timers.values():
        timer.reads -= 1
    for pipeline in gl_pipeline.of(mr):
        pipeline.seen()
    mr.locked_reads = max(0, mr.locked_reads - 1)
    mr.syncing_reads = max(0, mr.syncing_reads - 1)
    if mr.forced and mr.forced[1] is not None:
        mr.forced = (mr.forced[0], mr.forced[1] - 1) if mr.forced[1] > 1 else None
    advance(mr)


# -- what Git brings


def follow(mr):
    """Notices pushes to both branches since the last request."""
    if mr.state == "opened":
        _follow_open(mr)
    advance(mr)


def _follow_open(mr):
    tip, target = mr.tip(), mr.repo.branch(mr.target_branch)
    if target and target != mr.target_seen and _merged_by_hand(mr, target):
        return
    mr.branch_missing = tip is None
    if tip is None and mr.desk.on("delete-closes"):
        close(mr, mr.author)
        return
    if tip and tip != mr.head:
        user, name = _pusher(mr, mr.source_branch, tip)
        pushed(mr, user, pipeline=not (name or "").startswith("job"))  # 2.1: a job token's push triggers no pipeline
    elif target != mr.target_seen:
        mr.target_seen = target
        unchecked(mr)
        if gl_train.car(mr):
            gl_train.restart(mr.project, mr.target_branch, mr.desk.state, gl_train.car(mr).id - 1)
        elif mr.auto_merge and mr.project.settings["merge_method"] != "merge":
            _disarm(mr, mr.auto_merge, "target")  # 6.5: in ff and semi-linear projects


def _pusher(mr, branch, tip):
    """(User, name of the web server's user): from the reflog, else by the commit's committer, else the author's."""
    name, oid = gl_merge.pusher(mr.repo, branch)
    if oid != tip:
        name = None
    state = mr.desk.state
    found = state.user(JOB.sub("", name) or "dev") if name else None
    return found or state.user_of_email(mr.repo.commit(tip)["committer"][1]) or mr.author, name


def _merged_by_hand(mr, target):
    """A push that brings the head to the target branch: GitLab calls that merged."""
    if not mr.changes() or not mr.repo.is_ancestor(mr.head, target):
        return False
    if mr.target_seen and mr.repo.is_ancestor(mr.head, mr.target_seen):
        return False
    path = mr.repo.git("rev-list", "--ancestry-path", "--merges", "--reverse", f"{mr.head}..{target}").split()
    if path and mr.head in mr.repo.commit(path[0])["parents"]:
        mr.merge_commit_sha = path[0]
    _finish(mr, _pusher(mr, mr.target_branch, target)[0])
    return True


def pushed(mr, user, pipeline=True):
    """A new head: another version, another pipeline, unchecked; approvals stay unless the project resets them (6.9)."""
    old = mr.head
    mr.take_version()
    mr.branch_missing = False
    news = [oid for oid in gl_merge.commits(mr.repo, old, mr.head)]
    titles = "".join(f"\n* {oid[:8]} - {_title(mr, oid)}" for oid in reversed(news[-20:]))
    mr.system(user, f"added {len(news)} commit{'' if len(news) == 1 else 's'}\n{titles}")
    mr.touch()
    if mr.desk.on("reset-approvals"):
        mr.approvals.clear()
    if mr.desk.counts.get("approvals-syncing"):
        mr.syncing_reads = mr.desk.counts.pop("approvals-syncing")
    if mr.auto_merge:
        _disarm(mr, user, "source")
    unchecked(mr)
    mr.timers.pop("attach", None)
    if pipeline and mr.prepared_at:
        mr.start("attach")


def _disarm(mr, user, branch):
    if gl_train.off(mr, f"the {branch} branch was updated", user):
        return
    mr.auto_merge = None
    mr.system(user, f"aborted the automatic merge because the {branch} branch was updated. Learn more.")


def _title(mr, oid):
    return mr.repo.commit(oid)["message"].partition("\n")[0]


# -- ends


def close(mr, user):
    gl_train.off(mr, "the merge request was closed", user)
    mr.state, mr.closed_by, mr.closed_at, mr.auto_merge = "closed", user, mr.desk.now(), None
    mr.timers.pop("attach", None)
    mr.touch()


def reopen(mr, user):
    mr.state, mr.closed_by, mr.closed_at = "opened", None, None
    mr.touch()
    mr.branch_missing = mr.tip() is None
    if not mr.branch_missing and mr.tip() != mr.head:
        pushed(mr, user)
    else:
        unchecked(mr)


def squashes(mr):
    """6.5 step 5 and the project's squash_option."""
    option = mr.project.settings["squash_option"]
    return option == "always" or option != "never" and mr.squash


def default_message(mr):
    full = f"{mr.project.path}!{mr.iid}"
    return f"Merge branch '{mr.source_branch}' into '{mr.target_branch}'\n\n{mr.title}\n\nSee merge request {full}\n"


def _source(mr, user, message):
    """The commit that goes in: the head, or its squash. One commit with the same message is left as it is."""
    if not squashes(mr):
        return mr.head
    message, rows = message or mr.title + "\n", mr.commits()
    if len(rows) == 1 and mr.repo.commit(rows[0])["message"].strip() == message.strip():
        mr.squash_commit_sha = mr.head
        return mr.head
    # A squash stands on the target as the diff was made; in a fast-forward project that is the tip.
    author, start = (mr.author.name, mr.author.email), mr.versions[-1].start
    if mr.project.settings["merge_method"] != "merge":
        start = mr.repo.branch(mr.target_branch)
    who = (user.name, user.email)
    mr.squash_commit_sha = gl_merge.squash(mr.repo, start, mr.head, message, author, who, mr.desk.state.now())
    return mr.squash_commit_sha


def merge(mr, user, message=None, squash_message=None, remove=None):
    """Really merges. False (merge_error set, nothing moved) when Git or a race forbids it."""
    target, method = mr.repo.branch(mr.target_branch), mr.project.settings["merge_method"]
    try:
        source = _source(mr, user, squash_message)
        new = source
        if method == "ff":
            if not mr.repo.is_ancestor(target, source):
                raise Conflict("not a fast-forward")
        else:
            who = (user.name, user.email)
            new = gl_merge.merge_commit(
                mr.repo, target, source, message or default_message(mr), who, mr.desk.state.now()
            )
        mr.repo.update(f"refs/heads/{mr.target_branch}", new, target)
    except (Conflict, Race, RuntimeError):
        mr.merge_error, mr.squash_commit_sha = "Merge failed. Please try again.", None
        return False
    if method != "ff":
        mr.merge_commit_sha = new  # 6.3: null after a fast-forward
    mr.should_remove = remove if remove is not None else mr.should_remove
    _finish(mr, user)
    mr.locked_reads = mr.desk.counts.pop("merge-locked", 0)
    if mr.force_remove or mr.should_remove:
        _remove_source(mr)
    return True


def _finish(mr, user):
    mr.state, mr.merge_user, mr.merged_at = "merged", user, mr.desk.now()
    mr.merge_status, mr.merge_error, mr.auto_merge = "can_be_merged", None, None
    mr.timers.clear()
    mr.touch()


def _remove_source(mr):
    name = mr.source_branch
    if mr.fork_head or mr.project.rule(name) or name == mr.project.settings["default_branch"]:
        return
    try:
        mr.repo.update(f"refs/heads/{name}", None, mr.head)
    except Race:
        pass  # it has moved on, or it is gone


def move_target(mr):
    """Somebody else's commit on the target branch, just now (P2)."""
    number = len(mr.desk.raced) + 1
    file = {"infrastructure/logging/values.yaml": f"# squeezed in: {number}\n".encode()}
    new = gitrepo.put(mr.repo.path, mr.target_branch, file, f"logging: squeezed in {number}\n")[1]
    mr.desk.raced.append(new)
    follow(mr)


@on_sync
def _sync(state):
    for mr in desk(state).every():
        follow(mr)
