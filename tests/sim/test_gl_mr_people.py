"""Approvals, notes, threads, quick actions of the simulated GitLab (gitlab.md 6.9, 6.10); `ctl` for people."""

import pytest

from sim.lab import BRANCH, MRS, Lab, differences, recorded


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)


# -- approvals


def approvals(lab, iid):
    return [row["user"]["username"] for row in lab.call("GET", f"{MRS}/{iid}/approvals")["approved_by"]]


def test_free_tier_shapes(lab):
    iid = lab.ready()
    lab.call("POST", f"{MRS}/{iid}/approve", user="manager-1", want=201)
    found = lab.call("GET", f"{MRS}/{iid}/approvals", user="manager-1")
    assert (found["approved"], found["approvals_required"], found["user_has_approved"]) == (True, 0, True)
    assert differences(recorded("mr_approvals_get_free_tier.json"), found) == []
    assert lab.call("GET", f"{MRS}/{iid}/approval_state") == recorded("mr_approval_state_get_free_tier.json")
    lab.call("GET", f"{MRS}/{iid}/approval_rules", want=404)
    lab.call("GET", f"{MRS}/{iid}/approvals", user="job-dev", want=404)  # 2.1


def test_approve(lab):
    iid = lab.ready()
    head = lab.get(iid)["sha"]
    text = f"SHA does not match HEAD of source branch: {head}"
    assert lab.call("POST", f"{MRS}/{iid}/approve", {"sha": head[:9]}, "manager-1", 409) == {"message": text}
    lab.call("POST", f"{MRS}/{iid}/approve", {"sha": head}, "manager-1", 201)
    again = lab.call("POST", f"{MRS}/{iid}/approve", {"sha": head}, "manager-1", 401)
    assert again == {"message": "401 Unauthorized"}
    lab.ctl("mr-switch", "approve-again", "304")
    lab.call("POST", f"{MRS}/{iid}/approve", {"sha": head}, "manager-1", 304)
    lab.call("POST", f"{MRS}/{iid}/approve", None, "reader", 401)
    lab.call("POST", f"{MRS}/{iid}/approve", None, "outsider", 404)
    lab.call("POST", f"{MRS}/{iid}/approve", None, "bot", 201)  # its own: allowed
    assert approvals(lab, iid) == ["manager-1", lab.get(iid)["author"]["username"]]
    lab.call("POST", f"{MRS}/{iid}/unapprove", None, "bot", 201)
    assert lab.call("POST", f"{MRS}/{iid}/unapprove", None, "bot", 404) == {"message": "404 Not Found"}
    lab.ctl("mr-switch", "approve-own", "off")
    lab.call("POST", f"{MRS}/{iid}/approve", None, "bot", 401)
    notes = lab.call("GET", f"{MRS}/{iid}/notes", sort="asc")
    assert [note["body"] for note in notes][:1] == ["approved this merge request"] and notes[0]["system"]


def test_approvals_and_pushes(lab):
    """Free keeps them, unless the project resets; nothing blocks the merge."""
    iid = lab.ready()
    lab.ctl("approve", "manager-1", str(iid))
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    lab.ctl("mr-next", "approvals-syncing", "2")
    assert approvals(lab, iid) == ["manager-1"]
    lab.ctl("foreign-commit", BRANCH, "apps/order/y.yaml")
    assert [lab.get(iid)["detailed_merge_status"] for _ in range(2)] == ["approvals_syncing"] * 2
    lab.ctl("mr-switch", "reset-approvals", "on")
    lab.ctl("foreign-commit", BRANCH, "apps/order/z.yaml")
    assert approvals(lab, iid) == []


def test_reset_approvals(lab):
    iid = lab.ready()
    lab.ctl("approve", "manager-1", str(iid))
    lab.call("PUT", f"{MRS}/{iid}/reset_approvals", user="dev", want=401)
    lab.call("PUT", f"{MRS}/{iid}/reset_approvals", want=202)
    assert approvals(lab, iid) == []
    lab.ctl("approve", "manager-1", str(iid))
    lab.ctl("unapprove", "manager-1", str(iid))
    assert approvals(lab, iid) == []


# -- notes


def test_notes(lab):
    iid = lab.ready()
    made = [lab.call("POST", f"{MRS}/{iid}/notes", {"body": f"n{at}"}, want=201) for at in range(3)]
    lab.ctl("approve", "dev", str(iid))
    bodies = lambda **query: [note["body"] for note in lab.call("GET", f"{MRS}/{iid}/notes", **query)]
    assert bodies() == ["approved this merge request", "n2", "n1", "n0"]  # newest first
    assert bodies(sort="asc", per_page=2) == ["n0", "n1"] and bodies(sort="asc", per_page=2, page=2)[0] == "n2"
    changed = lab.call("PUT", f"{MRS}/{iid}/notes/{made[0]['id']}", {"body": "new"})
    assert changed["updated_at"] > changed["created_at"] == made[0]["created_at"] == made[0]["updated_at"]
    assert bodies(order_by="updated_at")[0:2] == ["new", "approved this merge request"]
    path = f"{MRS}/{iid}/notes/{made[1]['id']}"
    assert lab.call("PUT", path, {"body": "x"}, "dev", 403) == {"message": "403 Forbidden"}
    lab.call("DELETE", path, None, "dev", 403)
    lab.call("DELETE", path, want=204)
    lab.call("GET", path, want=404)
    assert lab.get(iid)["user_notes_count"] == 2
    assert lab.call("GET", f"{MRS}/{iid}/notes", user="job-dev")[0]["system"]  # 2.1: reading only
    lab.call("POST", f"{MRS}/{iid}/notes", {"body": "x"}, "job-dev", 404)
    assert lab.call("POST", f"{MRS}/{iid}/notes", {}, want=400) == {"error": "body is missing"}
    lab.ctl("mr-next", "note-403")
    lab.call("PUT", f"{MRS}/{iid}/notes/{made[0]['id']}", {"body": "x"}, want=403)


