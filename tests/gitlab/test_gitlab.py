"""The client of GitLab against the simulated one, over TLS, in good and bad weather."""
import json

import pytest

BRANCH = "stagegate/staging/catalog"
FILE = "apps/catalog/values-staging.yaml"


def branch(lab):
    lab.ctl("foreign-commit", BRANCH, FILE, "image: {tag: 9.9.9}")


def ready(tool, iid):
    """Reads until it may be merged."""
    for _ in range(8):
        done = tool("get", iid)
        if done.detailed == "mergeable":
            return done
    raise AssertionError(done.text)


def test_from_open_to_merged(lab, tool):
    branch(lab)
    done = tool("create", BRANCH, "main", "catalog 9.9.9", "text")
    assert (done.code, done.outcome, done.status, done.state, done.author) == (0, "done", "201", "opened", "51"), done.text
    iid = done.iid
    again = tool("create", BRANCH, "main", "catalog 9.9.9", "text")
    assert (again.code, again.outcome, again.status) == (0, "refused", "409") and "already exists" in again.why
    listed = tool("list", BRANCH, "main", "opened")
    assert (listed.count, listed.iid) == ("1", iid)
    done = ready(tool, iid)
    assert (getattr(done, "class"), done.pipeline, done.current, done.prepared, done.may_not_merge) == ("go", "success", "1", "1", "0")
    assert tool("versions", iid).version0 == f"{done.sha} {done.base}"
    merged = tool("merge", iid, done.sha)
    assert (merged.code, merged.outcome, merged.requests, merged.date) == (0, "done", "1", "1"), merged.text
    after = tool("get", iid)
    assert (after.state, after.merged_by, getattr(after, "class")) == ("merged", "51", "final")
    assert lab.git("rev-parse", "main") == after.landed
    assert lab.git("for-each-ref", f"refs/heads/{BRANCH}") == ""  # the source branch is gone


@pytest.mark.parametrize("prepare, sha, outcome, status", [
    (("mr-next", "merge-422"), None, "refused", "422"),
    (("mr-next", "merge-405"), None, "refused", "405"),
    (None, "0" * 40, "refused", "409"),
    (("fault", "gl-502-after", "1", "PUT", "/merge"), None, "doubt", "502"),
    (("fault", "gl-502", "1", "PUT", "/merge"), None, "doubt", "502"),
    (("fault", "gl-500-after", "1", "PUT", "/merge"), None, "doubt", "500"),
    (("fault", "gl-reset-after", "1", "PUT", "/merge"), None, "doubt", "0"),
    (("fault", "gl-reset", "1", "PUT", "/merge"), None, "doubt", "0"),
    (("fault", "gl-truncate", "1", "PUT", "/merge"), None, "doubt", "0"),
    (("fault", "gl-garbage", "1", "PUT", "/merge"), None, "doubt", "200"),
    (("fault", "gl-html", "1", "PUT", "/merge"), None, "doubt", "200"),
    (("fault", "gl-429", "2", "PUT", "/merge"), None, "done", "200"),
    (("fault", "gl-429-plain", "1", "PUT", "/merge"), None, "done", "200"),
])
def test_what_a_merge_answers(lab, tool, prepare, sha, outcome, status):
    iid = lab.open()
    head = ready(tool, iid).sha
    if prepare:
        lab.ctl(*prepare)
    done = tool("merge", iid, sha or head)
    assert (done.code, done.outcome, done.status) == (0, outcome, status), done.text
    assert done.why or outcome == "done"
    assert done.requests == ("3" if "2" in (prepare or ()) else "2" if prepare and "429" in prepare[1] else "1")


def test_a_merge_that_is_not_allowed(lab, tool, box):
    iid = lab.open()
    head = ready(tool, iid).sha
    done = tool("merge", iid, head, GITLAB_TOKEN=box.env["SANDBOX_TOKEN_DEV"])
    assert (done.error, done.code) == ("FORBIDDEN", 4) and "allowed to merge" in done.hint
    done = tool("merge", iid, head, GITLAB_TOKEN=box.env["SANDBOX_TOKEN_READ_API"])
    assert (done.error, done.code) == ("FORBIDDEN", 4) and "scope" in done.hint
    done = tool("merge", iid, head, GITLAB_TOKEN=None, GITLAB_JOB_TOKEN=box.env["SANDBOX_JOB_TOKEN_DEV"])
    assert done.code in (4, 5) and "STAGEGATE_GITLAB_TOKEN" in done.hint, done.text


