"""The checker of what is said to the simulated GitLab, against exchanges that it must refuse; the shapes of the answers against recorded ones.

Everything that the tests said is checked against GitLab's own description when their sandbox ends (conftest.described).
"""

import json
import os

import pytest

from sim import gl_openapi
from sim.conftest import described

SPEC = gl_openapi.description()
RECORDED = os.path.join(gl_openapi.contracts(), "data/gitlab/recorded-gitlab.com-19.5")
pytestmark = pytest.mark.skipif(SPEC is None, reason="no contracts: GitLab's description is not there")


def recorded(name):
    with open(os.path.join(RECORDED, name), encoding="utf-8") as source:
        return json.load(source)


def test_exchanges_so_far(box):
    for path in ("/version", "/projects/101", "/projects/101/repository/branches", "/projects/101/protected_branches"):
        assert box.api("GET", path)[0] == 200
    described(box)


def test_exceptions_have_a_reason():
    assert all(reason and len(reason) > 5 for _, _, reason in gl_openapi.EXCEPTIONS)


GOOD = {
    "method": "GET",
    "path": "/projects/1/repository/branches/x",
    "route": "/projects/:id/repository/branches/:branch",
    "query": {},
    "args": {},
    "status": 200,
    "kind": "application/json",
    "body": {"name": "x", "merged": False, "commit": {"id": "a", "parent_ids": ["b"], "created_at": "2026-01-05T10:00:00Z"}},
}
COMMITS = {"method": "POST", "route": "/projects/:id/repository/commits", "status": 201, "body": {"id": "a"}}
BAD = [
    ({"body": {"nome": "x"}}, "answer.nome is not described"),
    ({"body": {"merged": "no"}}, "answer.merged is str, described as boolean"),
    ({"body": {"commit": "x"}}, "answer.commit is str, described as object"),
    ({"body": {"commit": {"id": 1}}}, "answer.commit.id is int, described as string"),
    ({"body": {"commit": {"created_at": "today"}}}, "answer.commit.created_at is 'today', described as a time"),
    ({"status": 207}, "status 207 is not described"),
    ({"query": {"nope": "1"}}, "request: parameter nope is not described"),
    ({"method": "PUT"}, "not described"),
    ({"status": 404, "body": {"oops": 1}}, "error of an unknown shape"),
    ({"status": 404, "body": {"message": "403 Forbidden"}}, "status 404 says 403"),
    ({**COMMITS, "args": {"actions": [{"action": "jump"}]}}, "request: actions[].action is 'jump'"),
    ({**COMMITS, "args": {"branch": 5}}, "request: branch is int, described as string"),
]


def test_a_good_exchange():
    assert gl_openapi.check(GOOD, SPEC) == []
    assert gl_openapi.check({**GOOD, **COMMITS, "args": {"branch": "x", "commit_message": "m", "actions": []}}, SPEC) == []


@pytest.mark.parametrize("change, text", BAD)
def test_bad_exchanges(change, text):
    found = gl_openapi.check({**GOOD, **change}, SPEC)
    assert any(problem.startswith(text) for _, problem in found), found


def test_every_exception_is_needed():
    """Each of them excuses something that the description or a recording shows; none is a blank cheque."""
    assert not gl_openapi.excepted("GET /projects/:id/repository/branches", "not described")
    assert not gl_openapi.excepted("GET /projects/:id", "answer.x is not described")


def test_a_commit_looks_as_recorded(box):
    send = [{"action": "create", "file_path": "new.txt", "content": "x\n"}]
    body = {"branch": "x", "start_branch": "main", "commit_message": "m", "actions": send}
    made = box.api("POST", "/projects/101/repository/commits", body)[2]
    like = recorded("commit_create_201.json")
    assert list(made) == list(like) and set(made["stats"]) == set(like["stats"])
    for name, value in like.items():
        assert value is None or type(made[name]) is type(value), name


def test_a_user_looks_as_recorded(box):
    like = recorded("job_play.json")["user"]
    assert set(like) == set(box.api("GET", "/users/11")[2])
    assert set(like) <= set(box.api("GET", "/user")[2])
