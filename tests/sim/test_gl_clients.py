"""Independent clients against the simulated GitLab: python-gitlab and glab open, follow, approve and merge by hand."""

import base64

import pytest

from sim import clients
from sim.lab import BRANCH, FILE, Lab

TITLE = "catalog 9.9.9 to staging"


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)


# -- python-gitlab (Debian's python3-gitlab)


@pytest.fixture(name="client")
def _client(box, monkeypatch):
    """client(user) is a project object of that user."""
    gitlab = pytest.importorskip("gitlab", reason="python3-gitlab is not installed")
    monkeypatch.setenv("no_proxy", "*")

    def make(user, **more):
        return clients.project(box.env, user, **more)

    make.error = gitlab.exceptions.GitlabHttpError
    make.gitlab = gitlab
    return make


def test_python_gitlab_story(lab, client):
    lab.ctl("foreign-commit", BRANCH, FILE, "image: {tag: 9.9.9}")
    bot, manager = client("bot"), client("manager-1")
    made = bot.mergerequests.create({"source_branch": BRANCH, "target_branch": "main", "title": TITLE})
    assert made.prepared_at is None
    with pytest.raises(client.gitlab.exceptions.GitlabCreateError) as clash:
        bot.mergerequests.create({"source_branch": BRANCH, "target_branch": "main", "title": TITLE})
    assert clash.value.response_code == 409
    found = bot.mergerequests.list(source_branch=BRANCH, state="opened", get_all=True)
    assert [mr.iid for mr in found] == [made.iid]
    seen = [bot.mergerequests.get(made.iid).detailed_merge_status for _ in range(4)]
    assert seen[-1] == "mergeable"
    theirs = manager.mergerequests.get(made.iid)
    head = theirs.sha
    theirs.approve(sha=head)
    given = bot.mergerequests.get(made.iid).approvals.get().approved_by
    assert [row["user"]["username"] for row in given] == ["manager-1"]
    note = made.notes.create({"body": "<!-- marker --> one"})
    note.body = "<!-- marker --> two"
    note.save()
    assert [row.body for row in made.notes.list(iterator=True) if not row.system] == ["<!-- marker --> two"]
    assert [row.head_commit_sha for row in made.diffs.list(get_all=True)] == [head]
    assert made.pipelines.list(get_all=True)[0].status == "success"
    made.merge(sha=head, should_remove_source_branch=True)
    merged = bot.mergerequests.get(made.iid)
    assert (merged.state, merged.merge_commit_sha) == ("merged", lab.box.tip("main"))


def test_python_gitlab_commits(box, client):
    """Files and commits as another client reads and writes them (3, 4), and what became of it in Git."""
    bot, path, tip = client("bot"), "apps/catalog/values-dev.yaml", box.tip()
    file = bot.files.get(path, ref="refs/heads/develop")
    assert (file.commit_id, file.decode()) == (tip, bot.files.raw(path, ref=tip))
    one = {"action": "update", "file_path": path, "encoding": "base64", "last_commit_id": tip,
           "content": base64.b64encode(b"image: {tag: 7.7.7}\r\n\xff").decode()}  # fmt: skip
    send = {"branch": "develop", "commit_message": "m\n\nStagegate-Id: x\n", "actions": [one], "author_name": "A", "author_email": "a@example.com"}  # fmt: skip
    made = bot.commits.create(send)
    assert made.parent_ids == [tip] and box.tip() == made.id and made.author_email == "a@example.com"
    assert bot.files.raw(path, ref="develop") == b"image: {tag: 7.7.7}\r\n\xff"
    with pytest.raises(client.gitlab.exceptions.GitlabCreateError) as stale:
        bot.commits.create(send)
    assert (stale.value.response_code, "has changed since" in stale.value.error_message) == (400, True)
    query = {"ref_name": f"{tip}..refs/heads/develop", "path": path}
    assert [row.id for row in bot.commits.list(query_parameters=query, get_all=True)] == [made.id]
    with pytest.raises(client.gitlab.exceptions.GitlabCreateError) as closed:
        client("dev").commits.create({**send, "branch": "main"})
    assert closed.value.response_code == 403
    with pytest.raises(client.gitlab.exceptions.GitlabCreateError) as job:  # 2.1
        client("job-dev").commits.create(send)
    assert job.value.response_code == 404
    assert client("job-dev").files.raw(path, ref="develop")  # 2.1


def test_python_gitlab_errors(lab, client):
    iid = lab.ready()
    errors = client.gitlab.exceptions
    mine = client("dev").mergerequests.get(iid)
    with pytest.raises(errors.GitlabAuthenticationError):  # 6.5: a missing right reads 401
        mine.merge()
    with pytest.raises(errors.GitlabMRClosedError):
        lab.ctl("retitle", str(iid), "Draft: x")
        client("bot").mergerequests.get(iid).merge()
    with pytest.raises(errors.GitlabGetError) as gone:
        client("bot").mergerequests.get(iid + 7)
    assert (gone.value.response_code, gone.value.error_message) == (404, "404 Not found")


def test_python_gitlab_pages(lab, client):
    iid = lab.ready()
    for number in range(5):
        lab.ctl("note", "dev", str(iid), f"n{number}")
    mr = client("bot").mergerequests.get(iid)
    assert [note.body for note in mr.notes.list(iterator=True, per_page=2, sort="asc")] == [f"n{at}" for at in range(5)]
    pipeline = client("bot").pipelines.get(mr.head_pipeline["id"])
    assert {job.name for job in pipeline.jobs.list(get_all=True)} == {"validate", "render", "advice"}
    status = (
        client("bot").commits.get(mr.sha, lazy=True).statuses.create({"state": "running", "name": "stagegate/staging"})
    )
    assert status.status == "running"
    assert client("job-dev").mergerequests.get(iid).iid == iid  # 2.1


# -- glab


@pytest.fixture(name="glab")
def _glab(box, tmp_path):
    why = clients.why_no_glab(box.env)
    if why:
        pytest.skip(why)
    return clients.Glab(box.env, tmp_path)


def test_glab_story(lab, glab):
    lab.ctl("foreign-commit", BRANCH, FILE, "image: {tag: 9.9.9}")
    words = (
        "--source-branch",
        BRANCH,
        "--target-branch",
        "main",
        "--title",
        TITLE,
        "--description",
        "by hand",
        "--yes",
    )
    assert "/-/merge_requests/1" in glab("dev", "mr", "create", *words)
    assert f"!1\tgitops/apps!1\t{TITLE}\t(main)" in glab("dev", "mr", "list")
    assert "author:\tdev\n" in glab("dev", "mr", "view", "1")
    assert "Approved" in glab("manager-1", "mr", "approve", "1")
    assert "#note_" in glab("manager-1", "mr", "note", "1", "-m", "go")
    lab.until(1)
    glab("dev", "mr", "merge", "1", "--yes", "--auto-merge=false", check=False)
    assert lab.get(1)["state"] == "opened"  # no right to merge into main
    assert "Merged!" in glab("bot", "mr", "merge", "1", "--yes", "--auto-merge=false")
    found = lab.get(1)
    assert (found["state"], found["merge_user"]["id"], found["merge_commit_sha"]) == ("merged", 51, lab.box.tip("main"))
