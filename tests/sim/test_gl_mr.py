"""Merge requests of the simulated GitLab: create, list, get, update, versions, life cycle (gitlab.md 6.1-6.4, 16.3)."""

import json
import urllib.error
import urllib.request

import pytest

from sim.lab import BRANCH, FILE, MRS, PROJECT, Lab, differences, recorded


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)


def test_life_cycle(lab):
    """16.3: preparing without pipeline, then unchecked, then running, then mergeable; each step after one more read."""
    iid = lab.open()
    rows = [lab.get(iid) for _ in range(4)]
    assert [row["detailed_merge_status"] for row in rows] == ["preparing", "unchecked", "ci_still_running", "mergeable"]
    assert [row["prepared_at"] is None for row in rows] == [True, False, False, False]
    assert [(row["head_pipeline"] or {}).get("status") for row in rows] == [None, None, "running", "success"]
    assert [row["merge_status"] for row in rows] == ["checking", "unchecked", "can_be_merged", "can_be_merged"]
    assert rows[3]["head_pipeline"]["sha"] == rows[3]["sha"] == rows[3]["diff_refs"]["head_sha"]


def test_pace(lab):
    """A step may also come with time alone, and other requests see it."""
    for step in ("prepare", "attach", "check"):
        lab.ctl("mr-pace", step, "100", "0")
    lab.ctl("mr-pace", "ci", "3", "60000")
    iid = lab.open()
    assert [lab.get(iid)["detailed_merge_status"] for _ in range(4)] == ["ci_still_running"] * 3 + ["mergeable"]


def test_late_sha(lab):
    lab.ctl("mr-switch", "late-sha", "on")
    iid = lab.open()
    assert (lab.get(iid)["sha"], lab.get(iid)["sha"]) == (None, lab.box.tip(BRANCH))


def test_sticky_unchecked(lab):
    """6.6: unchecked for ever, until merge_ref, a push or a merge attempt."""
    lab.ctl("mr-switch", "sticky", "on")
    iid = lab.open()
    assert [lab.get(iid)["detailed_merge_status"] for _ in range(8)][2:] == ["unchecked"] * 6
    commit = lab.call("GET", f"{MRS}/{iid}/merge_ref")["commit_id"]
    assert lab.git("rev-parse", f"refs/merge-requests/{iid}/merge") == commit
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    assert {lab.get(iid)["detailed_merge_status"] for _ in range(4)} == {"unchecked"}
    assert lab.merge(iid)["state"] == "merged"


def test_same_shape_as_recorded_conflict(lab):
    iid = lab.open(target="main", text="image: {tag: 1}")
    lab.ctl("push-file", "main", FILE)
    found = lab.until(iid, "conflict")
    assert found["has_conflicts"] is True and found["merge_status"] == "cannot_be_merged"
    assert differences(recorded("mr_get_conflict.json"), found) == []


def test_same_shape_as_recorded_merged(lab):
    iid = lab.ready()
    assert lab.merge(iid)["state"] == "merged"
    assert differences(recorded("mr_get_merged.json"), lab.get(iid)) == []


@pytest.mark.parametrize("body, status, answer", [
    ({"source_branch": "b", "target_branch": "main"}, 400, {"error": "title is missing"}),
    ({}, 400, {"error": "title is missing, source_branch is missing, target_branch is missing"}),
    ({"title": "t", "source_branch": "b", "target_branch": "main"}, 400, {"message": {"source_branch": ["does not exist"]}}),
    ({"title": "t", "source_branch": "main", "target_branch": "main"}, 422, {"message": ["You can't use same project/branch for source and target"]}),
])  # fmt: skip
def test_create_errors(lab, body, status, answer):
    assert lab.call("POST", MRS, body, want=status) == answer
    assert lab.call("GET", MRS) == []


def test_create_twice(lab):
    iid = lab.open()
    body = {"title": "again", "source_branch": BRANCH, "target_branch": "main"}
    text = f"Another open merge request already exists for this source branch: !{iid}"
    assert lab.call("POST", MRS, body, want=409) == {"message": [text]}
    lab.call("POST", MRS, {**body, "target_branch": "develop"}, want=201)
    lab.call("POST", MRS, body, user="reader", want=403)
    lab.put(iid, {"state_event": "close"})
    assert lab.call("POST", MRS, body, want=201)["iid"] == iid + 2


def test_no_diff_is_accepted(lab):
    """6.1: 201, and then commits_status for ever."""
    lab.git("update-ref", f"refs/heads/{BRANCH}", "refs/heads/main")
    iid = lab.open(text=None)
    found = lab.until(iid, "commits_status")
    assert (found["changes_count"], found["has_conflicts"], found["head_pipeline"]) == ("", True, None)
    lab.merge(iid, 405)


