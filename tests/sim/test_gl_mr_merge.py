"""Merging in the simulated GitLab: order of the checks, what lands, automatic merges, races (gitlab.md 6.5, 6.8)."""

import pytest

from sim.lab import BRANCH, FILE, MRS, PROJECT, Lab

NOT_ALLOWED = {"message": "405 Method Not Allowed"}
CANNOT = {"message": "Branch cannot be merged"}


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)


def parents(lab, commit):
    return lab.git("rev-list", "--parents", "-1", commit).split()[1:]


# -- the order of 6.5


def test_order_of_refusals(lab):
    """Each check goes before the next: sha given, right, sha equal, squash saved, mergeable."""
    lab.call("PUT", f"{MRS}/77/merge", {}, want=404)
    iid = lab.open()
    found = lab.until(iid)
    lab.ctl("retitle", str(iid), "Draft: x")
    lab.ctl("mr-switch", "require-sha", "on")
    assert lab.merge(iid, 400, user="dev") == {"message": "SHA must be provided when merging"}
    assert lab.merge(iid, 401, user="dev", sha="0" * 40) == {"message": "401 Unauthorized"}
    text = f"SHA does not match HEAD of source branch: {found['sha']}"
    assert lab.merge(iid, 409, sha="0" * 40, squash=True) == {"message": text}
    assert lab.merge(iid, 409, sha=found["sha"][:8]) == {"message": text}
    assert lab.get(iid)["squash"] is False
    assert lab.merge(iid, 405, sha=found["sha"], squash=True) == NOT_ALLOWED
    assert lab.get(iid)["squash"] is True  # saved although the merge was refused


def test_merged_once(lab):
    iid = lab.ready()
    head = lab.get(iid)["sha"]
    found = lab.merge(iid, sha=head)
    assert (found["state"], found["detailed_merge_status"], found["sha"]) == ("merged", "not_open", head)
    assert (found["merge_user"]["id"], found["merged_by"]["id"]) == (51, 51) and found["merged_at"]
    assert lab.merge(iid, 405) == NOT_ALLOWED
    lab.put(iid, {"state_event": "reopen"})
    assert lab.get(iid)["state"] == "merged"


def test_conflict_is_405_or_422(lab):
    """The same conflict: 405 without auto_merge, 422 with it and without a pipeline."""
    lab.ctl("mr-switch", "ci", "off")
    iid = lab.open()
    lab.ctl("push-file", "main", FILE)
    lab.until(iid, "conflict")
    tip = lab.box.tip("main")
    assert lab.merge(iid, 405) == NOT_ALLOWED
    assert lab.merge(iid, 422, auto_merge=True) == CANNOT
    assert lab.call("GET", f"{MRS}/{iid}/merge_ref", want=400) == {"message": "Merge request is not mergeable"}
    assert lab.box.tip("main") == tip


def test_fresh_merge_request(lab):
    iid = lab.open()
    lab.merge(iid, 405)
    assert lab.get(iid)["detailed_merge_status"] == "preparing"


# -- what lands (6.3)


def test_merge_commit(lab):
    iid, tip = lab.ready(), lab.box.tip("main")
    head = lab.box.tip(BRANCH)
    found = lab.merge(iid, merge_commit_message="ours\n", should_remove_source_branch=True)
    assert found["merge_commit_sha"] == lab.box.tip("main") and found["squash_commit_sha"] is None
    assert parents(lab, found["merge_commit_sha"]) == [tip, head]
    assert lab.git("log", "-1", "--format=%s|%an|%cn", "main") == "ours|stagegate|stagegate"
    assert lab.call("GET", f"{PROJECT}/repository/branches/{BRANCH.replace('/', '%2F')}", want=404)


def test_default_message_and_kept_branch(lab):
    iid = lab.ready(remove_source_branch=False)
    assert lab.get(iid)["force_remove_source_branch"] is False
    lab.merge(iid)
    text = f"Merge branch '{BRANCH}' into 'main'\n\ncatalog 9.9.9 to staging\n\nSee merge request gitops/apps!{iid}"
    assert lab.git("log", "-1", "--format=%B", "main") == text
    assert lab.box.tip(BRANCH)


@pytest.mark.parametrize("method", ["merge", "ff", "rebase_merge"])
def test_squash(lab, method):
    lab.ctl("merge-method", method)
    lab.ctl("squash", "always")
    tip = lab.box.tip("main")
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    iid = lab.ready()
    found = lab.merge(iid, squash_commit_message="one\n")
    squashed, landed = found["squash_commit_sha"], lab.box.tip("main")
    assert parents(lab, squashed) == [tip] and found["sha"] not in (squashed, landed)
    assert lab.git("log", "-1", "--format=%s|%an|%cn", squashed) == "one|stagegate|stagegate"
    assert lab.git("diff", "--name-only", tip, squashed).split() == [FILE, "apps/order/x.yaml"]
    if method == "ff":
        assert (landed, found["merge_commit_sha"]) == (squashed, None)
    else:
        assert landed == found["merge_commit_sha"] and parents(lab, landed) == [tip, squashed]


