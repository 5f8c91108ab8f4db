"""The judge of histories sees what it is there for: each kind of damage is done to a good history, by plain git."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from history import checker, orchard  # noqa: E402
from history.checker import FAIL, OK, UNKNOWN, Change, Foreign  # noqa: E402
from sim import gitrepo, seed  # noqa: E402

NOTES = "history/notes.txt"
SERVICES = [service for pair in orchard.services(2) for service in pair]
BY_NAME = {service.name: service for service in SERVICES}


class Story:
    """A branch of a bare repository, what everybody was told, and what the checker says."""

    def __init__(self, folder):
        self.repository = os.path.join(folder, "apps.git")

        def fill(importer):
            importer.commit("main", "first\n", {"README.md": "first\n"})
            importer.commit(orchard.BRANCH, "first\n", {**orchard.files(2), NOTES: "notes\n"}, parent=1)

        seed.fast_import(self.repository, fill)
        self.base, self.changes, self.foreign = self.tip(), [], []

    def git(self, *words, **more):
        return gitrepo.git(self.repository, *words, **more)

    def tip(self):
        return self.git("rev-parse", f"refs/heads/{orchard.BRANCH}")

    def body(self, path):
        return checker.History(self.repository, orchard.BRANCH, self.base).git("show", f"{orchard.BRANCH}:{path}")

    def put(self, files, **more):
        return gitrepo.put(self.repository, orchard.BRANCH, files, "something\n", **more)[1]

    def told(self, name, tag, outcome=OK):
        self.changes.append(Change(name, tag, outcome))

    def lands(self, name, tag):
        service = BY_NAME[name]
        return self.put({service.path: service.with_tag(self.body(service.path), tag)})

    def change(self, name, tag, outcome=OK):
        self.told(name, tag, outcome)
        return self.lands(name, tag)

    def person(self, line, outcome=OK):
        commit = self.put({NOTES: self.body(NOTES) + line + b"\n"})
        self.foreign.append(Foreign(commit, NOTES, line, outcome))
        return commit

    def verdict(self):
        history = checker.History(self.repository, orchard.BRANCH, self.base)
        return checker.check(history, SERVICES, self.changes, self.foreign, ["develop", "main"])


@pytest.fixture
def story(tmp_path):
    """Two workers' changes of both kinds and a person's commit, all as it should be."""
    made = Story(str(tmp_path))
    made.change("own-00", b"1.1.0")
    made.change("shared-01", b"1.1.0")
    made.person(b"one")
    made.change("shared-00", b"1.2.0")
    made.told("own-01", b"1.1.0", FAIL)
    made.told("own-01", b"1.2.0", UNKNOWN)
    made.change("own-01", b"1.3.0", UNKNOWN)
    return made


def kinds(verdict):
    return {words.split(":")[0] for words in verdict.broken}


def test_a_good_history_has_nothing_wrong(story):
    verdict = story.verdict()
    assert verdict.broken == []
    assert (verdict.acknowledged, verdict.found_once, verdict.unknown) == (3, 3, 2)
    assert (verdict.lost, verdict.doubled, verdict.foreign_lost) == (0, 0, 0)


def test_a_change_that_was_acknowledged_and_is_lost(story):
    story.told("own-00", b"1.3.0")
    verdict = story.verdict()
    assert (verdict.lost, verdict.found_once, kinds(verdict)) == (1, 3, {"I1"})


@pytest.mark.parametrize("outcome, invariant", [(OK, "I1"), (UNKNOWN, "I2")])
def test_a_change_that_is_there_twice(story, outcome, invariant):
    story.change("own-00", b"1.5.0", outcome)
    story.change("own-00", b"1.6.0")
    story.lands("own-00", b"1.5.0")
    verdict = story.verdict()
    assert verdict.doubled == 1 and kinds(verdict) == {invariant, "I5"}


def test_a_change_that_failed_and_is_there(story):
    story.change("own-00", b"1.5.0", FAIL)
    assert kinds(story.verdict()) == {"I2"}


def test_a_change_that_nobody_asked_for(story):
    story.lands("own-00", b"6.6.6")
    assert kinds(story.verdict()) == {"I1"}


def test_a_persons_commit_that_is_gone(story):
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", story.foreign[0].commit + "^")
    story.change("shared-00", b"1.2.0")
    verdict = story.verdict()
    assert verdict.foreign_lost == 1 and {"foreign", "I3"} <= kinds(verdict)


def test_a_persons_line_that_somebody_took_out_again(story):
    story.put({NOTES: b"notes\n"})
    verdict = story.verdict()
    assert verdict.foreign_lost == 1 and kinds(verdict) == {"foreign", "I4"}


def test_a_persons_push_that_was_rejected_is_no_loss(story):
    story.foreign.append(Foreign("e" * 40, NOTES, b"two", FAIL))
    assert story.verdict().broken == []


def test_a_forced_update_even_when_the_history_looks_fine_again(story):
    tip = story.tip()
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", tip + "^")
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", tip)
    assert kinds(story.verdict()) == {"I3"}


def test_a_commit_that_was_there_for_a_moment(story):
    tip = story.tip()
    story.lands("own-00", b"6.6.6")
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", tip)
    story.change("own-00", b"1.7.0")
    assert kinds(story.verdict()) == {"I3"}


def test_a_branch_that_was_made_anew(story):
    story.git("update-ref", "-d", f"refs/heads/{orchard.BRANCH}")
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", story.base)
    verdict = story.verdict()
    assert (verdict.lost, verdict.foreign_lost) == (3, 1) and kinds(verdict) == {"I1", "foreign"}


def test_a_branch_that_goes_back_to_where_it_began(story):
    tip = story.tip()
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", story.base)
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", tip)
    assert kinds(story.verdict()) == {"I3"}


def test_a_merge(story):
    tree = story.git("rev-parse", f"{orchard.BRANCH}^{{tree}}")
    who = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    merge = story.git("commit-tree", tree, "-p", story.tip(), "-p", story.base, "-m", "merge", env=who)
    story.git("update-ref", f"refs/heads/{orchard.BRANCH}", merge)
    assert kinds(story.verdict()) == {"I3"}


@pytest.mark.parametrize("damage", [
    lambda body: body + b"\n",
    lambda body: body.replace(b"\r\n", b"\n", 1),
    lambda body: body.replace(b"# own-00", b"# own-0"),
    lambda body: b"",
])
@pytest.mark.parametrize("name", ["own-00", "shared-00"])
def test_other_bytes_than_the_value(story, damage, name):
    service = BY_NAME[name]
    story.told(name, b"1.7.0")
    good = service.with_tag(story.body(service.path), b"1.7.0")
    changed = damage(good)
    story.put({service.path: changed})
    assert kinds(story.verdict()) == ({"I1", "I4"} if changed != good else set())


def test_two_values_in_one_commit(story):
    body = BY_NAME["shared-00"].with_tag(story.body(BY_NAME["shared-00"].path), b"1.8.0")
    story.put({BY_NAME["shared-00"].path: BY_NAME["shared-01"].with_tag(body, b"1.8.0")})
    assert kinds(story.verdict()) == {"I4"}


@pytest.mark.parametrize("path, body", [("new.yaml", b"a: 1\n"), ("README.md", None), ("README.md", b"another\n")])
def test_another_file(story, path, body):
    story.put({path: body})
    assert kinds(story.verdict()) == {"I4"}


def test_an_empty_commit(story):
    story.put({})
    assert kinds(story.verdict()) == {"I4"}


def test_values_in_another_order_than_asked_for(story):
    story.told("own-00", b"1.5.0")
    story.told("own-00", b"1.6.0")
    story.lands("own-00", b"1.6.0")
    story.lands("own-00", b"1.5.0")
    assert kinds(story.verdict()) == {"I5"}


def test_a_branch_that_is_left_behind(story):
    story.git("update-ref", "refs/heads/stagegate/dev/own-00", story.tip())
    assert kinds(story.verdict()) == {"I6"}