def test_list(lab):
    one, two = lab.open(), lab.open("x/order", user="dev", file="apps/order/x.yaml")
    fork = int(lab.ctl("fork-mr", "outsider", BRANCH, "main", FILE, "image: {tag: evil}"))
    lab.put(two, {"state_event": "close"})
    ids = lambda **query: [row["iid"] for row in lab.call("GET", MRS, **query)]
    assert ids() == [fork, two, one] and ids(sort="asc") == [one, two, fork]
    assert ids(state="opened", source_branch=BRANCH, target_branch="main") == [fork, one]
    assert ids(state="closed") == [two] and ids(state="merged") == []
    assert ids(author_id=51) == [one] and ids(author_username="dev") == [two]
    assert ids(**{"iids[]": [one, two]}) == [two, one]
    assert ids(order_by="updated_at")[0] == two and ids(per_page=1, page=2) == [two]
    entry = lab.call("GET", MRS, source_branch="x/order")[0]
    assert not {"head_pipeline", "diff_refs", "changes_count", "user"} & set(entry)  # 1.2
    assert lab.call("GET", MRS, user="job-dev")[0]["iid"] == fork  # 2.1
    assert lab.call("GET", f"{MRS}/{fork}")["source_project_id"] != 101
    assert lab.call("GET", MRS, state="open", want=400) == {"error": "state does not have a valid value"}


def test_stale_list(lab):
    """1.2: the list is a cached one, the single answer is not."""
    iid = lab.open()
    lab.ctl("mr-switch", "stale-list", "on")
    lab.put(iid, {"title": "new", "state_event": "close"})
    lab.open("x/order", file="apps/order/x.yaml")  # not in the cache yet
    rows = lab.call("GET", MRS, state="opened")
    assert [(row["iid"], row["title"] == "new") for row in rows] == [(iid, False)]
    assert lab.get(iid)["title"] == "new"
    lab.ctl("mr-switch", "stale-list", "off")
    assert [row["iid"] for row in lab.call("GET", MRS, state="opened")] == [iid + 1]


def test_get(lab):
    iid = lab.open()
    found = lab.get(iid)
    assert found["description"] is None
    assert (found["changes_count"], found["id"] != iid, found["author"]["id"]) == ("1", True, 51)
    assert found["user"] == {"can_merge": True} and lab.get(iid, user="dev")["user"] == {"can_merge": False}
    assert not {"rebase_in_progress", "diverged_commits_count"} & set(found)
    lab.ctl("push-foreign", "main")
    asked = lab.get(iid, include_rebase_in_progress="true", include_diverged_commits_count="true")
    assert (asked["rebase_in_progress"], asked["diverged_commits_count"]) == (False, 1)
    assert lab.call("GET", f"{MRS}/{found['id']}", want=404) == {"message": "404 Not found"}
    lab.call("GET", f"{MRS}/{iid}", user="outsider", want=404)


def test_update(lab):
    iid = lab.open(description="one")
    before = lab.get(iid)
    after = lab.put(iid, {"title": "Draft: two", "description": "three", "labels": "a,b"})
    assert (after["title"], after["draft"], after["description"], after["labels"]) == (
        "Draft: two",
        True,
        "three",
        ["a", "b"],
    )
    assert after["updated_at"] > before["updated_at"]
    assert lab.until(iid, "draft_status")["merge_status"] == "can_be_merged"
    assert lab.put(iid, {"add_labels": "c", "remove_labels": "a"})["labels"] == ["b", "c"]
    assert "at least one parameter must be provided" in lab.put(iid, {}, want=400)["error"]
    assert lab.put(iid, {"description": None, "title": "ready"})["description"] == "three"  # 1: null is ignored
    assert lab.put(iid, {"target_branch": "nowhere"})["target_branch"] == "nowhere"  # 6.4: accepted
    lab.until(iid, "commits_status")
    lab.put(iid, {"title": "x"}, user="reader", want=403)
    lab.put(iid, {"title": "x"}, user="outsider", want=404)


def test_close_and_reopen(lab):
    iid = lab.ready()
    closed = lab.put(iid, {"state_event": "close"}, user="manager-1")
    assert (closed["state"], closed["closed_by"]["username"]) == ("closed", "manager-1") and closed["closed_at"]
    assert closed["detailed_merge_status"] == "not_open"
    lab.merge(iid, 405)
    other = lab.open(text=None)
    text = f"Another open merge request already exists for this source branch: !{other}"
    assert lab.put(iid, {"state_event": "reopen"}, want=409) == {"message": [text]}
    lab.put(other, {"state_event": "close"})
    lab.ctl("foreign-commit", BRANCH, "apps/order/x.yaml")
    opened = lab.put(iid, {"state_event": "reopen"})
    assert (opened["state"], opened["closed_by"], opened["sha"]) == ("opened", None, lab.box.tip(BRANCH))


