"""The simulated GitLab: members, groups, protected branches, freeze periods (gitlab.md 5, 6.12, 8.5)."""

import json

import pytest

MANAGERS = "/groups/platform%2Frelease-managers"
ALL = MANAGERS + "/members/all"


def test_members(box):
    one = box.api("GET", f"{ALL}/21")[2]
    assert (one["username"], one["state"], one["access_level"], one["membership_state"]) == ("manager-1", "active", 30, "active")
    assert box.api("GET", f"{ALL}/24")[2]["state"] == "blocked"
    assert box.api("GET", f"{ALL}/25")[2]["expires_at"] == "2026-01-31"  # past: listed, and yet no member
    assert box.api("GET", "/users/26")[2]["bot"] is True
    assert box.api("GET", f"{ALL}/31")[::2] == (404, {"message": "404 Not found"})
    assert box.api("GET", f"{ALL}/27")[2]["access_level"] == 50  # inherited
    assert box.api("GET", f"{MANAGERS}/members/27")[0] == 404
    assert [row["id"] for row in box.api("GET", ALL, **{"user_ids[]": [21, 31, 22]})[2]] == [21, 22]
    assert box.api("GET", "/projects/101/members/all/21")[2]["access_level"] == 30  # through the invited group
    assert box.api("GET", "/projects/101/members/all/27")[2]["access_level"] == 30  # no more than the invitation gives
    assert box.api("GET", "/projects/101/members/21")[0] == 404


def test_groups(box):
    assert box.api("GET", MANAGERS)[2]["full_path"] == "platform/release-managers"
    for path in ("/groups/platform%2Fsecret", "/groups/nope", "/groups/platform%2Fsecret/members/all/21"):
        assert box.api("GET", path)[::2] == (404, {"message": "404 Group Not Found"})
    box.ctl("group", "platform/release-managers", "hidden")
    assert box.api("GET", f"{ALL}/21")[::2] == (404, {"message": "404 Group Not Found"})


def test_ctl_of_people(box):
    box.ctl("user", "manager-1", "blocked")
    assert box.api("GET", f"{ALL}/21")[2]["state"] == "blocked"
    assert box.api("GET", "/user", user="manager-1")[0] == 403
    box.ctl("member", "platform/release-managers", "manager-2", "expire")
    assert box.api("GET", f"{ALL}/22")[2]["expires_at"] < "2100"
    assert box.api("GET", "/projects/101", user="manager-2")[0] == 404
    box.ctl("member", "platform/release-managers", "outsider", "add")
    assert box.api("GET", f"{ALL}/31")[0] == 200
    box.ctl("member", "platform/release-managers", "outsider", "remove")
    assert box.api("GET", f"{ALL}/31")[0] == 404


def test_blocked_in_git(box):
    box.ctl("user", "dev", "blocked")
    done = box.git("ls-remote", box.url(box.env["SANDBOX_TOKEN_DEV"]), check=False)
    assert done.returncode != 0 and "403" in done.stderr


def test_users(box):
    assert [row["id"] for row in box.api("GET", "/users", username="dev")[2]] == [11]
    assert [row["id"] for row in box.api("GET", "/users", search="dev@example.com")[2]] == [11]
    assert box.api("GET", "/users", search="manager-1@example.com")[2] == []  # not public
    assert box.api("GET", "/users/999")[::2] == (404, {"message": "404 User Not Found"})


def test_protected_branches(box):
    path = "/projects/101/protected_branches"
    rows = box.api("GET", path)[2]
    assert [row["name"] for row in rows] == ["develop", "main"]
    assert rows[0]["merge_access_levels"][0]["access_level"] == 40
    assert box.api("GET", path + "/nope")[::2] == (404, {"message": "404 Not found"})
    made = box.api("POST", path, {"name": "release/*", "push_access_level": 30})
    assert made[0] == 201 and box.api("POST", path, {"name": "release/*"})[0] == 409
    box.api("POST", "/projects/101/repository/branches", {"branch": "release/1", "ref": "main"})
    one = box.api("GET", "/projects/101/repository/branches/release%2F1")[2]
    assert one["protected"] and one["developers_can_push"] and not one["developers_can_merge"]
    assert box.api("DELETE", path + "/release%2F%2A")[0] == 204
    assert box.api("POST", path, {"name": "x"}, user="dev")[0] == 403


PERIODS = "/projects/101/freeze_periods"


def test_freeze(box):
    assert box.api("GET", PERIODS)[2] == []
    box.ctl("freeze", "on")
    assert len(box.api("GET", PERIODS)[2]) == 1
    send = {"freeze_start": "0 23 * * 5", "freeze_end": "0 8 * * mon", "cron_timezone": "Eastern Time (US & Canada)"}
    status, _, made = box.api("POST", PERIODS, send)
    assert status == 201 and set(made) == {"id", "created_at", "updated_at", *send}
    changed = box.api("PUT", f"{PERIODS}/{made['id']}", {"freeze_end": "0 9 * * 1"})[2]
    assert changed["freeze_end"] == "0 9 * * 1" == box.api("GET", f"{PERIODS}/{made['id']}")[2]["freeze_end"]
    assert box.api("DELETE", f"{PERIODS}/{made['id']}")[0] == 204
    box.ctl("freeze", "off")
    assert box.api("GET", PERIODS)[2] == []
    assert box.api("POST", PERIODS, send, user="dev")[0] == 403
    assert box.api("GET", PERIODS, user="job-dev")[0] == 404  # 8.5: no job token


@pytest.mark.parametrize(
    "field, value",
    [("freeze_start", "every 3h"), ("freeze_end", "0 12 31 2 *"), ("freeze_start", "61 * * * *"), ("cron_timezone", "Mars/X")],
)
def test_bad_freeze(box, field, value):
    send = {"freeze_start": "0 1 * * *", "freeze_end": "0 2 * * *", field: value}
    status, _, body = box.api("POST", PERIODS, send)
    assert status == 400 and list(body["message"]) == [field]


def test_settings(box):
    box.ctl("project", "merge_method", "ff")
    assert box.api("GET", "/projects/101")[2]["merge_method"] == "ff"
    assert json.loads(json.dumps(box.api("GET", "/projects/201")[2]))["merge_method"] == "merge"
