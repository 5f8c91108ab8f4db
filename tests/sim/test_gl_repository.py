"""The simulated GitLab over the bare repositories: files, commits, branches, compare, tags (gitlab.md 3 to 5)."""

import base64
import hashlib
import urllib.parse

import pytest

from sim import gitrepo

APPS = "/projects/101"
REPO = APPS + "/repository"
FILE = "apps/catalog/values-dev.yaml"
BRANCH = "stagegate/staging/catalog"


def q(text):
    return urllib.parse.quote(text, safe="")


def file_url(path=FILE):
    return f"{REPO}/files/{q(path)}"


def commit(box, branch=BRANCH, user="bot", body=b"x: 1\n", path=FILE, action="update", status=201, **more):
    one = {"action": action, "file_path": path, "content": base64.b64encode(body).decode(), "encoding": "base64"}
    one.update(more.pop("one", {}))
    send = {"branch": branch, "commit_message": "change\n", "actions": [one], **more}
    found = box.api("POST", REPO + "/commits", send, user=user)
    assert found[0] == status, found
    return found[2]


def message(found):
    return found[2]["message"]


# -- files


def test_file(box):
    status, headers, one = box.api("GET", file_url(), ref="develop")
    body = base64.b64decode(one["content"])
    assert status == 200 and one["commit_id"] == box.tip() and one["content_sha256"] == hashlib.sha256(body).hexdigest()
    assert headers["x-gitlab-blob-id"] == one["blob_id"] and headers["x-gitlab-execute-filemode"] == "false"
    assert one["last_commit_id"] == gitrepo.git(box.repo, "rev-list", "-1", "develop", "--", FILE) != one["commit_id"]
    head = box.api("HEAD", file_url(), ref="develop")
    assert (head[0], head[2], head[1]["x-gitlab-last-commit-id"]) == (200, b"", one["last_commit_id"])
    raw = box.api("GET", file_url() + "/raw", ref="develop", user="job-dev")
    assert raw[2] == body and raw[1]["x-gitlab-size"] == str(len(body))


def test_file_not_there(box):
    assert box.api("GET", file_url())[2] == {"error": "ref is missing"}
    assert message(box.api("GET", file_url(), ref="nope")) == "404 Commit Not Found"
    assert message(box.api("GET", file_url("a/b"), ref="main")) == "404 File Not Found"
    assert box.api("HEAD", file_url("a/b"), ref="main")[::2] == (404, b"")
    assert box.api("GET", file_url("../x"), ref="main")[0] in (400, 404)


def test_file_of_a_branch_by_its_full_name(box):
    """A tag of the same name is no danger then."""
    gitrepo.git(box.repo, "update-ref", "refs/tags/develop", box.tip("main"))
    assert box.api("GET", file_url(), ref="refs/heads/develop")[2]["commit_id"] == box.tip()
    raw = box.api("GET", f"{REPO}/files/stagegate.yaml/raw")  # no ref: the default branch
    assert (raw[1]["x-gitlab-commit-id"], raw[1]["x-gitlab-ref"]) == (box.tip("main"), "main")


def test_file_write_and_its_lock(box):
    old = box.api("GET", file_url(), ref="develop")[2]
    send = {"branch": "develop", "commit_message": "m", "content": "a: 1\r\n"}
    new = box.api("PUT", file_url(), {**send, "last_commit_id": old["last_commit_id"]})
    assert new[::2] == (200, {"file_path": FILE, "branch": "develop"})  # no commit id
    assert gitrepo.git(box.repo, "cat-file", "blob", f"develop:{FILE}") == "a: 1"
    stale = box.api("PUT", file_url(), {**send, "last_commit_id": old["last_commit_id"]})
    assert (stale[0], message(stale)) == (
        400,
        "You are attempting to update a file that has changed since you started editing it.",
    )
    tip = box.tip()
    assert box.api("PUT", file_url(), {**send, "last_commit_id": tip})[0] == 200  # the branch head is good too (S-FB)
    none = {**send, "last_commit_id": "f" * 40}
    assert box.api("PUT", file_url(), none)[0] == 200  # where the file was not there, nothing is checked
    assert message(box.api("POST", file_url(), send)) == "A file with this name already exists"
    assert box.api("DELETE", file_url(), {"branch": "develop", "commit_message": "m"})[0] == 204
    assert message(box.api("PUT", file_url(), send)) == "A file with this name doesn't exist"
    assert box.api("POST", file_url(), send)[0] == 201


