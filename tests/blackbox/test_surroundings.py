"""Hostile and odd surroundings: each ends with its own exit code and a message that says what to do."""
import fcntl
import itertools
import json
import os
import re
import signal
import socket
import struct
import subprocess
import termios
import time

import pytest

from conftest import LIMIT_S, Run, binary
from relay import Relay
from test_promote import HALF_AN_HOUR, Journey

JOB = {"GITLAB_CI": "true", "CI_JOB_ID": "7", "CI_PROJECT_ID": "3", "CI_COMMIT_REF_NAME": "feature/x",
       "CI_COMMIT_REF_PROTECTED": "false"}
PROTECTED = {**JOB, "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_REF_PROTECTED": "true"}
TAGS = itertools.count(100)
FORK = {**PROTECTED, "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"}


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


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


def test_a_jobs_own_token_in_the_place_of_an_absent_one(journey):
    run = journey.sg("gate", "catalog", "--to", "staging", expect=4, env={**JOB, "STAGEGATE_GITLAB_TOKEN": None})
    assert "a job's own token may not" in run.err and "protected CI/CD variables are absent" in run.err


# --- what the process is given -----------------------------------------------------------------------------------

def test_no_home(sg):
    assert "committed" in sg("bump", "search", "7.8.0", env={"HOME": None}).out
    assert "done" in sg("wait", "search", env={"HOME": None}).out
    run = sg("wait", "search", expect=3, env={"HOME": None, "KUBECONFIG": None})
    assert "KUBECONFIG" in run.err and "HOME" in run.err


def test_an_environment_of_a_megabyte(sg):
    many = {f"SOMETHING_{i}": "x" * 1000 for i in range(900)}
    assert "committed" in sg("bump", "search", "7.8.1", env=many).out
    long = {name: "y" * 120_000 for name in ("CI_COMMIT_REF_NAME", "GITLAB_USER_NAME", "CI_COMMIT_MESSAGE", "PATH")}
    assert "committed" in sg("bump", "search", "7.8.2", env=long).out
    run = sg("bump", "search", "7.8.3", env={**JOB, "CI_COMMIT_REF_NAME": "z" * 120_000}, expect=4)
    assert "UNPROTECTED_REF" in run.err and len(run.err) < 2000


@pytest.mark.parametrize("words,code", [(["bump", *(f"svc{i}={i}" for i in range(20_000))], 5),
                                        (["bump", "x" * 120_000, "1"], 2), (["bump", "search", "y" * 120_000], 2),
                                        (["bump", "--" + "x" * 120_000], 2), (["x" * 120_000], 2),
                                        (["bump", "search", "1", "--timeout", "9" * 100_000], 2)])
def test_arguments_without_end(sg, words, code):
    run = sg(*words, expect=code)
    assert "stagegate: " in run.err and "reason: " in run.err
    assert len(run.err) < 3000


def through_shell(sg, script, *words, env=None):
    """`"$0" "$@"` in the script is the program with the words."""
    done = subprocess.run(["sh", "-c", script, binary(), *words], env={**sg.env, **(env or {})}, cwd=sg.folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False)
    return Run(done, 0, sg.folder)


RUN = '"$0" "$@"'


@pytest.mark.parametrize("script", [f"{RUN} >&-", f"{RUN} >/dev/full", f"{{ {RUN}; echo $? >code; }} | true; exit $(cat code)",
                                    f"exec {RUN} <&- >&-"])
def test_a_document_that_nobody_takes(sandbox, sg, script):
    """The reader is gone before the run ends: `true` does not wait for it."""
    run = through_shell(sg, script, "bump", "search", f"7.9.{next(TAGS)}")
    assert run.code == 10 and run.out == ""
    assert "stdout: cannot be written" in run.err and "LOCAL_IO" in run.err
    assert f"COMMITTED: committed {sandbox.tip()[:12]}" in run.err, "what was done is said all the same"


@pytest.mark.parametrize("script", [f"{RUN} 2>&-", f"{RUN} 2>/dev/full", f"exec {RUN} <&- 2>&-"])
def test_a_log_that_nobody_takes(sg, script):
    run = through_shell(sg, script, "bump", "search", f"7.10.{next(TAGS)}", "--verbose")
    assert run.code == 0 and run.err == ""
    assert run.out.startswith("done: committed"), "no line of the log got into it"


