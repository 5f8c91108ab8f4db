"""A configuration that changes while a push is under way: what is pushed after that goes by it, to the place that it names."""
import json
import time

import pytest

from test_promote import Journey, configure

OLD, MOVED = "apps/catalog/values-dev.yaml", "apps/catalog/image-dev.yaml"
WORK = "stagegate/dev/catalog"
COMMIT = ("bump", "catalog", "1.4.2", "--env", "dev")
WAYS = {"git": (*COMMIT, "--publish-via", "git"), "api": (*COMMIT, "--publish-via", "api"), "request": COMMIT}


@pytest.fixture
def journey(sandbox, sg):
    found = Journey(sandbox, sg)
    configure(found, '    source: "shop/{service}"\n', "")
    found.sandbox.ctl("push-file", "develop", MOVED, stdin="image:\n  tag: 1.4.0\n")
    return found


def move_the_place(journey, keeps_the_file=True):
    """The tag of a service stands in another file from now on."""
    if not keeps_the_file:
        journey.sandbox.ctl("push-file", "develop", OLD, stdin="replicas: 2\n")
    configure(journey, '{file: "values-{short}.yaml", key: image.tag, part: tag}', '{file: "image-{short}.yaml", key: image.tag, part: tag}')


def lose_a_push(journey, faults, words, meanwhile, *, expect=0, fault="push-old-value"):
    """Runs, and while the first push waits for its answer that it was not taken, something happens."""
    faults(*fault.split() if "api" not in words or fault.startswith("gl-") else ["gl-race"])
    journey.ctl("hold", "1", "answer")
    with journey.sg.started(*words, "--output", "json", "--retry-base", "5ms") as run:
        journey.ctl("held")
        meanwhile()
        journey.ctl("hold", "off")
        assert run.ends() == expect, run.text
    return run


