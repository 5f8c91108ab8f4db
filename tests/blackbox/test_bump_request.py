"""bump into an environment that is changed by merge requests: the push opens the request, no API token is needed."""
import json

import pytest

from rows import warned
from test_mr import Requests
from test_promote import configure

WORK = "stagegate/dev/catalog"
HOW = 'application: "{service}-dev"'
GIT_ONLY = {"STAGEGATE_GITLAB_TOKEN": "SANDBOX_TOKEN_WRITE_REPOSITORY"}


class Pushed(Requests):
    """The first environment takes merge requests, and the token is one for Git alone."""

    def bump(self, *words, expect=0, api=False, **more):
        env = {} if api else {name: self.sandbox.env[value] for name, value in GIT_ONLY.items()}
        return self.sg("bump", *words, "--env", "dev", "--output", "json", expect=expect, env=env, **more)

    def opened(self, tag="1.4.2"):
        return self.bump("catalog", tag).json["merge_requests"][0]["iid"]

    def request(self, iid):
        """As GitLab's API has it."""
        return self.api("GET", f"merge_requests/{iid}")

    def pushes(self):
        return [line for line in self.sandbox.requests(0) if line[5] == "POST" and line[6].endswith("git-receive-pack")]


@pytest.fixture
def req(sandbox, sg):
    found = Pushed(sandbox, sg)
    configure(found, "publish: commit", "publish: merge-request")
    return found


def test_the_push_opens_the_request(req):
    run = req.bump("catalog", "1.4.2")
    row = run.json["merge_requests"][0]
    assert (run.json["result"], run.json["reason"], run.json["publish_via"]) == ("done", "MR_OPEN", "git")
    assert (row["state"], row["branch"], row["head"]) == ("opened", WORK, req.branch(WORK)) and row["url"].endswith(f"/merge_requests/{row['iid']}")
    found = req.request(row["iid"])
    assert (found["state"], found["source_branch"], found["target_branch"]) == ("opened", WORK, "develop")
    assert found["title"] == "deploy(dev): catalog 1.4.2" and found["force_remove_source_branch"] is True
    assert "| `apps/catalog/values-dev.yaml` |" in found["description"] and "\n```diff\n" in found["description"]
    assert req.tag("dev", branch=WORK) == "1.4.2" and req.tag("dev", branch="develop") != "1.4.2"
    assert run.json["warnings"] == [] and len(run.json["changes"]) == 1


def test_it_is_our_one_commit_with_the_usual_id(req):
    run = req.bump("catalog", "1.4.2")
    assert req.sandbox.git("rev-parse", f"{WORK}^") == req.sandbox.tip("develop")
    assert f"Stagegate-Id: {run.json['id']}" in req.sandbox.git("log", "-1", "--format=%B", WORK)
    first = req.branch(WORK)
    req.ctl("reset")
    configure(req, "publish: commit", "publish: merge-request")
    assert req.bump("catalog", "1.4.2").json["merge_requests"][0]["head"] == first


def test_again_pushes_nothing_and_says_what_cannot_be_seen(req):
    iid = req.opened()
    tip, pushes = req.branch(WORK), len(req.pushes())
    run = req.bump("catalog", "1.4.2")
    assert (run.json["result"], run.json["reason"], warned(run)) == ("unchanged", "NOTHING_TO_DO", ["MR_NOT_SEEN"])
    assert run.json["merge_requests"][0]["iid"] == iid and run.json["merge_requests"][0]["state"] is None
    assert req.branch(WORK) == tip and len(req.pushes()) == pushes


def test_again_with_a_token_that_may_read_sees_it(req):
    iid = req.opened()
    run = req.bump("catalog", "1.4.2", api=True)
    assert (run.json["result"], run.json["reason"], warned(run)) == ("unchanged", "MR_OPEN", [])
    assert (run.json["merge_requests"][0]["iid"], run.json["merge_requests"][0]["state"]) == (iid, "opened")