def test_file_into_a_protected_branch(box):
    refused = box.api("PUT", file_url(), {"branch": "main", "commit_message": "m", "content": ""}, user="dev")
    assert (refused[0], message(refused)) == (400, "You are not allowed to push into this branch")


# -- commits


def test_commit(box):
    old = box.tip()
    new = commit(box, "develop", body=b"v: 2\r\n\xff")
    assert new["parent_ids"] == [old] and new["id"] == box.tip() and new["project_id"] == 101
    assert new["stats"]["total"] > 0 and new["committer_email"] == new["author_email"]
    assert gitrepo.git(box.repo, "cat-file", "-s", f"develop:{FILE}") == "7"
    one = box.api("GET", f"{REPO}/commits/{new['id'][:9]}", user="job-dev")[2]
    assert one["id"] == new["id"] and one["message"] == "change\n"


def test_author_differs_from_committer(box):
    new = commit(box, "develop", author_name="A B", author_email="a@b.example")
    assert (new["author_name"], new["author_email"], new["committer_name"]) == ("A B", "a@b.example", "stagegate")


def test_new_branch_and_force(box):
    main = box.tip("main")
    first = commit(box, start_sha=main)
    assert first["parent_ids"] == [main] and box.tip(BRANCH) == first["id"]
    again = box.api("POST", REPO + "/commits", {"branch": BRANCH, "start_sha": main, "commit_message": "m", "actions": []})
    assert (again[0], message(again)) == (
        400,
        f"A branch called '{BRANCH}' already exists. Switch to that branch in order to make changes",
    )
    second = commit(box, start_sha=main, force=True, body=b"y: 2\n")
    assert second["parent_ids"] == [main] and box.tip(BRANCH) == second["id"]  # rewritten, the first is gone
    third = commit(box, start_branch="develop", force=True, user="dev", body=b"z: 3\n")
    assert third["parent_ids"] == [box.tip()]
    assert commit(box, "other", start_branch="main", action="create", path="new.txt")["parent_ids"] == [main]


REFUSED = [
    ({"action": "create"}, {}, "A file with this name already exists"),
    ({"action": "update", "file_path": "nope"}, {}, "A file with this name doesn't exist"),
    ({"action": "delete", "file_path": "nope"}, {}, "A file with this name doesn't exist"),
    ({"file_path": "a/../b"}, {}, "Path cannot include directory traversal"),
    ({}, {"branch": "nope"}, "You can only create or edit files when you are on a branch"),
    ({}, {"branch": "nope", "start_branch": "nope2"}, "You can only create or edit files when you are on a branch"),
    ({}, {"branch": "nope", "start_sha": "f" * 40}, "Cannot find start_sha"),
]


@pytest.mark.parametrize("one, more, text", REFUSED)
def test_refused(box, one, more, text):
    tip = box.tip()
    found = commit(box, **{"branch": "develop", **more}, one=one, status=400)
    assert found["message"].startswith(text) and box.tip() == tip


INVALID = [
    ({"actions": [{"action": "jump", "file_path": "x"}]}, "actions[0][action] does not have a valid value"),
    ({"actions": [{"action": "update", "file_path": "x"}]}, "actions[0][content] is missing"),
    ({"actions": [{"action": "move", "file_path": "x"}]}, "actions[0][previous_path] is missing"),
    ({"start_branch": "a", "start_sha": "b", "actions": []}, "start_branch, start_sha are mutually exclusive"),
    ({"branch": None, "commit_message": None}, "branch is missing, commit_message is missing"),
]


