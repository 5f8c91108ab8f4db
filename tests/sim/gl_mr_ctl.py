"""`ctl` words about merge requests: what people and accidents do to them, and what is switched."""

import json

from . import gl_approval, gl_life as life, gl_mr_api as api, gl_mr_merge, gl_mr_view as view, gl_pipeline, gl_train
from .gl_ctl import Bad, command
from .gl_mr import COUNTS, PACE, SWITCHES, MergeRequest, Timer, desk
from .gl_note import Note

VALUES = {
    "sticky": ("on", "off"),
    "require-sha": ("on", "off"),
    "ci": ("on", "off", "disabled", "branch", "merged-result"),
    "ci-outcome": ("success", "failed", "canceled", "skipped", "manual", "running"),
    "approve-again": ("401", "304"),
    "unapprove-none": ("404", "304"),
    "push-request": ("on", "no-link", "refuse"),
}


def _mr(state, iid):
    found = desk(state).find(state.apps, int(iid)) if iid.isdigit() else None
    if found is None:
        raise Bad(f"no such merge request: {iid}")
    return found


def _user(state, name):
    found = state.user(name)
    if found is None:
        raise Bad(f"no such user: {name}; one of {', '.join(user.alias for user in state.users.values())}")
    return found


def _one(what, word, words):
    if word not in words:
        raise Bad(f"no such {what}: {word}; one of {', '.join(words)}")
    return word


# -- people


@command("approve USER IID", "somebody approves the merge request, whatever rights they have (6.9)")
def _approve(state, user, iid):
    gl_approval.approve(_mr(state, iid), _user(state, user))


@command("unapprove USER IID", "somebody takes an approval back")
def _unapprove(state, user, iid):
    mr, user = _mr(state, iid), _user(state, user)
    if user.id not in mr.approvals:
        raise Bad(f"{user.alias} has not approved !{iid}")
    gl_approval.unapprove(mr, user)


@command("merge-as USER IID", "somebody merges by hand, past pipelines and threads; a conflict refuses")
def _merge_as(state, user, iid):
    mr, user = _mr(state, iid), _user(state, user)
    if mr.state != "opened" or mr.branch_missing:
        raise Bad(f"!{iid} is {'without its branch' if mr.branch_missing else mr.state}")
    if not life.merge(mr, user):
        raise Bad(f"!{iid}: {mr.merge_error}")
    return mr.merge_commit_sha or mr.squash_commit_sha or mr.head


@command("arm USER IID", "somebody sets the auto-merge, or puts it on the merge train where the project has them (6.5, 6.7)")
def _arm(state, user, iid):
    mr, user = _mr(state, iid), _user(state, user)
    if gl_train.runs(mr.project):
        gl_train.join(mr, user, True)
    else:
        mr.auto_merge = user
        mr.system(user, f"enabled an automatic merge when all merge checks for {mr.head} pass")
    life.advance(mr)


@command("withdraw USER IID", "somebody cancels the auto-merge, or takes it from the merge train (6.5, 6.7)")
def _withdraw(state, user, iid):
    mr, user = _mr(state, iid), _user(state, user)
    if mr.auto_merge is None:
        raise Bad(f"!{iid} is not going to be merged by itself")
    gl_mr_merge.withdraw(mr, user)


@command("train BRANCH", "one line for each merge request on the train of the branch: position, number, status (6.7)")
def _train(state, branch):
    return gl_train.lines(state, state.apps, branch)


@command("close IID [USER]", "somebody (dev) closes the merge request")
def _close(state, iid, user="dev"):
    mr = _mr(state, iid)
    if mr.state != "opened":
        raise Bad(f"!{iid} is {mr.state}")
    life.close(mr, _user(state, user))


@command("reopen IID [USER]", "somebody (dev) opens it again")
def _reopen(state, iid, user="dev"):
    mr = _mr(state, iid)
    if mr.state != "closed":
        raise Bad(f"!{iid} is {mr.state}")
    life.reopen(mr, _user(state, user))


@command("note USER IID TEXT", "somebody writes a note; prints its id")
def _note(state, user, iid, *text):
    mr = _mr(state, iid)
    mr.notes.append(Note(mr, _user(state, user), " ".join(text)))
    mr.touch()
    return str(mr.notes[-1].id)