def test_push_by_git(lab, tmp_path):
    """A push is noticed: version, pipeline, unchecked; approvals stay (6.9)."""
    where = lab.box.clone(tmp_path / "c")
    lab.box.commit(where, tag="1.4.7")
    lab.box.git("push", "-q", "origin", "develop:refs/heads/w/x", cwd=where)
    iid = lab.ready(branch="w/x", target="develop", text=None)
    lab.ctl("approve", "manager-1", str(iid))
    old, new = lab.box.tip("w/x"), lab.box.commit(where, tag="1.4.8")
    lab.box.git("push", "-q", lab.box.url(lab.box.env["SANDBOX_TOKEN_DEV_2"]), "develop:refs/heads/w/x", cwd=where)
    found = lab.get(iid)
    assert (found["sha"], found["detailed_merge_status"], found["head_pipeline"]) == (new, "unchecked", None)
    assert lab.until(iid)["head_pipeline"]["sha"] == new
    versions = lab.call("GET", f"{MRS}/{iid}/versions")
    assert [row["head_commit_sha"] for row in versions] == [new, old]
    assert versions[0]["id"] > versions[1]["id"] and versions[0]["created_at"] > versions[1]["created_at"]
    one = lab.call("GET", f"{MRS}/{iid}/versions/{versions[0]['id']}")
    assert [row["id"] for row in one["commits"]] == [new, old] and one["diffs"][0]["new_path"].startswith(
        "apps/catalog/"
    )
    approved = lab.call("GET", f"{MRS}/{iid}/approvals")["approved_by"]
    assert approved[0]["user"]["username"] == "manager-1" and approved[0]["approved_at"] < versions[0]["created_at"]
    notes = lab.call("GET", f"{MRS}/{iid}/notes")
    said = [(note["author"]["username"], note["body"].split("\n")[0]) for note in notes]
    assert said == [("dev-2", "added 1 commit"), ("manager-1", "approved this merge request")]
    assert len(lab.call("GET", f"{MRS}/{iid}/pipelines")) == 2


def test_deleted_source_branch(lab):
    iid = lab.ready()
    lab.ctl("delete-branch", BRANCH)
    assert lab.get(iid)["detailed_merge_status"] in ("commits_status", "unchecked")
    lab.merge(iid, 405)
    assert lab.until(iid, "commits_status")["state"] == "opened"
    lab.ctl("mr-switch", "delete-closes", "on")
    assert lab.get(iid)["state"] == "closed"


def test_target_moves(lab):
    """6.6: a push to the target makes it unchecked, no new version."""
    iid = lab.ready()
    lab.ctl("push-foreign", "main")
    assert lab.get(iid)["detailed_merge_status"] == "unchecked"
    assert len(lab.call("GET", f"{MRS}/{iid}/versions")) == 1
    lab.until(iid)


def test_what_is_in_it(lab):
    iid = lab.open()
    commits = lab.call("GET", f"{MRS}/{iid}/commits")
    assert [row["id"] for row in commits] == [lab.box.tip(BRANCH)] and commits[0]["author_email"] == "dev@example.com"
    diff = lab.call("GET", f"{MRS}/{iid}/diffs")[0]
    assert (diff["new_path"], diff["new_file"]) == (FILE, False) and "+image: {tag: 9.9.9}" in diff["diff"]
    assert diff["diff"].startswith("@@ ")
    assert lab.call("GET", f"{MRS}/{iid}/changes")["changes"] == [diff]
    found = lab.call("GET", f"{PROJECT}/repository/commits/{commits[0]['id']}/merge_requests")
    assert [row["iid"] for row in found] == [iid]


def test_who_is_in_it(lab):
    iid = lab.open(reviewer_ids=[21], assignee_ids=[11, 12])
    found = lab.get(iid)
    assert [who["id"] for who in found["reviewers"] + found["assignees"]] == [21, 11, 12]
    assert found["assignee"]["id"] == 11
    lab.ctl("note", "manager-2", str(iid), "hello")
    assert [who["username"] for who in lab.call("GET", f"{MRS}/{iid}/participants")][1:] == ["manager-2"]
    assert lab.call("GET", f"{MRS}/{iid}/reviewers")[0]["user"]["id"] == 21
    assert lab.put(iid, {"reviewer_ids": []})["reviewers"] == []


def test_list_over_projects(lab):
    """6.2: mine, unless all are asked for."""
    iid = lab.open(assignee_id=11)
    ids = lambda user, **query: [row["iid"] for row in lab.call("GET", "/merge_requests", user=user, **query)]
    assert ids("bot") == [iid] and ids("dev") == [] and ids("dev", scope="all") == [iid]
    assert ids("dev", scope="assigned_to_me") == [iid] and ids("outsider", scope="all") == []


