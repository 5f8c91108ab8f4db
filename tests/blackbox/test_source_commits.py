"""The source commits between the two versions, in the text of a merge request: told where they can be read, and never in the way."""
import json
import re

import pytest

from test_mr import Requests
from test_older import source_of
from test_promote import HALF_AN_HOUR, configure

LIST = "GET /projects/shop%2Fcatalog/repository/commits"
LINK = re.compile(r"\[([^\]\n]*)\]\((https?://[^)\s]*/-/compare/[0-9a-f]{40}\.\.\.[0-9a-f]{40})\)")


class Journey(Requests):
    """Requests, and the source project of catalog."""

    def __init__(self, sandbox, sg):
        super().__init__(sandbox, sg)
        self.source = source_of(sandbox)

    def id(self, tag):
        return self.source("rev-parse", f"{tag}^{{commit}}")

    def text(self, iid):
        return self.mr(iid)["description"]

    def asked(self):
        """What the source project was asked since the last time."""
        return [row["path"].partition("/repository/")[2] for row in json.loads(self.ctl("api-log", "clear")) if "shop" in row["path"]]


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


@pytest.fixture
def tags(journey):
    """Tags and commits that are gone again afterwards: tags(NAME, PARENT, SUBJECT...)."""
    made = []

    def tag(name, parent, *subjects):
        tree, at = journey.source("rev-parse", f"{parent}^{{tree}}"), journey.id(parent)
        for subject in subjects:
            at = journey.source("-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", "-m", subject, "-p", at, tree)
        journey.source("tag", name, at)
        made.append(name)
        return at

    yield tag
    journey.source("tag", "-d", *made)


def back_to(journey, tag):
    """dev goes back to an older version, long enough ago."""
    journey.sg("bump", "catalog", tag, "--allow-older", "--reason", "it fails")
    journey.sg("wait", "catalog", "--env", "dev")
    journey.ctl("clock", HALF_AN_HOUR)


def test_the_commits_that_come_are_linked_counted_and_named(journey):
    text = journey.text(journey.opened(tag="1.4.3"))
    old, new = journey.id("v1.4.0"), journey.id("v1.4.3")
    assert [found[0] for found in LINK.findall(text)] == ["4 source commits"], text
    assert f"`1.4.0` to `1.4.3` brings [4 source commits]({journey.sandbox.env['STAGEGATE_GITLAB_URL']}/shop/catalog/-/compare/{old}...{new}):\n\n" in text
    rows = re.findall(r"^- `([0-9a-f]{12})` `(.*)`$", text, re.M)
    assert [subject for _, subject in rows] == ["catalog: price in the list", "catalog: longer names", "catalog: search ignores case", "catalog: faster search"]
    assert rows[0][0] == new[:12]


def test_one_request_more_than_the_order_and_none_twice(journey):
    journey.dev(tag="1.4.3")
    journey.asked()
    journey.run("open", "catalog", "--to", "staging")
    asked = journey.asked()
    assert asked.count("commits") == 1 and len(asked) <= 7 and len(asked) == len(set(asked)), asked


def test_an_older_version_shows_what_goes_away(journey):
    journey.opened(tag="1.4.3")
    journey.promote("catalog", "staging")
    back_to(journey, "1.4.1")
    journey.asked()
    iid = journey.run("open", "catalog", "--to", "staging", "--allow-older", "--reason", "it fails").json["merge_requests"][0]["iid"]
    text, asked = journey.text(iid), journey.asked()
    old, new = journey.id("v1.4.1"), journey.id("v1.4.3")
    assert "`1.4.3` back to `1.4.1` takes away [2 source commits](" in text and f"/-/compare/{old}...{new})" in text, text
    assert "catalog: price in the list" in text and "catalog: search ignores case" not in text
    assert len(asked) <= 6 and len(asked) == len(set(asked)), asked


def section(text):
    """What is said of source commits."""
    return text.partition(" |\n\n")[2].partition("```")[0]


def test_another_version_rewrites_it(journey):
    iid = journey.opened(tag="1.4.2")
    assert "`1.4.0` to `1.4.2` brings [3 source commits](" in section(journey.text(iid))
    journey.dev(tag="1.4.3")
    journey.run("open", "catalog", "--to", "staging")
    assert "`1.4.0` to `1.4.3` brings [4 source commits](" in section(journey.text(iid))


def test_the_same_change_on_another_tip_says_the_same_and_keeps_its_approval(journey):
    journey.ctl("merge-method", "ff")
    iid = journey.production_waits()
    before = journey.mr(iid)
    assert "`1.3.2` to `1.4.2` brings [4 source commits](" in section(before["description"])
    journey.ctl("approve", "manager-1", str(iid))
    journey.ctl("push-foreign", "main", "order")
    journey.promote("catalog", "production")
    after = journey.mr(iid)
    assert after["sha"] != before["sha"] and journey.tag("prod") == "1.4.2"
    assert section(after["description"]) == section(before["description"])