@command("thread USER IID TEXT", "somebody opens a thread; prints its note's id (6.10)")
def _thread(state, user, iid, *text):
    mr = _mr(state, iid)
    mr.notes.append(Note(mr, _user(state, user), " ".join(text), kind="DiscussionNote"))
    mr.touch()
    return str(mr.notes[-1].id)


@command("resolve IID", "every thread of the merge request is resolved")
def _resolve(state, iid):
    for note in _mr(state, iid).notes:
        if note.resolvable:
            note.resolve(True, state.user("dev"))


def _find_note(state, number):
    for mr in desk(state).every():
        for note in mr.notes:
            if str(note.id) == number:
                return mr, note
    raise Bad(f"no such note: {number}")


@command("edit-note NOTE TEXT", "a note gets another text, whoever wrote it; updated_at changes")
def _edit_note(state, number, *text):
    _find_note(state, number)[1].edit(" ".join(text))


@command("delete-note NOTE", "a note is gone")
def _delete_note(state, number):
    mr, note = _find_note(state, number)
    mr.notes.remove(note)


@command("edit-description IID TEXT", "dev writes another description")
def _edit_description(state, iid, *text):
    api.redescribe(_mr(state, iid), state.user("dev"), " ".join(text))


@command("retitle IID TEXT", "dev gives it another title (Draft: ... makes it a draft)")
def _retitle(state, iid, *text):
    api.retitle(_mr(state, iid), state.user("dev"), " ".join(text))


def _put(state, branch, path, text, who="dev", parent=None, message=None):
    """(Repo, new, old): a commit by a user on a branch; a missing branch begins at main. No ref is moved."""
    repo, user = state.apps.repo, _user(state, who)
    old = repo.branch(branch)
    base = parent or old or repo.branch("main")
    tree = repo.write_tree(base, {path: ("100644", text.encode())})
    person = (user.name, user.email)
    new = repo.commit_tree(tree, [base], message or f"{path}: by {user.alias}\n", person, person, state.now())
    return repo, new, old


@command(
    "foreign-commit BRANCH PATH [TEXT]",
    "dev commits a file to a branch of ours (a new branch begins at main); prints the id",
)
def _foreign(state, branch, path, *text):
    repo, new, old = _put(state, branch, path, (" ".join(text) or "# by hand") + "\n")
    repo.update(f"refs/heads/{branch}", new, old or "")
    state.sync()
    return new


@command(
    "commit-as USER BRANCH PATH MESSAGE [TEXT]",
    "somebody's commit with any message (\\n is a new line), as on foreign-commit; prints the id",
)
def _commit_as(state, user, branch, path, message, *text):
    body = (" ".join(text) or "# by hand") + "\n"
    repo, new, old = _put(state, branch, path, body, user, message=message.replace("\\n", "\n") + "\n")
    repo.update(f"refs/heads/{branch}", new, old or "")
    state.sync()
    return new


@command("rebase-as USER IID", "somebody rebases the merge request, now; prints the head (6.8)")
def _rebase_as(state, user, iid):
    mr = _mr(state, iid)
    if mr.state != "opened" or mr.branch_missing or mr.fork_head:
        raise Bad(f"!{iid} cannot be rebased")
    mr.rebaser = (_user(state, user), False)
    mr.timers["rebase"] = Timer((0, 0))
    life.advance(mr)
    return mr.head


@command("open-mr USER BRANCH TARGET TITLE", "somebody opens a merge request; prints its iid")
def _open(state, user, branch, target, *title):
    project = state.apps
    if project.repo.branch(branch) is None or project.repo.branch(target) is None:
        raise Bad("no such branch")
    return str(api.create(state, project, _user(state, user), " ".join(title), branch, target).iid)


@command(
    "fork-mr USER BRANCH TARGET PATH [TEXT]",
    "a merge request from a fork, its branch of any name: one commit on the target; prints its iid",
)
def _fork(state, user, branch, target, path, *text):
    project, who = state.apps, _user(state, user)
    tip = project.repo.branch(target)
    if tip is None:
        raise Bad(f"no such branch: {target}")
    head = _put(state, target, path, (" ".join(text) or "# from a fork") + "\n", user, tip)[1]
    mr = MergeRequest(desk(state), project, who, branch, target, 9000 + who.id)
    mr.title, mr.fork_head = f"{path}: from a fork", head
    desk(state).add(mr)
    life.advance(mr)
    return str(mr.iid)


