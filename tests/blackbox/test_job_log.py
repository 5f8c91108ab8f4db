"""The log in a job, on a terminal and as JSON: what docs/job-log.md shows is what comes out.

STAGEGATE_WRITE_DOCS=1 writes what comes out into the page instead of comparing.
"""
import json
import os
import re
import signal
import subprocess

import pytest

from conftest import LIMIT_S, ROOT, binary
from joblog import Screen, Sections, Tidy, agrees, on_terminal
from test_promote import Journey

IN_A_JOB = {"GITLAB_CI": "true", "CI_COMMIT_REF_PROTECTED": "true"}
KEYS = ["time", "level", "event", "what", "code", "message", "hint", "url", "elapsed_ms", "left_ms", "exit_code"]
EVENTS = {"phase", "phase_end", "progress", "heartbeat", "done", "note", "log", "end", "error"}


PAGE = os.path.join(ROOT, "docs", "job-log.md")


def documented(name, real=None):
    """The block of the page."""
    with open(PAGE, encoding="utf-8") as page:
        text = page.read()
    found = re.search(rf"<!-- job-log: {name};[^>]*-->\n+```\n(.*?)```\n", text, re.S)
    assert found, name
    if not real or not os.environ.get("STAGEGATE_WRITE_DOCS"):
        return found.group(1)
    with open(PAGE, "w", encoding="utf-8") as page:
        page.write(text[:found.start(1)] + real.rstrip("\n") + "\n" + text[found.end(1):])
    return real


def log_of(sg, *words, env=None, expect=0):
    """stdout and stderr as they come, byte for byte."""
    done = subprocess.run([binary(), *words], env={**sg.env, **(env or {})}, cwd=sg.folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False)
    text = done.stdout.decode("utf-8", "surrogateescape")
    assert done.returncode == expect, text
    return text


def objects(text):
    rows = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        assert list(row) == [key for key in KEYS if key in row], row
        assert row["event"] in EVENTS and {"time", "level", "message"} <= set(row), row
    return rows


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def test_the_job_logs_of_the_documentation(journey):
    base = journey.sandbox.env["STAGEGATE_GITLAB_URL"]
    journey.dev()
    for name, expect in (("staging", 0), ("production", 75)):
        text = log_of(journey.sg, "promote", "catalog", "--to", name, env=IN_A_JOB, expect=expect)
        real = Tidy(base)(Sections(text).text())
        agrees(documented(name, real), real)
        journey.ctl("clock", "7260")


def test_the_terminal_of_the_documentation(journey):
    base = journey.sandbox.env["STAGEGATE_GITLAB_URL"]
    journey.sg("bump", "catalog", "1.4.2")
    code, text = on_terminal([binary(), "wait", "catalog", "--env", "dev"], {**journey.sg.env, "TERM": "xterm",
                                                                           "NO_COLOR": "1"}, journey.sg.folder)
    screen = Screen(100).feed(text)
    assert code == 0
    real = Tidy(base)("\n".join(screen.lines))
    agrees(documented("terminal", real), real)
    assert documented("live").strip() in Tidy(base)("\n".join(screen.drawn)).splitlines()


@pytest.mark.parametrize("columns", [20, 41])
def test_the_live_line_never_wraps(journey, columns):
    journey.sg("bump", "catalog", "1.4.2")
    _, text = on_terminal([binary(), "wait", "catalog", "--env", "dev"], {**journey.sg.env, "TERM": "xterm"},
                          journey.sg.folder, columns=columns)
    drawn = Screen(columns).feed(text).drawn
    assert drawn and max(map(len, drawn)) == columns - 1


def test_several_have_a_row_each_and_nothing_of_them_stays(journey):
    journey.sg("bump", "catalog=1.4.2", "order=4.3.9", "payment=2.0.9")
    code, text = on_terminal([binary(), "wait", "catalog", "order", "payment", "--env", "dev"], {**journey.sg.env, "TERM": "xterm", "NO_COLOR": "1"},
                             journey.sg.folder)  # fmt: skip
    screen = Screen(100).feed(text)
    assert code == 0
    rows = [row for row in screen.drawn if re.fullmatch(r"(catalog|order|payment)-dev +[A-Z_]+ \(\d+s\)", row)]
    assert {row.split("-")[0] for row in rows} == {"catalog", "order", "payment"}, screen.drawn
    assert any(re.fullmatch(r"(\d+m )?\d+[sm] left", row) for row in screen.drawn), screen.drawn
    assert not [line for line in screen.lines if line in rows or line.endswith(" left")], screen.lines


