"""Deployments of the simulated GitLab (gitlab.md 8.2), with an independent client beside the bare API."""

import pytest

from sim import clients

PATH = "/projects/101/deployments"


@pytest.fixture(name="made")
def _made(box):
    """made(**changes) posts a deployment of main's tip to dev: (status, body)."""

    def post(user="bot", **changes):
        body = {"environment": "dev", "sha": box.tip("main"), "ref": "main", "tag": False, "status": "running", **changes}
        status, _, answer = box.api("POST", PATH, {name: value for name, value in body.items() if value is not None}, user=user)
        return status, answer

    return post


def test_it_runs_and_ends_and_stays_so(box, made):
    status, row = made()
    assert status == 201 and row["status"] == "running" and row["deployable"] is None and row["environment"]["name"] == "dev"
    assert box.api("PUT", f"{PATH}/{row['id']}", {"status": "success"})[0] == 200
    status, _, answer = box.api("PUT", f"{PATH}/{row['id']}", {"status": "failed"})
    assert status == 400 and "cannot transition" in str(answer["message"])
    assert box.api("GET", f"{PATH}/{row['id']}")[2]["status"] == "success"


def test_lists_ascend_unless_told(box, made):
    ids = [made()[1]["id"], made(environment="other")[1]["id"], made(status="success")[1]["id"]]
    assert [row["id"] for row in box.api("GET", PATH)[2]] == ids
    dev = box.api("GET", PATH, environment="dev", order_by="id", sort="desc")[2]
    assert [row["id"] for row in dev] == [ids[2], ids[0]]
    assert [row["id"] for row in box.api("GET", PATH, environment="dev", status="success")[2]] == [ids[2]]
    assert box.api("GET", PATH, environment="nowhere")[2] == []


@pytest.mark.parametrize("name", ["updated", "finished"])
def test_a_filter_needs_its_order(box, name):
    status, _, answer = box.api("GET", PATH, **{f"{name}_after": "2026-01-01T00:00:00Z"})
    assert status == 400 and answer["message"].startswith(f"400 Bad request - `{name}_at` filter requires `{name}_at` sort")


def test_what_is_refused(box, made):
    assert made(ref="nope") == (400, {"message": {"ref": ["The branch or tag does not exist"]}})
    assert made(status="skipped")[0] == 400 and made(sha=None)[0] == 400 and made(tag=None)[0] == 400
    assert made(sha="0" * 40)[0] == 400
    box.ctl("level", "dev", "20")
    assert made(user="dev")[0] == 403


def test_of_a_job_it_cannot_be_changed(box):
    number = box.ctl("deployed-by-job", "dev", box.tip("main"), "running").strip()
    status, _, answer = box.api("PUT", f"{PATH}/{number}", {"status": "success"})
    assert status == 403
    assert answer["message"] == "403 Forbidden - Deployments created using GitLab CI can not be updated using the API"


def test_a_protected_environment(box, made):
    box.ctl("protect-environment", "dev", "on")
    assert made()[0] == 403 and made(environment="other")[0] == 201
    box.ctl("protect-environment", "dev", "off")
    assert made()[0] == 201


def test_a_job_token_is_enough(box, made):
    status, row = made(user="job-dev")
    assert status == 201 and row["user"]["username"] == "dev"
    assert box.api("PUT", f"{PATH}/{row['id']}", {"status": "failed"}, user="job-dev")[0] == 200


def test_python_gitlab(box, monkeypatch):
    gitlab = pytest.importorskip("gitlab", reason="python3-gitlab is not installed")
    monkeypatch.setenv("no_proxy", "*")
    project = clients.project(box.env, "bot")
    body = {"environment": "dev", "sha": box.tip("main"), "ref": "main", "tag": False, "status": "running"}
    made = project.deployments.create(body)
    made.status = "success"
    made.save()
    (found,) = project.deployments.list(environment="dev", get_all=True)
    assert (found.id, found.status, found.sha) == (made.id, "success", box.tip("main"))
    made.status = "running"
    with pytest.raises(gitlab.exceptions.GitlabUpdateError):
        made.save()
