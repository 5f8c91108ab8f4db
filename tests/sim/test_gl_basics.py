"""The simulated GitLab: who asks, error shapes, faults (gitlab.md 1, 2)."""

import email.utils
import http.client
import json

import pytest

APPS = "/projects/gitops%2Fapps"


def test_whoami(box):
    status, headers, me = box.api("GET", "/user")
    assert (status, me["bot"], me["id"]) == (200, True, 51) and me["username"].startswith("project_101_bot_")
    assert int(headers["ratelimit-reset"]) > 1_700_000_000  # 1.3: an epoch
    box.ctl("fault", "gl-no-rate")
    assert not [name for name in box.api("GET", "/user")[1] if name.startswith("ratelimit")]
    box.ctl("fault", "clear")
    assert box.api("GET", "/user", user="dev")[2]["bot"] is False
    assert box.api("GET", "/user", headers={"Authorization": f"Bearer {box.env['SANDBOX_TOKEN_DEV']}"}, user=None)[2]["username"] == "dev"  # fmt: skip


@pytest.mark.parametrize("token", ["glpat-wrong", None])
def test_no_token(box, token):
    assert box.api("GET", "/user", user=token)[::2] == (401, {"message": "401 Unauthorized"})


def test_dead_and_small_tokens(box):
    assert box.api("GET", "/user", user="expired")[2]["error_description"].startswith("Token is expired")
    assert box.api("GET", "/user", user="revoked")[2]["error"] == "invalid_token"
    assert box.api("GET", "/user", user="oauth")[0] == 401  # 2: an OAuth token is no PRIVATE-TOKEN
    status, _, body = box.api("GET", APPS, user="write-repository")
    assert (status, body["error"]) == (403, "insufficient_scope")
    assert box.api("GET", APPS, user="read-api")[0] == 200
    assert box.api("GET", "/user", user="manager-blocked")[0] == 403


def test_job_token(box):
    status, _, job = box.api("GET", "/job", user="job-manager-1")
    assert (status, job["user"]["username"], job["pipeline"]["project_id"]) == (200, "manager-1", 101)
    assert len(box.env["SANDBOX_JOB_TOKEN_MANAGER_1"]) > 600 and "CANARY" in box.env["SANDBOX_JOB_TOKEN_DEV"]
    assert box.api("GET", "/user", user="job-dev")[0] == 401  # 2: whoami is not for job tokens
    assert box.api("GET", APPS, user="job-dev")[::2] == (404, {"message": "404 Project Not Found"})  # 2.1
    assert box.api("GET", "/job")[0] == 401


def test_project(box):
    status, _, one = box.api("GET", APPS)
    assert status == 200 and one == {**box.api("GET", "/projects/101")[2], "last_activity_at": one["last_activity_at"]}
    assert one["merge_method"] == "merge" and "CANARY" in one["runners_token"]
    assert one["web_url"] == box.env["STAGEGATE_GITLAB_URL"] + "/gitops/apps"
    assert "runners_token" not in box.api("GET", APPS, user="dev")[2]


@pytest.mark.parametrize("user", ["outsider", "none"])
def test_a_private_project_is_not_there(box, user):
    assert box.api("GET", APPS, user=user)[::2] == (404, {"message": "404 Project Not Found"})  # 1.1
    assert box.api("GET", "/projects/999")[0] == 404
    assert box.api("GET", "/projects/gitops/apps")[0] == 404  # 1: %2F is not decoded before routing


def test_date_is_the_clock(box):
    first = email.utils.parsedate_to_datetime(box.api("GET", "/version")[1]["date"])
    box.ctl("clock", "3600")
    then = email.utils.parsedate_to_datetime(box.api("GET", "/version")[1]["date"])
    assert 3600 <= (then - first).total_seconds() < 3660


FAULTS = {
    "gl-429": (429, "application/json"),
    "gl-429-plain": (429, "text/plain; charset=utf-8"),
    "gl-502": (502, "text/html"),
    "gl-502-after": (502, "text/html"),
    "gl-500-after": (500, "application/json"),
    "gl-401": (401, "application/json"),
    "gl-403": (403, "application/json"),
    "gl-404": (404, "application/json"),
    "gl-405": (405, "application/json"),
    "gl-409": (409, "application/json"),
    "gl-html": (200, "text/html; charset=utf-8"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_counted_faults(box, name):
    box.ctl("fault", name, "2", "GET", "/user")
    assert box.api("GET", "/version")[0] == 200  # does not fit
    for _ in range(2):
        status, headers, _ = box.api("GET", "/user")
        assert (status, headers["content-type"]) == FAULTS[name]
        assert status != 429 or headers["retry-after"] == "1"
    assert box.api("GET", "/user")[0] == 200


def test_broken_answers(box):
    box.ctl("fault", "gl-reset")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        box.api("GET", "/user")
    box.ctl("fault", "gl-truncate")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        box.api("GET", "/user")
    box.ctl("fault", "gl-garbage")
    with pytest.raises(ValueError):
        box.api("GET", "/user")
    box.ctl("fault", "gl-unknown-keys")
    assert list(box.api("GET", "/user")[2])[0] == "a_new_key"


def test_moved(box):
    box.ctl("fault", "gl-moved")
    status, headers, body = box.api("GET", APPS + "/x?a=1")
    assert (status, headers["location"]) == (301, box.env["SANDBOX_API"] + "/projects/101/x?a=1")
    assert body.startswith(b"This resource has been moved permanently to ")
    assert box.api("GET", "/projects/101")[0] == 200


def test_lost_rights(box, tmp_path):
    where = box.clone(tmp_path / "c")
    box.commit(where)
    box.ctl("fault", "gl-lose-rights")
    done = box.push(where, check=False)
    assert done.returncode != 0 and "403" in done.stderr
    assert box.api("POST", APPS + "/repository/branches", {"branch": "x", "ref": "main"})[0] == 403
    assert box.api("GET", APPS + "/repository/branches/main")[2]["can_push"] is False
    box.ctl("fault", "clear")
    box.push(where)


def test_api_log(box):
    box.api("GET", "/projects/101", user="dev", license="true")
    assert json.loads(box.ctl("api-log", "clear")) == [
        {"method": "GET", "path": "/projects/101", "query": "license=true", "status": 200, "user": "dev"}
    ]
    assert json.loads(box.ctl("api-log")) == []
