"""Older never replaces newer without being told so, and what is expected to stand there has to stand there."""
import json
import ssl
import urllib.request
import xml.etree.ElementTree

import pytest

from test_promote import HALF_AN_HOUR, TWO_HOURS, Journey, configure

PIPELINE = "https://gitlab.example.com/shop/catalog/-/pipelines/7"
VALUES = "apps/catalog/values-dev.yaml"


@pytest.fixture(autouse=True)
def start(sandbox):
    sandbox.ctl("reset")


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def trailers(sandbox, rev="develop"):
    return sandbox.git("log", "-1", "--format=%(trailers:only,unfold)", rev).splitlines()


def refused(sandbox, sg, *words, code=6, reason="OLDER", env=None):
    """Runs what must write nothing; its text."""
    tip = sandbox.tip()
    run = sg("bump", *words, expect=code, env=env)
    assert sandbox.tip() == tip and reason in run.err and run.out == "", run
    return run.err


def test_an_older_tag_is_refused_and_names_the_commit(sandbox, sg):
    sg("bump", "catalog", "1.5.0", env={"CI_PIPELINE_URL": PIPELINE})
    text = refused(sandbox, sg, "catalog", "1.4.9")
    assert f"{VALUES}:" in text and "'1.5.0', and '1.4.9' is older" in text
    assert f"commit {sandbox.tip()[:12]} of {PIPELINE}" in text and "--allow-older --reason" in text
    assert "nothing was written" in text


