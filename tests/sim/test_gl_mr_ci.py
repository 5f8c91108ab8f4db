"""Pipelines, jobs and commit statuses of the simulated GitLab (gitlab.md 7, 7.1)."""

import pytest

from sim.lab import BRANCH, MRS, PROJECT, Lab, differences, recorded


@pytest.fixture(name="lab")
def _lab(box):
    return Lab(box)


def test_pipelines(lab):
    iid = lab.ready()
    rows = lab.call("GET", f"{MRS}/{iid}/pipelines")
    assert [row["status"] for row in rows] == ["success"]
    assert (rows[0]["ref"], rows[0]["source"]) == (f"refs/merge-requests/{iid}/head", "merge_request_event")
    assert differences(recorded("mr_pipelines_list.json"), rows) == []
    one = lab.call("GET", f"{PROJECT}/pipelines/{rows[0]['id']}")
    assert one["status"] == "success" and one["finished_at"] >= one["started_at"]
    assert lab.call("GET", f"{PROJECT}/pipelines", sha=one["sha"], status="success")[0]["id"] == one["id"]
    assert lab.call("GET", f"{PROJECT}/pipelines", status="failed") == []
    assert lab.call("GET", f"{PROJECT}/pipelines/latest", ref=one["ref"])["id"] == one["id"]
    lab.call("GET", f"{PROJECT}/pipelines/latest", ref="nowhere", want=403)
    lab.call("GET", f"{PROJECT}/pipelines/{one['id']}", user="job-dev", want=404)  # 2.1


def test_create(lab):
    """200 with the new pipeline; it takes the old one's place."""
    iid = lab.ready()
    made = lab.call("POST", f"{MRS}/{iid}/pipelines")
    assert made["status"] == "created" and differences(recorded("mr_pipeline_create.json"), made) == []
    assert lab.get(iid)["head_pipeline"]["id"] == made["id"]
    assert lab.get(iid)["head_pipeline"]["status"] == "success"
    lab.ctl("mr-switch", "ci", "off")
    assert "base" in lab.call("POST", f"{MRS}/{iid}/pipelines", want=400)["message"]
    lab.put(iid, {"state_event": "close"})
    lab.call("POST", f"{MRS}/{iid}/pipelines", want=405)


@pytest.mark.parametrize("word, status", [
    ("failed", "ci_must_pass"), ("canceled", "ci_must_pass"), ("skipped", "ci_must_pass"), ("manual", "ci_must_pass"),
    ("running", "ci_still_running"), ("success", "mergeable"), ("missing", "ci_must_pass"),
])  # fmt: skip
def test_outcomes(lab, word, status):
    """By `ctl pipeline`, and as the outcome of the next ones."""
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), word)
    found = [lab.get(iid) for _ in range(3)][-1]
    assert found["detailed_merge_status"] == status
    assert (found["head_pipeline"] or {"status": "missing"})["status"] == word
    if word != "missing":
        lab.ctl("mr-switch", "ci-outcome", word)
        other = lab.open("x/order", file="apps/order/x.yaml")
        assert lab.until(other, status, 6)["head_pipeline"]["status"] in (word, "running")


def test_skipped_may_count(lab):
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), "created")
    assert lab.get(iid)["head_pipeline"]["status"] == "created"
    lab.ctl("pipeline", str(iid), "running")
    lab.merge(iid, 405)
    lab.ctl("pipelines-must-succeed", "off")
    assert lab.merge(iid)["state"] == "merged"  # 6.5: even while a pipeline is running that is not required


def test_a_project_without_ci(lab):
    assert lab.call("GET", PROJECT)["jobs_enabled"] is True
    lab.ctl("mr-switch", "ci", "disabled")
    found = lab.call("GET", PROJECT)
    assert (found["jobs_enabled"], found["builds_access_level"]) == (False, "disabled")
    lab.ctl("pipelines-must-succeed", "off")
    iid = lab.open()
    assert lab.until(iid)["head_pipeline"] is None
    assert lab.merge(iid)["state"] == "merged"


def test_failing_job(lab):
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), "failed")
    pipeline = lab.get(iid)["head_pipeline"]["id"]
    jobs = lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs")
    assert [job["name"] for job in jobs] == ["advice", "render", "validate"]  # newest first
    assert [job["status"] for job in jobs] == ["failed", "failed", "success"]
    assert [job["allow_failure"] for job in jobs] == [True, False, False]  # advice fails nothing
    assert [job.get("failure_reason") for job in jobs] == ["script_failure", "script_failure", None]
    assert jobs[1]["web_url"].endswith(f"/-/jobs/{jobs[1]['id']}") and "failure_reason" not in jobs[2]
    failed = lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs", **{"scope[]": "failed"})
    assert {job["name"] for job in failed} == {"advice", "render"}
    assert lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/bridges") == []
    assert differences({**recorded("job_play.json"), "user": None}, jobs[2]) == []


