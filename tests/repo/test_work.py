"""Work branches and what a merge request is judged by, against git http-backend over TLS."""
import os
import shlex
import shutil
import subprocess
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEV = "apps/catalog/values-dev.yaml"
WORK = "stagegate/dev/catalog"
NOWHERE = "1" * 40


def work(tool, tag="7.7.7", lease="", branch=WORK, **env):
    return tool("work", "develop", DEV, "tag: ", f"tag: {tag} # ", lease, branch, **env)


def at_server(box, *words):
    done = subprocess.run(["git", "-C", box.repo, *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def tip(box, branch=WORK):
    return at_server(box, "rev-parse", "--verify", "-q", "refs/heads/" + branch)


def fsck(box):
    subprocess.run(["git", "-C", box.repo, "fsck", "--full", "--strict"], capture_output=True, check=True)


def between(box, *words):
    return shlex.join([os.path.join(ROOT, "ci", "sandbox"), "ctl", "--dir", box.state, *words]) + " >&2"


def test_a_work_branch_is_made_moved_and_deleted(box, tool):
    made = work(tool)
    assert (made.code, made.outcome, made.requests, made.connections) == (0, "published", "3", "1"), made.text
    assert tip(box) == made.commit and at_server(box, "rev-parse", WORK + "^{tree}") == made.tree
    box.ctl("push-foreign", "develop")
    moved = work(tool, lease=made.commit)
    assert (moved.code, moved.outcome, moved.requests) == (0, "published", "3"), moved.text
    assert tip(box) == moved.commit and at_server(box, "rev-parse", WORK + "~1") == box.tip() == moved.parent != made.parent
    assert at_server(box, "diff", "--name-only", "develop", WORK) == DEV
    gone = tool("delete", WORK, moved.commit)
    assert (gone.code, gone.outcome, gone.requests) == (0, "published", "2"), gone.text
    assert tip(box) == ""
    fsck(box)


def test_the_same_again_is_no_new_commit(box, tool):
    first = work(tool)
    again = work(tool, lease=first.commit)
    assert (again.code, again.outcome, again.commit) == (0, "published", first.commit), again.text
    assert tip(box) == first.commit


def test_what_stands_there_already_is_left_alone(box, tool):
    first = work(tool)
    for lease in ("", first.parent, NOWHERE):
        other = work(tool, tag="8.8.8", lease=lease)
        assert (other.code, other.outcome) == (0, "stale"), other.text
        assert tip(box) == first.commit


def test_a_foreign_push_between_makes_it_stale(box, tool):
    first = work(tool)
    push = between(box, "push-foreign", WORK)
    other = work(tool, tag="8.8.8", lease=first.commit, REPO_BETWEEN=push)
    assert (other.code, other.outcome) == (0, "stale"), other.text
    foreign = tip(box)
    assert foreign not in (first.commit, other.commit)
    gone = tool("delete", WORK, foreign, REPO_BETWEEN=push)
    assert (gone.code, gone.outcome) == (0, "stale"), gone.text
    assert tip(box) not in ("", foreign)
    fsck(box)


def test_of_many_with_one_lease_one_wins(box, tool):
    first = work(tool)
    begin = time.monotonic()
    runs = [tool.start("work", "develop", DEV, "tag: ", f"tag: {n} # ", first.commit, WORK) for n in range(6)]
    texts = [run.communicate(timeout=90)[0] for run in runs]
    assert time.monotonic() - begin < 90 and os.listdir(tool.tmp) == []
    won = [text for text in texts if "outcome=published" in text]
    assert len(won) == 1 and all("outcome=stale" in text for text in texts if text not in won), texts
    assert f"commit={tip(box)}" in won[0]
    fsck(box)


def test_killed_between_nothing_stands_and_the_next_run_does_it(box, tool):
    killed = tool.start("work", "develop", DEV, "tag: ", "tag: 7 # ", "", WORK, REPO_BETWEEN="kill -9 $PPID")
    killed.communicate(timeout=90)
    assert killed.returncode == -9
    assert tip(box) == ""
    for name in os.listdir(tool.tmp):
        shutil.rmtree(os.path.join(tool.tmp, name))
    done = work(tool)
    assert done.outcome == "published" and tip(box) == done.commit


@pytest.mark.parametrize("fault, applied", [("git-lost-reply", True), ("git-502-push", True), ("git-reset-push", False)])
def test_doubts_are_settled_by_the_next_run(box, tool, fault, applied):
    first = work(tool)
    box.ctl("fault", fault)
    doubt = work(tool, tag="8.8.8", lease=first.commit)
    assert (doubt.code, doubt.outcome) == (0, "doubt"), doubt.text
    assert tip(box) == (doubt.commit if applied else first.commit)
    again = work(tool, tag="8.8.8", lease=tip(box))
    assert (again.outcome, again.commit) == ("published", doubt.commit), again.text
    assert tip(box) == doubt.commit


def test_a_server_that_lets_nothing_be_rewritten(box, tool):
    first = work(tool)
    subprocess.run(["git", "-C", box.repo, "config", "receive.denyNonFastForwards", "true"], check=True)
    try:
        box.ctl("push-foreign", "develop")
        done = work(tool, lease=first.commit)
    finally:
        subprocess.run(["git", "-C", box.repo, "config", "--unset", "receive.denyNonFastForwards"], check=True)
    assert (done.code, done.error) == (7, "PUSH_REJECTED") and "non-fast-forward" in done.cause, done.text
    assert "stagegate/*" in done.hint
    assert tip(box) == first.commit


def test_a_protecting_rule(box, tool):
    first = work(tool)
    box.ctl("fault", "protected", "stagegate/*")
    done = work(tool, tag="8.8.8", lease=first.commit)
    assert (done.code, done.error) == (4, "BRANCH_PROTECTED") and "force push" in done.hint, done.text
    gone = tool("delete", WORK, first.commit)
    assert (gone.code, gone.error) == (4, "BRANCH_PROTECTED"), gone.text
    assert tip(box) == first.commit


def test_nobody_elses_branch_is_forced_or_deleted(box, tool):
    old, other = box.tip(), box.tip("main")
    for done in (work(tool, lease=other, branch="develop"), tool("delete", "develop", old), tool("delete", WORK, NOWHERE)):
        assert (done.code, done.error) == (70, "BUG"), done.text
    assert box.tip() == old


def test_commits_by_id(box, tool):
    old = box.tip()
    for _ in range(3):
        box.ctl("push-foreign", "develop")
    new = box.tip()
    done = tool("commits", new, old, new)
    assert (done.code, done.requests) == (0, "2"), done.text
    assert done.facts0 == at_server(box, "log", "-1", "--format=%T %P %an <%ae> %ct %s", new)
    assert done.facts1.split()[0] == at_server(box, "rev-parse", old + "^{tree}")
    missing = tool("commits", new, NOWHERE)
    assert (missing.code, missing.error) == (5, "REVISION_NOT_FOUND") and NOWHERE in missing.cause, missing.text


@pytest.mark.parametrize("fault", ["git-truncate-pack", "git-corrupt-pack"])
def test_spoiled_packs_are_no_commits(box, tool, fault):
    box.ctl("fault", fault, "3")
    done = tool("commits", box.tip())
    assert done.code in (7, 9) and done.error in ("UNREACHABLE", "REMOTE_FAILED", "ANSWER_INVALID"), done.text


def test_the_head_merges_into_the_tip_as_git_merges_it(box, tool):
    head = work(tool)
    box.ctl("push-foreign", "develop")
    ours = box.tip()
    done = tool("merge", head.parent, ours, head.commit)
    assert (done.code, done.requests) == (0, "2"), done.text
    assert done.merged == at_server(box, "merge-tree", "--write-tree", ours, head.commit)
    assert done.path0 == DEV and not done.path1
    rival = tool.bump("9.9.9")
    assert rival.outcome == "published"
    done = tool("merge", head.parent, rival.commit, head.commit)
    assert (done.code, done.merged) == (0, "conflict"), done.text
