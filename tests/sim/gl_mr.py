"""Merge requests of the simulated GitLab: what one is, its versions, and how it goes on.

A merge request makes its steps when it has been read a number of times, or some time after, whichever is first
(16.3; PACE, `ctl mr-pace`). Sections in comments are those of the GitLab contract, gitlab.md.
"""

import time

from . import gl_diff, gl_merge
from .gl_app import ApiError, on_reset
from .gl_note import Note
from .gl_state import APPS

ITEM = "/projects/:id/merge_requests/:iid"  # the route of one

# step -> (further reads of the merge request, milliseconds)
PACE = {
    "prepare": (1, 60000),  # preparing -> prepared_at is set (6.1)
    "attach": (1, 60000),  # prepared or pushed -> its pipeline is there (6.1, 6.5)
    "check": (1, 60000),  # unchecked -> checking (6.6)
    "checking": (0, 60000),  # checking -> mergeable or not
    "ci": (1, 60000),  # pipeline running -> its outcome (7)
    "rebase": (1, 60000),  # rebase_in_progress (6.8)
}
SWITCHES = {  # name -> (value at the start, what it does)
    "late-sha": ("off", "on: sha and diff_refs are null while preparing (6.1)"),
    "sticky": ("off", "on: unchecked stays until a merge attempt, merge_ref or a push (6.6)"),
    "require-sha": ("off", "on: a merge without sha answers 400 (6.5)"),
    "ci": ("on", "off: no pipelines; disabled: the project has no CI; branch: of branches; merged-result: of synthetic merges (6.3)"),
    "ci-outcome": ("success", "how the next pipelines end: success, failed, canceled, skipped, manual, running (7)"),
    "pipeline-creating": ("off", "on: auto_merge while no pipeline is linked answers 405 instead of merging at once (6.5)"),
    "approve-own": ("on", "off: the author's own approval answers 401 (6.9)"),
    "approve-again": ("401", "what a second approval answers: 401 or 304 (6.9)"),
    "unapprove-none": ("404", "what unapprove answers without an approval: 404 or 304 (6.9)"),
    "reset-approvals": ("off", "on: a push removes the approvals (6.9)"),
    "stale-list": ("off", "on: lists of merge requests answer what they were when it was switched on (1.2)"),
    "push-request": ("on", "what a push with options gets: no-link: GitLab does not print it; refuse: merge requests are disabled (2.2)"),
    "delete-closes": ("off", "on: a merge request whose source branch goes is closed"),
}  # fmt: skip
COUNTS = {  # name -> what the next N of something do
    "merge-moved": "the target branch moves before each of the next N merges (P2)",
    "merge-422": "the next N merges answer 422 and do nothing (6.5)",
    "merge-405": "the next N merges answer 405 without a reason (6.5)",
    "notes-lag": "the next N lists of notes come from a replica that has none of them yet (1.3)",
    "merge-locked": "N reads after the next merge show the state locked (6.3)",
    "merge-lag": "N reads after the next merge by the API show what was before it, and so do lists: a replica lags (1.3)",
    "approvals-syncing": "N reads after the next push show approvals_syncing (6.6)",
    "train-ignored": "the next N requests to get on a merge train answer 201 and do nothing (6.7)",
    "status-409": "the next N commit statuses answer 409 (7.1)",
    "created-404": "the first N reads of the next merge request that is made, and of what belongs to it, answer 404: a replica lags (1.3)",
    "note-403": "the next N changes of notes answer 403 (6.10)",
}


class Timer:
    """Due after some reads or milliseconds."""

    def __init__(self, pace):
        self.reads, self.at = pace[0], time.monotonic() + pace[1] / 1000

    def due(self):
        return self.reads <= 0 or time.monotonic() >= self.at


class Version:
    """A diff of the merge request: one for each push (6.9)."""

    def __init__(self, number, head, base, start, created_at):
        self.id, self.head, self.base, self.start, self.created_at = number, head, base, start, created_at
        self.known = {}

    def ask(self, repo, function):
        """function(repo, base, head), once: what Git says about two commits does not change."""
        if function not in self.known:
            self.known[function] = function(repo, self.base, self.head)
        return self.known[function]


