"""GitLab merges by itself: auto-merge and merge trains, what is taken back, pipelines that never come."""
import os
import subprocess

import pytest

from test_killed import killed
from test_mr import STAGING, Requests, world
from test_promote import configure

GATES = "    gates:\n      - {type: health}\n      - {type: soak, duration: 30m}\n  - name: production"
SOAK = "    merge: gitlab\n    gates:\n      - {type: soak, duration: 30m}\n  - name: production"


@pytest.fixture
def mr(sandbox, sg):
    return Requests(sandbox, sg)


def hand_over(mr, trains=False):
    """Staging has no gate that is decided right before the merge, and GitLab merges into it."""
    configure(mr, GATES, SOAK)
    if trains:
        mr.ctl("project", "merge_trains_enabled", "true")


def arms(mr):
    """Requests that told GitLab to merge by itself: (last word of the address, status)."""
    return [(row["path"].rpartition("/")[2] if "merge_trains" not in row["path"] else "train", row["status"])
            for row in mr.writes() if row["path"].endswith("/merge") or "merge_trains" in row["path"]]


# --- auto-merge


def test_gitlab_merges_when_the_pipeline_succeeds(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-pace", "ci", "4")
    mr.ctl("api-log", "clear")
    run = mr.promote("catalog", "staging")
    assert run.json["verdicts"][0]["reason"] == "DEPLOYED" and mr.tag("staging") == "1.4.2"
    assert arms(mr) == [("merge", 200)]
    assert "AUTO_MERGE_SET" in run.err
    row = run.json["merge_requests"][0]
    assert row["state"] == "merged" and run.json["commit"] == row["landed"]


def test_what_is_green_already_is_merged_at_once(mr):
    hand_over(mr)
    iid = mr.opened()
    for _ in range(6):
        mr.api("GET", f"merge_requests/{iid}")
    mr.ctl("api-log", "clear")
    mr.run("merge", "catalog", "--to", "staging")
    assert mr.tag("staging") == "1.4.2" and arms(mr) == [("merge", 200)]


def test_the_time_is_up_and_gitlab_merges_while_nobody_waits(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    run = mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    assert run.json["reason"] == "AUTO_MERGE_SET"
    iid = run.json["merge_requests"][0]["iid"]
    assert mr.mr(iid)["merge_when_pipeline_succeeds"] is True
    mr.ctl("pipeline", str(iid), "success")
    run = mr.promote("catalog", "staging")
    assert run.json["verdicts"][0]["reason"] == "DEPLOYED" and mr.tag("staging") == "1.4.2"


def test_a_failed_pipeline_is_taken_back_and_said(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-pace", "ci", "4")
    mr.ctl("mr-switch", "ci-outcome", "failed")
    run = mr.promote("catalog", "staging", expect=1)
    iid = run.json["merge_requests"][0]["iid"]
    assert run.json["reason"] == "PIPELINE_FAILED" and mr.mr(iid)["merge_when_pipeline_succeeds"] is False
    mr.ctl("pipeline", str(iid), "success")
    assert mr.mr(iid)["state"] == "opened"
    mr.promote("catalog", "staging")
    assert mr.mr(iid)["state"] == "merged"


def test_a_foreign_head_is_not_left_to_gitlab(mr):
    hand_over(mr)
    iid = mr.opened()
    mr.ctl("mr-switch", "ci-outcome", "running")
    mr.ctl("foreign-commit", STAGING, "stagegate.yaml", "version: 1\n")
    mr.ctl("arm", "dev", str(iid))
    run = mr.promote("catalog", "staging", expect=6)
    assert run.json["reason"] == "BRANCH_BUSY" and mr.mr(iid)["merge_when_pipeline_succeeds"] is False


def test_an_environment_before_that_cannot_be_seen_any_more_is_a_reason_to_take_it_back(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    run = mr.promote("catalog", "staging", env={"KUBECONFIG": mr.sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}, expect=75)
    assert run.json["reason"] == "GATES_WAIT" and "cannot be read" in run.json["sentence"]
    assert mr.mr(run.json["merge_requests"][0]["iid"])["merge_when_pipeline_succeeds"] is False
    assert mr.promote("catalog", "staging", "--timeout", "2s", expect=8).json["reason"] == "AUTO_MERGE_SET"


def test_what_a_person_cancelled_stays_cancelled_until_somebody_sets_it(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    run = mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    iid = str(run.json["merge_requests"][0]["iid"])
    mr.ctl("withdraw", "dev", iid)
    mr.ctl("api-log", "clear")
    run = mr.promote("catalog", "staging", expect=75)
    assert run.json["reason"] == "AUTO_MERGE_WITHDRAWN" and arms(mr) == []
    mr.ctl("arm", "dev", iid)
    mr.ctl("pipeline", iid, "success")
    mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.2" and arms(mr) == []


def test_another_version_begins_anew_after_a_cancel(mr):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    run = mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    mr.ctl("withdraw", "dev", str(run.json["merge_requests"][0]["iid"]))
    mr.ctl("mr-switch", "ci-outcome", "success")
    mr.dev(tag="1.4.3")
    mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.3"


def test_somebody_arms_it_where_a_gate_is_closed(mr):
    iid = str(mr.production_waits())
    mr.ctl("allow-merge", "dev")
    mr.ctl("arm", "dev", iid)
    run = mr.promote("catalog", "production", expect=75)
    assert run.json["reason"] == "GATES_WAIT" and mr.mr(iid)["merge_when_pipeline_succeeds"] is False
    assert "AUTO_MERGE_TAKEN_BACK" in run.err


@pytest.mark.parametrize("gate", ["{type: health}", "{type: freeze}", "{type: approval, from: [\"@dev\"]}"])
def test_a_gate_that_is_decided_right_before_the_merge_contradicts_it(mr, gate):
    configure(mr, GATES, SOAK.replace("{type: soak, duration: 30m}", gate))
    run = mr.promote("catalog", "staging", expect=3)
    assert "merge: gitlab" in run.json["error"]["cause"] if "error" in run.json else True
    assert "CONFIG_INVALID" in run.out and "decided right before the merge" in run.out + run.err


# --- the configuration becomes another one before GitLab merges


def armed(mr):
    """It is set to merge by itself, and its pipeline runs; its number."""
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    return mr.promote("catalog", "staging", "--timeout", "2s", expect=8).json["merge_requests"][0]["iid"]


NOW_GATED = ("    merge: gitlab\n    gates:\n      - {type: soak, duration: 30m}", "    gates:\n      - {type: soak, duration: 30m}\n      - {type: freeze}")


@pytest.mark.parametrize("new", [
    "    merge: gitlab\n    gates:\n      - {type: freeze}",  # contradicts itself: nothing can be read
    "    merge: gitlab\n    publish: commit\n    gates:\n      - {type: soak, duration: 30m}",
])
def test_a_configuration_that_does_not_hold_any_more_takes_it_back(mr, new):
    hand_over(mr)
    mr.dev()
    mr.ctl("mr-switch", "ci-outcome", "running")
    with mr.sg.started("promote", "catalog", "--to", "staging", "--timeout", "60s") as run:
        run.says("AUTO_MERGE_SET")
        configure(mr, NOW_GATED[0], new)
        assert run.ends() == 3, run.text
    iid = mr.ctl("mrs").split()[0].lstrip("!")
    assert "AUTO_MERGE_TAKEN_BACK" in run.text and mr.mr(iid)["merge_when_pipeline_succeeds"] is False
    mr.ctl("pipeline", iid, "success")
    assert mr.mr(iid)["state"] == "opened"


def test_a_configuration_that_cannot_be_read_any_more_takes_it_back(mr):
    iid = armed(mr)
    with mr.sg.started("promote", "catalog", "--to", "staging", "--timeout", "60s") as run:
        run.says("AUTO_MERGE_SET")
        configure(mr, NOW_GATED[0], NOW_GATED[1] + "\n" + 20000 * f"# {100 * 'x'}\n")
        assert run.ends() == 9, run.text
    assert "AUTO_MERGE_TAKEN_BACK" in run.text and mr.mr(iid)["merge_when_pipeline_succeeds"] is False


def test_an_environment_that_is_published_otherwise_now_takes_it_back(mr):
    iid = armed(mr)
    mr.ctl("freeze", "on")
    with mr.sg.started("promote", "catalog", "--to", "staging", "--timeout", "60s") as run:
        run.says("AUTO_MERGE_SET")
        rest = '\n    application: "{service}-staging"\n    cluster: {context: staging}\n'
        configure(mr, "publish: merge-request" + rest + NOW_GATED[0], "publish: commit" + rest + NOW_GATED[1])
        assert run.ends() == 75, run.text
    assert "AUTO_MERGE_TAKEN_BACK" in run.text and mr.mr(iid)["merge_when_pipeline_succeeds"] is False


def test_what_a_person_set_is_left_to_the_person_where_the_run_ends(mr):
    iid = armed(mr)
    mr.ctl("withdraw", "dev", str(iid))
    mr.ctl("arm", "dev", str(iid))
    with mr.sg.started("promote", "catalog", "--to", "staging", "--timeout", "60s") as run:
        run.says("AUTO_MERGE_SET")
        configure(mr, NOW_GATED[0], "    merge: gitlab\n    gates:\n      - {type: freeze}")
        assert run.ends() == 3, run.text
    assert mr.mr(iid)["merge_when_pipeline_succeeds"] is True


def test_where_a_person_merges_now_ours_is_taken_back_and_a_persons_stays(mr):
    iid = armed(mr)
    configure(mr, "merge: gitlab", "merge: human")
    run = mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    assert "AUTO_MERGE_TAKEN_BACK" in run.err and "a person" in run.err and mr.mr(iid)["merge_when_pipeline_succeeds"] is False
    mr.ctl("allow-merge", "dev")
    mr.ctl("arm", "dev", str(iid))
    mr.promote("catalog", "staging", "--timeout", "2s", expect=8)
    assert mr.mr(iid)["merge_when_pipeline_succeeds"] is True


@pytest.mark.parametrize("meanwhile", [True, False])
def test_what_gitlab_merges_in_our_name_after_gates_came_is_said(mr, meanwhile):
    """Nobody waits; the gates are there before the merge, or only after it."""
    iid = armed(mr)
    if meanwhile:
        configure(mr, *NOW_GATED)
    mr.ctl("clock", "5")
    mr.ctl("freeze", "on")
    mr.ctl("pipeline", str(iid), "success")
    for _ in range(8):  # the target moved: GitLab tests again whether it can be merged
        mr.api("GET", f"merge_requests/{iid}")
    assert mr.mr(iid)["state"] == "merged"
    mr.ctl("clock", "5")
    if not meanwhile:
        configure(mr, *NOW_GATED)
    for words in (("promote", "catalog", "--to", "staging"), ("mr", "status", f"!{iid}")):
        run = mr.sg(*words, "--output", "json", expect=1 if meanwhile else 0)
        assert (run.json["reason"] == "MERGED_PAST_GATE") is meanwhile, run


def hidden(mr, date):
    """Somebody takes the gates away after the merge and brings them back; the commit without them is dated before it."""
    configure(mr, *reversed(NOW_GATED))
    redated(mr, "main", date)
    configure(mr, *NOW_GATED)
    redated(mr, "main", "2099-01-01T00:00:00Z")


def redated(mr, branch, date):
    """The last commit gets another date: whoever pushes chooses it."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "dev"), ("EMAIL", "dev@example.com"), ("DATE", date))}
    made = subprocess.run(["git", "-C", mr.sandbox.repository, "commit-tree", f"{branch}^{{tree}}", "-p", f"{branch}^", "-m", "gates"],
                          env={**os.environ, **who}, check=True, capture_output=True, text=True).stdout.strip()
    mr.sandbox.git("update-ref", f"refs/heads/{branch}", made)


@pytest.mark.parametrize("meanwhile, date", [(True, "2099-01-01T00:00:00Z"), (False, "2001-01-01T00:00:00Z")])
def test_when_gates_came_is_not_what_whoever_brought_them_says(mr, meanwhile, date):
    iid = armed(mr)
    if meanwhile:
        configure(mr, *NOW_GATED)
        redated(mr, "main", date)
    mr.ctl("clock", "5")
    mr.ctl("freeze", "on")
    mr.ctl("pipeline", str(iid), "success")
    for _ in range(8):
        mr.api("GET", f"merge_requests/{iid}")
    assert mr.mr(iid)["state"] == "merged"
    mr.ctl("clock", "5")
    if not meanwhile:
        configure(mr, *NOW_GATED)
        redated(mr, "main", date)
    run = mr.promote("catalog", "staging", expect=1 if meanwhile else 0)
    assert (run.json["reason"] == "MERGED_PAST_GATE") is meanwhile, run


def merged_by_request(mr, branch, old, new):
    """Another configuration, by a merge request."""
    mr.sandbox.git("branch", branch, "main")
    mr.sandbox.ctl("push-file", branch, "stagegate.yaml", stdin=mr.sandbox.show("stagegate.yaml", "main").decode().replace(old, new))
    iid = mr.api("POST", "merge_requests", source_branch=branch, target_branch="main", title="Configuration")["iid"]
    mr.ctl("pipeline", str(iid), "success")
    mr.ctl("merge-as", "manager-1", str(iid))
    assert mr.mr(iid)["state"] == "merged" and new in mr.sandbox.show("stagegate.yaml", "main").decode()


@pytest.mark.parametrize("meanwhile, date", [(True, None), (True, "2001-01-01T00:00:00Z"), (False, None)])
def test_gates_on_another_branch_than_the_one_merged_into(mr, meanwhile, date):
    """Nothing of the merge says what they were: GitLab's records of the configuration do, and no date of a commit."""
    mr.sandbox.git("update-ref", "refs/heads/release", "refs/heads/main")
    configure(mr, "- name: staging\n", "- name: staging\n    branch: release\n")
    iid = armed(mr)
    if not meanwhile:
        merged_by_request(mr, "words", "version: 1\n", "version: 1  # without gates in staging\n")
    if meanwhile:
        mr.ctl("clock", "5")
        configure(mr, *NOW_GATED)
    mr.ctl("clock", "5")
    mr.ctl("freeze", "on")
    mr.ctl("pipeline", str(iid), "success")
    for _ in range(8):
        mr.api("GET", f"merge_requests/{iid}")
    assert mr.mr(iid)["state"] == "merged" and mr.mr(iid)["target_branch"] == "release"
    mr.ctl("clock", "5")
    if date:
        hidden(mr, date)
    if not meanwhile:
        merged_by_request(mr, "gates", *NOW_GATED)
    run = mr.promote("catalog", "staging", expect=1)  # the application of the sandbox tracks main
    assert run.json["reason"] == ("MERGED_PAST_GATE" if meanwhile else "WRONG_REVISION_TARGET"), run


@pytest.mark.parametrize("unusable", ["", "#" * (1 << 20) + "\n"], ids=["empty", "large"])
def test_a_configuration_without_use_did_not_say_that_there_were_no_gates(mr, unusable):
    """It is empty, or larger than any that is read."""
    iid = armed(mr)
    text = mr.sandbox.show("stagegate.yaml", "main").decode()
    mr.sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=unusable)
    mr.ctl("clock", "5")
    mr.ctl("freeze", "on")
    mr.ctl("pipeline", str(iid), "success")
    for _ in range(8):
        mr.api("GET", f"merge_requests/{iid}")
    assert mr.mr(iid)["state"] == "merged"
    mr.ctl("clock", "5")
    mr.sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=text.replace(*NOW_GATED))
    assert mr.promote("catalog", "staging", expect=1).json["reason"] == "MERGED_PAST_GATE"


def test_a_status_that_opened_only_after_the_merge_was_not_our_word_before_it(mr):
    """GitLab keeps one record from pending to success, with the time of its beginning."""
    iid = mr.production_waits()
    head = mr.sandbox.tip("stagegate/production/catalog")
    mr.ctl("approve", "manager-1", str(iid))
    mr.ctl("merge-as", "manager-1", str(iid))
    mr.ctl("clock", "5")
    mr.api("POST", f"statuses/{head}", token="STAGEGATE_GITLAB_TOKEN", state="success", name="stagegate/production")
    run = mr.promote("catalog", "production", expect=1)
    assert run.json["reason"] == "MERGED_PAST_GATE" and "stagegate/production" in run.out


def test_what_we_merged_ourselves_is_no_merge_past_a_gate(mr):
    """Set to merge by itself once, then gates came, and it was us who merged, right after asking them."""
    iid = armed(mr)
    configure(mr, *NOW_GATED)
    mr.ctl("mr-switch", "ci-outcome", "success")
    with mr.sg.started("promote", "catalog", "--to", "staging", "--timeout", "60s") as run:
        run.says("AUTO_MERGE_TAKEN_BACK")
        run.says("PIPELINE_RUNNING")
        mr.ctl("pipeline", str(iid), "success")
        assert run.ends() == 0, run.text
    mr.ctl("freeze", "on")
    assert mr.promote("catalog", "staging").json["reason"] == "NOTHING_TO_DO"
    assert mr.run("status", f"!{iid}").json["reason"] == "MR_MERGED"


def test_merge_trains_that_are_switched_on_meanwhile_are_seen(mr):
    mr.production_waits()
    with mr.sg.started("promote", "catalog", "--to", "production", "--wait-for-people", "--timeout", "60s") as run:
        run.says("GATES_WAIT")
        mr.ctl("project", "merge_trains_enabled", "true")
        assert run.ends() == 1, run.text
    assert "MERGE_TRAIN_NEEDED" in run.text


# --- merge trains


@pytest.mark.parametrize("word", ["merge: gitlab", "merge: auto"])
def test_it_goes_by_the_merge_train_where_the_project_has_them(mr, word):
    hand_over(mr, trains=True)
    configure(mr, "merge: gitlab", word)
    mr.dev()
    mr.ctl("mr-pace", "ci", "3")
    mr.ctl("api-log", "clear")
    run = mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.2" and "ON_MERGE_TRAIN" in run.err
    assert arms(mr) == [("train", 202)]
    assert mr.sandbox.ctl("train", "main").strip() == ""


def test_a_train_pipeline_that_fails_is_said(mr):
    hand_over(mr, trains=True)
    iid = mr.opened()
    for _ in range(6):
        mr.api("GET", f"merge_requests/{iid}")
    mr.ctl("mr-switch", "ci-outcome", "failed")
    run = mr.promote("catalog", "staging", expect=1)
    assert run.json["reason"] == "PIPELINE_FAILED" and mr.mr(iid)["state"] == "opened"


def test_off_the_train_by_a_person(mr):
    hand_over(mr, trains=True)
    iid = mr.opened()
    for _ in range(6):
        mr.api("GET", f"merge_requests/{iid}")
    mr.ctl("mr-switch", "ci-outcome", "running")
    assert mr.promote("catalog", "staging", "--timeout", "2s", expect=8).json["reason"] == "ON_MERGE_TRAIN"
    mr.ctl("withdraw", "manager-1", str(iid))
    assert mr.promote("catalog", "staging", expect=75).json["reason"] == "AUTO_MERGE_WITHDRAWN"


def test_the_place_on_the_train_is_said(mr):
    hand_over(mr, trains=True)
    iid = mr.opened()
    mr.dev("order", "9.4.2")
    other = mr.run("open", "order", "--to", "staging").json["merge_requests"][0]["iid"]
    for _ in range(6):
        mr.api("GET", f"merge_requests/{iid}")
        mr.api("GET", f"merge_requests/{other}")
    mr.ctl("mr-switch", "ci-outcome", "running")
    assert "place 1 of 1 on it" in mr.promote("catalog", "staging", "--timeout", "2s", expect=8).json["sentence"]
    row = mr.promote("order", "staging", "--timeout", "2s", expect=8).json
    assert row["reason"] == "ON_MERGE_TRAIN" and "place 2 of 2 on it" in row["sentence"]
    assert "place 2 of 2 on it" in mr.run("status", "order", "--to", "staging", expect=8).json["sentence"]


def test_a_train_that_does_not_take_it_is_asked_again_but_not_for_ever(mr):
    hand_over(mr, trains=True)
    mr.dev()
    mr.ctl("mr-next", "train-ignored", "2")
    mr.promote("catalog", "staging")
    assert mr.tag("staging") == "1.4.2"
    mr.dev(tag="1.4.3")
    mr.ctl("mr-next", "train-ignored", "1000")
    run = mr.promote("catalog", "staging", expect=6)
    assert "again and again" in run.out and mr.tag("staging") == "1.4.2"


def test_the_target_moves_while_it_is_on_the_train(mr):
    hand_over(mr, trains=True)
    iid = mr.opened()
    mr.ctl("mr-pace", "ci", "4")
    with mr.sg.started("promote", "catalog", "--to", "staging") as run:
        run.says("ON_MERGE_TRAIN")
        mr.ctl("push-foreign", "main", "order", "9.9.9")
        assert run.ends() == 0, run.text
    assert mr.tag("staging") == "1.4.2" and mr.mr(iid)["state"] == "merged"


def test_gates_and_a_train_do_not_go_together(mr):
    mr.staging()
    mr.ctl("project", "merge_trains_enabled", "true")
    run = mr.promote("catalog", "production", expect=1)
    assert run.json["reason"] == "MERGE_TRAIN_NEEDED" and not mr.branch("stagegate/production/catalog")
    mr.ctl("project", "merge_trains_enabled", "false")
    assert mr.promote("catalog", "production", expect=75).json["reason"] == "GATES_WAIT"


# --- killed


@pytest.mark.parametrize("trains", [False, True])
def test_killed_at_every_write_and_run_again_ends_the_same(mr, trains):
    words = ("promote", "catalog", "--to", "staging")

    def begin():
        mr.ctl("reset")
        hand_over(mr, trains)
        mr.dev()
        mr.ctl("mr-pace", "ci", "3")

    begin()
    mr.ctl("hold", "0")
    mr.sg(*words)
    count, whole = len(mr.ctl("effects").splitlines()), world(mr)
    for number in range(1, count + 1):
        begin()
        at, _ = killed(mr, words, number, "answer")
        assert at or number == count
        mr.sg(*words)
        assert world(mr) == whole, f"killed at write {number}: {at}"


# --- pipelines


def started(mr):
    return [row for row in mr.writes() if row["path"].endswith("/pipelines")]


def test_a_pipeline_that_never_comes_is_said_in_time(mr):
    mr.dev()
    mr.ctl("mr-switch", "ci", "off")
    run = mr.promote("catalog", "staging", "--pipeline-grace", "1s", expect=1)
    assert run.json["reason"] == "PIPELINE_NEVER_CAME" and started(mr) == []


def start_one(mr):
    configure(mr, "    publish: merge-request\n    application: \"{service}-staging\"",
              "    publish: merge-request\n    merge_request: {start_pipeline: true}\n    application: \"{service}-staging\"")
    mr.dev()
    mr.ctl("mr-pace", "attach", "1000", "600000")
    mr.ctl("api-log", "clear")


def test_a_pipeline_is_started_where_that_is_allowed(mr):
    start_one(mr)
    run = mr.promote("catalog", "staging", "--pipeline-grace", "1s")
    assert mr.tag("staging") == "1.4.2" and len(started(mr)) == 1 and "PIPELINE_STARTED" in run.err


def test_a_pipeline_that_gitlab_does_not_start_is_told_in_its_words(mr):
    start_one(mr)
    mr.ctl("mr-switch", "ci", "off")
    run = mr.promote("catalog", "staging", "--pipeline-grace", "1s", expect=1)
    assert run.json["reason"] == "PIPELINE_NEVER_CAME" and "will not run for the selected trigger" in run.json["sentence"]
    assert len(started(mr)) == 1


def test_a_lost_answer_starts_no_second_one(mr, faults):
    start_one(mr)
    faults("gl-502-after", "1", "POST", "pipelines")
    mr.promote("catalog", "staging", "--pipeline-grace", "1s")
    assert mr.tag("staging") == "1.4.2" and len(started(mr)) == 1
