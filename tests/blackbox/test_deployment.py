"""What GitLab is told of roll-outs: deployments and commit statuses, as they really ended, once."""
import json
import ssl
import urllib.parse
import urllib.request

import pytest

ENVIRONMENT = "dev/catalog"


class Roll:
    """A sandbox whose configuration records deployments."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg, self.tags = sandbox, sg, 0
        sandbox.ctl("reset")
        text = sandbox.show("stagegate.yaml", "main").decode()
        sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=text + '\ngitlab: {environment: "{env}/{service}"}\n')
        sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
        sg.env["STAGEGATE_RETRY_BASE"] = "1ms"

    def ctl(self, *words):
        return self.sandbox.ctl(*words)

    def bump(self):
        self.tags += 1
        self.sg("bump", "catalog", f"88.0.{self.tags}")
        return self.sandbox.tip()

    def wait(self, *words, expect=0, **more):
        return self.sg("wait", "catalog", "--env", "dev", "--output", "json", *words, expect=expect, **more)

    def rows(self, name=ENVIRONMENT):
        """[(status, sha, who)], oldest first."""
        rows = [line.split(" ") for line in self.ctl("deployments").splitlines()]
        return [(status, sha, who) for _, environment, status, sha, who in rows if environment == name]

    def writes(self):
        """Requests that changed something, since the log was cleared."""
        log = json.loads(self.ctl("api-log"))
        return [(row["method"], row["path"].rsplit("/", 1)[0 if row["method"] == "PUT" else 1]) for row in log if row["method"] != "GET"]

    def status(self, sha, name="stagegate/dev/catalog"):
        """The states of our commit status, oldest first, as an independent reader gets them."""
        base = self.sandbox.env["SANDBOX_API"]
        where = f"{base}/projects/101/repository/commits/{sha}/statuses?all=true&name={urllib.parse.quote(name, safe='')}"
        request = urllib.request.Request(where, headers={"PRIVATE-TOKEN": self.sandbox.env["STAGEGATE_GITLAB_TOKEN"]})
        context = ssl.create_default_context(cafile=self.sandbox.env["STAGEGATE_CA_FILE"])
        with urllib.request.urlopen(request, context=context) as answer:
            return [row["status"] for row in json.load(answer)]


@pytest.fixture
def roll(sandbox, sg):
    yield Roll(sandbox, sg)
    sandbox.ctl("app", "catalog-dev", "healthy")
    sandbox.ctl("reset")


def warned(run):
    return [row["text"] for row in run.json["warnings"] if row["reason"] == "DEPLOYMENT_NOT_RECORDED"]


def test_a_success_is_recorded_once(roll):
    sha = roll.bump()
    run = roll.wait()
    assert not warned(run) and roll.rows() == [("success", sha, "bot")]
    assert roll.status(sha)[-1] == "success"
    roll.ctl("api-log", "clear")
    roll.wait()
    assert roll.rows() == [("success", sha, "bot")] and roll.writes() == []


def test_nothing_is_recorded_unasked(roll):
    text = roll.sandbox.show("stagegate.yaml", "main").decode()
    roll.sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=text.replace('gitlab: {environment: "{env}/{service}"}\n', ""))
    roll.bump()
    roll.ctl("api-log", "clear")
    roll.wait()
    assert roll.rows() == [] and roll.writes() == []


def test_a_failure_is_recorded_as_that(roll):
    roll.ctl("app", "catalog-dev", "degraded")
    sha = roll.bump()
    roll.wait("--degraded-grace", "1s", expect=1)
    assert roll.rows() == [("failed", sha, "bot")] and roll.status(sha)[-1] == "failed"
    roll.ctl("app", "catalog-dev", "healthy")
    roll.wait()
    assert roll.rows() == [("failed", sha, "bot"), ("success", sha, "bot")] and roll.status(sha)[-1] == "success"


def test_without_an_answer_it_stays_running_and_the_next_run_goes_on(roll):
    roll.ctl("app", "catalog-dev", "stuck")
    sha = roll.bump()
    roll.wait("--timeout", "2s", expect=8)
    assert roll.rows() == [("running", sha, "bot")] and roll.status(sha) == ["running"]
    roll.ctl("app", "catalog-dev", "healthy")
    roll.wait()
    assert roll.rows() == [("success", sha, "bot")] and roll.status(sha)[-1] == "success"


def test_a_success_ends_the_records_before(roll):
    roll.ctl("app", "catalog-dev", "stuck")
    first = roll.bump()
    roll.wait("--timeout", "2s", expect=8)
    roll.ctl("app", "catalog-dev", "healthy")
    second = roll.bump()
    roll.wait()
    assert roll.rows() == [("canceled", first, "bot"), ("success", second, "bot")]
    assert roll.status(first)[-1] == "canceled"


def test_what_ci_recorded_itself_is_left_alone(roll):
    sha = roll.bump()
    roll.ctl("deployed-by-job", ENVIRONMENT, sha, "running")
    run = roll.wait()
    assert not warned(run) and roll.rows() == [("running", sha, "job"), ("success", sha, "bot")]


def test_going_back_is_recorded_again(roll):
    first = roll.bump()
    roll.wait()
    roll.bump()
    roll.wait()
    assert [status for status, _, _ in roll.rows()] == ["success", "success"]
    roll.sg("bump", "catalog", "88.0.1", "--allow-older", "--reason", "the newer one is broken")
    roll.wait()
    third = roll.sandbox.tip()
    assert roll.rows()[-1] == ("success", third, "bot") and len(roll.rows()) == 3 and first != third


def test_a_protected_environment_is_a_warning_that_names_it(roll):
    roll.ctl("protect-environment", ENVIRONMENT, "on")
    roll.bump()
    run = roll.wait()
    assert run.json["result"] == "done" and roll.rows() == []
    (text,) = warned(run)
    assert ENVIRONMENT in text and "403" in text


@pytest.mark.parametrize("fault", ["gl-502-after", "gl-reset-after", "gl-truncate", "gl-garbage", "gl-500-after", "gl-html"])
@pytest.mark.parametrize("call", ["POST", "PUT"])
def test_a_lost_answer_doubles_nothing(roll, faults, fault, call):
    sha = roll.bump()
    faults(fault, "1", call, "/deployments")
    run = roll.wait()
    shown = roll.rows()
    assert [row for row in shown if row[0] == "success"] == [("success", sha, "bot")] or fault == "gl-html", shown
    assert len(shown) <= 1 and run.json["result"] == "done"
    assert bool(warned(run)) == (shown != [("success", sha, "bot")])


@pytest.mark.parametrize("fault", ["gl-403", "gl-404", "gl-401"])
def test_a_refusal_changes_no_verdict(roll, faults, fault):
    roll.bump()
    faults(fault, "9", "/deployments")
    run = roll.wait()
    assert run.json["result"] == "done" and warned(run)


def test_an_end_that_is_refused_is_not_told_as_recorded(roll, faults):
    sha = roll.bump()
    faults("gl-403", "9", "PUT", "/deployments")
    run = roll.wait()
    assert run.json["result"] == "done" and warned(run)
    assert roll.rows() == [("running", sha, "bot")] and f"{ENVIRONMENT}: success" not in run.err
    assert roll.status(sha)[-1] == "success"
    faults("clear")
    assert f"{ENVIRONMENT}: success" in roll.wait().err and roll.rows() == [("success", sha, "bot")]


def test_a_job_needs_no_other_token(roll):
    """Its own token may record deployments; commit statuses it may not set, and does not try."""
    sha = roll.bump()
    job = {"STAGEGATE_GITLAB_TOKEN": None, "CI_JOB_TOKEN": roll.sandbox.env["SANDBOX_JOB_TOKEN_DEV"], "CI_JOB_ID": "7",
           "CI_SERVER_URL": roll.sandbox.env["STAGEGATE_GITLAB_URL"]}
    run = roll.wait(env=job)
    assert not warned(run) and roll.rows() == [("success", sha, "dev")] and roll.status(sha) == []


def test_a_promotion_is_recorded_with_the_commit_that_landed(roll):
    roll.bump()
    roll.wait()
    roll.ctl("clock", "1860")
    job = {"CI_JOB_TOKEN": roll.sandbox.env["SANDBOX_JOB_TOKEN_DEV"], "CI_JOB_ID": "7",
           "CI_SERVER_URL": roll.sandbox.env["STAGEGATE_GITLAB_URL"], "STAGEGATE_MR_POLL": "20ms"}
    run = roll.sg("promote", "catalog", "--to", "staging", "--output", "json", env=job)
    landed = run.json["merge_requests"][0]["landed"]
    assert roll.rows("staging/catalog") == [("success", landed, "bot")]
    assert roll.status(landed, "stagegate/staging/catalog")[-1] == "success"
    roll.sg("promote", "catalog", "--to", "staging", env=job)
    assert roll.rows("staging/catalog") == [("success", landed, "bot")]


@pytest.mark.parametrize("moment", ["answer", "next"])
def test_killed_at_every_write_and_run_again_there_is_one_record(roll, moment):
    for at in range(1, 20):
        sha = roll.bump()
        before = len(roll.rows())
        roll.ctl("hold", str(at), moment)
        with roll.sg.started("wait", "catalog", "--env", "dev") as run:
            write = roll.sandbox.kill_where_held(run)
        roll.sg.sweep()
        roll.wait()
        assert roll.rows()[before:] == [("success", sha, "bot")], (at, write)
        assert roll.status(sha)[-1] == "success", (at, write)
        if write is None:
            assert at > 3  # at least: the record, its end, and a write to the cluster
            return
    raise AssertionError("it never came to its end")
