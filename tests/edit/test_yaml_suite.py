"""
Every case of the YAML test suite: whether our reader takes it is known by name, and in those that it takes, each scalar that a path names is
set to another value by `stagegate edit`, alone and together with the others of its file. Either the edit is refused with a reason, and the
file stays as it was, or readers that are not ours see that value and nothing else changed.
"""
import collections
import functools

import pytest

pytest.importorskip("yaml", reason="python3-yaml is not installed (ci/setup)")
pytest.importorskip("ruamel.yaml", reason="python3-ruamel.yaml is not installed (ci/setup)")

import yaml_suite  # noqa: E402
from judges import BINARY, Judge, corpus  # noqa: E402  (judges says where the corpus lies)

import places  # noqa: E402

WHERE = yaml_suite.folder()
CASES = list(yaml_suite.cases(WHERE)) if WHERE else []
NUMBER = {case.name: index for index, case in enumerate(CASES)}
pytestmark = pytest.mark.skipif(not CASES, reason="the YAML test suite is not at hand (ci/yaml-test-suite fetches it)")

# libyaml reads YAML 1.1. What the suite, which is about 1.2, takes for an error, and libyaml does not:
TAKEN = set("9C9N 9HCY 9JBA CVW2 DK95/01 EB22 G5U8 MUS6/00 MUS6/01 QB6E RHX7 S98Z SU5Z X4QW Y79Y/03 YJV2".split())
# the other way round:
NOT_TAKEN = set("""2JQS 2LFX 2SXE 4ABK 4MUZ/00 4MUZ/01 4MUZ/02 58MP 5MUD 5T43 6BCT 6CA3 6LVF 6M2F 7Z25 8XYN 96NN/00 96NN/01 9SA2 A2M4 BEC7 CFD4 DBG4 DK3J
    DK95/00 DK95/03 DK95/04 FP8R FRK4 HM87/00 HWV9 K3WX M2N8/00 M7A3 MUS6/05 MUS6/06 NHX8 NJ66 NKF9 Q5MG QT73 R4YG S3PD SM9W/01 UKK6/00 UT92 VJP3/01 W4TN
    W5VH Y79Y/01 Y79Y/10""".split())
# and what it reads as something else:
READ_OTHERWISE = set("652Z HM87/01 JEF9/02 L24T/01 Y2GN".split())


class Seen:
    """What became of a case."""

    def __init__(self):
        self.refused = None  # our reader's line, for what it does not take
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.wrong = []


def edit_all(seen, name, judge, found):
    """Each alone; then all of those together."""
    good = []
    for number, place in enumerate(found):
        wish = (place, corpus.new_value(NUMBER[name] + number, place.event.value))
        answer = judge.edit([wish])
        if answer:
            seen.counts["refusals"] += 1
            seen.reasons[answer[0]] += 1
            continue
        seen.counts["edits"] += 1
        seen.counts.update(judge.names)
        seen.wrong += judge.wrong([wish])
        good.append(wish)
    if len(good) > 1:
        answer = judge.edit(good)
        seen.wrong += judge.wrong(good) if answer is None else [f"all at once: {answer}"]
        seen.counts["together"] += len(good)


def refused(name, path):
    """What our reader does not take, `edit` does not take either."""
    path.write_bytes(CASES[NUMBER[name]].text.encode())
    answer = corpus.run(BINARY, path, [(places.Place(0, None, "a"), "b")])
    return [] if answer and answer[0] == "YAML_INVALID" else [f"refused by the reader, but `edit` says {answer}"]


@functools.cache
def look(name, tool, folder):
    seen, case = Seen(), CASES[NUMBER[name]]
    try:
        judge = Judge(tool, case.text, folder / "f.yaml")
    except yaml_suite.Refused as why:
        seen.refused = str(why)
        seen.wrong = refused(name, folder / "f.yaml")
        return seen
    if (not case.bad and [event.notation for event in judge.old] != case.tree) != (name in READ_OTHERWISE):
        seen.wrong.append("other events than those of the suite, or no longer")
    found = places.find(judge.old, places.any_place)
    named = [place for place in found if place.path is not None]
    seen.counts.update(scalars=len(found), unnamed=len(found) - len(named))
    edit_all(seen, name, judge, named)
    return seen


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("suite")


@pytest.mark.parametrize("name", NUMBER)
def test_case(name, events_tool, folder):
    seen = look(name, events_tool, folder)
    assert (seen.refused is None) == (name in TAKEN or (not CASES[NUMBER[name]].bad and name not in NOT_TAKEN)), seen.refused
    assert seen.refused is None or seen.refused.startswith("YAML_INVALID: f:"), seen.refused
    assert not seen.wrong


def test_the_whole_suite_was_seen(events_tool, folder):
    """No number may shrink unseen: an empty run is none, and a refusal more is a step back."""
    counts, reasons = collections.Counter(), collections.Counter()
    for name in NUMBER:
        seen = look(name, events_tool, folder)
        counts["cases"] += 1
        counts["refused"] += seen.refused is not None
        counts.update(seen.counts)
        reasons.update(seen.reasons)
        assert not seen.wrong, (name, seen.wrong)
    assert counts == {"cases": 402, "refused": 129, "scalars": 533, "unnamed": 25, "edits": 375, "refusals": 133, "together": 329,
                      "ours": 375, "PyYAML": 354, "ruamel.yaml": 360}
    assert reasons == {"EDIT_MULTILINE": 86, "EDIT_NO_FIELD": 25, "EDIT_TAGGED": 20, "EDIT_ALIAS": 1, "EDIT_UNPROVEN": 1}
