"""Hostile and odd surroundings: each ends with its own exit code and a message that says what to do."""
import pytest

JOB = {"GITLAB_CI": "true", "CI_JOB_ID": "7", "CI_PROJECT_ID": "3", "CI_COMMIT_REF_NAME": "feature/x",
       "CI_COMMIT_REF_PROTECTED": "false"}
PROTECTED = {**JOB, "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_REF_PROTECTED": "true"}
FORK = {**PROTECTED, "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"}


# --- jobs that anybody can write ---------------------------------------------------------------------------------

@pytest.mark.parametrize("job,says", [(JOB, "does not protect the ref of this job (feature/x)"),
                                      (FORK, "merge request from another project (99)")])
@pytest.mark.parametrize("words", [("bump", "search", "7.7.7"), ("promote", "search", "--to", "staging")])
def test_nothing_is_written_from_an_unprotected_ref(sandbox, sg, job, says, words):
    before = sandbox.git("for-each-ref")
    seen = len(sandbox.requests(0))
    run = sg(*words, expect=4, env=job)
    assert says in run.err and "--allow-unprotected" in run.err
    assert "reason: UNPROTECTED_REF (exit 4)" in run.err
    assert sandbox.git("for-each-ref") == before
    assert len(sandbox.requests(0)) == seen, "it was decided before anybody was asked"


@pytest.mark.parametrize("job", [JOB, FORK])
def test_reading_and_dry_runs_go_on_there(sg, job):
    assert "planned" in sg("bump", "search", "7.7.8", "--dry-run", env=job).out
    sg("check", env=job)
    sg("status", "search", env=job)


def test_protected_refs_and_the_option_write(sg):
    assert "committed" in sg("bump", "search", "7.7.9", env=PROTECTED).out
    assert "committed" in sg("bump", "search", "7.7.10", "--allow-unprotected", env=JOB).out
    assert "committed" in sg("bump", "search", "7.7.11", env={**JOB, "STAGEGATE_ALLOW_UNPROTECTED": "true"}).out
    assert "committed" in sg("bump", "search", "7.7.12", env={**JOB, "GITLAB_CI": "false"}).out


def test_without_a_token_it_says_where_protected_variables_are(sandbox, sg):
    run = sg("bump", "search", "7.7.13", "--dry-run", expect=4, env={**JOB, "STAGEGATE_GITLAB_TOKEN": None})
    assert "protected CI/CD variables are absent" in run.err and "CREDENTIAL_MISSING" in run.err
    run = sg("bump", "search", "7.7.13", expect=4, env={**PROTECTED, "STAGEGATE_GITLAB_TOKEN": None})
    assert "protected CI/CD variables" not in run.err and "STAGEGATE_GITLAB_TOKEN" in run.err