def test_nothing_at_all_is_open(sandbox, sg):
    run = through_shell(sg, f"exec {RUN} <&- >&- 2>&-", "bump", "search", "7.11.0", "--report-json", "r.json", "--trace")
    assert run.code == 10
    assert run_report(sg)["commit"] == sandbox.tip()
    sandbox.git("fsck", "--strict")


def run_report(sg, name="r.json"):
    with open(os.path.join(sg.folder, name), encoding="utf-8") as file:
        return json.load(file)


def test_a_reader_that_does_not_read(sg):
    """The run waits for it, and ends soon after a signal."""
    child = subprocess.Popen([binary(), "status", "--output", "json"], env=sg.env, cwd=sg.folder,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, 4096)
    until = time.monotonic() + LIMIT_S
    while struct.unpack("i", fcntl.ioctl(child.stdout, termios.FIONREAD, b"\0" * 4))[0] < 4096:
        assert time.monotonic() < until and child.poll() is None
    child.send_signal(signal.SIGTERM)
    err = child.stderr.read().decode()
    assert child.wait(timeout=LIMIT_S) == 10 and "stdout: cannot be written" in err
    child.stdout.close()
    child.stderr.close()


# --- file systems ------------------------------------------------------------------------------------------------

def elsewhere(mounts):
    """In a mount namespace of its own, after the mounts."""
    return f"exec unshare -m sh -c '{mounts} && exec \"$0\" \"$@\"' {RUN}"


def test_a_read_only_file_system_with_one_temporary_folder(sandbox, sg):
    mounts = 'mount -t tmpfs none "$TMPDIR" && mount -o remount,bind,ro /'
    run = through_shell(sg, elsewhere(mounts), "bump", "search", "7.12.0", "--report-json", os.path.join(sg.tmp, "r.json"))
    assert run.code == 0, run
    tip = sandbox.tip()
    run = through_shell(sg, elsewhere(mounts), "bump", "search", "7.12.1", "--report-json", "r.json")
    assert run.code == 10
    assert "--report-json: cannot write r.json: Read-only file system" in run.err
    assert sandbox.tip() == tip, "nothing is done whose report has no place"


@pytest.mark.parametrize("folder", ["/nonexistent", "/proc"])
def test_no_place_for_temporary_files(sandbox, sg, folder):
    tip = sandbox.tip()
    run = sg("bump", "search", "7.12.2", env={"TMPDIR": folder}, expect=10)
    assert f"cannot make a temporary directory in {folder}" in run.err and "TMPDIR may name another" in run.err
    assert sandbox.tip() == tip


def test_a_full_disk(sandbox, sg):
    tip = sandbox.tip()
    mounts = 'mount -t tmpfs -o size=4k none "$TMPDIR" && { head -c 9000 /dev/zero >"$TMPDIR/x" || :; } 2>/dev/null'
    run = through_shell(sg, elsewhere(mounts), "bump", "search", "7.12.3")
    assert run.code == 10 and "No space left on device" in run.err, run
    assert sandbox.tip() == tip


def test_a_report_for_which_there_is_no_room(sandbox, sg):
    """The outcome is shown, the old file stays, and nothing is left beside it."""
    os.mkdir(os.path.join(sg.folder, "full"))
    mounts = ('mount -t tmpfs -o size=8k none full && echo old >full/r.json && '
              '{ head -c 9000 /dev/zero >full/x || :; } 2>/dev/null')
    script = elsewhere(mounts).replace('exec "$0" "$@"', '"$0" "$@"; code=$?; cat full/r.json; ls -A full; exit $code')
    run = through_shell(sg, script, "bump", "search", "7.12.4", "--report-json", "full/r.json")
    assert run.code == 10
    assert re.search("--report-json: cannot write .*full/r.json: No space left on device", run.err)
    assert f"done: committed {sandbox.tip()[:12]}" in run.out
    assert run.out.endswith("old\nr.json\nx\n")