def test_retry_runs_again(lab):
    """7: a finished pipeline goes back to running, its jobs get new ids."""
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), "failed")
    pipeline = lab.get(iid)["head_pipeline"]["id"]
    before = {job["id"] for job in lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs")}
    assert lab.call("POST", f"{PROJECT}/pipelines/{pipeline}/retry", want=201)["status"] == "running"
    assert lab.get(iid)["detailed_merge_status"] == "ci_still_running"
    after = lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs")
    assert len({job["id"] for job in after} - before) == 2 and len(after) == 3
    assert len(lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs", include_retried="true")) == 5
    assert lab.until(iid)["head_pipeline"]["id"] == pipeline


def test_jobs(lab):
    """Play keeps the id, retry makes another one, and the pipeline runs again."""
    iid = lab.ready()
    lab.ctl("pipeline", str(iid), "manual")
    pipeline = lab.get(iid)["head_pipeline"]["id"]
    rows = {job["name"]: job["id"] for job in lab.call("GET", f"{PROJECT}/pipelines/{pipeline}/jobs")}
    path = f"{PROJECT}/jobs/{rows['render']}"
    assert lab.call("GET", path)["status"] == "manual" and lab.call("GET", path + "/trace") == b""
    played = lab.call("POST", path + "/play")
    assert (played["id"], played["status"]) == (rows["render"], "pending")
    assert lab.call("POST", path + "/play", want=400) == {"message": "400 Bad request - Unplayable Job"}
    assert lab.until(iid)["head_pipeline"]["id"] == pipeline
    assert lab.call("POST", path + "/retry", want=201)["id"] != rows["render"]
    assert lab.get(iid)["detailed_merge_status"] == "ci_still_running"
    lab.call("POST", path + "/retry", want=403)
    assert lab.call("GET", f"{PROJECT}/jobs/1", want=404) == {"message": "404 Not found"}


def test_cancel(lab):
    lab.ctl("mr-pace", "ci", "3")
    iid = lab.open()
    lab.until(iid, "ci_still_running")
    pipeline = lab.call("GET", f"{MRS}/{iid}/pipelines")[0]["id"]
    assert lab.call("POST", f"{PROJECT}/pipelines/{pipeline}/cancel", want=201)["status"] == "canceled"


@pytest.mark.parametrize("how", ["branch", "merged-result"])
def test_other_pipelines(lab, how):
    """6.3: a branch pipeline, or one of a synthetic merge commit whose sha is not the head."""
    lab.ctl("mr-switch", "ci", how)
    iid = lab.open()
    found = lab.until(iid)
    pipeline = found["head_pipeline"]
    if how == "branch":
        assert (pipeline["ref"], pipeline["sha"], pipeline["source"]) == (BRANCH, found["sha"], "push")
    else:
        assert pipeline["ref"] == f"refs/merge-requests/{iid}/merge"
        assert lab.git("rev-parse", f"{pipeline['sha']}^2") == found["sha"] != pipeline["sha"]


def test_job_tokens_push_makes_none(lab):
    """2.1: so with "pipelines must succeed" it never merges, until somebody asks for one."""
    iid = lab.ready()
    commit = lab.ctl("foreign-commit", "x/y", "apps/order/y.yaml")
    old = lab.box.tip(BRANCH)
    env = {"GIT_COMMITTER_NAME": "job", "GIT_COMMITTER_EMAIL": "job@http.127.0.0.1"}
    lab.box.git("update-ref", f"refs/heads/{BRANCH}", commit, old, cwd=lab.box.repo, **env)
    assert lab.until(iid, "ci_must_pass")["head_pipeline"] is None
    lab.call("POST", f"{MRS}/{iid}/pipelines")
    lab.until(iid)


# -- commit statuses


def post(lab, sha, state, want=201, **more):
    return lab.call("POST", f"{PROJECT}/statuses/{sha}", {"state": state, **more}, want=want)


def test_status_machine(lab):
    iid = lab.ready()
    sha = lab.get(iid)["sha"]
    first = post(lab, sha, "pending", name="stagegate/staging", description="waits", target_url="https://example.com/x")
    assert (first["status"], first["name"], first["description"]) == ("pending", "stagegate/staging", "waits")
    text = 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'
    assert post(lab, sha, "pending", 400, name="stagegate/staging") == {"message": text}
    assert post(lab, sha, "running", name="stagegate/staging")["id"] == first["id"]
    assert ":run from :running" in post(lab, sha, "running", 400, name="stagegate/staging")["message"]
    done = post(lab, sha, "success", name="stagegate/staging")
    assert done["id"] == first["id"] and done["finished_at"]
    again = post(lab, sha, "pending", name="stagegate/staging")  # another record
    assert again["id"] != first["id"]
    rows = lab.call("GET", f"{PROJECT}/repository/commits/{sha}/statuses", name="stagegate/staging")
    assert [row["status"] for row in rows] == ["pending"]
    rows = lab.call("GET", f"{PROJECT}/repository/commits/{sha}/statuses", name="stagegate/staging", all="true")
    assert [row["status"] for row in rows] == ["success", "pending"]
    told = lab.box.ctl("statuses").splitlines()
    assert told == [f"{sha} stagegate/staging success retried", f"{sha} stagegate/staging pending"]


def test_status_errors(lab):
    iid = lab.ready()
    sha = lab.get(iid)["sha"]
    assert post(lab, sha, "odd", 400) == {"error": "state does not have a valid value"}
    assert lab.call("POST", f"{PROJECT}/statuses/{sha}", {}, want=400) == {"error": "state is missing"}
    assert post(lab, "f" * 40, "success", 404) == {"message": "404 Commit Not Found"}
    lab.call("POST", f"{PROJECT}/statuses/{sha}", {"state": "success"}, user="reader", want=403)
    lab.call("POST", f"{PROJECT}/statuses/{sha}", {"state": "success"}, user="job-dev", want=404)
    post(lab, sha, "success", 400, description="x" * 256)
    lab.ctl("mr-next", "status-409")
    post(lab, sha, "success", 409)
    assert post(lab, sha, "success")["name"] == "default"


def test_a_status_is_a_job_of_the_pipeline(lab):
    """A status that waits or fails holds up the merge request that it speaks of."""
    iid = lab.ready()
    sha = lab.get(iid)["sha"]
    post(lab, sha, "pending", name="stagegate/staging")
    assert lab.get(iid)["detailed_merge_status"] == "ci_still_running"
    post(lab, sha, "failed", name="stagegate/staging")
    assert lab.get(iid)["detailed_merge_status"] == "ci_must_pass"
    post(lab, sha, "success", name="stagegate/staging")
    assert lab.get(iid)["detailed_merge_status"] == "mergeable"


def test_a_status_makes_a_pipeline(lab):
    lab.ctl("mr-switch", "ci", "off")
    iid = lab.open()
    found = lab.until(iid, "ci_must_pass")
    made = post(lab, found["sha"], "success", name="x", ref=BRANCH)
    pipeline = lab.get(iid)["head_pipeline"]
    assert (pipeline["id"], pipeline["source"], pipeline["status"]) == (made["pipeline_id"], "external", "success")
    lab.until(iid)


def test_pipelines_of_other_projects(lab):
    """Numbers count within a project, ids across all; a job of it says which one it runs in (6.12, 7)."""
    first, second = (lab.ctl("start-pipeline", "shop/catalog").split() for _ in range(2))
    other = lab.ctl("start-pipeline", "shop/order", "dev").split()
    assert int(second[0]) == int(first[0]) + 1 and other[0] == "1"
    where = f"/projects/{'shop%2Fcatalog'}/pipelines/"
    ids = [int(row[1].rsplit("/", 1)[1]) for row in (first, second, other)]
    assert ids == sorted(set(ids))
    found = lab.call("GET", where + str(ids[1]))
    assert (found["id"], found["iid"], found["web_url"]) == (ids[1], int(second[0]), second[1])
    assert found["project_id"] == lab.call("GET", "/projects/shop%2Fcatalog")["id"]
    lab.call("GET", where + str(ids[2]), want=404)  # of another project
    lab.call("GET", where + "0", want=404)
    lab.call("GET", where + str(ids[0]), user="outsider", want=404)  # the project is hidden
    lab.call("GET", where + str(ids[0]), user="job-dev", want=404)  # 2.1
    job = lab.call("GET", "/job", user="job-dev")
    assert (job["pipeline"]["id"], job["pipeline"]["iid"]) == (ids[2], 1)
    assert job["pipeline"]["project_id"] != found["project_id"]