def test_a_token_for_the_api_works_as_well(req):
    run = req.bump("catalog", "1.4.2", api=True)
    assert run.json["reason"] == "MR_OPEN" and run.json["publish_via"] == "git"


def test_a_newer_version_takes_the_place_in_the_same_request(req):
    iid = req.opened()
    run = req.bump("catalog", "1.4.3")
    assert run.json["merge_requests"][0]["iid"] == iid and req.request(iid)["title"] == "deploy(dev): catalog 1.4.3"
    assert req.sandbox.git("rev-parse", f"{WORK}^") == req.sandbox.tip("develop")


def test_an_older_version_does_not_unless_it_is_said_so(req):
    iid = req.opened("1.4.4")
    tip = req.branch(WORK)
    run = req.bump("catalog", "1.4.3", expect=6)
    assert run.json["reason"] == "OLDER" and "1.4.4" in run.out and req.branch(WORK) == tip
    run = req.bump("catalog", "1.4.3", "--allow-older", "--reason", "it fails")
    assert run.json["merge_requests"][0]["iid"] == iid and warned(run) == ["WENT_BACK"]
    assert "Reason: `it fails`" in req.request(iid)["description"]


def test_a_target_that_moved_elsewhere_changes_nothing(req):
    req.opened()
    tip = req.branch(WORK)
    req.ctl("push-foreign", "develop", "order", "9.9.9")
    run = req.bump("catalog", "1.4.2", api=True)
    assert run.json["reason"] == "MR_OPEN" and req.branch(WORK) == tip
    assert req.bump("catalog", "1.4.2").json["reason"] == "NOTHING_TO_DO" and req.branch(WORK) == tip


def test_a_target_that_changed_the_value_gets_the_edit_again(req):
    iid = req.opened("1.4.4")
    req.ctl("push-foreign", "develop", "catalog", "1.4.3")
    run = req.bump("catalog", "1.4.4")
    assert run.json["result"] == "done" and run.json["merge_requests"][0]["iid"] == iid
    assert req.sandbox.git("rev-parse", f"{WORK}^") == req.sandbox.tip("develop")


def test_what_the_target_carries_already_is_nothing_to_ask_for(req):
    iid = req.opened()
    req.ctl("merge-as", "manager-1", str(iid))
    run = req.bump("catalog", "1.4.2")
    assert (run.json["reason"], run.json["merge_requests"]) == ("NOTHING_TO_DO", [])


@pytest.mark.parametrize("api", [False, True])
def test_what_was_merged_and_taken_back_is_asked_for_again(req, api):
    iid = req.opened()
    tip = req.branch(WORK)
    req.ctl("merge-as", "manager-1", str(iid))
    req.sandbox.git("update-ref", f"refs/heads/{WORK}", tip)  # somebody's setting kept it
    req.ctl("push-foreign", "develop", "catalog", "1.4.1")
    run = req.bump("catalog", "1.4.2", api=api)
    assert run.json["result"] == "done" and run.json["merge_requests"][0]["iid"] > iid


def test_what_a_person_closed_stays_closed_where_that_can_be_seen(req):
    iid = req.opened()
    req.ctl("close", str(iid))
    run = req.bump("catalog", "1.4.2", api=True, expect=1)
    assert run.json["reason"] == "MR_REJECTED" and run.json["merge_requests"][0]["state"] == "closed"
    run = req.bump("catalog", "1.4.2")
    assert (run.json["result"], warned(run)) == ("unchanged", ["MR_NOT_SEEN"])
    assert req.bump("catalog", "1.4.3", api=True).json["merge_requests"][0]["iid"] > iid


def test_a_foreign_commit_on_our_branch_stays(req):
    req.opened()
    req.ctl("push-foreign", WORK, "order", "9.9.9")
    tip = req.branch(WORK)
    for words in (("catalog", "1.4.2"), ("catalog", "1.4.3")):
        run = req.bump(*words, expect=6)
        assert run.json["reason"] == "BRANCH_BUSY" and tip[:12] in run.out
        assert req.branch(WORK) == tip