def test_no_file_may_grow(sandbox, sg):
    tip = sandbox.tip()
    run = through_shell(sg, f"ulimit -f 0; exec {RUN}", "bump", "search", "7.12.5")
    assert run.code == 10 and "File too large" in run.err
    assert sandbox.tip() == tip


def test_dotenv_keeps_to_gitlabs_limits(sandbox, sg):
    """5 KB, one line each, no variable of more than 1 KB: what does not fit is left out, and that is said."""
    services = sandbox.git("ls-tree", "--name-only", "develop:apps").split()
    wishes = [f"{name}={'t' * 120}{number}" for number, name in enumerate(services)]
    run = sg("bump", *wishes, "--report-dotenv", "b.env", "--output", "json", "--dry-run", expect=None)
    assert run.code == 0, run
    with open(os.path.join(sg.folder, "b.env"), "rb") as file:
        text = file.read()
    assert len(text) < 5 * 1024 and b"\n\n" not in text
    names = [line.split("=", 1)[0] for line in text.decode().splitlines()]
    assert "STAGEGATE_SERVICE" in names and "STAGEGATE_TAG" not in names
    left_out = [row for row in run.json["warnings"] if row["reason"] == "DOTENV_LEFT_OUT"]
    assert any("STAGEGATE_TAG" in row["text"] for row in left_out), run.json["warnings"]


# --- network and clock -------------------------------------------------------------------------------------------

@pytest.fixture
def black_hole(tmp_path):
    """A name server that never answers, and the mounts that make it the only one."""
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.99\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.99", 53))
        yield server, elsewhere(f"mount --bind {resolv} /etc/resolv.conf")


FAR = {"STAGEGATE_GITOPS": "https://git.far-away.test/gitops/apps.git"}


def test_names_that_are_never_resolved(sg, black_hole):
    run = through_shell(sg, black_hole[1], "bump", "search", "7.13.0", "--connect-timeout", "100ms",
                        "--retry-base", "10ms", env=FAR)
    assert run.code == 7, run
    assert "no connection within 100ms to git.far-away.test" in run.err and "was not resolved" in run.err
    assert "UNREACHABLE" in run.err and "--connect-timeout" in run.err