@pytest.mark.parametrize("more, text", INVALID)
def test_invalid(box, more, text):
    send = {"branch": "develop", "commit_message": "m", "actions": [], **more}
    assert box.api("POST", REPO + "/commits", send)[::2] == (400, {"error": text})


def test_several_actions_are_one_commit(box):
    send = [
        {"action": "create", "file_path": "a.sh", "content": "#!/bin/sh\n", "execute_filemode": True},
        {"action": "move", "previous_path": "README.md", "file_path": "docs/README.md"},
        {"action": "chmod", "file_path": "stagegate.yaml", "execute_filemode": True},
        {"action": "delete", "file_path": FILE},
    ]
    new = box.api("POST", REPO + "/commits", {"branch": "main", "commit_message": "m", "actions": send})[2]
    rows = box.api("GET", f"{REPO}/commits/{new['id']}/diff")[2]
    kinds = {row["new_path"]: (row["new_file"], row["renamed_file"], row["deleted_file"], row["b_mode"]) for row in rows}
    assert kinds == {
        "a.sh": (True, False, False, "100755"),
        "docs/README.md": (False, True, False, "100644"),
        "stagegate.yaml": (False, False, False, "100755"),
        FILE: (False, False, True, "000000"),
    }


def test_the_lock_of_an_action(box):
    last = box.api("GET", file_url(), ref="develop")[2]["last_commit_id"]
    box.ctl("push-foreign", "develop", "order")
    commit(box, "develop", one={"last_commit_id": last})  # another file has moved: fine
    found = commit(box, "develop", one={"last_commit_id": last}, status=400)
    assert found["message"] == f"The file has changed since you started editing it: {FILE}"


def test_protected(box):
    assert commit(box, "main", "dev", status=403)["message"] == "403 Forbidden - You are not allowed to push into this branch"
    assert commit(box, "main", "reader", status=403)["message"] == "403 Forbidden"
    box.ctl("allow-merge", "dev")
    commit(box, "main", "dev")
    box.ctl("protect", "main", "off")
    commit(box, "main", "dev-2", body=b"q: 1\n")


def test_lost_race(box):
    box.ctl("fault", "gl-race")
    found = commit(box, "develop", status=400)
    assert found["message"].startswith("Could not update refs/heads/develop")
    commit(box, "develop")


def test_somebody_comes_between_check_and_commit(box):
    """3: the check is per file and before the write: it does not see what comes after it."""
    last = box.tip()
    box.ctl("fault", "gl-between")
    new = commit(box, "develop", one={"last_commit_id": last})
    (between,) = new["parent_ids"]
    assert gitrepo.git(box.repo, "rev-parse", f"{between}^") == last
    assert "# came between" in gitrepo.git(box.repo, "show", f"{between}:{FILE}")
    assert gitrepo.git(box.repo, "show", f"develop:{FILE}") == "x: 1"
    assert commit(box, "develop", body=b"y: 1\n")["parent_ids"] == [new["id"]]  # only once


def test_somebody_changes_the_same_words_between(box):
    box.ctl("fault", "gl-overtake", "tag:", "tag: 9")
    new = commit(box, "develop", one={"last_commit_id": box.tip()})
    (between,) = new["parent_ids"]
    assert "tag: 9" in gitrepo.git(box.repo, "show", f"{between}:{FILE}")
    assert commit(box, "develop", body=b"y: 1\n")["parent_ids"] == [new["id"]]  # only once


@pytest.mark.parametrize("fault, shape", [("gl-decline", str), ("gl-decline-list", list)])
def test_push_rule(box, fault, shape):
    """4: 400 with the rule's text; 1.1: a text can be a list."""
    tip = box.tip()
    box.ctl("fault", fault)
    found = commit(box, "develop", status=400)
    assert isinstance(found["message"], shape) and "does not follow the pattern" in str(found["message"])
    assert box.tip() == tip
    commit(box, "develop")