def test_what_cannot_be_read_later_does_not_touch_the_text_of_the_same_head(journey):
    iid = journey.opened(tag="1.4.2")
    text = journey.text(iid)
    journey.ctl("member", "shop/catalog", "bot", "remove")
    journey.asked()
    run = journey.run("open", "catalog", "--to", "staging")
    assert run.json["result"] == "unchanged" and journey.text(iid) == text and not journey.writes()


HOSTILE = ("x`\u202e @all", "/close", "Closes #1 [a](https://evil.example) ![b](x) <img src=x> | **b** ~bug %\"1\"", "y" * 5000, "\x1b[2J\u200b", "```", "-->")


def test_a_hostile_subject_cannot_act(journey, tags):
    tags("1.4.9", "v1.4.3", *HOSTILE)
    iid = journey.opened(tag="1.4.9")
    shown = journey.mr(iid)
    text = shown["description"]
    assert "[11 source commits](" in text and "\n- and 1 more\n" in text and shown["state"] == "opened"
    for line in text.partition("brings [11")[2].partition("\n```")[0].splitlines()[2:12]:
        assert re.fullmatch(r"- `[0-9a-f]{12}` `[^`|\n]{1,300}`", line), line
    for part in ("\u202e", "\u200b", "\x1b", "\n/", "y" * 121):
        assert part not in text
    assert len(LINK.findall(text)) == 1


@pytest.mark.parametrize("words", [("member", "shop/catalog", "bot", "remove"), ("fault", "gl-404", "+", LIST), ("fault", "gl-403", "+", LIST)])
def test_a_source_that_is_hidden_or_says_no_leaves_the_text_shorter(journey, faults, words):
    assert faults
    journey.dev(tag="1.4.2")
    journey.ctl(*(word.replace("+", "99") for word in words))
    run = journey.run("open", "catalog", "--to", "staging", "--verbose")
    text = journey.text(run.json["merge_requests"][0]["iid"])
    assert run.json["reason"] == "MR_OPEN" and not run.json["warnings"]
    assert "source commit" not in text and "| `1.4.0` | `1.4.2` |" in text
    assert "shop/catalog: " in run.err and "1.4.0" in run.err


def test_a_tag_that_the_source_does_not_have_leaves_the_text_shorter(journey):
    iid = journey.opened(tag="1.4.77")
    assert "source commit" not in journey.text(iid) and "`1.4.77`" in journey.text(iid)


def test_without_a_source_nothing_is_asked(journey):
    configure(journey, 'source: "shop/{service}"', "# no source")
    journey.dev(tag="1.4.2")
    journey.asked()
    iid = journey.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"]
    assert "source commit" not in journey.text(iid) and not journey.asked()


def test_300_commits_cost_one_request(journey, tags):
    tags("1.4.8", "v1.4.3", *(f"change {number}" for number in range(300)))
    journey.dev(tag="1.4.8")
    journey.asked()
    iid = journey.run("open", "catalog", "--to", "staging").json["merge_requests"][0]["iid"]
    text = journey.text(iid)
    assert journey.asked().count("commits") == 1
    assert "[100 or more source commits](" in text and "- and 90 or more\n" in text
    assert "`change 299`" in text and "`change 290`" in text and "`change 289`" not in text and len(text) < 8192


@pytest.mark.parametrize("fault", ["gl-502", "gl-reset", "gl-truncate", "gl-garbage"])
def test_an_answer_that_was_lost_is_asked_for_again(journey, faults, fault):
    journey.sg.env["STAGEGATE_RETRY_BASE"] = "5ms"
    journey.dev(tag="1.4.2")
    faults(fault, "4+1", LIST)
    run = journey.run("open", "catalog", "--to", "staging")
    assert "[3 source commits](" in journey.text(run.json["merge_requests"][0]["iid"])
    assert len(journey.ctl("mrs").splitlines()) == 1


def test_one_that_throttles_does_not_hold_the_run(journey, faults):
    journey.sg.env["STAGEGATE_RETRY_BASE"] = "5ms"
    journey.dev(tag="1.4.2")
    journey.asked()
    faults("gl-429", "4+99", LIST)
    run = journey.run("open", "catalog", "--to", "staging")
    assert run.json["reason"] == "MR_OPEN" and "source commit" not in journey.text(run.json["merge_requests"][0]["iid"])
    assert journey.asked().count("commits") == 2


def test_promote_tells_the_same(journey):
    journey.dev(tag="1.4.2")
    iid = journey.promote("catalog", "staging").json["merge_requests"][0]["iid"]
    assert "`1.4.0` to `1.4.2` brings [3 source commits](" in journey.text(iid)