def test_behind_other_commits_the_tip_and_the_way_to_it_are_named(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    sg("bump", "order", "9.9.9")
    text = refused(sandbox, sg, "catalog", "1.4.9")
    tip = sandbox.tip()
    command = f"log -1 -S'1.5.0' {tip[:12]} -- {VALUES}"
    assert f"git {command}" in text
    found = sandbox.git("log", "-1", "--format=%s", "-S1.5.0", tip, "--", VALUES)
    assert found == "deploy(dev): catalog 1.5.0"


@pytest.mark.parametrize("service,before,older", [("customer", "v1.13.0", "v1.12.9"), ("search", "2024.11", "2024.9"),
                                                  ("notification", "2.0.0-rc.10", "2.0.0-rc.9")])
def test_every_kind_of_version_and_place(sandbox, sg, service, before, older):
    sg("bump", service, before)
    refused(sandbox, sg, service, older)


@pytest.mark.parametrize("before,then", [("1.5.0", "4f9a2c1"), ("main-4f9a2c1", "1.4.0"), ("2024.10.1", "1.0.0"),
                                         ("1.5.0-rc.1", "1.5.0"), ("1.5", "1.5.0")])
def test_what_has_no_order_or_is_no_older_passes(sandbox, sg, before, then):
    sg("bump", "catalog", before)
    sg("bump", "catalog", then)
    assert f"catalog {then}" in sandbox.git("log", "-1", "--format=%s", "develop")


def test_one_older_of_several_refuses_all(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    assert "catalog" in refused(sandbox, sg, "order=9.0.0", "catalog=1.4.9", "payment=9.0.0")


def test_a_dry_run_says_it(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    refused(sandbox, sg, "catalog", "1.4.9", "--dry-run")
    tip = sandbox.tip()
    run = sg("bump", "catalog", "1.4.9", "--dry-run", "--allow-older", "--reason", "it fails", "--output", "json")
    assert sandbox.tip() == tip and run.json["result"] == "planned"
    assert [row["reason"] for row in run.json["warnings"]] == ["WENT_BACK"] and "it fails" in run.out


def test_reports_of_a_refusal(sandbox, sg, tmp_path):
    sg("bump", "catalog", "1.5.0")
    run = sg("bump", "catalog", "1.4.9", "--output", "json", "--report-junit", "junit.xml", expect=6)
    assert run.json["reason"] == "OLDER" and run.json["exit_code"] == 6
    error = xml.etree.ElementTree.parse(tmp_path / "junit.xml").getroot().find(".//testcase")[0]
    assert error.get("type") == "OLDER" and "1.5.0" in error.get("message")


def test_allowed_it_is_written_with_its_reason(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    before = sandbox.tip()
    words = ("bump", "catalog", "1.4.9", "--allow-older", "--reason", "  payments fail since 1.5.0 ")
    run = sg(*words, "--output", "json")
    after = sandbox.tip()
    assert run.json["result"] == "done" and run.json["warnings"][0]["reason"] == "WENT_BACK"
    assert "Stagegate-Reason: payments fail since 1.5.0" in trailers(sandbox)
    assert sg(*words, "--output", "json").json["result"] == "unchanged" and sandbox.tip() == after
    sandbox.git("update-ref", "refs/heads/develop", before)
    sg("bump", "catalog", "1.4.9", env={"STAGEGATE_ALLOW_OLDER": "true",
                                        "STAGEGATE_OLDER_REASON": "payments fail since 1.5.0"})
    assert sandbox.tip() == after, "the same change for the same reason is the same commit"


def test_a_reason_forges_nothing(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    evil = "why\nStagegate-Image: catalog 9.9.9\r\n\n\nStagegate-Id: 0\x1b[31m [skip ci] \u202e" + "x" * 100_000
    sg("bump", "catalog", "1.4.9", "--allow-older", "--reason", evil)
    lines = trailers(sandbox)
    assert [line for line in lines if line.startswith("Stagegate-Image: ")] == ["Stagegate-Image: catalog 1.4.9"]
    assert len([line for line in lines if line.startswith("Stagegate-Id: ")]) == 1
    (reason,) = [line for line in lines if line.startswith("Stagegate-Reason: ")]
    assert reason.startswith("Stagegate-Reason: why Stagegate-Image: catalog 9.9.9") and len(reason) < 530
    message = sandbox.git("log", "-1", "--format=%B", "develop")
    assert "[skip ci]" not in message and "\x1b" not in message and "\u202e" not in message


def test_a_secret_in_the_reason_is_masked(sandbox, sg):
    sg("bump", "catalog", "1.5.0")
    run = sg("bump", "catalog", "1.4.9", "--allow-older",
             env={"STAGEGATE_OLDER_REASON": "because " + sg.env["STAGEGATE_GITLAB_TOKEN"]})
    assert "Stagegate-Reason: because [MASKED]" in trailers(sandbox), run


@pytest.mark.parametrize("options,word", [(("--allow-older",), "--reason"), (("--reason", "why"), "--allow-older"),
                                          (("--allow-older", "--reason", " \t\n"), "--reason"),
                                          (("--allow-older", "--reason", ""), "--reason")])
@pytest.mark.parametrize("command", [("bump", "catalog", "1.4.9"), ("promote", "catalog", "--to", "staging")])
def test_both_options_or_none(sg, command, options, word):
    run = sg(*command, *options, expect=2)
    assert word in run.err


def test_a_newer_one_that_lands_while_we_push_stays(sandbox, sg, faults):
    """The push of 1.4.9 onto 1.4.1 loses the race, and then 1.5.0 stands there."""
    newer = sandbox.ctl("push-foreign", "develop", "catalog", "1.5.0").strip()
    sandbox.ctl("push-foreign", "develop", "catalog", "1.4.1")
    faults("push-force")
    run = sg("bump", "catalog", "1.4.9", expect=6)
    assert "OLDER" in run.err and "1.5.0" in run.err
    subjects = sandbox.git("log", "--format=%s", f"{newer}..develop").splitlines()
    assert len(subjects) == 1 and subjects[0].startswith("logging: squeezed in")


def test_a_lost_race_without_a_newer_one_goes_on(sandbox, sg, faults):
    before = sandbox.tip()
    faults("push-race", "2")
    run = sg("bump", "catalog", "1.4.2", "--expect-current", "1.4.1", "--output", "json")
    assert run.json["tries"] == 3
    assert sandbox.git("log", "--format=%s", f"{before}..develop").splitlines().count("deploy(dev): catalog 1.4.2") == 1


def test_a_lost_answer_is_no_refusal(sandbox, sg, faults):
    before = sandbox.tip()
    faults("git-lost-reply")
    run = sg("bump", "catalog", "1.4.2", "--expect-current", "1.4.1", "--output", "json")
    assert run.json["result"] == "done"
    assert sandbox.git("log", "--format=%s", f"{before}..develop") == "deploy(dev): catalog 1.4.2"


def test_expected_and_there(sandbox, sg):
    sg("bump", "catalog", "1.4.2", "--expect-current", "1.4.1")
    assert b"1.4.2" in sandbox.show(VALUES)
    # The wish is fulfilled: a job that runs again has nothing to do, and is no failure.
    run = sg("bump", "catalog", "1.4.2", "--expect-current", "1.4.1", "--output", "json")
    assert run.json["result"] == "unchanged"


def test_another_value_than_the_expected_one(sandbox, sg):
    text = refused(sandbox, sg, "catalog", "1.4.2", "--expect-current", "1.4.0", reason="UNEXPECTED_VALUE")
    assert f"{VALUES}:" in text and "'1.4.1'" in text and "'1.4.0' is expected" in text
    assert sandbox.tip()[:12] in text and "nothing was written" in text
    refused(sandbox, sg, "catalog", "1.4.2", "--expect-current", "1.4.0", "--dry-run", reason="UNEXPECTED_VALUE")
    refused(sandbox, sg, "search", "2024.11", "--expect-current", "2024.1", reason="UNEXPECTED_VALUE")
    run = sg("bump", "catalog", "1.4.2", "--expect-current", "1.4.0", "--output", "json", expect=6)
    assert run.json["reason"] == "UNEXPECTED_VALUE"


def test_a_digest_is_expected_where_none_can_be(sandbox, sg):
    digest = "sha256:" + "a" * 64
    text = refused(sandbox, sg, "catalog", "1.4.2", "--expect-current", digest, reason="UNEXPECTED_VALUE")
    assert "no place of catalog holds" in text


def test_the_expectation_holds_after_a_lost_race(sandbox, sg, faults):
    newer = sandbox.ctl("push-foreign", "develop", "catalog", "1.4.5").strip()
    sandbox.ctl("push-foreign", "develop", "catalog", "1.4.1")
    faults("push-force")
    run = sg("bump", "catalog", "1.4.9", "--expect-current", "1.4.1", expect=6)
    assert "UNEXPECTED_VALUE" in run.err and "'1.4.5'" in run.err
    assert len(sandbox.git("log", "--format=%s", f"{newer}..develop").splitlines()) == 1


@pytest.mark.parametrize("words", [("catalog=1.4.2", "order=9.0.0"), ("catalog", "order", "--image-tag", "9.0.0")])
def test_an_expectation_is_for_one_service(sg, words):
    run = sg("bump", *words, "--expect-current", "1.4.1", expect=2)
    assert "one service" in run.err


@pytest.mark.parametrize("value", ["", "no tag", "a/b", "@", "1.4.1@", "@sha256:" + "a" * 64, "sha256:short", "x" * 200,
                                   "1.4.1\n", "repo:1.4.1"])
def test_an_expectation_that_is_no_value(sg, value):
    run = sg("bump", "catalog", "1.4.2", "--expect-current", value, expect=2)
    assert "--expect-current" in run.err


def gone_back(journey):
    """1.4.2 runs in staging, and dev went back to 1.4.0 on purpose."""
    journey.staging()
    journey.sg("bump", "catalog", "1.4.0", "--allow-older", "--reason", "1.4.2 fails")
    journey.sg("wait", "catalog", "--env", "dev")
    journey.ctl("clock", HALF_AN_HOUR)


def test_a_promotion_goes_back_only_when_told(journey):
    gone_back(journey)
    run = journey.promote("catalog", "staging", "--dry-run")
    assert run.json["result"] == "planned" and run.json["reason"] == "OLDER"
    journey.promote("catalog", "staging", expect=6)
    assert journey.tag("staging") == "1.4.2"
    run = journey.promote("catalog", "staging", "--allow-older", "--reason", "1.4.2 fails")
    assert run.json["result"] == "done" and journey.tag("staging") == "1.4.0"


def test_no_gate_opens_for_going_back(journey):
    """The merge request says why, and waits for the approval that every change needs."""
    iid = journey.production_waits()
    journey.ctl("approve", "manager-1", str(iid))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"
    journey.sg("bump", "catalog", "1.4.0", "--allow-older", "--reason", "fails")
    journey.sg("wait", "catalog", "--env", "dev")
    back = ("--allow-older", "--reason", "1.4.2 loses\n/merge orders")
    journey.promote("catalog", "staging", *back, expect=75)  # soak
    journey.ctl("clock", HALF_AN_HOUR)
    journey.promote("catalog", "staging", *back)
    journey.promote("catalog", "production", *back, expect=75)
    journey.ctl("clock", TWO_HOURS)
    run = journey.promote("catalog", "production", *back, expect=75)
    mr = journey.mr(run.json["merge_requests"][0]["iid"])
    assert "Reason: `1.4.2 loses /merge orders`" in mr["description"], mr
    assert journey.promote("catalog", "production", expect=6).json["reason"] == "OLDER"
    assert journey.tag("prod") == "1.4.2"
    journey.ctl("approve", "manager-1", str(mr["iid"]))
    journey.promote("catalog", "production", *back)
    assert journey.tag("prod") == "1.4.0"
    assert "Stagegate-Reason: 1.4.2 loses /merge orders" in journey.sandbox.git("log", "-5", "--format=%B", "main")


def last_status(sandbox, oid, env="production"):
    """(state, description) of our last word about a commit, as people see it in GitLab."""
    url = f"{sandbox.env['SANDBOX_API']}/projects/gitops%2Fapps/repository/commits/{oid}/statuses?all=true&name=stagegate/{env}"
    request = urllib.request.Request(url, headers={"PRIVATE-TOKEN": sandbox.env["STAGEGATE_GITLAB_TOKEN"]})
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=sandbox.env["STAGEGATE_CA_FILE"])) as answer:
        rows = sorted(json.load(answer), key=lambda row: row["id"])
    return rows[-1]["status"], rows[-1]["description"]


@pytest.mark.parametrize("human", [False, True], ids=["auto", "human"])
def test_an_open_request_that_became_older_is_not_merged(journey, human):
    """Somebody fixed production by hand with a version between the open one and the next."""
    if human:
        configure(journey, 'application: "{service}-prod"', 'application: "{service}-prod"\n    merge: human')
    iid = journey.production_waits()
    head = journey.mr(iid)["sha"]
    journey.ctl("approve", "manager-1", str(iid))
    if human:
        assert journey.promote("catalog", "production", expect=75).json["reason"] == "MERGE_BY_HAND"
        assert last_status(journey.sandbox, head) == ("success", "all gates are open")
    path = "apps/catalog/values-prod.yaml"
    text = journey.sandbox.show(path, "main").decode().replace("1.3.2", "1.4.3")
    journey.ctl("commit-as", "manager-1", "main", path, "fix", text.rstrip("\n"))
    journey.dev(tag="1.5.0")
    journey.promote("catalog", "staging")  # and has to soak there
    tip = journey.sandbox.tip("main")
    run = journey.promote("catalog", "production", expect=6)
    assert "1.4.3 stands there, and 1.4.2 is older" in run.json["sentence"]
    assert run.json["reason"] == "OLDER" and journey.tag("prod") == "1.4.3"
    assert journey.sandbox.tip("main") == tip
    # Whoever looks at the request is told so, and not what the gates said before.
    state, words = last_status(journey.sandbox, head)
    assert state == "pending" and (not human or words.startswith("OLDER: ") and "1.4.2 is older" in words), words
    notes = [body for _, _, body in journey.mr(iid)["notes"] if "stagegate:gates" in body]
    assert len(notes) == human and all("`OLDER`: `" in body and "1.4.2 is older" in body for body in notes), notes
    # When production is back, the gates speak again.
    path = "apps/catalog/values-prod.yaml"
    text = journey.sandbox.show(path, "main").decode().replace("1.4.3", "1.3.2")
    journey.ctl("commit-as", "manager-1", "main", path, "back", text.rstrip("\n"))
    run = journey.promote("catalog", "production", expect=75 if human else None)
    assert run.json["reason"] != "OLDER" and (not human or last_status(journey.sandbox, head)[0] == "success"), run


# --- by the source commits ------------------------------------------------------------------------------------------

def source_of(sandbox, service="catalog"):
    """A function that runs git in the source project of a service."""
    path = sandbox.repository.replace("gitops/apps.git", f"shop/{service}.git")
    assert path != sandbox.repository
    return lambda *words: sandbox.git("--git-dir", path, *words)


@pytest.fixture
def at_gitlab(sandbox, sg):
    sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
    return source_of(sandbox)


def test_commit_ids_are_ordered_by_their_history(sandbox, sg, at_gitlab):
    old, new = at_gitlab("rev-parse", "v1.4.0^{commit}"), at_gitlab("rev-parse", "v1.4.3^{commit}")
    sg("bump", "catalog", new)
    text = refused(sandbox, sg, "catalog", old[:8])
    assert f"its commit {old[:12]} is before {new[:12]} in shop/catalog" in text
    assert f" is before {new[:12]} in shop/catalog" in refused(sandbox, sg, "catalog", "1.4.2")
    sg("bump", "catalog", old[:8], "--allow-older", "--reason", "it fails")
    sg("bump", "catalog", new[:9])


def test_history_comes_before_the_names(sandbox, sg, at_gitlab):
    """9.9.9 was given to an old commit, and 1.4.3 follows it."""
    at_gitlab("tag", "9.9.9", "v1.4.0^{commit}")
    try:
        sg("bump", "catalog", "9.9.9", "--allow-older", "--reason", "why not")
        sg("bump", "catalog", "1.4.3")
        assert "is before" in refused(sandbox, sg, "catalog", "9.9.9")
    finally:
        at_gitlab("tag", "-d", "9.9.9")


def test_without_a_common_history_the_names_decide(sandbox, sg, at_gitlab):
    tree = at_gitlab("rev-parse", "v1.4.0^{tree}")
    fix = at_gitlab("-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", "-m", "fix", "-p", "v1.4.0^{commit}", tree)
    at_gitlab("tag", "1.4.4", fix)
    try:
        sg("bump", "catalog", "1.5.0")
        assert "is older; it came with" in refused(sandbox, sg, "catalog", "1.4.4")
    finally:
        at_gitlab("tag", "-d", "1.4.4")


def test_a_branch_is_no_version(sandbox, sg, at_gitlab):
    sg("bump", "catalog", "main")
    sg("bump", "catalog", "1.4.0")
    assert b"1.4.0" in sandbox.show(VALUES) and at_gitlab("rev-parse", "main")


@pytest.mark.parametrize("words", [("member", "shop/catalog", "bot", "remove"), ("fault", "gl-403", "9"), ("fault", "gl-502", "9"),
                                   ("fault", "gl-garbage", "9"), ("fault", "gl-reset", "9"), ("fault", "gl-html", "9")])
def test_a_source_that_cannot_be_read_leaves_it_to_the_names(sandbox, sg, at_gitlab, faults, words):
    assert at_gitlab and faults
    sg("bump", "catalog", "1.4.3")
    sandbox.ctl(*words)
    sg.env["STAGEGATE_RETRY_BASE"] = "5ms"
    assert "'1.4.2' is older; it came with" in refused(sandbox, sg, "catalog", "1.4.2")
    sg("bump", "catalog", "1.4.4")


def test_gitlab_is_asked_once_for_all_tries(sandbox, sg, at_gitlab, faults):
    assert at_gitlab
    sandbox.ctl("api-log", "clear")
    faults("push-race", "2")
    run = sg("bump", "catalog", "1.4.2", "--publish-via", "git", "--output", "json")
    asked = [entry["path"].rsplit("/", 1)[1] for entry in json.loads(sandbox.ctl("api-log"))]
    assert run.json["tries"] == 3 and asked == ["1.4.2", "v1.4.2", "1.4.1", "v1.4.1", "merge_base"], asked


# --- tags that end with a commit, and times in tags -------------------------------------------------------------------

def short(at_gitlab, tag, digits=8):
    return at_gitlab("rev-parse", f"{tag}^{{commit}}")[:digits]


@pytest.mark.parametrize("before,then", [("main-{}", "main-{}"), ("20240512-{}", "20240513-{}"), ("v1.4.3-1-g{}", "v1.4.0-2-g{}"),
                                         ("a_{}", "b-{}"), ("1.4.0-{}", "1.4.9-{}"), ("{}", "feature-x-{}")])
def test_the_commit_that_ends_a_tag_decides(sandbox, sg, at_gitlab, before, then):
    """... whatever else the tag says."""
    new, old = short(at_gitlab, "v1.4.3"), short(at_gitlab, "v1.4.0", 7)
    sg("bump", "catalog", before.format(new))
    full = [at_gitlab("rev-parse", tag + "^{commit}")[:12] for tag in ("v1.4.0", "v1.4.3")]
    assert f"its commit {full[0]} is before {full[1]} in shop/catalog" in refused(sandbox, sg, "catalog", then.format(old))
    assert "is before" in refused(sandbox, sg, "catalog", "1.4.1")
    sg("bump", "catalog", then.format(short(at_gitlab, "v1.5.0")))


def test_a_version_with_an_unknown_commit_is_still_a_version(sandbox, sg, at_gitlab):
    at_gitlab("tag", "1.4.1-0000000", "v1.4.1^{commit}")
    try:
        sg("bump", "catalog", "1.4.3")
        assert "is before" in refused(sandbox, sg, "catalog", "1.4.1-0000000")
    finally:
        at_gitlab("tag", "-d", "1.4.1-0000000")


@pytest.mark.parametrize("before,then", [("main-4f9a2c1", "main-0000000"), ("v1.4.3-1-g0000000", "main-0000001"),
                                         ("20240513", "main-20240512"), ("20240512", "20240512-1"), ("1.4.2", "20240512")])
def test_what_gitlab_does_not_know_has_no_order(sandbox, sg, at_gitlab, before, then):
    assert at_gitlab
    sg("bump", "catalog", before)
    sg("bump", "catalog", then)
    assert then.encode() in sandbox.show(VALUES)


def test_a_branch_that_looks_like_a_commit_is_none(sandbox, sg, at_gitlab):
    at_gitlab("branch", "main-0000000", "v1.4.0^{commit}")
    at_gitlab("branch", "0000000", "v1.4.0^{commit}")
    try:
        sg("bump", "catalog", "1.4.3")
        sg("bump", "catalog", "main-0000000")
    finally:
        at_gitlab("branch", "-D", "main-0000000", "0000000")


@pytest.mark.parametrize("before,older", [("20240512083000", "20240512082959"), ("main-20240512", "main-20240511"),
                                          ("20240512-4f9a2c1", "20240511-0000001")])
def test_times_decide_where_nothing_else_does(sandbox, sg, before, older):
    sg("bump", "catalog", before)
    assert "by the times in their names" in refused(sandbox, sg, "catalog", older)
    sg("bump", "catalog", older, "--allow-older", "--reason", "why not")
    sg("bump", "catalog", before)


# --- by the pipelines -------------------------------------------------------------------------------------------------

class Pipelines:
    """Bumps from jobs of pipelines of the source project, with tags that say nothing."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg
        sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]

    def start(self, project="shop/catalog", user="dev"):
        iid, url = self.sandbox.ctl("start-pipeline", project, user).split()
        return int(iid), url

    def job(self, url, **more):
        """What a job of the pipeline sees, where GET /job is not to be had; what it could set by itself is wrong."""
        return {"CI_PIPELINE_URL": url, "CI_PIPELINE_IID": "999999", "CI_SERVER_URL": self.sandbox.env["STAGEGATE_GITLAB_URL"], **more}

    def asked(self):
        return [entry["path"] for entry in json.loads(self.sandbox.ctl("api-log", "clear"))]


@pytest.fixture
def pipelines(sandbox, sg):
    return Pipelines(sandbox, sg)


def test_an_older_pipeline_is_refused(sandbox, sg, pipelines):
    (old, first), (new, second) = pipelines.start(), pipelines.start()
    sg("bump", "catalog", "build-b", env=pipelines.job(second))
    commit = sandbox.tip()
    text = refused(sandbox, sg, "catalog", "build-a", env=pipelines.job(first))
    assert "--allow-older --reason" in text
    assert f"its pipeline {old} is before pipeline {new} of shop/catalog" in text
    assert f"commit {commit[:12]} of {second}" in text
    sg("bump", "catalog", "build-a", "--allow-older", "--reason", "b fails", env=pipelines.job(first))
    assert "Stagegate-Reason: b fails" in trailers(sandbox) and f"Stagegate-Pipeline: {first}" in trailers(sandbox)
    sg("bump", "catalog", "build-c", env=pipelines.job(second))


def test_the_jobs_own_token_says_which_pipeline_it_is(sandbox, sg, pipelines):
    """A variable cannot make an older pipeline a newer one."""
    token = {"CI_JOB_TOKEN": sandbox.env["SANDBOX_JOB_TOKEN_DEV"]}
    (_, first), (_, second) = pipelines.start(), pipelines.start(user="manager-1")
    sg("bump", "catalog", "build-b", env=pipelines.job(second))
    tip = sandbox.tip()
    for lie in (second, second.rsplit("/", 1)[0] + "/999999", first, "nonsense"):
        run = sg("bump", "catalog", "build-a", env=pipelines.job(lie, **token), expect=6)
        assert "is before pipeline" in run.err and sandbox.tip() == tip


def test_another_services_commit_on_top_changes_nothing(sandbox, sg, pipelines):
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    sg("bump", "catalog", "build-b", env=pipelines.job(second))
    commit = sandbox.tip()
    sg("bump", "order", "build-x")
    sandbox.ctl("push-foreign", "develop", "payment", "build-y")
    run = sg("bump", "catalog", "build-a", env=pipelines.job(first), expect=6)
    assert f"commit {commit[:12]} of {second}" in run.err


def test_who_wrote_a_known_older_value_is_found_behind_others(sandbox, sg, pipelines):
    _, url = pipelines.start()
    sg("bump", "catalog", "1.5.0", env=pipelines.job(url))
    commit = sandbox.tip()
    sg("bump", "order", "9.9.9")
    assert f"it came with commit {commit[:12]} of {url}" in refused(sandbox, sg, "catalog", "1.4.4-x")


@pytest.mark.parametrize("words", [("member", "shop/catalog", "bot", "remove"), ("fault", "gl-403", "9", "/pipelines/"),
                                   ("fault", "gl-404", "9", "/pipelines/"), ("fault", "gl-502", "9", "/pipelines/"),
                                   ("fault", "gl-garbage", "9", "/pipelines/"), ("fault", "gl-reset", "9", "/pipelines/")])
def test_pipelines_that_cannot_be_read_decide_nothing(sandbox, sg, pipelines, faults, words):
    assert faults
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    sg.env["STAGEGATE_RETRY_BASE"] = "5ms"
    sg("bump", "catalog", "build-b", env=pipelines.job(second))
    sandbox.ctl(*words)
    sg("bump", "catalog", "build-a", env=pipelines.job(first))
    sg("bump", "catalog", "1.5.0", env=pipelines.job(second))
    refused_text = sg("bump", "catalog", "1.4.9", env=pipelines.job(second), expect=6).err
    assert "'1.4.9' is older; it came" in refused_text


def forge(sandbox, trailers_text, tag="build-f", author="outsider"):
    """Somebody who may push writes what trailers they like."""
    text = sandbox.show(VALUES).decode()
    line = next(line for line in text.splitlines() if "tag:" in line)
    sandbox.ctl("commit-as", author, "develop", VALUES, f"x\n\n{trailers_text}", text.replace(line, line.split("tag:")[0] + f"tag: {tag}").rstrip("\n"))


@pytest.mark.parametrize("said", ["https://elsewhere.example.com/shop/catalog/-/pipelines/{id}", "{root}/shop/order/-/pipelines/{id}", "{root}/shop/catalog/-/pipelines/99999999",
                                  "{root}/shop/catalog/-/pipelines/{id}/../x", "{root}.evil.example.com/shop/catalog/-/pipelines/{id}", "{root}/../../-/pipelines/{id}",
                                  "{root}/shop/catalog/-/pipelines/99999999999999999999999", "{root}/shop/catalog/-/pipelines/", "{root}", ""])
def test_forged_pipelines_decide_nothing(sandbox, sg, pipelines, said):
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    url = said.format(root=sandbox.env["STAGEGATE_GITLAB_URL"], id=second.rsplit("/", 1)[1])
    forge(sandbox, f"Stagegate-Env: dev\nStagegate-Image: catalog build-f\nStagegate-Pipeline: {url}", author="manager-1")
    sg("bump", "catalog", "build-a", env=pipelines.job(first))


def test_a_forged_older_pipeline_opens_nothing(sandbox, sg, pipelines):
    """The names refuse as if there were no trailer: a newer pipeline alone makes no version newer."""
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    forge(sandbox, f"Stagegate-Env: dev\nStagegate-Image: catalog 1.5.0\nStagegate-Pipeline: {first}", "1.5.0", "manager-1")
    run = sg("bump", "catalog", "1.4.9-a", env=pipelines.job(second), expect=6)
    assert "OLDER" in run.err


def test_trailers_of_another_value_or_environment_count_for_nothing(sandbox, sg, pipelines):
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    for lines in ("Stagegate-Env: staging\nStagegate-Image: catalog build-f", "Stagegate-Env: dev\nStagegate-Image: catalog build-g",
                  "Stagegate-Env: dev\nStagegate-Image: order build-f", "Stagegate-Image: catalog build-f"):
        forge(sandbox, f"{lines}\nStagegate-Pipeline: {second}", author="manager-1")
        sg("bump", "catalog", "build-a", env=pipelines.job(first))
        sandbox.ctl("reset")
        (_, first), (_, second) = pipelines.start(), pipelines.start()


def test_pipelines_of_two_projects_have_no_order(sandbox, sg, pipelines):
    (_, order), (_, catalog) = pipelines.start("shop/order"), pipelines.start()
    sg("bump", "catalog", "build-b", env=pipelines.job(catalog))
    sg("bump", "catalog", "build-a", env=pipelines.job(order))


def test_one_pipeline_may_say_something_else_later(sandbox, sg, pipelines):
    _, url = pipelines.start()
    sg("bump", "catalog", "build-b", env=pipelines.job(url))
    sg("bump", "catalog", "build-a", env=pipelines.job(url))
    assert b"build-a" in sandbox.show(VALUES)


def test_gitlab_is_asked_for_pipelines_only_when_it_matters(sandbox, sg, pipelines, faults):
    sg.env["STAGEGATE_PUBLISH_VIA"] = "git"
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    sg("bump", "catalog", "1.4.2", env=pipelines.job(first))
    pipelines.asked()
    sg("bump", "catalog", "1.4.3", env=pipelines.job(second))
    assert not [path for path in pipelines.asked() if "/pipelines/" in path], "commits decide"
    sg("bump", "catalog", "build-a", env=pipelines.job(second))
    pipelines.asked()
    sg("bump", "catalog", "build-a", env=pipelines.job(second))
    assert pipelines.asked() == [], "nothing changes"
    faults("push-race", "2")
    run = sg("bump", "catalog", "build-b", "--output", "json", env=pipelines.job(pipelines.start()[1]))
    asked = pipelines.asked()
    assert run.json["tries"] == 3 and len([path for path in asked if "/pipelines/" in path]) == 2, asked
    assert len([path for path in asked if path.endswith("/repository/commits")]) <= 2, asked


def test_the_commits_of_a_file_are_read_once_for_all_services_in_it(sandbox, sg, pipelines, tmp_path):
    names = ("catalog", "order", "payment")
    (tmp_path / "c.yaml").write_text("""
version: 1
environments: [{name: dev, branch: develop}]
services:
  - {name: "*", path: "apps/{service}", update: [{file: ../../clusters/all.yaml, key: "{service}.tag"}]}
""")
    (_, first), (_, second) = pipelines.start(), pipelines.start()
    sandbox.ctl("push-file", "develop", "clusters/all.yaml", stdin="".join(f"{name}: {{tag: build-0}}\n" for name in names))
    sg("bump", *(f"{name}=build-b" for name in names), "--config", "c.yaml", env=pipelines.job(second))
    commit = sandbox.tip()
    sandbox.ctl("push-file", "develop", "clusters/other.yaml", stdin="a: b\n")
    pipelines.asked()
    sg("bump", *(f"{name}=build-c" for name in names), "--config", "c.yaml", "--dry-run", env=pipelines.job(pipelines.start()[1]))
    asked = pipelines.asked()
    assert len([path for path in asked if path.endswith("/repository/commits")]) == 1, asked
    run = sg("bump", *(f"{name}=build-a" for name in names), "--config", "c.yaml", env=pipelines.job(first), expect=6)
    assert "OLDER" in run.err and f"commit {commit[:12]} of {second}" in run.err


def test_a_bump_without_gitlab_asks_nobody(sandbox, sg, pipelines):
    _, url = pipelines.start()
    del sg.env["STAGEGATE_GITLAB_URL"]
    sg("bump", "catalog", "build-a", env={"CI_PIPELINE_URL": url})
    pipelines.asked()
    sg("bump", "catalog", "build-b", env={"CI_PIPELINE_URL": url})
    assert pipelines.asked() == []


@pytest.fixture
def unordered(journey, pipelines):
    """Versions whose tags say nothing: build-a and, by a later pipeline, build-b, which runs in staging."""
    (old, first), (new, second) = pipelines.start(), pipelines.start()
    journey.sg("bump", "catalog", "build-a", env=pipelines.job(first))
    journey.sg("bump", "catalog", "build-b", env=pipelines.job(second))
    journey.sg("wait", "catalog", "--env", "dev")
    journey.ctl("clock", HALF_AN_HOUR)
    journey.promote("catalog", "staging")
    assert journey.tag("staging") == "build-b"
    return old, first, new, second


def back_in_dev(journey, pipelines, url):
    journey.sg("bump", "catalog", "build-a", "--allow-older", "--reason", "b fails", env=pipelines.job(url))
    journey.sg("wait", "catalog", "--env", "dev")
    journey.ctl("clock", HALF_AN_HOUR)


def test_a_promotion_carries_the_pipeline_of_its_version_on(journey, pipelines, unordered):
    """... and not its own, which says nothing about the version."""
    old, first, new, second = unordered
    commits = journey.sandbox.git("log", "-5", "--format=%B", "main")
    assert f"Stagegate-Origin: {second}" in commits
    back_in_dev(journey, pipelines, first)
    run = journey.promote("catalog", "staging", expect=6)
    assert run.json["reason"] == "OLDER" and journey.tag("staging") == "build-b"
    assert f"build-b stands there, and build-a is older (its pipeline {old} is before pipeline {new} of shop/catalog)" in run.json["sentence"]
    journey.promote("catalog", "staging", "--allow-older", "--reason", "b fails")
    assert journey.tag("staging") == "build-a"
    assert f"Stagegate-Origin: {first}" in journey.sandbox.git("log", "-5", "--format=%B", "main")


def test_a_later_pipeline_of_the_promotion_is_no_newer_version(journey, pipelines, unordered):
    """A build that began before the promotion of another one, and came to dev behind it."""
    _, _, _, second = unordered
    _, third = pipelines.start()
    journey.sg("bump", "catalog", "build-c", env=pipelines.job(third))
    journey.sg("wait", "catalog", "--env", "dev")
    journey.ctl("clock", HALF_AN_HOUR)
    pipelines.start("gitops/apps")
    journey.promote("catalog", "staging", env={"CI_PIPELINE_URL": second})
    assert journey.tag("staging") == "build-c"


# --- again ------------------------------------------------------------------------------------------------------------

def test_a_lost_answer_and_a_newer_one_after_it(sandbox, sg, faults):
    """Our push arrived, nobody heard of it, and then 1.5.0 came: neither refused nor written a second time."""
    before = sandbox.tip()
    faults("git-lost-reply")
    sandbox.ctl("hold", "1", "answer")
    with sg.started("bump", "catalog", "1.4.9", "--output", "json") as run:
        sandbox.ctl("held")
        ours = sandbox.tip()
        sandbox.ctl("push-foreign", "develop", "catalog", "1.5.0")
        sandbox.ctl("hold", "off")
        assert run.ends() == 0, run.text
    assert '"result": "done"' in run.text and "CHANGED_SINCE" in run.text and ours in run.text
    subjects = sandbox.git("log", "--format=%s", f"{before}..develop").splitlines()
    assert subjects.count("deploy(dev): catalog 1.4.9") == 1 and len(subjects) == 2
    assert b"1.5.0" in sandbox.show(VALUES)


def test_the_same_job_again_after_a_newer_one(sandbox, sg):
    """A run of its own knows nothing of the first: older is refused, and nothing is doubled."""
    sg("bump", "catalog", "1.4.9")
    sandbox.ctl("push-foreign", "develop", "catalog", "1.5.0")
    before = sandbox.tip()
    refused(sandbox, sg, "catalog", "1.4.9")
    assert sandbox.tip() == before and b"1.5.0" in sandbox.show(VALUES)
