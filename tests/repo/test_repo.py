"""Looking, fetching and publishing against git http-backend over TLS, in good and bad weather."""
import os
import shlex
import signal
import subprocess
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def fsck(box):
    done = subprocess.run(["git", "-C", box.repo, "fsck", "--full", "--strict"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_three_requests_on_one_connection(box, tool):
    old = box.tip()
    done = tool.bump()
    assert (done.code, done.outcome, done.parent) == (0, "published", old), done.text
    assert (done.requests, done.connections) == ("3", "1")
    assert box.tip() == done.commit
    fsck(box)


def test_the_same_plan_is_the_same_commit(box, tool):
    first = tool.bump()
    box.ctl("reset")
    second = tool.bump()
    assert first.commit == second.commit != ""


def between(box, *words):
    return shlex.join([os.path.join(ROOT, "ci", "sandbox"), "ctl", "--dir", box.state, *words]) + " >&2"


def test_a_foreign_push_makes_it_stale(box, tool):
    done = tool.bump(REPO_BETWEEN=between(box, "push-foreign", "develop"))
    assert (done.outcome, done.requests) == ("stale", "3"), done.text
    assert "failed to update ref" in done.why
    assert box.tip() != done.commit


@pytest.mark.parametrize("fault", ["push-race", "push-force", "push-deleted", "push-cannot-lock", "push-failed-update",
                                   "push-old-value", "push-fetch-first"])
def test_lost_races(box, tool, fault):
    box.ctl("fault", fault)
    done = tool.bump()
    assert (done.code, done.outcome) == (0, "stale"), done.text
    again = tool.bump()
    assert (again.outcome if fault != "push-deleted" else again.error) == ("published" if fault != "push-deleted" else "BRANCH_NOT_FOUND")
    fsck(box)


@pytest.mark.parametrize("fault, reason, words", [
    ("push-hook-declined", "BRANCH_PROTECTED", "not allowed to push code to protected branches"),
    ("push-unpack-error", "PUSH_REJECTED", "unpack"),
    ("protected develop", "BRANCH_PROTECTED", "not allowed to push code to protected branches"),
])
def test_refused_pushes(box, tool, fault, reason, words):
    old = box.tip()
    box.ctl("fault", *fault.split())
    done = tool.bump()
    assert done.error == reason and words in done.cause, done.text
    assert box.tip() == old


@pytest.mark.parametrize("fault, applied", [("git-lost-reply", True), ("git-502-push", True), ("git-reset-push", False)])
def test_doubts(box, tool, fault, applied):
    old = box.tip()
    box.ctl("fault", fault)
    done = tool.bump()
    assert (done.code, done.outcome) == (0, "doubt"), done.text
    assert box.tip() == (done.commit if applied else old)


@pytest.mark.parametrize("fault, code, reason, words", [
    ("git-html", 9, "ANSWER_INVALID", "text/html"),
    ("git-moved", 7, "REDIRECTED", "the repository is at https://127.0.0.1"),
    ("git-moved-host", 7, "REDIRECTED", "the repository is at https://"),
    ("git-404", 5, "REPOSITORY_NOT_FOUND", "may not see it"),
    ("git-401", 4, "AUTH_FAILED", "does not accept the credential"),
    ("git-403", 4, "FORBIDDEN", ""),
    ("git-truncate-refs", 7, "", ""),
])
def test_looks_that_fail(box, tool, fault, code, reason, words):
    box.ctl("fault", fault, "3")  # so often is asked for what breaks off
    done = tool("refs")
    assert done.code == code and reason in done.error and words in done.cause, done.text
    box.ctl("fault", "clear")
    assert tool("refs").code == 0


@pytest.mark.parametrize("fault", ["git-429", "git-500", "git-503", "git-503-date", "git-reset", "git-truncate-refs"])
def test_looks_that_are_tried_again(box, tool, fault):
    box.ctl("fault", fault)
    done = tool("refs")
    assert done.code == 0 and int(done.requests) == 2, done.text


@pytest.mark.parametrize("fault, codes", [("git-truncate-pack", (7,)), ("git-corrupt-pack", (7, 9))])
def test_spoiled_packs(box, tool, fault, codes):
    old = box.tip()
    box.ctl("fault", fault, "3")
    done = tool.bump()
    assert done.code in codes and done.error in ("UNREACHABLE", "REMOTE_FAILED", "ANSWER_INVALID"), done.text
    assert box.tip() == old


def test_a_pack_that_breaks_off_is_fetched_again(box, tool):
    box.ctl("fault", "git-truncate-pack", "2")
    done = tool.bump()
    assert (done.code, done.outcome) == (0, "published"), done.text


@pytest.mark.parametrize("who, code, reason", [
    ("SANDBOX_TOKEN_NONE", 5, "REPOSITORY_NOT_FOUND"), ("SANDBOX_TOKEN_READER", 4, "FORBIDDEN"),
    ("wrong-token", 4, "AUTH_FAILED"), (None, 4, "CREDENTIAL_MISSING")])
def test_credentials(box, tool, who, code, reason):
    old = box.tip()
    done = tool.bump(REPO_TOKEN=box.env.get(who, who) if who else None)
    assert (done.code, done.error) == (code, reason), done.text
    assert done.hint
    assert box.tip() == old


@pytest.mark.parametrize("url, reason", [
    ("SANDBOX_URL_EXPIRED", "TLS_FAILED"), ("SANDBOX_URL_WRONG_HOST", "TLS_FAILED"), ("SANDBOX_URL_OTHER_CA", "TLS_FAILED")])
def test_certificates(box, tool, url, reason):
    done = tool("refs", REPO_URL=box.env[url])
    assert done.code == 7 and done.error == reason, done.text


def test_a_slow_server_is_no_trouble(box, tool):
    box.ctl("fault", "git-drip", "1")
    done = tool.bump()
    assert done.outcome == "published", done.text


def test_sigterm_ends_a_slow_fetch_at_once(box, tool):
    box.ctl("fault", "git-drip", "300")
    begin = time.monotonic()
    process = tool.start("bump", "develop", "apps/catalog/values-dev.yaml", "tag: ", "tag: 1 # ")
    deadline = time.monotonic() + 20
    while not os.listdir(tool.tmp) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    sent = time.monotonic()
    done = tool.finish(process, begin)
    assert done.code == 128 + signal.SIGTERM and done.error == "CANCELLED", done.text
    assert time.monotonic() - sent < 5


def test_the_deadline_ends_a_hanging_server(box, tool):
    box.ctl("fault", "git-hang")
    done = tool("refs", REPO_TIMEOUT="2s")
    assert done.code == 8 and done.error == "TIMEOUT", done.text
    assert done.seconds < 15


def test_a_missing_branch_is_named(box, tool):
    done = tool.bump(branch="develpo")
    assert (done.code, done.error) == (5, "BRANCH_NOT_FOUND") and '"develop"' in done.hint, done.text


def test_an_empty_repository_says_so(box, tool):
    path = os.path.join(os.path.dirname(box.repo), "empty.git")
    subprocess.run(["git", "init", "-q", "--bare", path], check=True)
    done = tool.bump(REPO_URL=box.env["STAGEGATE_GITOPS"].rsplit("/", 1)[0] + "/empty.git")
    assert done.error == "BRANCH_NOT_FOUND" and "empty" in done.hint, done.text


def test_ancestry(box, tool):
    old = box.tip()
    for _ in range(3):
        box.ctl("push-foreign", "develop")
    new = box.tip()
    assert tool("contains", "develop", new, old).contains == "yes"
    assert tool("contains", "develop", old, new).contains == "no"
    assert tool("contains", "develop", "1" * 40, new).contains == "unknown"