def test_squash_never(lab):
    lab.ctl("squash", "never")
    iid = lab.ready()
    found = lab.merge(iid, squash=True)
    assert (found["squash"], found["squash_on_merge"], found["squash_commit_sha"]) == (True, False, None)


def test_fast_forward(lab):
    """merge_commit_sha is null: what landed is the head itself."""
    lab.ctl("merge-method", "ff")
    iid = lab.ready()
    found = lab.merge(iid)
    assert (found["merge_commit_sha"], found["squash_commit_sha"], found["sha"]) == (None, None, lab.box.tip("main"))


@pytest.mark.parametrize("method", ["ff", "rebase_merge"])
def test_need_rebase(lab, method):
    """6.6, 6.8: 202, done later; another committer, the same author, another head, unchecked."""
    lab.ctl("merge-method", method)
    iid = lab.open()
    lab.ctl("push-foreign", "main")
    old = lab.until(iid, "need_rebase")["sha"]
    lab.merge(iid, 405)
    assert lab.call("PUT", f"{MRS}/{iid}/rebase", want=202) == {"rebase_in_progress": True}
    assert lab.get(iid, include_rebase_in_progress="true")["rebase_in_progress"] is True
    found = lab.get(iid, include_rebase_in_progress="true")
    assert (found["rebase_in_progress"], found["merge_error"], found["detailed_merge_status"]) == (
        False,
        None,
        "unchecked",
    )
    assert found["sha"] != old and parents(lab, found["sha"]) == [lab.box.tip("main")]
    assert lab.git("log", "-1", "--format=%an|%cn", found["sha"]) == "Developer One|stagegate"
    lab.until(iid)
    assert lab.merge(iid)["state"] == "merged"


def test_rebase_fails(lab):
    """A conflict in an ff project reads need_rebase; the rebase tells it in merge_error."""
    lab.ctl("merge-method", "ff")
    iid = lab.open()
    lab.ctl("push-file", "main", FILE)
    lab.until(iid, "need_rebase")
    lab.call("PUT", f"{MRS}/{iid}/rebase", want=202)
    lab.get(iid)
    assert lab.get(iid)["merge_error"] == "Rebase failed: Rebase locally, resolve all conflicts, then push the branch."
    lab.call("PUT", f"{MRS}/{iid}/rebase", user="reader", want=403)


# -- automatic merge


def test_armed_then_merged(lab):
    lab.ctl("mr-pace", "ci", "2")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, 405)
    armed = lab.merge(iid, auto_merge=True, should_remove_source_branch=False)
    assert (armed["state"], armed["merge_when_pipeline_succeeds"], armed["merge_user"]["id"]) == ("opened", True, 51)
    assert lab.get(iid)["state"] == "opened"
    found = lab.get(iid)
    assert (found["state"], found["merge_when_pipeline_succeeds"]) == ("merged", False)


def test_cancel(lab):
    lab.ctl("mr-pace", "ci", "3")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, merge_when_pipeline_succeeds=True)  # the old name
    lab.call("POST", f"{MRS}/{iid}/cancel_merge_when_pipeline_succeeds", user="dev", want=401)
    assert lab.call("POST", f"{MRS}/{iid}/cancel_merge_when_pipeline_succeeds", want=201) == {"status": "success"}
    hidden = {"message": "Can't cancel the automatic merge", "status": "error", "http_status": 406}
    assert lab.call("POST", f"{MRS}/{iid}/cancel_merge_when_pipeline_succeeds", want=201) == hidden  # 1.1
    lab.until(iid)
    assert lab.get(iid)["state"] == "opened"


def test_push_cancels(lab):
    lab.ctl("mr-pace", "ci", "3")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, auto_merge=True)
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is False
    lab.until(iid)


def test_target_cancels_in_an_ff_project(lab):
    lab.ctl("merge-method", "ff")
    lab.ctl("mr-pace", "ci", "5")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, auto_merge=True)
    lab.ctl("push-foreign", "main")
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is False
    lab.until(iid, "need_rebase")


def test_failed_pipeline_stays_armed(lab):
    """A failed pipeline does not disarm: a later success merges."""
    lab.ctl("mr-pace", "ci", "3")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, auto_merge=True)
    lab.ctl("pipeline", str(iid), "failed")
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is True
    lab.ctl("pipeline", str(iid), "success")
    assert lab.get(iid)["state"] == "merged"