@pytest.mark.parametrize("fault", [("gl-429", "2"), ("gl-429-plain",), ("gl-502", "3"), ("gl-reset", "2"), ("gl-500-after",), ("gl-truncate", "2"), ("gl-html", "2"),
                                   ("gl-garbage",), ("gl-slow", "50"), ("gl-unknown-keys",), ("gl-no-totals",)])
def test_reading_gets_through(lab, tool, fault):
    iid = lab.open()
    lab.ctl("note", "dev", str(iid), "hello")
    lab.ctl("fault", *fault)
    done = tool("notes", iid)
    assert done.code == 0 and " 11 hello" in done.text, done.text


@pytest.mark.parametrize("fault, reason, code", [("gl-html", "ANSWER_INVALID", 9), ("gl-garbage", "ANSWER_INVALID", 9), ("gl-moved", "REDIRECTED", 7),
                                                 ("gl-moved-host", "REDIRECTED", 7), ("gl-404", "NOT_FOUND", 5), ("gl-401", "AUTH_FAILED", 4)])
def test_reading_that_fails(tool, lab, fault, reason, code):
    lab.ctl("fault", fault, *(["3"] if code == 9 else []))
    done = tool("project")
    assert (done.error, done.code, done.requests) == (reason, code, "3" if code == 9 else "1"), done.text
    assert "/projects/101" in done.cause or not fault.startswith("gl-moved"), done.cause


def test_tokens(tool, box):
    for name, reason in (("EXPIRED", "AUTH_FAILED"), ("REVOKED", "AUTH_FAILED"), ("WRITE_REPOSITORY", "FORBIDDEN"), ("NONE", "NOT_FOUND")):
        done = tool("project", GITLAB_TOKEN=box.env[f"SANDBOX_TOKEN_{name}"])
        assert done.error == reason and done.hint, (name, done.text)
    done = tool("whoami")
    assert (done.id, done.bot, done.active) == ("51", "1", "1")
    done = tool("job-user", GITLAB_JOB_TOKEN=box.env["SANDBOX_JOB_TOKEN_MANAGER_1"])
    assert (done.id, done.username) == ("21", "manager-1")
    assert tool("job-user").error == "CREDENTIAL_MISSING"


def test_the_project(tool):
    done = tool("project")
    assert (done.id, done.path, done.branch, done.method, done.must, done.ci) == ("101", "gitops/apps", "main", "merge", "1", "1"), done.text
    assert tool("project", GITLAB_PROJECT="101").path == "gitops/apps"
    assert tool("project", GITLAB_PROJECT="gitops/none").error == "NOT_FOUND"


def test_branches(lab, tool, box):
    branch(lab)
    job = {"GITLAB_TOKEN": None, "GITLAB_JOB_TOKEN": box.env["SANDBOX_JOB_TOKEN_DEV"]}
    for env in ({}, job):
        for name, flag in (("main", "1"), (BRANCH, "0")):
            done = tool("branch", name, **env)
            assert done.protected == flag, done.text
        assert tool("branch", "none", **env).error == "BRANCH_NOT_FOUND"
    assert tool("merge-base", "main", BRANCH).oid == lab.git("rev-parse", "main")
    assert tool("merge-base", "main", "none").error == "REVISION_NOT_FOUND"


@pytest.mark.parametrize("name, user, member", [
    ("@platform/release-managers", 21, "1"), ("@platform/release-managers", 27, "1"), ("@platform/release-managers", 24, "0"),
    ("@platform/release-managers", 25, "0"), ("@platform/release-managers", 31, "0"), ("@platform/release-managers", 26, "1"),
    ("@platform", 21, "0"), ("@manager-2", 22, "1"), ("@manager-2", 21, "0"), ("@platform/secret", 21, None), ("@none-of-it", 21, None),
])
def test_members(tool, name, user, member):
    done = tool("member", name, user)
    assert done.member == (member or ""), done.text
    if member is None:
        assert done.error == "NOT_FOUND", done.text