def test_colours_and_control_sequences_are_for_terminals_only(journey):
    words = [binary(), "check"]
    terminal = {**journey.sg.env, "TERM": "xterm"}
    _, text = on_terminal(words, terminal, journey.sg.folder)
    assert "\x1b[32m" in text or "\x1b[0" in text
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, text = on_terminal(words, {**terminal, **more}, journey.sg.folder)
        assert "m" not in re.findall(r"\x1b\[[0-9;]*([A-Za-z])", text)
    _, text = on_terminal(words, {**terminal, "TERM": "dumb"}, journey.sg.folder)
    assert "\x1b" not in text and "\r" not in text
    assert "\x1b" not in log_of(journey.sg, "check", env={"TERM": "xterm"})


def test_sections_only_where_a_person_reads_them_in_gitlab(sg):
    assert "section_start" in log_of(sg, "check", env=IN_A_JOB)
    assert "section_" not in log_of(sg, "check")
    assert "section_" not in log_of(sg, "check", env={**IN_A_JOB, "GITLAB_CI": "false"})
    assert "section_" not in log_of(sg, "check", "--quiet", env=IN_A_JOB)
    assert "\\u001b" not in log_of(sg, "check", "--output", "json", "--log-format", "json", env=IN_A_JOB)
    _, text = on_terminal([binary(), "check"], {**sg.env, **IN_A_JOB, "TERM": "xterm"}, sg.folder)
    assert "section_" not in text


def test_an_error_stands_outside_and_below_of_sections(sg):
    text = log_of(sg, "bump", "no-such-service", "1.0.0", env=IN_A_JOB, expect=5)
    below = re.split("> Reading .*gitops/apps\n", Sections(text).text())[1]
    assert below.startswith("v Publishing to develop\n")
    assert "reason: SERVICE_UNKNOWN (exit 5)\n" in below
    assert text.index("section_end") < text.index("SERVICE_UNKNOWN")


def test_two_runs_in_one_job_have_sections_of_their_own(sg):
    one, other = (log_of(sg, "check", env=IN_A_JOB) for _ in range(2))
    Sections(one + other)


def test_a_job_log_says_the_outcome_even_if_the_document_is_for_machines(sg):
    run = sg("check", "--output", "json", env=IN_A_JOB)
    assert run.err.splitlines()[-1] == f"{run.json['reason']}: {run.json['sentence']}"


def test_each_line_is_an_object(journey):
    run = journey.sg("bump", "catalog", "1.4.2", "--log-format", "json")
    rows = objects(run.err)
    assert [row["what"] for row in rows if row["event"] == "phase"] == ["read", "publish"]
    done = [row for row in rows if row["event"] == "done"]
    assert done[0]["code"] == "COMMITTED"
    assert done[0]["url"].startswith(journey.sandbox.env["STAGEGATE_GITLAB_URL"] + "/gitops/apps/-/commit/")
    assert rows[-1]["event"] == "end" and rows[-1]["exit_code"] == 0
    run = journey.sg("wait", "catalog", "--env", "dev", "--log-format", "json", "--verbose")
    assert any(row["event"] == "progress" and row["code"] for row in objects(run.err))


@pytest.mark.parametrize("words,code", [(("bump", "no-such-service", "1.0.0"), "SERVICE_UNKNOWN"),
                                        (("bump", "catalog"), "USAGE"),
                                        (("bump", "--no-such-option"), "USAGE")])
def test_errors_are_objects_too(sg, words, code):
    run = sg(*words, env={"STAGEGATE_LOG_FORMAT": "json"}, expect=None)
    last = objects(run.err)[-1]
    assert (last["event"], last["code"], last["exit_code"]) == ("error", code, run.code)


def test_a_cancelled_job_closes_its_sections(journey):
    journey.sg("bump", "catalog", "1.4.2")
    child = subprocess.Popen([binary(), "wait", "catalog", "--env", "dev", "--image",
                              "registry.example.com/shop/catalog:9.9.9"], env={**journey.sg.env, **IN_A_JOB},
                             cwd=journey.sg.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = b""
    while b"OTHER_IMAGE" not in text and b"IMAGE" not in text:
        line = child.stdout.readline()
        assert line, text.decode()
        text += line
    child.send_signal(signal.SIGTERM)
    text += child.communicate(timeout=LIMIT_S)[0]
    shown = Sections(text.decode()).text()
    assert child.returncode == 143, shown
    assert "reason: CANCELLED (exit 143)" in shown
