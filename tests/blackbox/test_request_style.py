"""merge_request: in stagegate.yaml: labels, reviewers, assignees, draft, squash and the branch of new merge requests."""
import json

import pytest

from test_mr import Requests
from test_promote import configure

HOW = 'application: "{service}-staging"'


@pytest.fixture
def mr(sandbox, sg):
    return Requests(sandbox, sg)


def style(mr, lines):
    configure(mr, HOW, HOW + "\n    merge_request:\n" + "".join(f"      {line}\n" for line in lines))


def request(mr, iid):
    """As GitLab's API has it."""
    return mr.api("GET", f"merge_requests/{iid}")


def test_a_new_request_is_made_as_configured(mr):
    style(mr, ["labels: [deploy, 'env::staging']", "reviewers: ['@manager-1']", "assignees: ['@dev']", "squash: true"])
    iid = mr.opened()
    found = request(mr, iid)
    assert found["labels"] == ["deploy", "env::staging"] and found["squash"] is True and found["draft"] is False
    assert [who["username"] for who in found["reviewers"]] == ["manager-1"]
    assert [who["username"] for who in found["assignees"]] == ["dev"]
    assert found["force_remove_source_branch"] is True


def test_what_a_person_changes_later_is_not_fought_over(mr):
    style(mr, ["labels: [deploy]", "reviewers: ['@manager-1']", "squash: true"])
    iid = mr.opened()
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", labels="mine", reviewer_ids=[], squash=False)
    mr.dev(tag="1.4.3")
    mr.run("open", "catalog", "--to", "staging")
    found = request(mr, iid)
    assert (found["labels"], found["reviewers"], found["squash"]) == (["mine"], [], False)
    assert "1.4.3" in found["title"]


def test_a_draft_is_merged_once_a_person_says_that_it_is_ready(mr):
    style(mr, ["draft: true"])
    iid = mr.opened()
    title = request(mr, iid)["title"]
    assert title.startswith("Draft: ") and request(mr, iid)["draft"] is True
    for words in (("mr", "merge", "catalog", "--to", "staging"), ("promote", "catalog", "--to", "staging")):
        run = mr.sg(*words, "--output", "json", expect=75)
        assert run.json["reason"] == "MR_WAITS_FOR_PERSON" and run.json["merge_requests"][0]["reason"] == "MR_DRAFT"
        assert mr.mr(iid)["state"] == "opened"
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", title=title.removeprefix("Draft: "))
    mr.run("merge", "catalog", "--to", "staging")
    assert mr.tag("staging") == "1.4.2"


def test_a_newer_version_is_a_draft_again(mr):
    style(mr, ["draft: true"])
    iid = mr.opened()
    mr.dev(tag="1.4.3")
    mr.run("open", "catalog", "--to", "staging")
    title = request(mr, iid)["title"]
    assert title.startswith("Draft: ") and "1.4.3" in title and title.count("Draft") == 1
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", title=title.removeprefix("Draft: "))
    mr.dev(tag="1.4.4")
    mr.run("open", "catalog", "--to", "staging")
    title = request(mr, iid)["title"]
    assert title.startswith("Draft: ") and "1.4.4" in title and title.count("Draft") == 1
    assert mr.promote("catalog", "staging", expect=75).json["reason"] == "MR_WAITS_FOR_PERSON"


def test_the_same_version_on_a_target_that_moved_stays_ready(mr):
    style(mr, ["draft: true"])
    iid = mr.opened()
    title = request(mr, iid)["title"].removeprefix("Draft: ")
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", title=title)
    mr.ctl("merge-method", "ff")
    mr.ctl("push-foreign", "main", "order", "9.9.9")
    mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.2" and mr.mr(iid)["state"] == "merged"


def test_a_draft_that_somebody_made_one_is_left_a_draft(mr):
    iid = mr.opened()
    mr.ctl("retitle", str(iid), "Draft: wait for me")
    mr.dev(tag="1.4.3")
    assert mr.promote("catalog", "staging", expect=75).json["reason"] == "MR_WAITS_FOR_PERSON"
    assert request(mr, iid)["title"].startswith("Draft: ")


