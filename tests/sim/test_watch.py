"""WATCH: where it begins, bookmarks, its ends, and every fault of a stream."""

import json
import time

import pytest

from sim.conftest import APPS, REFRESH

ONE = "fieldSelector=metadata.name%3Dcatalog-dev"


class Stream:
    """An open watch: its lines as they come."""

    def __init__(self, box, query=ONE, user="wait", timeout=5):
        self.connection = box.connect(timeout=timeout)
        self.connection.request(
            "GET", f"{APPS}?watch=1&{query}", headers={"Authorization": "Bearer " + box.info["tokens"]["kube"][user]}
        )
        self.answer = self.connection.getresponse()

    def line(self):
        text = self.answer.readline()
        return json.loads(text) if text else None

    def rest(self):
        return [json.loads(line) for line in self.answer.read().splitlines()]

    def close(self):
        self.connection.close()


def now(box):
    return box.call("GET", f"{APPS}?{ONE}")[2]["metadata"]["resourceVersion"]


def touch(box, value="1", name="catalog-dev"):
    return box.call("PATCH", f"{APPS}/{name}", {"metadata": {"annotations": {"n": value}}})[2]["metadata"][
        "resourceVersion"
    ]


def test_events_after_a_version(box):
    rv = now(box)
    first = touch(box)
    stream = Stream(box, f"{ONE}&resourceVersion={rv}")
    second = touch(box, "2")
    touch(box, "2", "order-dev")
    third = touch(box, "3")
    got = [stream.line() for _ in range(3)]
    assert [event["type"] for event in got] == ["MODIFIED"] * 3
    assert [event["object"]["metadata"]["resourceVersion"] for event in got] == [first, second, third]
    assert got[0]["object"]["kind"] == "Application" and got[0]["object"]["apiVersion"] == "argoproj.io/v1alpha1"
    stream.close()


@pytest.mark.parametrize("query", ["", "&resourceVersion=0"])
def test_begins_with_added(box, query):
    event = Stream(box, ONE + query).line()
    assert event["type"] == "ADDED" and event["object"] == box.app()


def test_initial_events_end_with_a_bookmark(box):
    query = f"{ONE}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    stream = Stream(box, query)
    assert stream.line()["type"] == "ADDED"
    mark = stream.line()
    assert mark["type"] == "BOOKMARK" and mark["object"]["metadata"]["annotations"] == {
        "k8s.io/initial-events-end": "true"
    }


def test_ends_after_timeout_seconds(box):
    begun = time.monotonic()
    assert Stream(box, f"{ONE}&resourceVersion={now(box)}&timeoutSeconds=0.2").rest() == []
    assert 0.15 < time.monotonic() - begun < 2


def test_bookmarks(box):
    box.ctl("fault", "watch-bookmarks", "20")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}&allowWatchBookmarks=true")
    rv = touch(box, "9", "order-dev")  # not seen, but the bookmark is newer
    for _ in range(200):
        event = stream.line()
        if event["object"]["metadata"]["resourceVersion"] == rv:
            break
    assert event == {
        "type": "BOOKMARK",
        "object": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"resourceVersion": rv}},
    }


def test_bookmark_now(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}&allowWatchBookmarks=true")
    box.ctl("bookmark")
    assert stream.line()["type"] == "BOOKMARK"


def test_no_bookmarks_unasked(box):
    box.ctl("fault", "watch-bookmarks", "20")
    assert Stream(box, f"{ONE}&resourceVersion={now(box)}&timeoutSeconds=0.2").rest() == []


def test_version_that_is_gone(box):
    rv = now(box)
    touch(box)
    box.ctl("compact")
    event = Stream(box, f"{ONE}&resourceVersion={rv}").rest()
    assert [e["type"] for e in event] == ["ERROR"]
    assert event[0]["object"]["code"] == 410 and event[0]["object"]["reason"] == "Expired"
    assert event[0]["object"]["message"].startswith(f"too old resource version: {rv} (")


def test_http_410(box):
    box.ctl("fault", "watch-410")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    assert stream.answer.status == 410 and json.loads(stream.answer.read())["reason"] == "Expired"


