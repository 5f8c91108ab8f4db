"""--report-junit: what GitLab's test report shows of a run, read by another XML parser."""
import collections
import itertools
import os
import pathlib
import xml.etree.ElementTree

import pytest

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "data/golden"
TAGS = itertools.count(1)
Case = collections.namedtuple("Case", "outcome type message text")


class Suite:
    """The only test suite of a file: its cases by name, and its counts checked."""

    def __init__(self, path):
        root = xml.etree.ElementTree.parse(path).getroot()
        assert root.tag == "testsuites" and [child.tag for child in root] == ["testsuite"]
        self.head, self.cases = root[0].attrib, {}
        for node in root[0]:
            assert node.tag == "testcase" and len(node) <= 1
            assert node.get("name") not in self.cases, "GitLab keeps one case of a name"
            assert len(node.get("name")) <= 255
            end = node[0] if len(node) else None
            self.cases[node.get("name")] = (Case("passed", None, None, None) if end is None else
                                            Case(end.tag, end.get("type"), end.get("message"), end.text))
        count = collections.Counter(case.outcome for case in self.cases.values())
        for outcome, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(self.head[key]) == count[outcome], (key, self.head, self.cases)
        assert int(self.head["tests"]) == len(self.cases)

    def outcomes(self):
        return {name: case.outcome for name, case in self.cases.items()}


@pytest.fixture
def junit(sg):
    """Runs a command with --report-junit; its suite."""
    def run(*words, expect=0, **more):
        path = os.path.join(sg.folder, "junit.xml")
        sg(*words, "--report-junit", path, expect=expect, **more)
        return Suite(path)
    return run


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.xml")), ids=lambda path: path.stem)
def test_every_golden_file_is_xml(path):
    assert Suite(path).cases


def test_changes_and_applications_pass(junit):
    tag = f"8.1.{next(TAGS)}"
    suite = junit("bump", f"catalog={tag}", f"search={tag}")
    assert set(suite.outcomes().values()) == {"passed"} and len(suite.cases) == 2, suite.cases
    assert all(" in dev: " in name for name in suite.cases)
    suite = junit("wait", "catalog", "search", "--env", "dev")
    assert suite.outcomes() == {"catalog: application argocd/catalog-dev": "passed",
                                "search: application argocd/search-dev": "passed"}


def test_a_dry_run_is_no_success(junit):
    suite = junit("bump", "catalog", "8.2.0", "--dry-run")
    assert set(suite.outcomes().values()) == {"skipped"}


def test_a_failed_application_names_cause_and_remedy(sandbox, junit, sg):
    sandbox.ctl("app", "review-dev", "sync-failed")
    try:
        sg("bump", "review", f"8.3.{next(TAGS)}")
        suite = junit("wait", "review", "--env", "dev", expect=1)
    finally:
        sandbox.ctl("app", "review-dev", "healthy")
    (case,) = suite.cases.values()
    assert case.outcome == "failure" and case.type == "SYNC_FAILED"
    assert case.message.startswith("SYNC_FAILED: ") and case.message in case.text
    assert "error when patching" in case.message and "\nwanted: " in case.text and "\nwhat to do: " in case.text


def test_a_timeout_is_an_error_and_names_the_blocker(sandbox, junit, sg):
    sandbox.ctl("app", "review-dev", "stuck")
    try:
        sg("bump", "review", f"8.4.{next(TAGS)}")
        suite = junit("wait", "review", "--env", "dev", "--timeout", "1s", expect=8)
    finally:
        sandbox.ctl("app", "review-dev", "healthy")
    (case,) = suite.cases.values()
    assert case.outcome == "error" and "\nlast blocker: " in case.text and "\nwhat to do: " in case.text


def test_a_gate_that_waits_is_skipped_and_says_when_to_look(sandbox, junit, sg):
    sandbox.ctl("reset")
    sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
    sg("bump", "catalog", "1.4.2")
    sg("wait", "catalog", "--env", "dev")
    suite = junit("gate", "catalog", "--to", "staging", expect=75)
    assert suite.outcomes() == {"gate (staging)": "skipped",
                                "catalog to staging: health gate (publish)": "passed",
                                "catalog to staging: soak gate (publish)": "skipped"}
    soak = suite.cases["catalog to staging: soak gate (publish)"]
    assert soak.message.startswith("SOAKING: ") and "\nnext look: 20" in soak.text


def test_findings_of_check(junit, tmp_path):
    (tmp_path / "stagegate.yaml").write_text("version: 1\nenviroments: <&\"\x85\n")
    suite = junit("check", "--repo", str(tmp_path), expect=3)
    assert "failure" in suite.outcomes().values()


def test_a_run_that_breaks_off_is_one_error(junit, sg):
    suite = junit("wait", "nothing", "--env", "dev", expect=5)
    (case,) = suite.cases.values()
    assert case.outcome == "error" and case.type == "SERVICE_UNKNOWN"
    sg("wait", "nothing", "--env", "dev", "--report-json", "e.json", "--report-dotenv", "e.env", expect=5)
    assert os.path.exists(os.path.join(sg.folder, "e.json")) and os.path.exists(os.path.join(sg.folder, "e.env"))


def test_one_file_that_cannot_be_written_does_not_take_the_others_along(sg):
    run = sg("version", "--report-dotenv", "no/such/folder/x.env", "--report-junit", "v.xml", expect=5)
    assert "--report-dotenv" in run.err
    assert list(Suite(os.path.join(sg.folder, "v.xml")).outcomes().values()) == ["error"]