def test_somebody_elses_open_request_is_not_taken_where_that_can_be_seen(req):
    req.opened()
    iid = req.bump("catalog", "1.4.2", api=True).json["merge_requests"][0]["iid"]
    req.ctl("close", str(iid))
    other = req.api("POST", "merge_requests", title="mine", source_branch=WORK, target_branch="develop")["iid"]
    run = req.bump("catalog", "1.4.3", api=True, expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and f"!{other}" in run.out


def test_a_list_that_is_older_than_the_request_is_not_believed(req):
    req.ctl("mr-switch", "stale-list", "on")
    iid = req.opened()
    tip, pushes = req.branch(WORK), len(req.pushes())
    run = req.bump("catalog", "1.4.2", api=True)
    assert (run.json["result"], run.json["reason"], warned(run)) == ("unchanged", "MR_OPEN", [])
    assert (run.json["merge_requests"][0]["iid"], run.json["merge_requests"][0]["state"]) == (iid, "opened")
    assert req.branch(WORK) == tip and len(req.pushes()) == pushes


def test_a_list_without_it_and_no_word_about_it_deletes_nothing(req, faults):
    req.ctl("mr-switch", "stale-list", "on")
    iid = req.opened()
    tip = req.branch(WORK)
    faults("gl-404", "2", "GET", f"merge_requests/{iid}")
    run = req.bump("catalog", "1.4.2", api=True, expect=11)
    assert run.json["reason"] == "OUTCOME_UNKNOWN" and req.branch(WORK) == tip and req.mr(iid)["state"] == "opened"


def test_a_request_of_the_branch_to_another_target_is_not_taken_away(req):
    iid = req.opened()
    req.ctl("close", str(iid), "bot")
    other = req.ctl("open-mr", "bot", WORK, "main", "by hand").strip()
    run = req.bump("catalog", "1.4.2", api=True, expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and f"!{other}" in run.out and req.mr(other)["state"] == "opened"


def test_nor_where_a_closed_one_of_the_same_head_is_newer(req):
    first = req.opened()
    req.ctl("close", str(first), "bot")
    other = req.ctl("open-mr", "bot", WORK, "main", "by hand").strip()
    newer = req.ctl("open-mr", "bot", WORK, "develop", "again").strip()
    req.ctl("close", newer, "bot")
    tip = req.branch(WORK)
    run = req.bump("catalog", "1.4.2", api=True, expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and f"!{other}" in run.out
    assert req.branch(WORK) == tip and req.mr(other)["state"] == "opened"


@pytest.mark.parametrize("api", [False, True])
def test_a_complaint_beside_a_request_to_another_target_is_no_success(req, api):
    req.ctl("close", str(req.opened()), "bot")
    other = req.ctl("open-mr", "bot", WORK, "main", "by hand").strip()
    req.ctl("mr-switch", "push-request", "refuse")
    run = req.bump("catalog", "1.4.3", api=api, expect=7 if api else 11)
    assert run.json["reason"] == ("MR_NOT_OPENED" if api else "OUTCOME_UNKNOWN") and "not enabled for project gitops/apps" in run.out
    assert req.mr(other)["target_branch"] == "main"


def test_a_complaint_about_an_open_request_to_this_target_is_no_failure(req):
    iid = req.opened()
    req.ctl("mr-switch", "push-request", "refuse")
    run = req.bump("catalog", "1.4.3", api=True)
    assert (run.json["result"], run.json["merge_requests"][0]["iid"], run.json["merge_requests"][0]["state"]) == ("done", iid, "opened")


def test_a_draft_that_was_marked_as_ready_is_one_again_with_another_version_only(req):
    configure(req, HOW, HOW + "\n    merge_request: {draft: true}")
    iid, path = req.opened(), "apps/catalog/values-dev.yaml"
    title = req.request(iid)["title"]
    assert title.startswith("Draft: ")
    req.ctl("retitle", str(iid), title.removeprefix("Draft: "))
    text = req.sandbox.show(path, "develop").decode()
    req.sandbox.ctl("push-file", "develop", path, stdin=text.replace("  tag:", "  # by hand\n  tag:"))  # a conflict: the edit is made again
    assert req.bump("catalog", "1.4.2", api=True).json["result"] == "done" and req.request(iid)["draft"] is False
    assert req.bump("catalog", "1.4.3", api=True).json["result"] == "done"
    assert req.request(iid)["draft"] is True and req.request(iid)["title"] == "Draft: deploy(dev): catalog 1.4.3"


def test_several_services_have_a_request_each(req):
    run = req.bump("catalog=1.4.2", "order=9.9.9")
    rows = run.json["merge_requests"]
    assert [row["branch"] for row in rows] == [WORK, "stagegate/dev/order"] and len({row["iid"] for row in rows}) == 2
    assert run.json["reason"] == "MR_OPEN" and len(run.json["changes"]) == 2
    assert [row["reason"] for row in run.json["services"]] == ["MR_OPEN"] * 2


def test_dry_run_shows_the_diff_and_writes_nothing(req):
    run = req.bump("catalog", "1.4.2", "--dry-run")
    assert run.json["reason"] == "PLANNED" and "1.4.2" in run.json["diff"] and not req.branch(WORK) and req.ctl("mrs").strip() == ""


def test_the_request_is_made_as_configured(req):
    configure(req, HOW, HOW + "\n    merge_request: {labels: [deploy, 'env::dev'], assignees: ['@dev'], squash: true, draft: true}")
    found = req.request(req.opened())
    assert found["labels"] == ["deploy", "env::dev"] and found["squash"] is True and found["draft"] is True
    assert "dev" in [who["username"] for who in found["assignees"]]


def test_what_a_push_cannot_say_is_said(req):
    configure(req, HOW, HOW + "\n    merge_request: {reviewers: ['@dev'], squash: false, remove_source_branch: false}")
    run = req.bump("catalog", "1.4.2")
    assert warned(run) == ["MR_STYLE_LEFT_OUT"] and "reviewers, squash: false, remove_source_branch: false" in run.json["warnings"][0]["text"]


def test_publish_via_api_is_said_to_go_by_git(req):
    run = req.bump("catalog", "1.4.2", "--publish-via", "api", api=True)
    assert (run.json["reason"], run.json["publish_via"], warned(run)) == ("MR_OPEN", "git", ["VIA_GIT"])


def test_gates_are_not_walked_around(req):
    run = req.sg("bump", "catalog", "1.4.2", "--env", "staging", "--output", "json", expect=4)
    assert run.json["reason"] == "ENVIRONMENT_GATED"
    configure(req, HOW, HOW + "\n    gates: [{type: freeze}]")
    run = req.bump("catalog", "1.4.2", expect=4)
    assert run.json["reason"] == "ENVIRONMENT_GATED" and not req.branch(WORK)


# --- servers that are otherwise


def test_a_server_without_push_options_gets_nothing(req):
    req.sandbox.git("config", "receive.advertisePushOptions", "false")
    try:
        run = req.bump("catalog", "1.4.2", expect=7)
    finally:
        req.sandbox.git("config", "receive.advertisePushOptions", "true")
    assert run.json["reason"] == "MR_NOT_OPENED" and "push options" in run.out and not req.branch(WORK)


def test_a_refusal_of_gitlab_is_no_success(req):
    req.ctl("mr-switch", "push-request", "refuse")
    run = req.bump("catalog", "1.4.2", expect=7)
    assert run.json["reason"] == "MR_NOT_OPENED" and "not enabled for project gitops/apps" in run.out
    req.ctl("mr-switch", "push-request", "on")
    run = req.bump("catalog", "1.4.2", expect=11)
    assert run.json["reason"] == "OUTCOME_UNKNOWN" and req.ctl("mrs").strip() == ""
    run = req.bump("catalog", "1.4.2", api=True)
    assert (run.json["result"], run.json["reason"]) == ("done", "MR_OPEN")


def test_a_request_that_no_word_names_is_found_among_the_refs(req):
    req.ctl("mr-switch", "push-request", "no-link")
    run = req.bump("catalog", "1.4.2")
    assert run.json["result"] == "done" and run.json["merge_requests"][0]["iid"]


def test_without_the_hook_nothing_shows_a_request(req):
    hook = f"{req.sandbox.repository}/hooks/post-receive"
    with open(hook, encoding="utf-8") as file:
        text = file.read()
    try:
        with open(hook, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 'View merge request for other:' >&2; echo '  https://gitlab.example.com/gitops/apps/-/merge_requests/7' >&2\n")
        run = req.bump("catalog", "1.4.2", expect=11)
    finally:
        with open(hook, "w", encoding="utf-8") as file:
            file.write(text)
    assert run.json["reason"] == "OUTCOME_UNKNOWN" and req.branch(WORK)[:12] in run.out


@pytest.mark.parametrize("fault", [None, "git-lost-reply"])
def test_a_closed_request_of_the_same_commit_shows_no_new_one(req, faults, fault):
    iid = req.opened()
    head = req.branch(WORK)
    req.ctl("close", str(iid))
    req.sandbox.git("update-ref", "-d", f"refs/heads/{WORK}")
    assert head in req.sandbox.git("for-each-ref", "refs/merge-requests")
    hook = f"{req.sandbox.repository}/hooks/post-receive"
    with open(hook, encoding="utf-8") as file:
        text = file.read()
    try:
        with open(hook, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n")
        if fault:
            faults(fault)
        run = req.bump("catalog", "1.4.2", "--retry-base", "1ms", expect=11)
    finally:
        with open(hook, "w", encoding="utf-8") as file:
            file.write(text)
    assert run.json["reason"] == "OUTCOME_UNKNOWN" and req.branch(WORK) == head


@pytest.mark.parametrize("fault", ["git-lost-reply", "git-502-push", "git-reset-push", "push-old-value", "push-cannot-lock"])
def test_accidents_of_the_push_end_in_one_request(req, faults, fault):
    faults(fault)
    run = req.bump("catalog", "1.4.2", "--retry-base", "1ms")
    assert (run.json["result"], run.json["reason"]) == ("done", "MR_OPEN")
    assert len(req.ctl("mrs").strip().splitlines()) == 1


@pytest.mark.parametrize("moment", [None, "answer"])
def test_killed_at_the_push_and_run_again(req, moment):
    req.ctl("hold", "1", *([moment] if moment else []))
    env = {name: req.sandbox.env[value] for name, value in GIT_ONLY.items()}
    with req.sg.started("bump", "catalog", "1.4.2", "--env", "dev", env=env) as run:
        assert req.sandbox.kill_where_held(run)
    req.sg.sweep()
    run = req.bump("catalog", "1.4.2")
    assert run.json["result"] in ("done", "unchanged") and run.json["merge_requests"][0]["iid"]
    assert len(req.ctl("mrs").strip().splitlines()) == 1 and req.tag("dev", branch=WORK) == "1.4.2"


# --- the other commands take it over


def test_merge_takes_what_the_push_opened(req):
    iid = req.opened()
    run = req.run("merge", "catalog", "--to", "dev")
    assert run.json["reason"] == "MR_MERGED" and req.mr(iid)["state"] == "merged" and req.tag("dev", branch="develop") == "1.4.2"


def test_text_cannot_act(req):
    iid = req.opened("1.4.4")
    run = req.bump("catalog", "1.4.3", "--allow-older", "--reason", "a\\n/merge\\n/label ~x\\r\\n@all ` \\n/close")
    assert run.json["result"] == "done"
    found = req.request(iid)
    assert found["state"] == "opened" and not found["merge_when_pipeline_succeeds"] and found["labels"] == []
    assert not [line for line in found["description"].split("\n") if line.startswith("/")]
    assert json.dumps(found["description"]).count("/merge") == 1