def test_410_while_it_runs(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", "watch-gone")
    assert [e["object"]["code"] for e in stream.rest()] == [410]


def test_version_from_the_future_is_silence(box):
    assert Stream(box, f"{ONE}&resourceVersion=99999999&timeoutSeconds=0.2").rest() == []


@pytest.mark.parametrize("fault, lines", [("watch-close", 0), ("watch-error", 1)])
def test_ends(box, fault, lines):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", fault)
    assert len(stream.rest()) == lines
    fresh = Stream(box, f"{ONE}&resourceVersion={now(box)}")  # the fault was for the watches of then
    touch(box)
    assert fresh.line()["type"] == "MODIFIED"


def test_reset_in_a_line(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", "watch-rst")
    with pytest.raises(Exception):
        while stream.answer.read1(10):
            pass
        raise AssertionError("a clean end")


def test_cut_in_a_line(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", "watch-cut")
    text = stream.answer.read()
    assert text and not text.endswith(b"\n")


def test_garbage_line(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", "watch-garbage")
    touch(box)
    assert stream.answer.readline() == b"<html>proxy error</html>\n"
    assert stream.line()["type"] == "MODIFIED"


def test_long_line(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("fault", "watch-long", "2")
    assert len(stream.answer.readline()) > 2 << 20


def test_pieces(box):
    box.ctl("fault", "watch-split", "7")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    touch(box)
    touch(box, "2")
    first = stream.answer.read1(65536)
    assert 0 < len(first) <= 7
    text = first + stream.answer.readline()
    assert json.loads(text)["type"] == "MODIFIED" and stream.line()["type"] == "MODIFIED"


def test_several_in_one_piece(box):
    box.ctl("fault", "watch-batch", "150")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    for value in "123":
        touch(box, value)
    stream.answer.read(1)
    piece = stream.answer.read(stream.answer.chunk_left)
    assert piece.count(b"\n") == 3 and piece.endswith(b"\n")


def test_stall(box):
    box.ctl("fault", "watch-stall")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}&allowWatchBookmarks=true&timeoutSeconds=1", timeout=0.3)
    touch(box)
    with pytest.raises(TimeoutError):
        stream.line()


def test_nulls(box):
    box.ctl("fault", "watch-null")
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    touch(box)
    obj = stream.line()["object"]
    assert obj["operation"] is None and obj["status"]["conditions"] is None


def test_label_that_comes_and_goes(box):
    stream = Stream(box, f"labelSelector=team%3Dshop&resourceVersion={now(box)}")
    for value in ("shop", "shop2", None):
        box.call("PATCH", f"{APPS}/catalog-dev", {"metadata": {"labels": {"team": value}}})
    box.call("PATCH", f"{APPS}/order-dev", {"metadata": {"labels": {"team": "shop"}}})
    assert [(e["type"], e["object"]["metadata"]["name"]) for e in (stream.line(), stream.line(), stream.line())] == [
        ("ADDED", "catalog-dev"),
        ("DELETED", "catalog-dev"),
        ("ADDED", "order-dev"),
    ]


def test_deletion(box):
    stream = Stream(box, f"{ONE}&resourceVersion={now(box)}")
    box.ctl("app", "catalog-dev", "deleted")
    box.refresh()
    events = [stream.line()]
    while events[-1]["type"] != "DELETED":
        events.append(stream.line())
    assert (
        REFRESH in events[0]["object"]["metadata"]["annotations"]
        and "deletionTimestamp" in events[1]["object"]["metadata"]
    )
    box.ctl("settle")
    assert box.call("GET", f"{APPS}/catalog-dev")[0] == 404


def test_old_style_path(box):
    connection = box.connect()
    path = "/apis/argoproj.io/v1alpha1/watch/namespaces/argocd/applications/catalog-dev?timeoutSeconds=0.1"
    connection.request("GET", path, headers={"Authorization": "Bearer " + box.env["SANDBOX_KUBE_TOKEN"]})
    lines = connection.getresponse().read().splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["ADDED"]


def test_many_watches_see_the_same(box):
    rv = now(box)
    streams = [Stream(box, f"resourceVersion={rv}") for _ in range(8)]
    touch(box)
    assert len({json.dumps(stream.line()) for stream in streams}) == 1
