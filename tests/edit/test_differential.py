"""
The edit engine against readers that are not libyaml: pure-Python PyYAML (YAML 1.1) and ruamel.yaml (1.2). Whatever file and place: either it
is refused and nothing is written, or exactly the bytes of the values differ and all readers see them as texts and everything else as before.
"""

import collections
import io
import subprocess

import pytest

yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed (ci/setup)")
ruamel = pytest.importorskip("ruamel.yaml", reason="python3-ruamel.yaml is not installed (ci/setup)")

import judges  # noqa: E402
from judges import corpus  # noqa: E402

import places  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::Warning:ruamel")
VALUES = ["v9.8.7-rc.1", "1.10", "20240101", "1e3", "0x1f", "yes", "1_000", "2024-01-01", "null", "on", "0o17", "010", "1.4.2", "abc1234", "1e5f3a2", "y"]
DOCUMENTS = 40


class Reader11(yaml.SafeLoader):
    """Tags that nobody knows read as their text."""


def unknown(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return f"{suffix} {node.value}"
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node)


Reader11.add_multi_constructor("!", unknown)


def read11(text):
    return yaml.load(text, Reader11)


def read12(text):
    reader = ruamel.YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    reader.Constructor.add_multi_constructor("!", unknown)
    return reader.load(io.StringIO(text))


READERS = [("YAML 1.1", read11), ("YAML 1.2", read12)]


def edit(tool, path, key, value, by="key"):
    return subprocess.run([tool, path, by, key, "tag", value], capture_output=True, timeout=20)


class Document:
    """Made by tests/fuzz/maker.h, which knows what can be edited: its hopes by path."""

    def __init__(self, maker, events_tool, seed, path):
        done = subprocess.run([maker, str(seed), path], capture_output=True, text=True, timeout=20, check=True)
        self.hopes = {row[2:]: row[0] for row in done.stdout.split("\n")[:-1]}
        self.judge = judges.Judge(events_tool, path.read_bytes().decode("utf-8"), path)
        found = {place.path: place for place in places.find(self.judge.old, places.any_place)}
        assert set(self.hopes) <= set(found), seed
        self.wishes = {name: (found[name], corpus.new_value(seed + number, found[name].event.value)) for number, name in enumerate(self.hopes)}

    def wishes_with(self, hope):
        return [self.wishes[name] for name, word in self.hopes.items() if word == hope]


@pytest.mark.parametrize("part", range(6))
def test_documents_in_all_styles(maker_tool, events_tool, tmp_path, part):
    """What can be edited is, in one pass and alone; what cannot is refused; nothing else changes."""
    counts = collections.Counter()
    for seed in range(part * DOCUMENTS, (part + 1) * DOCUMENTS):
        made = Document(maker_tool, events_tool, seed, tmp_path / "f.yaml")
        judge, good = made.judge, made.wishes_with("E")
        counts.update(judge.names)
        for wishes in ([good] if good else []) + [[wish] for wish in good[:2]]:
            assert judge.edit(wishes) is None and not list(judge.wrong(wishes)), (seed, wishes[0][0].path, list(judge.wrong(wishes)))
            counts["edits"] += len(wishes)
        for wish in made.wishes_with("R"):
            assert judge.edit([wish], shared=False) is not None, (seed, wish[0].path)
            if judge.edit([wish]) is None:
                assert not list(judge.wrong([wish])), (seed, wish[0].path)
            counts["refused"] += 1
        for wish in made.wishes_with("X"):
            counts["either"] += 1
            assert judge.edit([wish]) is not None or not list(judge.wrong([wish])), (seed, wish[0].path)
    assert counts["ours"] == DOCUMENTS and counts["PyYAML"] > DOCUMENTS / 3 and counts["ruamel.yaml"] > DOCUMENTS / 4, counts
    assert counts["edits"] > 4 * DOCUMENTS and counts["refused"] >= 3 and counts["either"] >= 3, counts


# What is given as a text must be read back as that text, whatever stood there before.
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("frame", ["tag: %s\n", "{tag: %s}", '{"tag": %s, "b": {}}'])
def test_values_read_back_as_texts(tool, tmp_path, value, frame):
    path = tmp_path / "f.yaml"
    for old in ("v1", "'v1'", '"v1"', "1.10", "~", "!!str v1"):
        path.write_text(frame % old)
        done = edit(tool, path, "tag", value)
        assert done.returncode == 0, done.stderr
        for _, read in READERS:
            assert read(done.stdout.decode())["tag"] == value


def test_kustomization(tool, tmp_path):
    path = tmp_path / "kustomization.yaml"
    before = b"resources: [../base]\nimages:\n- name: r.io:5000/a/b\n  newName: c/d   # kept\n  newTag: 1.10\n- {name: b, newTag: 'v1'}\n"
    path.write_bytes(before)
    done = edit(tool, path, "r.io:5000/a/b", "1.11", by="image")
    assert done.returncode == 0, done.stderr
    assert done.stdout == before.replace(b"newTag: 1.10", b'newTag: "1.11"')
    done = edit(tool, path, "b", "1.11", by="image")
    assert done.stdout == before.replace(b"'v1'", b"'1.11'")
    done = edit(tool, path, "a/b", "1.11", by="image")
    assert done.returncode == 5 and done.stdout == b""
    read = subprocess.run([tool, path, "image", "b", "tag"], capture_output=True, timeout=20)
    assert (read.returncode, read.stdout) == (0, b"v1\n")
