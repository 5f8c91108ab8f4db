"""
Keys that are missing, added to documents in all styles: each old byte is still there, in order, and our reader and two that are not ours see
the old events with exactly one key and its value between them, both texts, in the mapping that was named.
"""

import collections
import subprocess

import pytest

pytest.importorskip("yaml", reason="python3-yaml is not installed (ci/setup)")
pytest.importorskip("ruamel.yaml", reason="python3-ruamel.yaml is not installed (ci/setup)")

import judges  # noqa: E402
import places  # noqa: E402
import yaml_suite  # noqa: E402
from readers import is_text11, is_text12  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::Warning:ruamel")
VALUES = ["v9.8.7-rc.1", "1.10", "yes", "20240101", "~", "a: b #c", "", "12:30:45", "it's", 'say "x"', "line\nline", "ä😀"]
DOCUMENTS = 40
READ = {"PyYAML": (judges.events11, is_text11), "ruamel.yaml": (judges.events12, is_text12)}


def mapping_of(path):
    """The path up to the last key; None for an item of a list, and for a key of the root."""
    quoted, dot, i = False, None, 0
    while i < len(path):
        if path[i] == "\\" and quoted:
            i += 1
        elif path[i] == '"':
            quoted = not quoted
        elif path[i] == "." and not quoted:
            dot = i
        i += 1
    return path[:dot] if dot and not path.endswith("]") else None


def says(events):
    return [(*event.shape(), event.value) for event in events]


def added_once(old, new, key, value, is_text):
    """What is wrong with the new events."""
    if len(new) != len(old) + 2:
        return f"{len(old)} events became {len(new)}"
    before, after = says(old), says(new)
    at = next((i for i, row in enumerate(before) if row != after[i]), len(before))
    for start in range(max(0, at - 2), at + 1):  # equal neighbours may hide where it begins
        if after[:start] == before[:start] and after[start + 2:] == before[start:] and (new[start].value, new[start + 1].value) == (key, value):
            return None if is_text(new[start]) and is_text(new[start + 1]) else f"{key!r}, {value!r} are no texts"
    return f"other events: {after[max(0, at - 1):at + 3]} for {before[max(0, at - 1):at + 2]}"


def wrong(judge, before, after, key, value):
    head = 0
    while head < len(before) and before[head] == after[head]:
        head += 1
    if before[head:] != after[len(after) - len(before) + head:]:
        yield "other bytes changed"
    for name in judge.names:
        if name == "ours":
            new, is_text = yaml_suite.our_events(judge.tool, judge.path), is_text11
        else:
            read, is_text = READ[name]
            try:
                new = read(after)
            except judges.NoYaml as why:
                yield f"{name}: no YAML any more: {why}"
                continue
        old = judge.old if name == "ours" else READ[name][0](before)
        why = added_once(old, new, key, value, is_text)
        if why:
            yield f"{name}: {why}"


def add(path, place, key, value):
    done = subprocess.run([judges.BINARY, "edit", path, "--set", f"{place}.{key}={value}", "--add", "--write", "--output", "json"], capture_output=True, timeout=60)
    return done.returncode


@pytest.mark.parametrize("part", range(4))
def test_documents_in_all_styles(maker_tool, events_tool, tmp_path, part):
    counts, path = collections.Counter(), tmp_path / "f.yaml"
    for seed in range(part * DOCUMENTS, (part + 1) * DOCUMENTS):
        subprocess.run([maker_tool, str(seed), path], capture_output=True, timeout=20, check=True)
        before = path.read_bytes().decode("utf-8")
        judge = judges.Judge(events_tool, before, path)
        counts.update(judge.names)
        mappings = {mapping_of(place.path) for place in places.find(judge.old, places.any_place) if place.path} - {None}
        for number, mapping in enumerate(sorted(mappings)[:4]):
            key, value = ("newKey", "tag", "yes", "digest")[number], VALUES[(seed + number) % len(VALUES)]
            path.write_bytes(before.encode())
            code = add(path, mapping, key, value)
            after = path.read_bytes().decode("utf-8")
            if code:
                counts[f"exit {code}"] += 1
                assert code in (5, 9) and after == before, (seed, mapping, code)
            elif len(after) > len(before) and key not in [event.value for event in judge.old]:
                counts["added"] += 1
                assert not list(wrong(judge, before, after, key, value)), (seed, mapping, key, value, list(wrong(judge, before, after, key, value)), before, after)
    assert counts["ours"] == DOCUMENTS and counts["PyYAML"] > DOCUMENTS / 3 and counts["ruamel.yaml"] > DOCUMENTS / 4, counts
    assert counts["added"] > DOCUMENTS / 2, counts
