"""Odd requests: every parameter of every endpoint of merge requests with values of the wrong kind. Never a 5xx."""

import pytest

from sim.lab import BRANCH, MRS, PROJECT, Lab

ODD = (
    5,
    -1,
    1.5,
    True,
    [],
    [[]],
    [{}],
    {},
    {"a": []},
    "",
    " ",
    "\0",
    "\n",
    "é" * 300,
    "../..",
    "refs/heads/main",
    "-x",
    "a" * 40,
)
FILTERS = (
    "state",
    "iids[]",
    "author_id",
    "labels",
    "order_by",
    "sort",
    "created_after",
    "draft",
    "page",
    "per_page",
    "search",
)
WRITES = {
    ("POST", MRS): ("title", "source_branch", "target_branch", "description", "labels", "reviewer_ids", "squash", "target_project_id"),
    ("PUT", MRS + "/1"): ("title", "description", "target_branch", "state_event", "labels", "add_labels", "assignee_ids", "merge_after"),
    ("PUT", MRS + "/1/merge"): ("sha", "squash", "merge_commit_message", "should_remove_source_branch", "auto_merge"),
    ("PUT", MRS + "/1/rebase"): ("skip_ci",),
    ("POST", MRS + "/1/approve"): ("sha",),
    ("POST", MRS + "/1/notes"): ("body", "internal"),
    ("POST", MRS + "/1/discussions"): ("body", "position"),
    ("PUT", MRS + "/1/discussions/x"): ("resolved",),
    ("POST", MRS + "/1/pipelines"): ("async",),
    ("POST", PROJECT + "/statuses/main"): ("state", "ref", "name", "target_url", "description", "pipeline_id", "coverage"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _unrecorded(box):
    """GitLab's own description has nothing to say about these."""
    box.ctl("record", "off")
    yield
    box.ctl("record", "on")


@pytest.mark.parametrize("method, path", WRITES)
def test_odd_bodies(box, method, path):
    lab = Lab(box)
    lab.open()
    lab.ctl("pipelines-must-succeed", "off")
    good = {"title": "t", "source_branch": BRANCH, "target_branch": "develop", "body": "b", "state": "pending"}
    if path.endswith("/merge"):
        lab.ctl("retitle", "1", "Draft: stays open")
    for name in WRITES[method, path]:
        base = {} if path.endswith("/1") else good
        for value in ODD:
            status, _, found = box.api(method, path, {**base, name: value})
            assert status < 500, (name, value, found)
        if lab.get(1)["state"] == "closed":
            lab.ctl("reopen", "1")


@pytest.mark.parametrize("name", FILTERS)
def test_odd_queries(box, name):
    Lab(box).open()
    for value in ("", "x", "-1", "0", "1" * 30, "é", "\0", "2026-99-01", "a,b"):
        assert box.api("GET", MRS, **{name: value})[0] < 500, value


@pytest.mark.parametrize("tail", ["0", "x", "1/versions/x", "1/notes/0", "1/notes/x", "1" * 40, "-1", "1/nothing"])
def test_odd_paths(box, tail):
    Lab(box).open()
    assert box.api("GET", f"{MRS}/{tail}")[0] == 404
