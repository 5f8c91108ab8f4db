"""Refusals of merge requests as they were recorded on gitlab.com: the same status, the same body (gitlab.md 1.1)."""

import re

import pytest

from sim.lab import BRANCH, MRS, PROJECT, Lab, recorded


def merge_draft(lab):
    iid = lab.ready()
    lab.ctl("retitle", str(iid), "Draft: x")
    return "PUT", f"{MRS}/{iid}/merge", {}, "bot"


def merge_short_sha(lab):
    iid = lab.ready()
    return "PUT", f"{MRS}/{iid}/merge", {"sha": lab.get(iid)["sha"][:8]}, "bot"


def approve_wrong_sha(lab):
    return "POST", f"{MRS}/{lab.ready()}/approve", {"sha": "0" * 40}, "manager-1"


def create_without_branch(lab):
    return "POST", MRS, {"title": "t", "source_branch": "nowhere", "target_branch": "main"}, "bot"


def create_twice(lab):
    for number in range(3):
        lab.open(f"x/{number}", file=f"apps/x{number}.yaml")
    lab.open()  # the fourth, as in the recording
    return "POST", MRS, {"title": "t", "source_branch": BRANCH, "target_branch": "main"}, "bot"


def approve_twice(lab):
    path = f"{MRS}/{lab.ready()}/approve"
    lab.call("POST", path, {}, "manager-1", 201)
    return "POST", path, {}, "manager-1"


def unapprove_without(lab):
    return "POST", f"{MRS}/{lab.ready()}/unapprove", {}, "manager-1"


def cancel_armed(lab):
    lab.ctl("mr-switch", "ci-outcome", "running")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    lab.merge(iid, auto_merge=True)
    return "POST", f"{MRS}/{iid}/cancel_merge_when_pipeline_succeeds", {}, "bot"


def cancel_unarmed(lab):
    return "POST", f"{MRS}/{lab.ready()}/cancel_merge_when_pipeline_succeeds", {}, "bot"


def merge_ref_of_conflict(lab):
    iid = lab.open()
    lab.ctl("push-file", "main", "apps/catalog/values-staging.yaml")
    lab.until(iid, "conflict")
    return "GET", f"{MRS}/{iid}/merge_ref", None, "bot"


def _job(lab):
    return lab.call("GET", f"{PROJECT}/pipelines/{lab.get(lab.ready())['head_pipeline']['id']}/jobs")[0]["id"]


def play_unplayable(lab):
    return "POST", f"{PROJECT}/jobs/{_job(lab)}/play", {}, "bot"


def job_that_is_none(lab):
    return "GET", f"{PROJECT}/jobs/{_job(lab) + 1000}", None, "bot"


def resolve_a_note(lab):
    iid = lab.ready()
    lab.ctl("note", "dev", str(iid), "no thread")
    thread = lab.call("GET", f"{MRS}/{iid}/discussions")[0]["id"]
    return "PUT", f"{MRS}/{iid}/discussions/{thread}", {"resolved": True}, "bot"


def bad_position(lab):
    return "POST", f"{MRS}/{lab.ready()}/discussions", {"body": "x", "position": {"new_line": 999}}, "bot"


# the beginning of the recorded request -> what makes it here
REQUESTS = {
    "PUT /projects/:id/merge_requests/:iid/merge (draft": merge_draft,
    "PUT .../merge with wrong or SHORT sha": merge_short_sha,
    "PUT .../merge with wrong or SHORT sha; POST .../approve": approve_wrong_sha,
    "POST /projects/:id/merge_requests, source branch missing": create_without_branch,
    "POST /projects/:id/merge_requests, open MR exists": create_twice,
    "POST .../approve a second time": approve_twice,
    "POST .../unapprove when not approved": unapprove_without,
    "POST .../cancel_merge_when_pipeline_succeeds, armed": cancel_armed,
    "POST .../cancel_merge_when_pipeline_succeeds, not armed": cancel_unarmed,
    "GET .../merge_ref on a conflicting MR": merge_ref_of_conflict,
    "POST /projects/:id/jobs/:id/play not playable": play_unplayable,
    "GET /projects/:id/jobs/<bridge id>": job_that_is_none,
    "PUT .../discussions/:id resolved=true": resolve_a_note,
    "POST .../discussions with bad position line": bad_position,
}
SHA = re.compile(r"[0-9a-f]{40}")


def plain(body):
    """A body with every commit id alike."""
    return SHA.sub("<sha>", repr(body))


@pytest.mark.parametrize("begin", REQUESTS)
def test_refused_as_recorded(box, begin):
    want = next(row for row in recorded("errors_recorded.json") if row["request"].startswith(begin))
    method, path, body, user = REQUESTS[begin](Lab(box))
    status, _, found = box.api(method, path, body, user)
    assert (status, plain(found)) == (want["status"], plain(want["body"]))