def test_a_replica_lags(box):
    """1.3: a name is read as it was; an id is not."""
    old, new = box.tip(), commit(box, "develop", body=b"new: 1\n")["id"]
    box.ctl("fault", "gl-lag", "2")
    for ref in ("develop", "refs/heads/develop"):
        assert box.api("GET", file_url() + "/raw", ref=ref)[1]["x-gitlab-commit-id"] == old
    assert box.api("GET", file_url() + "/raw", ref="develop")[1]["x-gitlab-commit-id"] == new
    box.ctl("fault", "gl-lag")
    assert box.api("GET", file_url() + "/raw", ref=new)[2] == b"new: 1\n"


def test_502_after_the_effect(box):
    old = box.tip()
    box.ctl("fault", "gl-502-after", "1", "POST", "/repository/commits")
    assert box.api("GET", "/version")[0] == 200
    commit(box, "develop", status=502)
    assert box.tip() != old
    tip = box.tip()
    box.ctl("fault", "gl-502", "1", "POST")
    commit(box, "develop", body=b"k: 1\n", status=502)
    assert box.tip() == tip
    box.ctl("fault", "gl-502", "1+1", "POST")  # the second one
    commit(box, "develop", body=b"k: 1\n")
    commit(box, "develop", body=b"k: 2\n", status=502)
    commit(box, "develop", body=b"k: 2\n")


def test_commit_list(box):
    status, headers, rows = box.api("GET", REPO + "/commits", ref_name="develop", per_page=2)
    assert status == 200 and rows[0]["id"] == box.tip() and len(rows) == 2 and headers["x-next-page"] == "2"
    only = box.api("GET", REPO + "/commits", ref_name="develop", path=FILE)[2]
    assert [row["id"] for row in only] == gitrepo.git(box.repo, "rev-list", "develop", "--", FILE).split()
    assert box.api("GET", f"{REPO}/commits/{'f' * 40}")[::2] == (404, {"message": "404 Commit Not Found"})


# -- branches


def test_branches(box):
    rows = {row["name"]: row for row in box.api("GET", REPO + "/branches", user="job-dev")[2]}
    assert rows["main"]["default"] and rows["main"]["protected"] and not rows["main"]["can_push"]
    assert box.api("GET", REPO + "/branches/main")[2]["can_push"]
    url = f"{REPO}/branches/{q('stagegate/x')}"
    assert message(box.api("GET", url)) == "404 Branch Not Found"
    made = box.api("POST", REPO + "/branches", {"branch": "stagegate/x", "ref": "main"}, user="dev")
    assert made[0] == 201 and box.tip("stagegate/x") == box.tip("main") and not made[2]["protected"]
    assert message(box.api("POST", REPO + "/branches", {"branch": "stagegate/x", "ref": "main"})) == "Branch already exists"
    assert "nope" in message(box.api("POST", REPO + "/branches", {"branch": "y", "ref": "nope"}))
    assert box.api("DELETE", url, user="dev")[0] == 204 and box.api("GET", url)[0] == 404
    assert box.api("DELETE", REPO + "/branches/develop")[0] == 403


def test_pages(box):
    for at in range(5):
        gitrepo.git(box.repo, "update-ref", f"refs/heads/x/{at}", box.tip())
    status, headers, rows = box.api("GET", REPO + "/branches", per_page=2, search="^x/")
    assert [row["name"] for row in rows] == ["x/0", "x/1"] and headers["x-total"] == "5" and status == 200
    links = dict(reversed(part.strip("<").split('>; rel=')) for part in headers["link"].split(", "))
    assert set(links) == {'"next"', '"first"', '"last"'} and links['"next"'].startswith(box.env["SANDBOX_API"] + REPO)
    last = box.api("GET", links['"last"'][len(box.env["SANDBOX_API"]) :])
    assert [row["name"] for row in last[2]] == ["x/4"] and last[1]["x-next-page"] == ""
    assert box.api("GET", REPO + "/branches", per_page=5000)[1]["x-per-page"] == "100"  # clamped
    box.ctl("fault", "gl-no-totals")
    headers = box.api("GET", REPO + "/branches", per_page=2)[1]
    assert "x-total" not in headers and 'rel="last"' not in headers["link"] and headers["x-next-page"] == "2"