def test_a_signal_while_a_name_is_resolved(sg, black_hole):
    child = subprocess.Popen(["sh", "-c", black_hole[1], binary(), "bump", "search", "7.13.1"],
                             env={**sg.env, **FAR}, cwd=sg.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    black_hole[0].recvfrom(512)
    start = time.monotonic()
    child.send_signal(signal.SIGTERM)
    err = child.communicate(timeout=LIMIT_S)[1].decode()
    assert child.returncode == 143 and "CANCELLED" in err
    assert time.monotonic() - start < 1
    assert os.listdir(sg.tmp) == []


@pytest.mark.parametrize("host", ["[::1]", "localhost"])
def test_only_ipv6(sandbox, sg, host):
    port = int(re.search(r":(\d+)", sandbox.env["STAGEGATE_GITLAB_URL"])[1])
    relay = Relay(port, "::1")
    url = sandbox.env["STAGEGATE_GITOPS"].replace(f"127.0.0.1:{port}", f"{host}:{relay.port}")
    run = sg("bump", "search", f"7.14.{next(TAGS)}", env={"STAGEGATE_GITOPS": url})
    assert "done: committed" in run.out
    relay.close()


def test_a_clock_that_is_hours_behind(journey):
    """Times are those of the servers: gates neither open early nor stay closed."""
    journey.ctl("clock", str(10 * 3600))
    journey.sg("bump", "catalog", "1.4.2")
    journey.sg("wait", "catalog", "--env", "dev")
    run = journey.promote("catalog", "staging", expect=75)
    assert [row["reason"] for row in run.json["gates"] if row["type"] == "soak"] == ["SOAKING"]
    journey.ctl("clock", HALF_AN_HOUR)
    assert journey.promote("catalog", "staging").json["result"] == "done"


def test_a_server_whose_date_is_hours_off(journey):
    journey.dev()
    for skew in ("-36000", "36000"):
        journey.ctl("skew", skew)
        assert journey.gate("catalog", "staging", expect=None).code in (0, 75)
    journey.ctl("skew", "0")


# --- signals -----------------------------------------------------------------------------------------------------

ONWARD = "the same command again looks what was done, and goes on from there"
"""Phase: what is made slow, the line of the trace (or log) at which the signal comes, the command."""
PHASES = {
    "look": ("git-slow 700", "GET .*info/refs", "bump catalog 1.4.2 --publish-via git"),
    "fetch": ("git-slow 700", "POST .*git-upload-pack", "bump catalog 1.4.2 --publish-via git"),
    "file": ("gl-slow 300", "GET .*/repository/files/apps", "bump catalog 1.4.2 --publish-via api"),
    "request": ("gl-slow 150", "POST .*/merge_requests", "promote catalog --to staging"),
    "gates": ("gl-slow 60", "GET .*/statuses", "promote catalog --to staging"),
    "merge": ("gl-slow 60", "PUT .*/merge ", "promote catalog --to staging"),
    "pipeline": ("", "PIPELINE_RUNNING", "promote catalog --to staging"),
    "live": ("", "PUBLISHED", "promote catalog --to staging"),
    "rollout": ("", "PROGRESSING", "wait catalog --env dev"),
}


def cancelled(journey, words, line, signo):
    """Runs it until the line comes, sends the signal, and says what was seen; report files are there."""
    files = ["--report-json", "r.json", "--report-dotenv", "r.env", "--report-junit", "r.xml"]
    with journey.sg.started(*words, "--trace", *files) as run:
        for text in run.child.stdout:
            run.text += text
            if re.search(line, text):
                break
        else:
            raise AssertionError(run.text)
        run.child.send_signal(signo)
        code = run.ends()
    assert run_report(journey.sg)["exit_code"] == code
    for name in ("r.env", "r.xml"):
        with open(os.path.join(journey.sg.folder, name), encoding="utf-8") as file:
            assert code == 0 or "CANCELLED" in file.read()
    return code, run.text


@pytest.mark.parametrize("phase", PHASES)
def test_a_signal_in_every_phase(journey, faults, phase):
    fault, line, command = PHASES[phase]
    signo = signal.SIGINT if len(phase) % 2 else signal.SIGTERM
    if command.startswith("promote"):
        journey.dev()
    if phase == "pipeline":
        journey.ctl("mr-pace", "ci", "100000")
    if phase == "live":
        journey.ctl("app", "catalog-staging", "stuck")
    if phase == "rollout":
        journey.ctl("app", "catalog-dev", "stuck")
        journey.sg("bump", "catalog", "1.4.2")
    if fault:
        faults(*fault.split())
    code, text = cancelled(journey, command.split(), line, signo)
    assert code == 128 + signo, text
    assert ONWARD in text and f"reason: CANCELLED (exit {code})" in text
    faults("clear")
    if phase == "pipeline":
        journey.ctl("pipeline", "1", "success")
    for name in ("catalog-dev", "catalog-staging"):
        journey.ctl("app", name, "healthy")
        journey.ctl("refresh", name)
    assert journey.sg(*command.split(), "--output", "json").json["result"] in ("done", "unchanged")
    if command.startswith("promote"):
        assert journey.tag("staging") == "1.4.2"
        assert len(journey.ctl("mrs").splitlines()) == 1
    else:
        assert journey.sandbox.git("log", "--oneline", "--grep", "Stagegate-Id", "develop").count("\n") == 0


@pytest.mark.parametrize("via, fault, line", [("git", ("git-slow", "700"), "POST .*git-receive-pack"),
                                              ("api", ("gl-slow", "300"), "POST .*/repository/commits")])
def test_a_push_under_way_is_brought_to_its_end(journey, faults, via, fault, line):
    """Cut after some seconds it would be in doubt; done in that time it is done, and the run says so."""
    faults(*fault)
    code, text = cancelled(journey, ("bump", "catalog", "1.4.2", "--publish-via", via), line, signal.SIGTERM)
    assert code == 0 and "done: committed" in text
    assert journey.tag("dev", branch="develop") == "1.4.2"