def test_the_branch_stays_where_it_is_to_stay_and_is_used_again(mr):
    style(mr, ["remove_source_branch: false"])
    iid = mr.opened()
    assert request(mr, iid)["force_remove_source_branch"] is False
    mr.run("merge", f"!{iid}")
    assert mr.branch()
    mr.dev(tag="1.4.3")
    other = mr.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"]
    assert other != iid
    mr.run("merge", "catalog", "--to", "staging")
    assert mr.tag("staging") == "1.4.3"


@pytest.mark.parametrize("line, cause", [
    ("reviewers: ['@manager-1', '@nobody-here']", "merge_request.reviewers: GitLab has no user @nobody-here"),
    ("assignees: ['@nobody-here']", "merge_request.assignees: GitLab has no user @nobody-here"),
    ("reviewers: ['@manager-blocked']", "@manager-blocked"),
])
def test_a_name_that_gitlab_does_not_know_stops_it_before_anything_is_written(mr, line, cause):
    style(mr, [line])
    mr.dev()
    mr.ctl("api-log", "clear")
    text = mr.sandbox.show("stagegate.yaml", "main").decode().splitlines()
    at = next(number for number, row in enumerate(text, 1) if line in row)
    name = cause.split()[-1]
    for words in (("mr", "open"), ("promote",)):
        run = mr.sg(*words, "catalog", "--to", "staging", expect=3)
        assert cause in run.err and f"stagegate.yaml:{at}:{text[at - 1].index(name)}: " in run.err, run
    assert not mr.writes() and not mr.branch() and mr.ctl("mrs").strip() == ""


def test_names_are_asked_for_only_when_a_request_is_made(mr):
    style(mr, ["reviewers: ['@manager-1']"])
    iid = mr.opened()
    mr.ctl("api-log", "clear")
    mr.run("open", "catalog", "--to", "staging")
    mr.run("merge", f"!{iid}")
    assert not [row for row in json.loads(mr.ctl("api-log")) if row["path"].endswith("/users")]


@pytest.mark.parametrize("lines, words", [
    (["labels: ['a,b']"], ["labels", "','"]),
    (["labels: deploy"], ["labels", "list"]),
    (["reviewers: ['@platform/release-managers']"], ["reviewers", "@user"]),
    (["reviewers: [dev]"], ["reviewers", "@user"]),
    (["draft: yes"], ["draft", "true or false"]),
    (["milestone:"], ["milestone", "no value"]),
    (["lables: [a]"], ["lables", "labels"]),
])
def test_a_mistake_in_it_is_told_with_its_place(mr, lines, words):
    style(mr, lines)
    run = mr.sg("mr", "list", expect=3)
    assert all(word in run.err for word in words) and "stagegate.yaml:" in run.err


def test_an_environment_of_commits_has_no_merge_requests_to_style(mr):
    configure(mr, "publish: commit", "publish: commit\n    merge_request: {draft: true}")
    run = mr.sg("mr", "list", expect=3)
    assert "'merge_request'" in run.err and "publishes by commit" in run.err


def test_what_is_configured_while_a_run_waits_counts_for_what_it_opens_then(mr):
    style(mr, ["labels: [deploy]"])
    mr.dev()
    mr.sg("bump", "order", "9.9.9")
    mr.sg("wait", "order", "--env", "dev")
    with mr.sg.started("promote", "catalog", "order", "--to", "staging", "--wait-for-people", "--timeout", "100s") as run:
        run.says("catalog to staging: PIPELINE_RUNNING")
        configure(mr, "labels: [deploy]", "labels: [later]")
        run.says("CONFIG_CHANGED")
        mr.ctl("clock", "1800")
        assert run.ends() == 0, run.text
    found = {row["source_branch"]: row["labels"] for row in (request(mr, line.split()[0].lstrip("!")) for line in mr.ctl("mrs").splitlines())}
    assert found == {"stagegate/staging/catalog": ["deploy"], "stagegate/staging/order": ["later"]}