def test_approvals_and_versions(lab, tool):
    iid = lab.open()
    lab.ctl("approve", "manager-1", str(iid))
    lab.ctl("approve", "manager-2", str(iid))
    done = tool("approvals", iid)
    assert done.count == "2" and done.approval0.startswith("21 ") and done.approval1.endswith(" 1"), done.text
    first = tool("get", iid).sha
    second = lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml").strip()
    done = tool("versions", iid)
    assert (done.version0.split()[0], done.version1.split()[0]) == (first, second), done.text


def test_notes(lab, tool):
    iid = lab.open()
    assert tool("note-add", iid, "first").outcome == "done"
    number = lab.ctl("note", "dev", str(iid), "theirs").strip()
    lab.ctl("edit-note", number, "other")
    done = tool("notes", iid)
    rows = [line.partition("=")[2] for line in done.text.splitlines() if line.startswith("note")]
    own = [row.split()[0] for row in rows if row.endswith(" 51 first")]
    assert len(own) == 1 and f"{number} 11 edited other" in rows, done.text
    assert tool("note-edit", iid, own[0], "second").outcome == "done"
    assert f"{own[0]} 51 edited second" in tool("notes", iid).text
    assert tool("note-add", iid, "/label ~x").outcome == "refused"
    lab.ctl("mr-next", "note-403")
    assert tool("note-edit", iid, own[0], "third").error == "FORBIDDEN"


def test_many_notes(lab, tool):
    iid = lab.open()
    for number in range(120):
        lab.call("POST", f"/projects/101/merge_requests/{iid}/notes", {"body": f"n{number}"}, want=201)
    done = tool("notes", iid)
    assert done.code == 0 and int(done.count) >= 120 and done.requests == "2", done.text
    rows = [line.rpartition(" n")[2] for line in done.text.splitlines() if " 51 n" in line]
    assert rows == [str(number) for number in range(120)]


def test_closing_and_titles(lab, tool):
    iid = lab.open()
    assert tool("update", iid, "new title", "new text").outcome == "done"
    assert json.loads(lab.ctl("mr", str(iid)))["title"] == "new title"
    assert tool("close", iid).outcome == "done"
    assert tool("get", iid).state == "closed"


@pytest.mark.parametrize("word, name", [("failed", "job"), ("manual", "job"), ("success", "")])
def test_the_job_in_the_way(lab, tool, word, name):
    iid = lab.open()
    ready(tool, iid)
    lab.ctl("pipeline", str(iid), word)
    done = tool("blocker", iid)
    assert done.code == 0 and done.found == ("1" if name else "0"), done.text
    assert done.job_status == (word if name else "")


def test_statuses(lab, tool):
    sha = tool("get", lab.open()).sha
    for state, outcome in (("pending", "done"), ("pending", "done"), ("success", "done"), ("pending", "done"), ("failed", "done")):
        done = tool("status-set", sha, "stagegate/staging", state, "d" * 400)
        assert done.outcome == outcome, (state, done.text)
    done = tool("statuses", sha, "stagegate/staging")
    assert (done.count, done.status0, done.status1) == ("2", "success 51", "failed 51"), done.text
    lab.ctl("mr-next", "status-409", "2")
    assert tool("status-set", sha, "other", "pending", "x").outcome == "done"


def test_freeze_periods(lab, tool, box):
    lab.call("POST", "/projects/101/freeze_periods", {"freeze_start": "0 23 * * 5", "freeze_end": "0 7 * * 1", "cron_timezone": "Europe/Berlin"},
             want=201)
    done = tool("freeze")
    assert (done.count, done.period0) == ("1", "0 23 * * 5|0 7 * * 1|Europe/Berlin"), done.text
    done = tool("freeze", GITLAB_TOKEN=None, GITLAB_JOB_TOKEN=box.env["SANDBOX_JOB_TOKEN_DEV"])
    assert done.code in (4, 5) and "STAGEGATE_GITLAB_TOKEN" in done.hint, done.text


def test_authors(tool):
    done = tool("authors", "shop/catalog", "1.4.1", "1.5.0")
    assert done.code == 0 and "dev@example.com 11" in done.text, done.text
    back = tool("authors", "shop/catalog", "1.5.0", "1.4.1")
    assert (back.code, back.count) == (0, "0"), back.text
    assert tool("authors", "shop/catalog", "1.4.1", "9.9.9").error == "NOT_FOUND"
    assert tool("authors", "shop/none", "1.4.1", "1.5.0").error == "NOT_FOUND"
    assert tool("authors", "shop/order", "v4.3.1", "4.4.0").code == 0
