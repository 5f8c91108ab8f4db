"""Real git against the sandbox: credentials, certificates, protocol, what the log counts."""

import os
import subprocess

import pytest

from sim.conftest import basic


def test_clone_change_push(box, tmp_path):
    where = box.clone(tmp_path / "c")
    new = box.commit(where)
    box.push(where, "-o", "ci.skip")
    assert box.tip() == new


def test_log_counts_requests_and_connections(box, tmp_path):
    box.clone(tmp_path / "c")
    wire = box.wire()
    assert wire["requests"] == 4 and wire["connections"] == 1 and wire["unauthorized"] == 1
    assert wire["bytes_up"] > 500 and wire["bytes_down"] > 10000
    assert wire["lines"][0] == f"401 GET {box.info['root']}/gitops/apps.git/info/refs"


@pytest.mark.parametrize("user", ["oauth2", "bot", "git"])
def test_credentials_in_the_first_request(box, user):
    auth = "http.extraHeader=Authorization: " + basic(user, box.env["STAGEGATE_GITLAB_TOKEN"])
    box.git("-c", auth, "ls-remote", box.env["STAGEGATE_GITOPS"])
    assert box.wire()["unauthorized"] == 0


@pytest.mark.parametrize(
    "who, fetch, push",
    [
        ("SANDBOX_TOKEN_READER", None, "You are not allowed to push code to this project."),
        (
            "SANDBOX_TOKEN_NONE",
            "could not be found or you don't have permission",
            "could not be found or you don't have permission",
        ),
        ("wrong", "HTTP Basic: Access denied", "HTTP Basic: Access denied"),
    ],
)
def test_rights(box, tmp_path, who, fetch, push):
    url = box.url(box.env.get(who, who))
    read = box.git("ls-remote", url, check=False)
    assert (read.returncode == 0) == (fetch is None)
    assert fetch is None or fetch in read.stderr
    where = box.clone(tmp_path / "c")
    box.commit(where)
    before = box.tip()
    written = box.git("push", url, "develop", cwd=where, check=False)
    assert written.returncode != 0 and push in written.stderr
    assert box.tip() == before


def test_job_token_reads_only(box):
    auth = lambda user: "http.extraHeader=Authorization: " + basic(user, box.env["SANDBOX_TOKEN_JOB"])
    assert box.git("-c", auth("gitlab-ci-token"), "ls-remote", box.env["STAGEGATE_GITOPS"]).returncode == 0
    assert box.git("-c", auth("oauth2"), "ls-remote", box.env["STAGEGATE_GITOPS"], check=False).returncode != 0


@pytest.mark.parametrize(
    "url, good, text",
    [
        ("SANDBOX_URL_EXPIRED", False, "certificate verification failed"),
        ("SANDBOX_URL_OTHER_CA", False, "certificate verification failed"),
        ("SANDBOX_URL_WRONG_HOST", False, "does not match target host name"),
        ("SANDBOX_URL_LOCALHOST", True, ""),
        ("SANDBOX_URL_PLAIN", True, ""),
    ],
)
def test_certificates(box, url, good, text):
    done = box.git("ls-remote", box.url(url=box.env[url]), check=False)
    assert (done.returncode == 0) == good and text in done.stderr


def test_expired_certificate_is_expired(box):
    pem = os.path.join(box.state, "tls/expired.pem")
    done = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-checkend", "0"], capture_output=True, check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_protocol_versions(box, version):
    trace = box.git("-c", f"protocol.version={version}", "ls-remote", box.url(), GIT_TRACE_PACKET="1")
    assert ("version 2" in trace.stderr) == (version == "2")
    assert "refs/heads/develop" in trace.stdout


def test_filters_and_any_sha1(box, tmp_path):
    box.git("clone", "-q", "--bare", "--filter=blob:none", box.url(), str(tmp_path / "c"))
    old = subprocess.run(["git", "-C", box.repo, "rev-parse", "develop~3"], capture_output=True, text=True, check=True)
    box.git("init", "-q", str(tmp_path / "i"))
    box.git("fetch", "-q", "--depth", "1", box.url(), old.stdout.strip(), cwd=str(tmp_path / "i"))


def test_no_force_push(box, tmp_path):
    where = box.clone(tmp_path / "c")
    other = box.git("commit-tree", "develop^{tree}", "-m", "no parent", cwd=where).stdout.strip()
    box.git("update-ref", "refs/heads/develop", other, cwd=where)
    done = box.push(where, "-f", check=False)
    assert "not allowed to force push code to a protected branch" in done.stderr and done.returncode != 0
    gone = box.git("push", "-q", "origin", ":main", cwd=where, check=False)
    assert "only delete protected branches using the web interface" in gone.stderr and gone.returncode != 0


def test_other_branches_are_free(box, tmp_path):
    """GitLab: force push and deletion are for everybody who may push; protected branches for whom the rule names."""
    where = box.clone(tmp_path / "c")
    tip = box.tip()
    url = box.url(box.env["SANDBOX_TOKEN_DEV"])
    box.git("push", "-q", url, "develop:stagegate/dev/x", cwd=where)
    other = box.git("commit-tree", "develop^{tree}", "-m", "no parent", cwd=where).stdout.strip()
    box.git("push", "-q", "-f", url, f"{other}:refs/heads/stagegate/dev/x", cwd=where)
    assert box.tip("stagegate/dev/x") == other
    box.git("push", "-q", url, ":stagegate/dev/x", cwd=where)
    refused = box.git("push", "-q", url, f"{box.commit(where)}:refs/heads/develop", cwd=where, check=False)
    assert "not allowed to push code to protected branches" in refused.stderr and box.tip() == tip


def test_lost_race_has_gits_own_words(box, tmp_path):
    where = box.clone(tmp_path / "c")
    box.commit(where)
    box.ctl("push-foreign", "develop")
    done = box.push(where, check=False)
    assert done.returncode != 0 and "fetch first" in done.stderr


def test_unknown_repository(box):
    done = box.git(
        "ls-remote", box.url(url=box.env["STAGEGATE_GITOPS"].replace("apps.git", "nothing.git")), check=False
    )
    assert "could not be found or you don't have permission" in done.stderr


def test_foreign_commits(box):
    old = box.tip()
    new = box.ctl("push-foreign", "develop", "catalog", "9.9.9")
    show = subprocess.run(
        ["git", "-C", box.repo, "diff", "--stat", old, new], capture_output=True, text=True, check=True
    )
    assert "apps/catalog/values-dev.yaml" in show.stdout and "1 file changed" in show.stdout
    assert box.ctl("rewind", "develop") == old == box.tip()
    forced = box.ctl("force", "develop")
    assert forced == box.tip() != old
    box.ctl("push-file", "develop", "apps/catalog/values-dev.yaml")
    box.ctl("delete-branch", "develop")
    assert box.git("ls-remote", box.url(), "refs/heads/develop").stdout == ""


def test_credentials_stay_out_of_the_backend(box, tmp_path):
    """git's hooks and children must not see the token in their environment."""
    hook = os.path.join(box.repo, "hooks/update")  # pre-receive keeps the protected branches
    os.makedirs(os.path.dirname(hook), exist_ok=True)
    with open(hook, "w", encoding="ascii") as out:
        out.write("#!/bin/sh\nenv >&2\nexit 1\n")
    os.chmod(hook, 0o755)
    try:
        where = box.clone(tmp_path / "c")
        box.commit(where)
        done = box.push(where, check=False)
    finally:
        os.unlink(hook)
    assert "REMOTE_USER=bot" in done.stderr and "CANARY" not in done.stderr
