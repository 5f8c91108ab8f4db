"""mr open|status|merge|close|list: the merge requests of promotions on their own, for bots."""
import json
import urllib.request
import ssl

import pytest

from test_killed import killed
from test_promote import Journey, configure, gate_of

STAGING = "stagegate/staging/catalog"


class Requests(Journey):
    def run(self, word, *words, expect=0, **more):
        return self.sg("mr", word, *words, "--output", "json", expect=expect, **more)

    def opened(self, tag="1.4.2"):
        """The number of a request for staging that could be merged at once."""
        self.dev(tag=tag)
        return self.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"]

    def branch(self, name=STAGING):
        return self.sandbox.git("for-each-ref", f"refs/heads/{name}", "--format=%(objectname)")

    def writes(self):
        return [row for row in json.loads(self.ctl("api-log")) if row["method"] not in ("GET", "HEAD")]

    def api(self, method, path, token="SANDBOX_TOKEN_DEV", **body):
        """One call of GitLab's API by somebody else."""
        env = self.sandbox.env
        call = urllib.request.Request(f"{env['STAGEGATE_GITLAB_URL']}/api/v4/projects/gitops%2Fapps/{path}", method=method,
                                      data=json.dumps(body).encode(), headers={"PRIVATE-TOKEN": env[token], "Content-Type": "application/json"})
        context = ssl.create_default_context(cafile=env["STAGEGATE_CA_FILE"])
        with urllib.request.urlopen(call, context=context, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def mr(sandbox, sg):
    return Requests(sandbox, sg)


# --- open


def test_open_makes_the_request_and_does_not_wait(mr):
    mr.dev()
    run = mr.run("open", "catalog", "--to", "staging")
    row = run.json["merge_requests"][0]
    assert (run.json["command"], run.json["result"], run.json["reason"]) == ("mr open", "done", "MR_OPEN")
    assert (row["state"], row["branch"], row["service"], row["environment"]) == ("opened", STAGING, "catalog", "staging")
    assert mr.mr(row["iid"])["state"] == "opened" and mr.tag("staging", branch=STAGING) == "1.4.2"
    assert mr.tag("staging") != "1.4.2"


def test_open_again_writes_nothing(mr):
    iid = mr.opened()
    mr.ctl("api-log", "clear")
    run = mr.run("open", "catalog", "--to", "staging")
    assert (run.json["result"], run.json["reason"]) == ("unchanged", "MR_OPEN")
    assert run.json["merge_requests"][0]["iid"] == iid and not mr.writes()


def test_promote_goes_on_from_what_open_made(mr):
    iid = mr.opened()
    run = mr.promote("catalog", "staging")
    assert run.json["merge_requests"][0]["iid"] == iid and mr.tag("staging") == "1.4.2"
    run = mr.run("open", "catalog", "--to", "staging")
    assert (run.json["result"], run.json["reason"]) == ("unchanged", "NOTHING_TO_DO")


def test_open_moves_an_open_request_to_the_newer_version(mr):
    iid = mr.opened()
    mr.dev(tag="1.4.3")
    run = mr.run("open", "catalog", "--to", "staging")
    assert run.json["result"] == "done" and run.json["merge_requests"][0]["iid"] == iid
    assert mr.tag("staging", branch=STAGING) == "1.4.3"


def test_open_does_not_walk_around_the_publish_gates(mr):
    mr.sg("bump", "catalog", "1.4.2")
    mr.sg("wait", "catalog", "--env", "dev")
    run = mr.run("open", "catalog", "--to", "staging", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and run.json["next_look"] and gate_of(run, "soak")["state"] == "wait"
    assert mr.ctl("mrs").strip() == "" and not mr.branch()


def test_open_keeps_the_older_request_where_the_newer_version_may_not_pass_yet(mr):
    iid = mr.opened()
    mr.sg("bump", "catalog", "1.4.3")
    mr.sg("wait", "catalog", "--env", "dev")
    run = mr.run("open", "catalog", "--to", "staging", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and f"!{iid} is open for 1.4.2, and 1.4.3 may not" in run.json["sentence"]
    assert mr.tag("staging", branch=STAGING) == "1.4.2"


def test_a_version_that_is_named_passes_the_same_gates(mr):
    mr.dev(tag="1.4.2")
    run = mr.run("open", "catalog=1.4.3", "--to", "staging", expect=1)
    assert gate_of(run, "health")["reason"] == "OTHER_IMAGE" and mr.ctl("mrs").strip() == ""
    run = mr.run("open", "catalog=1.4.2", "--to", "staging")
    assert run.json["reason"] == "MR_OPEN"


def test_a_first_environment_by_merge_request_takes_the_version_that_is_named(mr):
    configure(mr, "publish: commit", "publish: merge-request")
    run = mr.run("open", "catalog=1.4.2", "--to", "dev")
    iid = run.json["merge_requests"][0]["iid"]
    assert mr.tag("dev", branch="stagegate/dev/catalog") == "1.4.2"
    run = mr.run("merge", "catalog", "--to", "dev", expect=None)
    assert run.json["reason"] == "MR_MERGED", run
    assert mr.tag("dev", branch="develop") == "1.4.2" and mr.mr(iid)["state"] == "merged"
    run = mr.run("open", "catalog", "--to", "dev")
    assert run.json["reason"] == "NOTHING_TO_DO"


def test_open_dry_run_shows_the_diff_and_writes_nothing(mr):
    mr.dev()
    mr.ctl("api-log", "clear")
    run = mr.run("open", "catalog", "--to", "staging", "--dry-run")
    assert run.json["result"] == "planned" and "+  tag: \"1.4.2\"" in run.json["diff"].replace("'", '"')
    assert not mr.writes() and not mr.branch()


def test_open_of_what_a_person_closed_is_refused(mr):
    iid = mr.opened()
    mr.ctl("close", str(iid))
    run = mr.run("open", "catalog", "--to", "staging", expect=1)
    assert run.json["reason"] == "MR_REJECTED"


def test_open_names_the_foreign_commit(mr):
    mr.opened()
    mr.ctl("foreign-commit", STAGING, "stagegate.yaml", "version: 1\n")
    head = mr.branch()
    run = mr.run("open", "catalog", "--to", "staging", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and head[:12] in run.json["sentence"] and mr.branch() == head


def test_several_services_at_once(mr):
    for service, tag in (("catalog", "1.4.2"), ("order", "4.3.8")):
        mr.sg("bump", service, tag)
        mr.sg("wait", service, "--env", "dev")
    mr.ctl("clock", "1860")
    run = mr.run("open", "catalog", "order", "--to", "staging")
    assert {row["branch"] for row in run.json["merge_requests"]} == {STAGING, "stagegate/staging/order"}
    run = mr.run("list")
    assert {row["service"] for row in run.json["merge_requests"]} == {"catalog", "order"}
    run = mr.run("merge", "catalog", "order", "--to", "staging")
    assert mr.tag("staging", "order") == "4.3.8" and mr.tag("staging") == "1.4.2"
    assert [row["reason"] for row in run.json["services"]] == ["MR_MERGED", "MR_MERGED"]


# --- status


def test_status_follows_the_life_of_a_request(mr):
    mr.staging()
    iid = mr.run("open", "catalog", "--to", "production").json["merge_requests"][0]["iid"]
    mr.run("merge", "catalog", "--to", "production", expect=75)
    for words in (("catalog", "--to", "production"), (f"!{iid}",), (str(iid),), (f"!{iid}", "--to", "production")):
        mr.ctl("api-log", "clear")
        run = mr.run("status", *words, expect=75)
        assert run.json["reason"] == "GATES_WAIT" and gate_of(run, "approval", "merge")["state"] == "wait"
        assert run.json["merge_requests"][0]["iid"] == iid and not mr.writes()
    mr.ctl("approve", "manager-1", str(iid))
    assert mr.run("status", f"!{iid}", expect=8).json["reason"] in ("MERGEABLE", "GATES_OPENED")
    mr.run("merge", f"!{iid}")
    assert mr.run("status", "catalog", "--to", "production").json["reason"] == "PUBLISHED"
    run = mr.run("status", f"!{iid}")
    assert run.json["reason"] == "MR_MERGED" and run.json["merge_requests"][0]["state"] == "merged"


def test_status_of_one_that_was_closed_or_merged_past_a_gate(mr):
    iid = mr.production_waits()
    mr.ctl("close", str(iid))
    run = mr.run("status", f"!{iid}", expect=1)
    assert run.json["reason"] == "MR_NOT_MERGED" and "closed by dev" in run.json["sentence"]
    mr.ctl("reopen", str(iid))
    mr.ctl("merge-as", "manager-1", str(iid))
    for words in (("status", f"!{iid}"), ("status", "catalog", "--to", "production"), ("merge", f"!{iid}"), ("merge", "catalog", "--to", "production")):
        assert mr.run(*words, expect=1).json["reason"] == "MERGED_PAST_GATE", words
    mr.dev(tag="1.4.3")
    mr.promote("catalog", "staging")
    assert mr.run("status", f"!{iid}", expect=1).json["reason"] == "MERGED_PAST_GATE"


def test_status_where_nothing_is_open_says_what_comes_next(mr):
    mr.dev()
    run = mr.run("status", "catalog", "--to", "staging", expect=8)
    assert run.json["reason"] == "PUBLISHABLE" and run.json["merge_requests"] == []


# --- merge


def test_merge_waits_for_no_person_and_merges_what_may_pass(mr):
    mr.staging()
    iid = mr.run("open", "catalog", "--to", "production").json["merge_requests"][0]["iid"]
    run = mr.run("merge", "catalog", "--to", "production", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and mr.mr(iid)["state"] == "opened"
    mr.ctl("approve", "manager-1", str(iid))
    mr.ctl("api-log", "clear")
    head = mr.branch("stagegate/production/catalog")
    run = mr.run("merge", "catalog", "--to", "production")
    row = run.json["merge_requests"][0]
    assert run.json["reason"] == "MR_MERGED" and row["state"] == "merged" and row["head"] == head
    mr.sandbox.git("merge-base", "--is-ancestor", row["landed"], "main")
    assert mr.tag("prod") == "1.4.2" and not mr.branch("stagegate/production/catalog")
    mr.ctl("api-log", "clear")
    run = mr.run("merge", "catalog", "--to", "production")
    assert run.json["reason"] == "NOTHING_TO_DO" and not mr.writes()


def test_merge_never_takes_another_version_than_the_open_one(mr):
    iid = mr.opened(tag="1.4.2")
    mr.dev(tag="1.4.3")
    mr.run("merge", f"!{iid}")
    assert mr.tag("staging") == "1.4.2"


def test_merge_opens_nothing(mr):
    mr.dev()
    run = mr.run("merge", "catalog", "--to", "staging", expect=1)
    assert run.json["reason"] == "MR_NONE" and mr.ctl("mrs").strip() == "" and not mr.branch()


def test_merge_makes_the_edit_again_where_the_target_moved(mr):
    mr.opened()
    mr.ctl("push-foreign", "main", "order", "9.9.9")
    mr.run("merge", "catalog", "--to", "staging")
    assert mr.tag("staging") == "1.4.2" and mr.tag("staging", "order") == "9.9.9"


def test_merge_refuses_a_head_that_is_not_our_change(mr):
    iid = mr.opened()
    mr.ctl("foreign-commit", STAGING, "stagegate.yaml", "version: 1\n")
    run = mr.run("merge", f"!{iid}", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and mr.mr(iid)["state"] == "opened" and mr.tag("staging") != "1.4.2"


def test_merge_leaves_the_click_to_a_person_where_the_configuration_says_so(mr):
    configure(mr, 'application: "{service}-staging"', 'application: "{service}-staging"\n    merge: human')
    iid = mr.opened()
    run = mr.run("merge", "catalog", "--to", "staging", expect=75)
    assert run.json["reason"] == "MERGE_BY_HAND" and mr.mr(iid)["state"] == "opened"


def test_merge_while_a_person_closes_or_merges(mr):
    iid = mr.opened()
    mr.ctl("mr-switch", "ci-outcome", "running")
    mr.dev(tag="1.4.2")
    with mr.sg.started("mr", "merge", f"!{iid}", env={"STAGEGATE_MR_POLL": "100ms"}) as run:
        run.says("staging")
        mr.ctl("close", str(iid))
        assert run.ends() in (0, 1), run.text
    assert mr.mr(iid)["state"] in ("closed", "merged")


def test_merge_with_an_answer_that_was_lost(mr, faults):
    iid = mr.opened()
    faults("gl-502-after", "1", "PUT", "merge")
    run = mr.run("merge", f"!{iid}")
    assert run.json["reason"] == "MR_MERGED" and len(mr.merges()) == 1


def test_a_merge_without_an_answer_is_not_asked_for_again_without_a_pause(mr, faults):
    """The first one is looked after at once; the others are as far apart as looks are."""
    iid = mr.opened()
    faults("gl-502", "6", "PUT", "merge")
    run = mr.run("merge", f"!{iid}", env={"STAGEGATE_MR_POLL": "1s"})
    assert run.json["reason"] == "MR_MERGED" and run.json["elapsed_ms"] >= 5000
    assert len([row for row in mr.writes() if row["path"].endswith("/merge")]) == 7


# --- close


def test_close_closes_with_a_note_and_deletes_the_branch(mr):
    iid = mr.opened()
    run = mr.run("close", "catalog", "--to", "staging")
    assert (run.json["result"], run.json["reason"]) == ("done", "MR_CLOSED")
    assert run.json["merge_requests"][0]["state"] == "closed"
    assert mr.mr(iid)["state"] == "closed" and not mr.branch()
    notes = [body for _, _, body in mr.mr(iid)["notes"] if "mr close" in body]
    assert len(notes) == 1
    mr.ctl("api-log", "clear")
    for words in (("catalog", "--to", "staging"), (f"!{iid}",)):
        run = mr.run("close", *words)
        assert (run.json["result"], run.json["reason"]) == ("unchanged", "NOTHING_TO_DO") and not mr.writes()
    assert mr.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"] != iid


def test_close_does_not_touch_another_request_than_the_named_one(mr):
    old = mr.opened()
    mr.run("close", f"!{old}")
    new = mr.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"]
    again = mr.run("close", f"!{old}")
    assert f"!{old} is closed already, and !{new} is open now" in again.out
    assert mr.mr(new)["state"] == "opened" and mr.branch()


def test_close_keeps_a_branch_with_somebody_elses_commit(mr):
    iid = mr.opened()
    mr.ctl("foreign-commit", STAGING, "stagegate.yaml", "version: 1\n")
    head = mr.branch()
    run = mr.run("close", f"!{iid}")
    assert mr.mr(iid)["state"] == "closed" and mr.branch() == head
    assert [row["reason"] for row in run.json["warnings"]] == ["BRANCH_KEPT"] and head[:12] in run.json["warnings"][0]["text"]


def test_close_keeps_a_branch_that_another_open_request_comes_from(mr):
    iid = mr.opened()
    other = mr.api("POST", "merge_requests", title="mine", source_branch=STAGING, target_branch="develop")["iid"]
    for words in ((f"!{iid}",), ("catalog", "--to", "staging")):
        run = mr.run("close", *words)
        assert mr.mr(iid)["state"] == "closed" and mr.mr(other)["state"] == "opened" and mr.branch()
        assert [row["reason"] for row in run.json["warnings"]] == ["BRANCH_KEPT"] and f"!{other}" in run.json["warnings"][0]["text"]
    assert run.json["reason"] == "NOTHING_TO_DO"


def test_what_the_target_carries_already_is_closed_and_leaves_the_branch_to_another_open_request(mr):
    iid = mr.opened()
    other = mr.api("POST", "merge_requests", title="mine", source_branch=STAGING, target_branch="develop")["iid"]
    mr.ctl("push-foreign", "main", "catalog", "1.4.2")
    mr.run("merge", f"!{iid}", expect=None)
    assert mr.mr(iid)["state"] == "closed" and mr.mr(other)["state"] == "opened" and mr.branch()


def test_what_is_merged_cannot_be_closed(mr):
    iid = mr.opened()
    mr.run("merge", f"!{iid}")
    assert mr.run("close", f"!{iid}", expect=1).json["reason"] == "MR_MERGED_ALREADY"
    assert mr.run("close", "catalog", "--to", "staging").json["reason"] == "NOTHING_TO_DO"


def test_close_dry_run(mr):
    iid = mr.opened()
    mr.ctl("api-log", "clear")
    run = mr.run("close", f"!{iid}", "--dry-run")
    assert run.json["result"] == "planned" and not mr.writes() and mr.mr(iid)["state"] == "opened" and mr.branch()


@pytest.mark.parametrize("effect", ["POST notes", "PUT merge_requests"])
def test_close_with_an_answer_that_was_lost(mr, faults, effect):
    iid = mr.opened()
    faults("gl-502-after", "1", *effect.split())
    mr.run("close", f"!{iid}")
    assert mr.mr(iid)["state"] == "closed" and not mr.branch()
    assert len([body for _, _, body in mr.mr(iid)["notes"] if "mr close" in body]) == 1


# --- whose it is


def test_requests_of_others_are_refused_by_name(mr):
    iid = mr.opened()
    mr.sandbox.git("update-ref", "refs/heads/feature", "stagegate/staging/catalog")
    other = mr.api("POST", "merge_requests", source_branch="feature", target_branch="main", title="mine")["iid"]
    mr.sandbox.git("update-ref", "refs/heads/stagegate/staging/order", "stagegate/staging/catalog")
    posing = mr.api("POST", "merge_requests", source_branch="stagegate/staging/order", target_branch="main", title="posing")["iid"]
    for word in ("status", "merge", "close"):
        for number in (other, posing):
            run = mr.run(word, f"!{number}", expect=6)
            assert "MR_NOT_OURS" in run.err and f"!{number} is not ours: it was opened by dev" in run.err
            assert mr.mr(number)["state"] == "opened"
    assert [row["iid"] for row in mr.run("list").json["merge_requests"]] == [iid]
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", target_branch="develop")
    assert "goes to develop, is that of no service here" in mr.run("status", f"!{iid}", expect=6).err


def test_a_request_that_goes_elsewhere_since_the_list_was_made_is_not_merged(mr):
    iid = mr.opened()
    mr.ctl("mr-switch", "stale-list", "on")
    mr.api("PUT", f"merge_requests/{iid}", token="STAGEGATE_GITLAB_TOKEN", target_branch="develop")
    before = mr.sandbox.tip("develop")
    run = mr.run("merge", "catalog", "--to", "staging", expect=1)
    assert run.json["reason"] == "MR_NONE" and mr.mr(iid)["state"] == "opened" and mr.sandbox.tip("develop") == before


def test_a_branch_of_ours_with_a_history_of_its_own_is_not_pushed_over(mr):
    mr.dev()
    theirs = mr.sandbox.git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", "-m", "mine", "main^{tree}")
    mr.sandbox.git("update-ref", f"refs/heads/{STAGING}", theirs)
    run = mr.run("open", "catalog", "--to", "staging", "--timeout", "20s", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and theirs[:12] in run.json["sentence"] and "no history in common" in run.json["sentence"]
    assert mr.branch() == theirs and mr.ctl("mrs").strip() == ""


@pytest.mark.parametrize("gitlab", [False, True])
def test_a_version_that_a_person_pushed_onto_our_branch_passes_the_gates_first(mr, gitlab):
    """Byte for byte it is what would be pushed half an hour later."""
    if gitlab:
        configure(mr, "    gates:\n      - {type: health}\n      - {type: soak, duration: 30m}\n",
                  "    merge: gitlab\n    gates:\n      - {type: soak, duration: 30m}\n")
    iid = mr.opened()
    mr.sg("bump", "catalog", "1.4.3")
    mr.sg("wait", "catalog", "--env", "dev")
    path = "apps/catalog/values-staging.yaml"
    text = mr.sandbox.show(path, STAGING).decode().replace("1.4.2", "1.4.3")
    mr.ctl("commit-as", "dev", STAGING, path, "mine", text.rstrip("\n"))
    run = mr.run("merge", f"!{iid}", "--timeout", "20s", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and gate_of(run, "soak")["state"] == "wait"
    assert mr.mr(iid)["state"] == "opened" and mr.tag("staging") != "1.4.3"
    mr.ctl("clock", "1860")
    mr.run("merge", f"!{iid}")
    assert mr.tag("staging") == "1.4.3"


def test_a_person_who_merges_is_not_told_that_such_a_version_has_passed_its_gates(mr):
    gates = "    gates:\n      - {type: health}\n      - {type: soak, duration: 30m}\n"
    configure(mr, gates, "    merge: human\n" + gates + "      - {type: freeze}\n")
    iid = mr.opened()
    assert mr.run("merge", f"!{iid}", expect=75).json["reason"] == "MERGE_BY_HAND"
    mr.sg("bump", "catalog", "1.4.3")
    mr.sg("wait", "catalog", "--env", "dev")
    path = "apps/catalog/values-staging.yaml"
    text = mr.sandbox.show(path, STAGING).decode().replace("1.4.2", "1.4.3")
    mr.ctl("commit-as", "dev", STAGING, path, "mine", text.rstrip("\n"))
    head = mr.branch()

    def told():
        return [line.split()[2] for line in mr.ctl("statuses").splitlines() if line.split()[0] == head]

    run = mr.run("merge", f"!{iid}", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and gate_of(run, "soak")["state"] == "wait" and told() == ["pending"]
    assert any("| soak |" in body for _, _, body in mr.mr(iid)["notes"] if body.startswith("<!-- stagegate:gates"))
    mr.ctl("clock", "1860")
    assert mr.run("merge", f"!{iid}", expect=75).json["reason"] == "MERGE_BY_HAND" and told()[-1] == "success"


def test_a_change_that_was_asked_for_stays_that_on_another_tip(mr):
    iid = mr.opened()
    mr.ctl("rebase-as", "dev", str(iid))
    mr.dev(tag="1.4.3")
    mr.ctl("push-foreign", "main", "order")
    mr.ctl("rebase-as", "dev", str(iid))
    mr.run("merge", f"!{iid}")
    assert mr.tag("staging") == "1.4.2"


@pytest.mark.parametrize("fault", ["gl-502", "gl-502-after"])
def test_the_text_is_that_of_the_head_where_an_answer_was_lost(mr, faults, fault):
    iid = mr.opened()
    mr.dev(tag="1.4.3")
    faults(fault, "1", "PUT", f"merge_requests/{iid}")
    mr.run("open", "catalog", "--to", "staging")
    found = mr.mr(iid)
    assert mr.tag("staging", branch=STAGING) == "1.4.3" and "1.4.3" in found["title"] and "1.4.3" in found["description"]


@pytest.mark.parametrize("other", ["stagegate/staging", f"{STAGING}/mine"])
def test_a_branch_that_is_in_the_way_of_ours_is_named(mr, other):
    mr.dev()
    mr.sandbox.git("update-ref", f"refs/heads/{other}", "main")
    run = mr.run("open", "catalog", "--to", "staging", "--timeout", "10s", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and f"there is a branch {other}" in run.err and mr.ctl("mrs").strip() == ""


def test_a_push_that_the_server_never_takes_says_why(mr, faults):
    mr.dev()
    faults("push-failed-update", "1000")
    run = mr.run("open", "catalog", "--to", "staging", "--timeout", "60s", expect=6)
    assert f"push of {STAGING}" in run.err and "failed to update ref" in run.err


@pytest.mark.parametrize("sticky", ["on", "off"])
def test_a_request_whose_branch_is_gone_is_said_and_not_waited_for(mr, sticky):
    mr.ctl("mr-switch", "sticky", sticky)
    iid = mr.opened()
    mr.sandbox.git("update-ref", "-d", f"refs/heads/{STAGING}")
    for words in (("merge", f"!{iid}"), ("open", "catalog", "--to", "staging")):
        run = mr.run(*words, "--timeout", "20s", expect=1)
        assert run.json["reason"] == "MR_BLOCKED" and "source branch is missing" in run.json["sentence"]
    mr.run("close", f"!{iid}")
    run = mr.run("open", "catalog", "--to", "staging")
    assert run.json["merge_requests"][0]["iid"] != iid and mr.tag("staging", branch=STAGING) == "1.4.2"


# --- list


def test_list_has_our_open_requests_and_what_they_wait_for(mr):
    assert mr.run("list").json["merge_requests"] == []
    iid = mr.opened()
    run = mr.run("list", "--env", "staging")
    row = run.json["merge_requests"][0]
    assert (run.json["reason"], row["iid"], row["environment"], row["state"]) == ("MR_LIST", iid, "staging", "opened")
    assert row["reason"].startswith("MR_") and row["sentence"]
    assert mr.run("list", "--env", "production").json["merge_requests"] == []
    mr.run("list", "--env", "nowhere", expect=5)
    assert f"!{iid}" in mr.sg("mr", "list").out


@pytest.mark.parametrize("fault, reason", [("gl-403", "FORBIDDEN"), ("gl-404", "NOT_FOUND"), ("gl-garbage", None)])
def test_list_goes_on_past_a_request_that_cannot_be_read(mr, faults, fault, reason):
    older = mr.opened()
    mr.dev("order", "4.4.0")
    newer = mr.run("open", "order", "--to", "staging").json["merge_requests"][0]["iid"]
    faults(fault, "1000", "GET", f"merge_requests/{newer}")
    run = mr.run("list", "--env", "staging", "--timeout", "5s")
    rows = {row["iid"]: row for row in run.json["merge_requests"]}
    assert run.json["reason"] == "MR_LIST_INCOMPLETE" and "1 could not be read" in run.json["sentence"]
    assert rows[older]["state"] == "opened" and rows[older]["reason"].startswith("MR_")
    row = rows[newer]
    assert (row["service"], row["environment"], row["branch"], row["state"]) == ("order", "staging", "stagegate/staging/order", None)
    assert row["url"] and row["sentence"].startswith("could not be read: ") and not row["reason"].startswith("MR_")
    assert reason in (None, row["reason"])
    assert mr.run("list", "--env", "production", "--timeout", "5s").json["merge_requests"] == []
    faults("clear")
    assert mr.run("list").json["reason"] == "MR_LIST"


def test_list_does_not_ask_a_gitlab_that_has_fallen_silent_for_each_request(mr, faults):
    mr.opened()
    mr.dev("order", "4.4.0")
    mr.run("open", "order", "--to", "staging")
    mr.ctl("api-log", "clear")
    faults("gl-reset", "1000", "GET", "merge_requests/")
    run = mr.run("list", "--timeout", "3s")
    assert run.json["reason"] == "MR_LIST_INCOMPLETE" and len(run.json["merge_requests"]) == 2
    asked = {row["path"] for row in json.loads(mr.ctl("api-log")) if "/merge_requests/" in row["path"]}
    assert len(asked) == 1


# --- words


@pytest.mark.parametrize("words, code, hint", [
    (("open", "--to", "staging"), 2, "service"),
    (("open", "catalog"), 2, "--to"),
    (("open", "catalog=", "--to", "staging"), 2, "no tag"),
    (("open", "catalog", "--to", "dev"), 2, "publish: commit"),
    (("open", "catalog", "catalog=1", "--to", "staging"), 2, "twice"),
    (("open", "catalgo", "--to", "staging"), 5, "catalog"),
    (("status", "catalog"), 2, "!15"),
    (("status",), 2, "--to"),
    (("status", "!0"), 2, "number"),
    (("status", "!99999999999999999999"), 2, "number"),
    (("status", "!1x", "--to", "staging"), 2, "!1x"),
    (("merge", "!4711"), 5, "4711"),
    (("list", "catalog"), 2, "--env"),
    (("opne",), 2, "mr open"),
    (("open", "--env", "staging"), 2, "no option --env"),
])
def test_words_that_make_no_sense(mr, words, code, hint):
    assert hint in mr.sg("mr", *words, expect=code).err


def test_the_family_has_a_help_of_its_own(mr):
    for words in (("mr", "--help"), ("help", "mr")):
        assert "mr merge" in mr.sg(*words).out
    assert "mr merge" in mr.sg("mr", expect=2).out
    assert "stagegate mr close:" in mr.sg("mr", "close", "--help").out
    assert "stagegate mr close:" in mr.sg("help", "mr", "close").out


# --- killed anywhere


def world(mr):
    iids = [line.split()[0].lstrip("!") for line in mr.ctl("mrs").splitlines()]
    states = [(mr.mr(iid)["state"], len([1 for _, system, body in mr.mr(iid)["notes"] if body.startswith("<!-- stagegate") or "mr close" in body]))
              for iid in iids]
    return states, mr.sandbox.git("for-each-ref", "--format=%(refname)", "refs/heads/"), mr.sandbox.git("rev-parse", "main^{tree}")


@pytest.mark.parametrize("moment", ["answer", "next"])
@pytest.mark.parametrize("word", ["open", "merge", "close"])
def test_killed_at_every_write_and_run_again_ends_the_same(mr, word, moment):
    words = ("mr", word, "catalog", "--to", "staging")

    def begin():
        mr.ctl("reset")
        mr.dev()
        if word != "open":
            mr.run("open", "catalog", "--to", "staging")

    begin()
    mr.ctl("hold", "0")
    mr.sg(*words)
    count, whole = len(mr.ctl("effects").splitlines()), world(mr)
    assert count
    for number in range(1, count + 1):
        begin()
        at, _ = killed(mr, words, number, moment)
        assert at or number == count
        mr.sg(*words)
        assert world(mr) == whole, f"killed at write {number}: {at} ({moment})"


def test_a_note_of_ours_that_stands_there_twice_is_taken_away(mr):
    """As a proxy that delivers a POST twice leaves it; a stranger's copy stays, and decides nothing."""
    configure(mr, 'application: "{service}-staging"', 'application: "{service}-staging"\n    merge: human')
    mr.dev()
    iid = mr.promote("catalog", "staging", expect=75).json["merge_requests"][0]["iid"]
    before = [note for note in mr.mr(iid)["notes"] if note[2].startswith("<!-- stagegate:")]
    assert len(before) == 2
    for _, _, body in before:
        mr.api("POST", f"merge_requests/{iid}/notes", token="STAGEGATE_GITLAB_TOKEN", body=body)
        mr.ctl("note", "dev", str(iid), body)
    assert mr.run("status", f"!{iid}", expect=75) and len(mr.mr(iid)["notes"]) >= 6  # it writes nothing
    assert mr.promote("catalog", "staging", expect=75).json["reason"] == "MERGE_BY_HAND"
    after = [note for note in mr.mr(iid)["notes"] if note[2].startswith("<!-- stagegate:")]
    assert [note[0] for note in after if note[1] == "bot"] == [note[0] for note in before]
    assert len([note for note in after if note[1] == "dev"]) == 2


def test_a_changed_copy_of_who_asked_is_not_taken_away(mr):
    iid = mr.production_waits()
    body = next(body for _, _, body in mr.mr(iid)["notes"] if body.startswith("<!-- stagegate:requester"))
    number = mr.api("POST", f"merge_requests/{iid}/notes", token="STAGEGATE_GITLAB_TOKEN", body=body)["id"]
    mr.ctl("edit-note", str(number), body.replace("n=1", "n=2"))
    run = mr.promote("catalog", "production", expect=1)
    assert "was changed" in run.out and number in [note[0] for note in mr.mr(iid)["notes"]]


def test_a_replica_that_lags_behind_what_was_just_opened(mr):
    mr.dev()
    mr.ctl("mr-next", "created-404", "4")
    run = mr.promote("catalog", "staging", "--verbose")
    assert "right after it was opened" in run.err and len(mr.ctl("mrs").strip().splitlines()) == 1
    assert mr.tag("staging") == "1.4.2"


def test_what_is_gone_and_was_not_just_opened_is_an_error(mr, faults):
    iid = mr.opened()
    faults("gl-404", "1", "GET", f"merge_requests/{iid}")
    assert mr.promote("catalog", "staging", expect=5).json["reason"] == "NOT_FOUND"


@pytest.mark.parametrize("rule, words", [(("message", "JIRA-[0-9]+"), "message does not follow"), (("branch", "^(main|develop|feature/.*)$"), "Branch name 'stagegate/")])
def test_a_push_rule_opens_nothing(mr, rule, words):
    mr.dev()
    mr.ctl("push-rule", *rule)
    run = mr.promote("catalog", "staging", expect=4)
    assert run.json["reason"] == "HOOK_DECLINED" and words in run.err + run.out and not mr.ctl("mrs").strip() and not mr.branch()
    mr.ctl("push-rule", rule[0], "off")
    mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.2"


def test_a_push_rule_that_comes_later_leaves_the_open_request_as_it_is(mr):
    iid = mr.opened()
    head = mr.mr(iid)["sha"]
    mr.ctl("push-rule", "message", "JIRA-[0-9]+")
    mr.dev(tag="1.4.2")
    mr.ctl("push-foreign", "main", "catalog", "1.4.1")
    mr.ctl("push-rule", "message", "deploy|x")
    mr.promote("catalog", "staging")
    assert mr.mr(iid)["state"] == "merged" and mr.mr(iid)["sha"] != head