class MergeRequest:
    def __init__(self, desk, project, author, source, target, source_project_id):
        self.desk, self.project, self.author = desk, project, author
        self.id, self.iid = desk.state.number("mr"), desk.next_iid(project)
        self.source_branch, self.target_branch, self.source_project_id = source, target, source_project_id
        self.title = self.description = ""
        self.state, self.merge_status = "opened", "preparing"
        self.created_at = self.updated_at = desk.now()
        self.prepared_at = self.merged_at = self.closed_at = self.merge_user = self.closed_by = None
        self.merge_after = self.auto_merge = self.train_wish = self.merge_error = None
        self.labels, self.assignees, self.reviewers = [], [], []
        self.squash, self.force_remove, self.should_remove, self.discussion_locked = False, False, None, None
        self.merge_commit_sha = self.squash_commit_sha = None
        self.versions, self.approvals, self.notes = [], {}, []  # approvals: {user id: time}
        self.timers, self.forced, self.locked_reads, self.syncing_reads = {}, None, 0, 0
        self.unseen = 0  # reads that answer 404 yet
        self.before_merge, self.lag_reads = None, 0  # what the next so many reads show (1.3)
        self.branch_missing, self.fork_head, self.target_seen, self.rebaser = False, None, None, None

    @property
    def repo(self):
        return self.project.repo

    @property
    def head(self):
        return self.versions[-1].head

    @property
    def draft(self):
        """6.1: by the title's prefix only."""
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))

    def tip(self):
        """The source branch's commit, None when it is gone."""
        return self.fork_head or self.repo.branch(self.source_branch)

    def touch(self):
        self.updated_at = self.desk.now()

    def system(self, user, body):
        self.notes.append(Note(self, user, body, system=True))

    def take_version(self):
        """A new version of the diff at the tips as they are now."""
        head, target = self.tip(), self.repo.branch(self.target_branch)
        start = target or head
        base = self.repo.merge_base(head, start) or start
        self.versions.append(Version(self.desk.state.number("version"), head, base, start, self.desk.now()))
        self.target_seen = target
        self.repo.git("update-ref", f"refs/merge-requests/{self.iid}/head", head)

    def commits(self):
        return self.versions[-1].ask(self.repo, gl_merge.commits)

    def changes(self):
        return self.versions[-1].ask(self.repo, gl_diff.diffs)

    def start(self, step):
        self.timers[step] = Timer(self.desk.pace[step])


class Desk:
    """All merge requests of the server, with the pace, the switches and the counted accidents."""

    def __init__(self, state):
        self.state, self.last = state, 0.0
        self.pace = dict(PACE)
        self.switches = {name: value for name, (value, _) in SWITCHES.items()}
        self.counts, self.raced = {}, []
        self.mrs, self.stale = {}, None  # mrs: {project id: {iid: MergeRequest}}

    def now(self):
        """The server's time; never the same millisecond twice, so that the order of two things can be seen."""
        self.last = max(self.state.now(), self.last + 0.001)
        return self.last

    def on(self, switch):
        return self.switches[switch] == "on"

    def take(self, name):
        """One of a counted accident, if any is left."""
        if self.counts.get(name, 0) <= 0:
            return False
        self.counts[name] -= 1
        return True

    def next_iid(self, project):
        return max(self.mrs.get(project.id, {}), default=0) + 1

    def of(self, project):
        return self.mrs.setdefault(project.id, {})

    def find(self, project, iid):
        return self.of(project).get(iid)

    def every(self):
        return [mr for rows in self.mrs.values() for mr in rows.values()]

    def add(self, mr):
        self.of(mr.project)[mr.iid] = mr
        mr.take_version()
        mr.start("prepare")


def desk(state):
    return state.data["mr"]


def find(ctx):
    """The merge request of a route; 404 by iid, never by id (1)."""
    found = desk(ctx.state).find(ctx.project, ctx.number("iid"))
    if found is None:
        raise ApiError.not_found("Not found")
    if found.unseen and ctx.method == "GET":
        found.unseen -= 1
        raise ApiError.not_found("Not found")
    return found


def plain(ctx, *names):
    """Makes text of these parameters, as Grape does; a list or an object is invalid (1.1)."""
    for name in names:
        value = ctx.args.get(name)
        if isinstance(value, (list, dict)):
            raise ApiError.invalid(f"{name} is invalid")
        if value is not None and not isinstance(value, str):
            ctx.args[name] = str(value).lower() if isinstance(value, bool) else str(value)


def check_sha(ctx, mr):
    """Exact: a short sha is another one (6.5)."""
    plain(ctx, "sha")
    if ctx.args.get("sha") and ctx.args["sha"] != mr.head:
        raise ApiError.conflict(f"SHA does not match HEAD of source branch: {mr.head}")


@on_reset
def _reset(state):
    state.data["mr"] = Desk(state)
    settings = state.project(APPS).settings
    settings.update(only_allow_merge_if_pipeline_succeeds=True, jobs_enabled=True, builds_access_level="enabled")