def test_delete(lab):
    """For owners only."""
    iid = lab.open()
    lab.call("DELETE", f"{MRS}/{iid}", want=403)
    lab.get(iid)


FORCED = (
    "preparing", "checking", "unchecked", "approvals_syncing", "status_checks_must_pass", "security_policy_pipeline_check",
    "security_policy_violations", "not_approved", "requested_changes", "merge_request_blocked", "jira_association_missing",
    "title_regex", "locked_paths", "locked_lfs_files", "broken_status", "some_future_value",
)  # fmt: skip


@pytest.mark.parametrize("value", FORCED)
def test_forced_status(lab, value):
    iid = lab.ready()
    lab.ctl("mr-status", str(iid), value, "2")
    if value not in ("unchecked", "checking", "preparing"):
        lab.merge(iid, 405)
    assert [lab.get(iid)["detailed_merge_status"] for _ in range(3)] == [value, value, "mergeable"]


def test_natural_statuses(lab):
    iid = lab.ready()
    lab.ctl("merge-after", str(iid), "3600")
    assert lab.get(iid)["detailed_merge_status"] == "merge_time" and lab.get(iid)["merge_after"]
    lab.ctl("clock", "3601")
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"
    lab.ctl("threads-must-be-resolved", "on")
    lab.ctl("thread", "dev-2", str(iid), "why?")
    assert lab.get(iid)["detailed_merge_status"] == "discussions_not_resolved"
    lab.merge(iid, 405)
    lab.ctl("resolve", str(iid))
    lab.ctl("retitle", str(iid), "Draft: x")
    assert lab.get(iid)["detailed_merge_status"] == "draft_status"
    lab.ctl("retitle", str(iid), "x")
    lab.ctl("pipeline", str(iid), "failed")
    assert lab.get(iid)["detailed_merge_status"] == "ci_must_pass"
    lab.ctl("pipeline", str(iid), "missing")
    assert lab.get(iid)["detailed_merge_status"] == "ci_must_pass"
    lab.ctl("pipelines-must-succeed", "off")
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"


def graphql(lab, body, user, header="PRIVATE-TOKEN"):
    """(status, answer): GraphQL stands beside v4."""
    token = {**lab.box.info["tokens"]["git"], **lab.box.info["tokens"]["gitlab"]}[user]
    url, headers = lab.box.env["STAGEGATE_GITLAB_URL"] + "/api/graphql", {"Content-Type": "application/json"}
    asked = urllib.request.Request(url, json.dumps(body).encode(), {**headers, header: token})
    ways = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=lab.box.tls)
    try:
        with urllib.request.build_opener(*ways).open(asked) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as err:
        return err.code, None


QUERY = """query($p: ID!) { project(fullPath: $p) { mergeRequest(iid: "%d") {
    detailedMergeStatus mergeable conflicts mergeabilityChecks { identifier status } } } }"""


def test_graphql_knows_all_blockers(lab):
    """6.6: every check, and fresh, while REST still reads unchecked."""
    lab.ctl("mr-switch", "sticky", "on")
    iid = lab.open(title="Draft: x")
    lab.ctl("push-file", "main", FILE)
    for _ in range(3):
        lab.get(iid)
    asked = {"query": QUERY % iid, "variables": {"p": "gitops/apps"}}
    answer = graphql(lab, asked, "bot")[1]
    found = answer["data"]["project"]["mergeRequest"]
    rows = {row["identifier"]: row["status"] for row in found["mergeabilityChecks"]}
    assert (found["detailedMergeStatus"], found["conflicts"], found["mergeable"]) == ("UNCHECKED", True, False)
    assert {name for name, status in rows.items() if status == "FAILED"} == {"DRAFT_STATUS", "CONFLICT"}
    want = recorded("graphql_mergeability_checks_conflict_while_rest_unchecked.json")
    assert differences(want, answer) == []
    checks = want["data"]["project"]["mergeRequest"]["mergeabilityChecks"]
    assert [row["identifier"] for row in checks] == list(rows)
    assert graphql(lab, asked, "job-dev", "JOB-TOKEN")[0] == 401  # 2: not for job tokens
    assert graphql(lab, asked, "outsider") == (200, {"data": {"project": None}})


def test_ctl_shows(lab):
    iid = lab.open()
    assert lab.ctl("mrs").split()[:3] == [f"!{iid}", "opened", "preparing"]
    assert json.loads(lab.ctl("mr", str(iid)))["versions"] == [lab.box.tip(BRANCH)]
    lab.ctl("mr-locked", str(iid))
    assert [lab.get(iid)["state"] for _ in range(2)] == ["locked", "opened"]  # 6.3