@pytest.mark.parametrize("keeps_the_file", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_a_place_that_moves_while_a_push_is_lost_is_not_written_any_more(journey, faults, way, keeps_the_file):
    if way == "request":
        configure(journey, "publish: commit", "publish: merge-request")
    before = journey.sandbox.show(OLD, "develop")
    lose_a_push(journey, faults, WAYS[way], lambda: move_the_place(journey, keeps_the_file))
    branch = WORK if way == "request" else "develop"
    assert b"1.4.2" in journey.sandbox.show(MOVED, branch)
    assert journey.sandbox.show(OLD, branch) == (before if keeps_the_file else b"replicas: 2\n")


def test_a_promotion_without_gates_goes_by_the_configuration_of_now(journey, faults):
    configure(journey, "- name: staging\n    publish: merge-request", "- name: staging\n    publish: commit")
    configure(journey, "    gates:\n      - {type: health}\n      - {type: soak, duration: 30m}\n", "")
    journey.dev()
    before = journey.tag("staging")
    journey.sandbox.ctl("push-file", "develop", "apps/catalog/image-dev.yaml", stdin="image:\n  tag: 1.4.2\n")
    journey.sandbox.ctl("push-file", "main", "apps/catalog/image-staging.yaml", stdin="image:\n  tag: 1.4.0\n")
    lose_a_push(journey, faults, ("promote", "catalog", "--to", "staging", "--timeout", "20s"), lambda: move_the_place(journey), expect=8)
    assert journey.tag("staging") == before
    assert b"1.4.2" in journey.sandbox.show("apps/catalog/image-staging.yaml", "main")


@pytest.mark.parametrize("new", [("publish: commit", "publish: merge-request"),
                                 ('application: "{service}-dev"\n', 'application: "{service}-dev"\n    gates: [{type: freeze}]\n'),
                                 ("branch: develop", "branch: main")])
@pytest.mark.parametrize("way", ["git", "api"])
def test_one_that_would_not_let_it_through_ends_it(journey, faults, way, new):
    before = journey.tag("dev", branch="develop")
    run = lose_a_push(journey, faults, WAYS[way], lambda: configure(journey, *new), expect=6)
    assert "became another one" in run.text and journey.tag("dev", branch="develop") == before


@pytest.mark.parametrize("new", [("develop\n    publish: merge-request", "develop\n    publish: commit"),
                                 ('application: "{service}-dev"\n', 'application: "{service}-dev"\n    gates: [{type: freeze}]\n')])
def test_one_that_would_not_let_a_request_through_ends_it(journey, faults, new):
    configure(journey, "publish: commit", "publish: merge-request")
    run = lose_a_push(journey, faults, WAYS["request"], lambda: configure(journey, *new), expect=6)
    assert "became another one" in run.text and WORK not in journey.sandbox.git("for-each-ref", "refs/heads")


def test_what_arrived_before_the_gates_came_is_done(journey, faults):
    """Its answer was lost: it is found, whatever the configuration says by then."""
    gated = ('application: "{service}-dev"\n', 'application: "{service}-dev"\n    gates: [{type: freeze}]\n')
    lose_a_push(journey, faults, WAYS["git"], lambda: configure(journey, *gated), fault="git-lost-reply")
    assert journey.tag("dev", branch="develop") == "1.4.2"


@pytest.mark.parametrize("new", [("image-{short}.yaml", "no-such.yaml"), ("version: 1", "version: 7"), ("name: dev\n", "name: test\n")])
@pytest.mark.parametrize("way", WAYS)
def test_what_arrived_is_found_where_no_plan_can_be_made_any_more(journey, faults, way, new):
    if way == "request":
        configure(journey, "publish: commit", "publish: merge-request")
    configure(journey, "values-{short}.yaml", "image-{short}.yaml")
    fault = "gl-502-after 1 POST /repository/commits" if way == "api" else "git-lost-reply"
    run = lose_a_push(journey, faults, WAYS[way], lambda: configure(journey, *new), fault=fault)
    assert '"result": "done"' in run.text and "1.4.2" in run.text, run.text
    assert b"1.4.2" in journey.sandbox.show(MOVED, WORK if way == "request" else "develop")


GATES = "    gates:\n      - {type: health}\n      - {type: soak, duration: 30m}\n"


def test_the_next_service_of_a_round_goes_by_the_configuration_of_its_own_look(journey):
    """The first push takes its time; the commit of the second one would stand on a configuration that nobody has read."""
    configure(journey, "- name: staging\n    publish: merge-request", "- name: staging\n    publish: commit")
    journey.dev()
    journey.dev("pricing", "0.9.1")
    journey.ctl("hold", "1", "answer")
    with journey.sg.started("promote", "catalog", "pricing", "--to", "staging", "--timeout", "20s") as run:
        journey.ctl("held")
        configure(journey, GATES, GATES + "      - {type: freeze}\n")
        journey.ctl("freeze", "on")
        journey.ctl("hold", "off")
        assert run.ends() == 75, run.text
    subjects = journey.sandbox.git("log", "-3", "--format=%s", "main").splitlines()
    assert [words for words in subjects if words.startswith("deploy(")] == ["deploy(staging): catalog 1.4.2"], run.text


def test_a_target_that_is_seen_to_have_moved_is_judged_again_before_the_merge(journey, faults):
    """The last gate digs in the history, and so looks at the branches once more."""
    configure(journey, "      - {type: health}\n      - {type: soak, duration: 2h}\n", "      - {type: soak, duration: 2h}\n")
    configure(journey, "exclude: [requester, authors]}\n      - {type: freeze}\n", "exclude: [requester]}\n      - {type: freeze}\n      - {type: health}\n")
    iid = journey.production_waits(tag="1.4.1")
    journey.ctl("approve", "manager-1", str(iid))
    journey.dev(tag="1.4.2")
    journey.promote("catalog", "staging")
    for tag in ("9.9.7", "9.9.8"):  # farther back than one commit shows
        journey.ctl("push-foreign", "main", "order", tag)
    journey.ctl("threads-must-be-resolved", "on")
    journey.ctl("thread", "dev", str(iid), "why?")
    journey.sg("mr", "merge", f"!{iid}", expect=75)  # GitLab knows that the gates are open
    journey.ctl("resolve", str(iid))
    journey.ctl("api-log", "clear")
    faults("gl-slow", "400")

    def asked():
        return [(row["method"], row["path"].partition(f"merge_requests/{iid}")[2]) for row in json.loads(journey.ctl("api-log"))]

    with journey.sg.started("mr", "merge", f"!{iid}", "--timeout", "60s") as run:
        while ("GET", "/approvals") not in asked():
            time.sleep(0.02)
        journey.ctl("push-foreign", "main", "order", "9.9.9")
        assert run.ends() == 0, run.text
    rows = asked()
    assert journey.tag("prod") == "1.4.1" and rows[:rows.index(("PUT", "/merge"))].count(("GET", "/approvals")) == 2, rows
