"""Attacks and accidents around promotions: nothing is merged that must not be, and nothing is lost."""
import pytest

from test_older import source_of
from test_promote import Journey, gate_of

PRODUCTION = "stagegate/production/catalog"


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def approvers(run):
    return gate_of(run, "approval", "merge")["sentence"]


def requester_note(journey, iid):
    notes = [number for number, _, body in journey.mr(iid)["notes"] if "stagegate:requester" in body]
    assert notes, "nobody is written down"
    return str(notes[-1])


def still_waits(journey, iid, expect=75):
    before = journey.sandbox.tip("main")
    run = journey.promote("catalog", "production", expect=expect)
    assert journey.sandbox.tip("main") == before and journey.tag("prod") != "1.4.2"
    return run


def test_a_second_person_who_asked_for_a_newer_version_does_not_approve_it(journey):
    iid = journey.production_waits(tag="1.4.1")
    journey.staging(tag="1.4.2")
    journey.as_job_of("manager-1")
    journey.promote("catalog", "production", expect=75)
    assert "1.4.2" in journey.mr(iid)["title"]
    journey.ctl("approve", "manager-1", str(iid))
    journey.as_job_of("dev")
    still_waits(journey, iid)
    journey.ctl("approve", "manager-3", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"


@pytest.mark.parametrize("fault", ["gl-502", "gl-502-after"])
def test_the_head_does_not_move_before_it_is_known_that_it_is_written_down_who_asked(journey, faults, fault):
    iid = journey.production_waits(tag="1.4.1")
    journey.staging(tag="1.4.2")
    journey.as_job_of("manager-1")
    faults(fault, "1", "POST", "/notes")
    journey.promote("catalog", "production", expect=75)
    journey.as_job_of("dev")
    journey.ctl("approve", "manager-1", str(iid))
    still_waits(journey, iid)
    journey.ctl("approve", "manager-3", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"


def test_an_approval_of_an_older_head_with_another_version_is_void(journey):
    iid = journey.production_waits(tag="1.4.1")
    journey.ctl("approve", "manager-1", str(iid))
    journey.staging(tag="1.4.2")
    still_waits(journey, iid)


def test_an_approval_counts_on_for_the_same_change_on_a_newer_tip(journey):
    iid = journey.production_waits()
    journey.ctl("merge-method", "ff")
    journey.ctl("approve", "manager-1", str(iid))
    journey.ctl("push-foreign", "main", "order")
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"


def test_an_author_of_the_source_commits_does_not_approve_them(journey):
    iid = journey.production_waits(tag="1.4.3")
    journey.ctl("approve", "manager-2", str(iid))
    run = journey.promote("catalog", "production", expect=75)
    assert "manager-2" in approvers(run) and journey.tag("prod") != "1.4.3"
    journey.ctl("approve", "manager-3", str(iid))
    journey.promote("catalog", "production")


def test_the_authors_of_a_version_that_names_its_commit_are_known(journey):
    source = source_of(journey.sandbox)
    tag = "main-" + source("rev-parse", "v1.4.3^{commit}")[:10]
    iid = journey.production_waits(tag=tag)
    journey.ctl("approve", "manager-2", str(iid))
    run = journey.promote("catalog", "production", expect=75)
    assert "manager-2" in approvers(run) and journey.tag("prod") != tag
    journey.ctl("approve", "manager-3", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == tag


def test_who_goes_on_with_an_open_request_has_not_asked_for_it(journey):
    iid = journey.production_waits()
    journey.as_job_of("manager-1")
    journey.promote("catalog", "production", expect=75)
    journey.ctl("approve", "manager-1", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"


def test_git_that_breaks_off_voids_no_approval(journey, faults):
    """The approval is for an older head, whose commit is asked for by its id; once it breaks off, then always."""
    journey.sg.env["STAGEGATE_RETRY_BASE"] = "1ms"
    iid = journey.production_waits()
    journey.ctl("merge-method", "ff")
    journey.ctl("approve", "manager-1", str(iid))
    journey.ctl("push-foreign", "main", "order")
    journey.ctl("freeze", "on")
    journey.promote("catalog", "production", expect=75)
    assert len(journey.mr(iid)["versions"]) == 2
    for skipped in range(8):
        faults("clear")
        faults("git-truncate-pack", f"{skipped}+1")
        run = journey.gate("catalog", "production", expect=75)
        assert gate_of(run, "approval", "merge")["reason"] == "APPROVED", run
        faults("git-truncate-pack", f"{skipped}+1000")
        run = journey.sg("gate", "catalog", "--to", "production", "--output", "json", expect=None)
        assert run.code == 7 or gate_of(run, "approval", "merge")["reason"] in ("APPROVED", "APPROVALS_NOT_ANSWERED"), run


def test_an_author_whom_nobody_knows_closes_the_gate(journey):
    journey.staging(tag="1.5.0")
    run = journey.promote("catalog", "production", expect=1)
    assert "former@" in approvers(run)


def test_a_source_project_that_cannot_be_seen_closes_a_gate_that_excludes_authors(journey):
    journey.ctl("member", "shop/pricing", "bot", "remove")
    journey.staging(service="pricing", tag="9.9.1")
    run = journey.promote("pricing", "production", expect=1)
    assert gate_of(run, "approval", "merge")["state"] == "closed"


@pytest.mark.parametrize("path", ["apps/order/values-prod.yaml", "stagegate.yaml", ".gitlab-ci.yml"])
def test_a_foreign_commit_is_not_merged_with_ours(journey, path):
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    journey.ctl("foreign-commit", PRODUCTION, path, "a: 1\n")
    run = still_waits(journey, iid, expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and path in run.json["sentence"]


def forged(journey, branch, path, text, of):
    """A foreign commit on the branch with the message of our own commit, every trailer of it; its id."""
    message = journey.sandbox.git("log", "-1", "--format=%B", of).rstrip("\n")
    assert "Stagegate-Id: " in message and "Stagegate-Image: " in message
    return journey.ctl("commit-as", "dev", branch, path, message.replace("\n", "\\n"), text.rstrip("\n"))


def test_a_forged_trailer_without_the_value_is_not_believed(journey):
    iid = journey.production_waits()
    foreign = forged(journey, "main", "apps/catalog/NOTES.md", "done", of=PRODUCTION)
    still_waits(journey, iid)
    journey.ctl("approve", "manager-1", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2" and len(journey.merges()) == 2
    journey.sandbox.git("merge-base", "--is-ancestor", foreign, "main")


def test_a_forged_trailer_with_an_older_value_is_not_believed(journey):
    """The change is another one then: it has to be approved anew, and made once."""
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    values = journey.sandbox.show("apps/catalog/values-prod.yaml", "main").decode()
    foreign = forged(journey, "main", "apps/catalog/values-prod.yaml",
                     values.replace(journey.tag("prod"), "1.4.0"), of=PRODUCTION)
    assert journey.tag("prod") == "1.4.0"
    still_waits(journey, iid)
    journey.ctl("approve", "manager-3", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2" and len(journey.merges()) == 2
    journey.sandbox.git("merge-base", "--is-ancestor", foreign, "main")


def test_a_forged_trailer_with_a_newer_value_is_not_ours_to_undo(journey):
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    values = journey.sandbox.show("apps/catalog/values-prod.yaml", "main").decode()
    forged(journey, "main", "apps/catalog/values-prod.yaml", values.replace(journey.tag("prod"), "9.9.9"), of=PRODUCTION)
    run = still_waits(journey, iid, expect=6)
    assert run.json["reason"] == "OLDER" and journey.tag("prod") == "9.9.9"


@pytest.mark.parametrize("accident", [None, "git-reset-push", "git-lost-reply"])
def test_a_forged_trailer_makes_no_bump_believe_that_it_is_done(journey, faults, accident):
    journey.sg("bump", "catalog", "1.4.2")
    ours = journey.sandbox.tip()
    journey.ctl("reset")
    journey.sandbox.git("cat-file", "-e", ours)
    foreign = forged(journey, "develop", "apps/catalog/NOTES.md", "done", of=ours)
    if accident:
        faults(accident)
    run = journey.sg("bump", "catalog", "1.4.2", "--output", "json")
    assert run.json["result"] == "done" and journey.tag("dev", branch="develop") == "1.4.2"
    assert journey.sandbox.git("rev-list", f"{foreign}..develop").split() == [run.json["commit"]]


def test_a_branch_of_our_name_that_somebody_else_made_is_left_alone(journey):
    journey.staging()
    journey.ctl("foreign-commit", PRODUCTION, "apps/catalog/extra.yaml", "a: 1\n")
    head = journey.sandbox.tip(PRODUCTION)
    run = journey.promote("catalog", "production", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and journey.sandbox.tip(PRODUCTION) == head


def test_a_forks_merge_request_with_our_branch_name_is_not_ours(journey):
    journey.staging()
    journey.ctl("fork-mr", "dev", PRODUCTION, "main", "apps/catalog/values-prod.yaml", "image: {tag: evil}\n")
    run = journey.promote("catalog", "production", expect=75)
    assert run.json["merge_requests"][0]["iid"] != 2 and journey.tag("prod") != "1.4.2"


def test_large_merge_requests_of_forks_hold_nobody_up(journey):
    """Two are too much for one answer, four for the list of all: then only those of our own user are asked for."""
    journey.staging()
    for _ in range(4):
        iid = journey.ctl("fork-mr", "dev", PRODUCTION, "main", "apps/catalog/values-prod.yaml", "image: {tag: evil}\n").strip()
        journey.ctl("edit-description", iid, "\u00e9" * 1_000_000)  # six bytes each in the answer
    run = journey.promote("catalog", "production", expect=75)
    ours = run.json["merge_requests"][0]["iid"]
    assert journey.mr(ours)["state"] == "opened"
    assert [row["iid"] for row in journey.sg("mr", "list", "--output", "json").json["merge_requests"]] == [ours]


def test_what_cannot_be_listed_keeps_the_branch(journey):
    """Twelve are more than is read at all, and one from our branch by a person may be among them."""
    journey.staging()
    ours = journey.promote("catalog", "production", expect=75).json["merge_requests"][0]["iid"]
    for _ in range(12):
        iid = journey.ctl("fork-mr", "dev", PRODUCTION, "main", "apps/catalog/values-prod.yaml", "image: {tag: evil}\n").strip()
        journey.ctl("edit-description", iid, "\u00e9" * 1_000_000)
    run = journey.sg("mr", "close", "catalog", "--to", "production", expect=0)
    assert journey.mr(ours)["state"] == "closed" and "too large" in run.out, run
    assert journey.sandbox.tip(PRODUCTION)


def test_a_merge_request_of_somebody_else_on_our_branch_is_a_conflict(journey):
    journey.staging()
    journey.ctl("foreign-commit", PRODUCTION, "apps/catalog/extra.yaml", "a: 1\n")
    journey.ctl("open-mr", "dev", PRODUCTION, "main", "deploy(production): catalog 1.4.2")
    run = journey.promote("catalog", "production", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY"


def test_an_edited_description_changes_nothing(journey):
    iid = journey.production_waits()
    journey.ctl("edit-description", str(iid), "<!-- stagegate:request v1 env=dev service=order id=0 -->")
    still_waits(journey, iid)
    journey.ctl("approve", "manager-1", str(iid))
    journey.promote("catalog", "production")


def test_a_requester_note_that_was_edited_closes_the_gate(journey):
    iid = journey.production_waits()
    journey.ctl("edit-note", requester_note(journey, iid), "<!-- stagegate:requester v1 n=1 user=99 -->")
    journey.ctl("approve", "manager-1", str(iid))
    run = still_waits(journey, iid, expect=1)
    assert "changed" in approvers(run)


def test_a_requester_note_that_is_gone_gives_its_asker_no_vote(journey):
    journey.as_job_of("manager-1")
    iid = journey.production_waits()
    journey.ctl("delete-note", requester_note(journey, iid))
    journey.ctl("approve", "manager-1", str(iid))
    run = still_waits(journey, iid)
    assert run.json["merge_requests"][0]["iid"] != iid and journey.mr(iid)["state"] == "closed"


def test_the_target_moves_ten_times_while_we_merge(journey):
    journey.dev()
    journey.ctl("mr-next", "merge-moved", "10")
    journey.promote("catalog", "staging")
    assert journey.tag("staging") == "1.4.2"
    for commit in journey.ctl("mr-raced").split():
        journey.sandbox.git("merge-base", "--is-ancestor", commit, "main")


def test_a_token_that_loses_its_rights_half_way_merges_nothing(journey, faults):
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    faults("gl-lose-rights")
    run = journey.promote("catalog", "production", expect=4)
    assert run.json["reason"] in ("FORBIDDEN", "AUTH_FAILED") and journey.tag("prod") != "1.4.2"


def test_a_group_that_cannot_be_read_closes_the_gate(journey):
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    journey.ctl("group", "platform/release-managers", "hidden")
    run = still_waits(journey, iid, expect=1)
    assert gate_of(run, "approval", "merge")["state"] == "closed"


@pytest.mark.parametrize("fault, words, gate, reason", [
    ("gl-502", ("GET", "/approvals"), "approval", "APPROVALS_NOT_ANSWERED"),
    ("gl-reset", ("GET", "/members/all"), "approval", "APPROVALS_NOT_ANSWERED"),
    ("gl-502", ("GET", "shop%2Fcatalog/repository/commits"), "approval", "APPROVALS_NOT_ANSWERED"),
    ("gl-502", ("GET", "/freeze_periods"), "freeze", "FREEZE_NOT_ANSWERED"),
])
def test_what_gitlab_does_not_answer_now_is_asked_again_later(journey, faults, fault, words, gate, reason):
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    journey.sg.env["STAGEGATE_RETRY_BASE"] = "1ms"
    faults(fault, "1000", *words)
    run = still_waits(journey, iid)
    row = gate_of(run, gate, "merge")
    assert row["state"] == "wait" and row["reason"] == reason
    assert run.json["reason"] == "GATES_WAIT" and run.json["next_look"] == row["next_look"] is not None
    faults("clear")
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"


def test_nobody_is_said_to_have_merged_past_a_gate_that_could_not_be_asked_about(journey, faults):
    iid = journey.production_waits()
    journey.ctl("merge-as", "manager-1", str(iid))
    faults("gl-502", "1000", "GET", "/approvals")
    run = journey.promote("catalog", "production", expect=7, env={"STAGEGATE_RETRY_BASE": "1ms"})
    assert run.json["reason"] == "REMOTE_FAILED"
    faults("clear")
    assert journey.promote("catalog", "production", expect=1).json["reason"] == "MERGED_PAST_GATE"


def test_a_configuration_branch_that_is_not_protected_makes_gates_advice(journey):
    journey.dev()
    journey.ctl("protect", "main", "off")
    run = journey.promote("catalog", "staging", expect=4)
    assert run.json["reason"] == "ENVIRONMENT_GATED"
    gate = journey.gate("catalog", "staging")
    assert gate.json["advisory"] is True
    assert journey.ctl("mrs").strip() == ""


def test_a_local_configuration_does_not_open_gates(journey, tmp_path):
    journey.dev()
    config = tmp_path / "loose.yaml"
    config.write_bytes(journey.sandbox.show("stagegate.yaml", "main").replace(b"duration: 30m", b"duration: 1s"))
    journey.promote("catalog", "staging", "--config", str(config), expect=4)


def test_outside_a_job_without_its_token_nobody_can_ask(journey):
    journey.dev()
    run = journey.promote("catalog", "staging", expect=4, env={"CI_JOB_TOKEN": None})
    assert run.json["reason"] == "CREDENTIAL_MISSING"
    assert journey.ctl("mrs").strip() == ""


def test_who_asked_is_written_down_by_the_next_run_when_the_first_one_could_not(journey, faults):
    journey.dev()
    faults("gl-403", "1", "POST", "/notes")
    journey.promote("catalog", "staging", expect=4)
    journey.promote("catalog", "staging")
    assert journey.tag("staging") == "1.4.2" and len(journey.ctl("mrs").splitlines()) == 1
    assert requester_note(journey, 1)
