"""Merge trains of the simulated GitLab (gitlab.md 6.7)."""

import json
import os

import pytest

from sim import gl_openapi
from sim.lab import BRANCH, MRS, PROJECT, Lab

TRAINS = f"{PROJECT}/merge_trains"


@pytest.fixture(name="lab")
def _lab(box):
    lab = Lab(box)
    lab.ctl("project", "merge_trains_enabled", "true")
    lab.ctl("project", "merge_pipelines_enabled", "true")
    return lab


def join(lab, iid, want=201, **args):
    return lab.call("POST", f"{TRAINS}/merge_requests/{iid}", {"sha": lab.get(iid)["sha"], **args}, want=want)


def test_a_project_without_trains(lab):
    lab.ctl("project", "merge_trains_enabled", "false")
    iid = lab.ready()
    lab.call("GET", TRAINS, want=403)
    lab.call("POST", f"{TRAINS}/merge_requests/{iid}", {}, want=403)


def test_the_shape_of_a_car(lab):
    path = os.path.join(gl_openapi.contracts(), "data/gitlab/go-gitlab/add_merge_request_in_merge_train.json")
    if not os.path.exists(path):
        pytest.skip("the contracts are not there")
    with open(path, encoding="utf-8") as source:
        wanted = json.load(source)[0]
    found = join(lab, lab.ready())[0]
    assert set(found) == set(wanted)
    for name in ("merge_request", "user", "pipeline"):
        assert set(wanted[name]) <= set(found[name]), name
    assert found["status"] == "fresh" and found["pipeline"]["ref"].endswith("/train")


def test_on_the_train_and_merged(lab):
    iid = lab.ready()
    lab.ctl("mr-pace", "ci", "2")
    join(lab, iid)
    found = lab.get(iid)
    assert (found["state"], found["merge_when_pipeline_succeeds"], found["detailed_merge_status"]) == ("opened", True, "ci_still_running")
    assert found["head_pipeline"]["ref"] == f"refs/merge-requests/{iid}/train" and found["head_pipeline"]["sha"] != found["sha"]
    assert lab.call("GET", f"{TRAINS}/merge_requests/{iid}")["status"] == "fresh"
    for _ in range(3):
        found = lab.get(iid)
    assert (found["state"], found["merge_user"]["id"]) == ("merged", 51)
    assert [row["status"] for row in lab.call("GET", f"{TRAINS}/main?scope=complete")] == ["merged"]
    assert lab.call("GET", f"{TRAINS}?scope=active") == []


def test_scheduled_while_the_pipeline_runs(lab):
    lab.ctl("mr-pace", "ci", "5")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    join(lab, iid, 202, when_pipeline_succeeds=True)
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is True and lab.ctl("train", "main").strip() == ""
    for _ in range(15):
        found = lab.get(iid)
    assert found["state"] == "merged"


def test_what_gets_on_must_be_the_head(lab):
    iid = lab.ready()
    lab.call("POST", f"{TRAINS}/merge_requests/{iid}", {"sha": "0" * 40}, want=409)
    lab.call("POST", f"{TRAINS}/merge_requests/{iid}", {}, user="dev", want=403)
    lab.ctl("mr-next", "train-ignored")
    join(lab, iid)
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is False


def test_a_failed_pipeline_throws_it_off(lab):
    iid = lab.ready()
    lab.ctl("mr-switch", "ci-outcome", "failed")
    join(lab, iid)
    for _ in range(3):
        found = lab.get(iid)
    assert (found["state"], found["merge_when_pipeline_succeeds"]) == ("opened", False)
    notes = [row["body"] for row in lab.call("GET", f"{MRS}/{iid}/notes")]
    assert "removed this merge request from the merge train because pipeline did not succeed" in notes


def test_off_by_a_push_and_by_a_cancel(lab):
    iid = lab.ready()
    lab.ctl("mr-pace", "ci", "9")
    join(lab, iid)
    assert lab.call("POST", f"{MRS}/{iid}/cancel_merge_when_pipeline_succeeds", want=201) == {"status": "success"}
    assert lab.ctl("train", "main").strip() == ""
    lab.ctl("pipeline", str(iid), "success")
    join(lab, iid)
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    assert lab.get(iid)["merge_when_pipeline_succeeds"] is False
    notes = [row["body"] for row in lab.call("GET", f"{MRS}/{iid}/notes")]
    assert "removed this merge request from the merge train" in notes
    assert "removed this merge request from the merge train because the source branch was updated" in notes


def test_two_cars_and_a_merge_that_passes_by(lab):
    """A plain merge goes at once, and the train begins anew; without skip_merge_train only (6.7)."""
    first = lab.ready()
    second, third = (lab.until(lab.open(f"x/{name}", file=f"apps/{name}/x.yaml"))["iid"] for name in ("cart", "search"))
    lab.ctl("mr-pace", "ci", "9")
    join(lab, first)
    assert [row["merge_request"]["iid"] for row in join(lab, second)] == [first, second]
    ids = [row["pipeline"]["id"] for row in lab.call("GET", f"{TRAINS}/main?sort=asc")]
    lab.merge(third)
    assert [row["pipeline"]["id"] for row in lab.call("GET", f"{TRAINS}/main?sort=asc&scope=active")] != ids
    assert lab.ctl("train", "main").split() == ["1", f"!{first}", "fresh", "2", f"!{second}", "fresh"]


def test_auto_merge_gets_on_the_train(lab):
    iid = lab.ready()
    lab.ctl("mr-pace", "ci", "9")
    found = lab.merge(iid, auto_merge=True)
    assert (found["state"], found["merge_when_pipeline_succeeds"]) == ("opened", True)
    assert f"!{iid}" in lab.ctl("train", "main")