def test_not_modified(box):
    tag = box.api("GET", REPO + "/branches")[1]["etag"]
    assert box.api("GET", REPO + "/branches", headers={"If-None-Match": tag})[::2] == (304, b"")


# -- compare, tags, tree


def test_compare(box):
    commit(box, start_branch="main")
    found = box.api("GET", REPO + "/compare", **{"from": "main", "to": BRANCH})[2]
    assert [row["id"] for row in found["commits"]] == [box.tip(BRANCH)] and found["diffs"][0]["new_path"] == FILE
    assert box.api("GET", REPO + "/compare", **{"from": "main", "to": "main"})[2]["compare_same_ref"] is True
    assert message(box.api("GET", REPO + "/compare", **{"from": "main", "to": "nope"})) == "404 Ref Not Found"
    base = box.api("GET", REPO + "/merge_base", **{"refs[]": ["develop", BRANCH]})[2]["id"]
    assert base == gitrepo.git(box.repo, "merge-base", "develop", BRANCH)
    assert box.api("GET", REPO + "/merge_base", **{"refs[]": ["develop"]})[0] == 400


def test_tags_and_authors_of_the_sources(box):
    rows = box.api("GET", "/projects/shop%2Fcatalog/repository/tags", order_by="version")[2]
    assert [row["name"] for row in rows][:2] == ["v1.5.0", "v1.4.3"]
    assert box.api("GET", "/projects/203/repository/tags/2.0.0-rc.3", user="dev")[2]["commit"]["author_email"]
    assert message(box.api("GET", "/projects/203/repository/tags/9")) == "404 Tag Not Found"
    found = box.api("GET", "/projects/shop%2Fcatalog/repository/compare", **{"from": "v1.4.0", "to": "v1.4.3"})[2]
    assert {row["author_email"] for row in found["commits"]} == {f"{name}@example.com" for name in ("dev", "dev-2", "manager-2")}  # fmt: skip


@pytest.mark.parametrize("path, size", [(REPO + "/tree", 3), ("/projects/201/repository/tags", 4), ("/projects", 3)])
def test_keyset(box, path, size):
    """1.2: only rel=next, and none at the end."""
    whole = box.api("GET", path, per_page=100)[2]
    rows, where = [], f"{path}?pagination=keyset&per_page={size}"
    while where:
        _, headers, part = box.api("GET", where)
        assert "x-total" not in headers and len(part) <= size and rows + part == whole[: len(rows) + len(part)]
        rows += part
        link = headers.get("link")
        assert link is None or link.endswith('; rel="next"') and "," not in link
        where = link and link[len(box.env["SANDBOX_API"]) + 1 : link.index(">")]
    assert rows == whole


def test_tree(box):
    rows = box.api("GET", REPO + "/tree", path="apps/catalog", ref="develop")[2]
    assert rows[0]["type"] == "tree" and {row["name"] for row in rows} >= {"values-dev.yaml", "templates"}
    assert box.api("GET", REPO + "/tree", path="nope")[0] == 404
    assert len(box.api("GET", REPO + "/tree", recursive="true", per_page=100)[2]) == 100


def test_serve(box):
    """A bare repository that was put there becomes a project; reset forgets it."""
    other = gitrepo.git(box.repo, "clone", "-q", "--bare", box.repo, box.repo.replace("gitops/apps.git", "gitops/other.git"))
    assert other == "" and box.api("GET", "/projects/gitops%2Fother")[0] == 404
    box.ctl("serve", "gitops/other")
    found = box.api("GET", "/projects/gitops%2Fother/repository/files/stagegate.yaml/raw")
    assert found[0] == 200 and found[1]["x-gitlab-commit-id"] == box.tip("main")
    box.ctl("reset")
    assert box.api("GET", "/projects/gitops%2Fother")[0] == 404