def test_auto_merge_merges_at_once(lab):
    """Recorded: everything green, or no pipeline linked yet, and auto_merge merges immediately."""
    iid = lab.ready()
    assert lab.merge(iid, auto_merge=True)["state"] == "merged"
    lab.ctl("pipelines-must-succeed", "off")
    lab.ctl("mr-pace", "attach", "9")
    iid = lab.open("x/order", file="apps/order/x.yaml")
    for _ in range(2):
        lab.get(iid)
    lab.ctl("mr-switch", "pipeline-creating", "on")
    assert lab.merge(iid, 405, auto_merge=True) == NOT_ALLOWED
    lab.ctl("mr-switch", "pipeline-creating", "off")
    found = lab.merge(iid, auto_merge=True)
    assert (found["state"], found["head_pipeline"]) == ("merged", None)


# -- races and accidents (P2, P3)


def test_target_moves_before_each_merge(lab):
    iid = lab.ready()
    lab.ctl("mr-next", "merge-moved", "2")
    tip = lab.box.tip("main")
    found = lab.merge(iid)  # a merge commit takes the new tip
    raced = lab.ctl("mr-raced").split()
    assert len(raced) == 1 and parents(lab, raced[0]) == [tip]
    assert parents(lab, found["merge_commit_sha"])[0] == raced[0]


def test_target_moves_in_an_ff_project(lab):
    lab.ctl("merge-method", "ff")
    iid = lab.ready()
    lab.ctl("mr-next", "merge-moved", "2")
    for _ in range(2):
        lab.merge(iid, 405)
        lab.until(iid, "need_rebase")
        lab.call("PUT", f"{MRS}/{iid}/rebase", want=202)
        lab.until(iid)
    assert lab.merge(iid)["sha"] == lab.box.tip("main")


@pytest.mark.parametrize("code, answer", [(405, NOT_ALLOWED), (422, CANNOT)])
def test_refused_for_no_reason(lab, code, answer):
    iid, tip = lab.ready(), lab.box.tip("main")
    lab.ctl("mr-next", f"merge-{code}", "2")
    assert [lab.merge(iid, code) for _ in range(2)] == [answer] * 2
    assert lab.box.tip("main") == tip and lab.get(iid)["detailed_merge_status"] == "mergeable"
    assert lab.merge(iid)["state"] == "merged"


def test_lost_answer(lab):
    """1.3: a 502 does not mean that it did not happen."""
    iid = lab.ready()
    lab.ctl("fault", "gl-502-after", "1", "PUT", "/merge")
    lab.merge(iid, 502)
    assert lab.get(iid)["state"] == "merged"


def test_locked(lab):
    iid = lab.ready()
    lab.ctl("mr-next", "merge-locked", "2")
    assert lab.merge(iid)["state"] == "locked"
    assert [lab.get(iid)["state"] for _ in range(3)] == ["locked", "locked", "merged"]


# -- people


def test_merge_as(lab):
    """A person merges past a failed pipeline."""
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), "failed")
    commit = lab.ctl("merge-as", "manager-1", str(iid))
    found = lab.get(iid)
    assert (found["state"], found["merge_user"]["username"], found["merge_commit_sha"]) == (
        "merged",
        "manager-1",
        commit,
    )
    assert lab.box.tip("main") == commit


def test_merged_by_git_push(lab, tmp_path):
    """The head arrives on the target by plain git: GitLab calls it merged."""
    iid = lab.ready()
    where, head = str(tmp_path / "c"), lab.get(iid)["sha"]
    lab.box.git("clone", "-q", "--bare", lab.box.url(), where)
    tree = lab.box.git("merge-tree", "--write-tree", "main", head, cwd=where).stdout.split()[0]
    commit = lab.box.git("commit-tree", tree, "-p", "main", "-p", head, "-m", "by hand", cwd=where).stdout.strip()
    lab.box.git("push", "-q", "origin", f"{commit}:refs/heads/main", cwd=where)
    found = lab.get(iid)
    assert (found["state"], found["merge_commit_sha"], found["merge_user"]["id"]) == ("merged", commit, 51)


def test_fork(lab):
    """A fork's merge request with our branch name: its head is not our branch's."""
    ours = lab.open()
    iid = int(lab.ctl("fork-mr", "outsider", BRANCH, "main", FILE, "image: {tag: evil}"))
    theirs = lab.until(iid)
    assert (theirs["source_branch"], theirs["source_project_id"] == 101) == (BRANCH, False)
    assert theirs["sha"] != lab.get(ours)["sha"] == lab.box.tip(BRANCH)
    assert lab.git("rev-parse", f"refs/merge-requests/{iid}/head") == theirs["sha"]
    lab.merge(iid)
    assert lab.box.tip(BRANCH)