# -- pipelines, state


@command(
    "pipeline IID STATUS",
    "the head's pipeline is so now and stays: success, failed, running, canceled, skipped, manual, created; missing: none, none comes",
)
def _pipeline(state, iid, word):
    mr = _mr(state, iid)
    _one("status", word, ("missing", "created", "running", "success", "failed", "canceled", "skipped", "manual"))
    gl_pipeline.force(mr, word)
    life.advance(mr)


@command("mr-status IID VALUE [READS]", "detailed_merge_status reads so, for READS reads or until `clear` (6.6)")
def _status(state, iid, value, reads=None):
    mr = _mr(state, iid)
    mr.forced = None if value == "clear" else (value, int(reads) if reads else None)
    life.advance(mr)


@command("mr-locked IID [READS]", "the next reads (1) show the state locked: a merge in progress (6.3)")
def _locked(state, iid, reads="1"):
    _mr(state, iid).locked_reads = int(reads)


@command("merge-after IID [SECONDS]", "it may merge so many seconds from now on (merge_time, 6.6); none: at once")
def _merge_after(state, iid, seconds=None):
    _mr(state, iid).merge_after = state.now() + float(seconds) if seconds else None


@command("mr IID", "the merge request as JSON, with approvals and notes; it does not count as a read")
def _show(state, iid):
    mr = _mr(state, iid)
    people = state.users
    return json.dumps(
        {
            **view.full(mr, state.user("bot")),
            "approved_by": [people[number].alias for number in mr.approvals],
            "notes": [[note.id, note.author.alias, note.body] for note in mr.notes],
            "versions": [row.head for row in mr.versions],
        },
        indent=1,
    )


@command("mrs", "one line for each merge request")
def _list(state):
    return "\n".join(
        f"!{mr.iid:<4} {mr.state:7} {life.status(mr):24} {mr.source_branch} -> {mr.target_branch} {mr.head[:10]} {mr.author.alias}"
        for mr in desk(state).of(state.apps).values()
    )


# -- settings


@command("merge-method METHOD", "of the project: merge, ff or rebase_merge (5)")
def _method(state, method):
    state.apps.settings["merge_method"] = _one("method", method, ("merge", "ff", "rebase_merge"))
    for mr in desk(state).of(state.apps).values():
        life.unchecked(mr)


@command("squash OPTION", "of the project: never, always, default_on or default_off (5)")
def _squash(state, option):
    state.apps.settings["squash_option"] = _one("option", option, ("never", "always", "default_on", "default_off"))


@command("pipelines-must-succeed WORD", "of the project: on or off (5)")
def _must(state, word):
    state.apps.settings["only_allow_merge_if_pipeline_succeeds"] = _one("word", word, ("on", "off")) == "on"


@command("threads-must-be-resolved WORD", "of the project: on or off (5)")
def _threads(state, word):
    state.apps.settings["only_allow_merge_if_all_discussions_are_resolved"] = _one("word", word, ("on", "off")) == "on"


@command("mr-switch NAME VALUE", "one of the switches below")
def _switch(state, name, value):
    hub = desk(state)
    _one("switch", name, tuple(SWITCHES))
    hub.switches[name] = _one("value", value, VALUES.get(name, ("on", "off")))
    if name == "ci":
        state.apps.settings["jobs_enabled"] = value != "disabled"
        state.apps.settings["builds_access_level"] = "disabled" if value == "disabled" else "enabled"
    if name == "stale-list":
        hub.stale = {mr.id: view.basic(mr) for mr in hub.every()} if value == "on" else None


@command("mr-next NAME [N]", "one of the accidents below, N times (1)")
def _next(state, name, count="1"):
    desk(state).counts[_one("accident", name, tuple(COUNTS))] = int(count)


@command(
    "mr-pace STEP READS [MS]", "a step is due after READS further reads or MS milliseconds (60000), whichever is first"
)
def _pace(state, step, reads, ms="60000"):
    desk(state).pace[_one("step", step, tuple(PACE))] = (int(reads), int(ms))


@command("mr-raced", "the commits that merge-moved has put on target branches")
def _raced(state):
    return "\n".join(desk(state).raced)