def test_note_shapes(lab):
    iid = lab.ready()
    want = {(row["type"], row["system"]): row for row in recorded("mr_notes_list_excerpt.json")}
    note = lab.call("POST", f"{MRS}/{iid}/notes", {"body": "x", "internal": True}, want=201)
    thread = lab.call("POST", f"{MRS}/{iid}/discussions", {"body": "y"}, want=201)
    lab.ctl("approve", "dev", str(iid))
    system = lab.call("GET", f"{MRS}/{iid}/notes")[0]
    assert differences(want[None, False], note) == [] == differences(want[None, True], system)
    assert differences(want["DiscussionNote", False], thread["notes"][0]) == []
    assert note["internal"] and note["confidential"]


def test_quick_actions(lab):
    """Lines that begin with / are run; a body of nothing else answers 202 and makes no note."""
    iid = lab.ready()
    answer = lab.call("POST", f"{MRS}/{iid}/notes", {"body": "/approve\n/label ~x"}, "manager-1", 202)
    assert set(answer) == {"commands_changes", "summary"} and approvals(lab, iid) == ["manager-1"]
    assert lab.get(iid)["labels"] == ["x"]
    note = lab.call("POST", f"{MRS}/{iid}/notes", {"body": "text\n```\n/close\n```\n    /close"}, want=201)
    assert "/close" in note["body"] and lab.get(iid)["state"] == "opened"
    assert lab.call("POST", f"{MRS}/{iid}/notes", {"body": "bye\n/close"}, want=201)["body"] == "bye"
    assert lab.get(iid)["state"] == "closed"
    other = lab.open("x/order", file="apps/order/x.yaml", description="why\n/draft\n")
    assert (lab.get(other)["description"], lab.get(other)["draft"]) == ("why", True)


def test_threads(lab):
    """POST /discussions makes a thread that blocks; POST /notes does not."""
    iid = lab.ready()
    lab.ctl("threads-must-be-resolved", "on")
    lab.call("POST", f"{MRS}/{iid}/notes", {"body": "no thread"}, want=201)
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"
    thread = lab.call("POST", f"{MRS}/{iid}/discussions", {"body": "why?"}, "dev", 201)
    found = lab.get(iid)
    assert (found["detailed_merge_status"], found["blocking_discussions_resolved"]) == (
        "discussions_not_resolved",
        False,
    )
    path = f"{MRS}/{iid}/discussions/{thread['id']}"
    assert lab.call("POST", path + "/notes", {"body": "because"}, want=201)["type"] == "DiscussionNote"
    done = lab.call("PUT", path, user="dev", body={"resolved": True})
    assert [note["resolved"] for note in done["notes"]] == [True, True]
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"
    rows = lab.call("GET", f"{MRS}/{iid}/discussions")
    assert [row["individual_note"] for row in rows] == [True, False]
    lab.call("PUT", f"{MRS}/{iid}/discussions/{rows[0]['id']}", {"resolved": True}, want=403)  # recorded
    lab.call("GET", f"{MRS}/{iid}/discussions/{'0' * 40}", want=404)


# -- by ctl


def test_people_by_ctl(lab):
    iid = lab.ready(description="ours")
    number = lab.ctl("note", "bot", str(iid), "requested", "by dev")
    before = lab.call("GET", f"{MRS}/{iid}/notes/{number}")
    lab.ctl("edit-note", number, "requested by manager-1")
    after = lab.call("GET", f"{MRS}/{iid}/notes/{number}")
    assert after["body"] == "requested by manager-1" and after["updated_at"] > before["updated_at"]
    lab.ctl("delete-note", number)
    lab.call("GET", f"{MRS}/{iid}/notes/{number}", want=404)
    lab.ctl("edit-description", str(iid), "theirs")
    assert lab.get(iid)["description"] == "theirs"
    lab.ctl("close", str(iid), "manager-2")
    assert lab.get(iid)["closed_by"]["username"] == "manager-2"
    lab.ctl("reopen", str(iid))
    assert lab.get(iid)["state"] == "opened"
    commit = lab.ctl("foreign-commit", BRANCH, "stagegate.yaml", "version: 1")
    assert lab.git("log", "-1", "--format=%ae", commit) == "dev@example.com" and lab.get(iid)["sha"] == commit
    commit = lab.ctl("commit-as", "manager-1", BRANCH, "x.yaml", "one\\n\\nTrailer: forged", "a: 1")
    assert lab.git("log", "-1", "--format=%an|%(trailers:key=Trailer,valueonly)", commit) == "Manager One|forged"
    lab.ctl("push-foreign", "main")
    head = lab.ctl("rebase-as", "manager-1", str(iid))
    assert (
        lab.get(iid)["sha"] == head and lab.git("log", "-1", "--format=%an|%cn", head + "^") == "Developer One|Manager One"
    )
    assert lab.ctl("open-mr", "dev", BRANCH, "develop", "another one") == str(iid + 1)
