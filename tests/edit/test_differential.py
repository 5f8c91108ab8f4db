"""
The edit engine against readers that are not libyaml: pure-Python PyYAML (YAML 1.1) and, where it is installed, ruamel.yaml (1.2).
Whatever file and place: either it is refused and there is no output, or exactly one range of bytes differs and both readers see the
new value as a text and everything else as before.
"""

import io
import math
import subprocess

import pytest

yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")

from yaml_maker import Maker  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::Warning:ruamel")
VALUES = ["v9.8.7-rc.1", "1.10", "20240101", "1e3", "0x1f", "yes", "1_000", "2024-01-01", "null", "on", "0o17", "010", "1.4.2", "abc1234", "1e5f3a2", "y"]
FILES = 40


class Reader11(yaml.SafeLoader):
    """Tags that nobody knows read as their text."""


def unknown(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return f"{suffix} {node.value}"
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node)


Reader11.add_multi_constructor("!", unknown)


def read11(text):
    return yaml.load(text, Reader11)


def readers():
    found = [("YAML 1.1", read11)]
    try:
        from ruamel.yaml import YAML
    except ImportError:
        return found

    def read12(text):
        reader = YAML(typ="safe", pure=True)
        reader.version = (1, 2)
        reader.Constructor.add_multi_constructor("!", unknown)
        return reader.load(io.StringIO(text))

    return found + [("YAML 1.2", read12)]


READERS = readers()


def flat(value, path=""):
    """Every leaf with its path, in the path language of the engine."""
    if isinstance(value, dict):
        rows = [row for key, inner in value.items() for row in flat(inner, (path, str(key), type(key).__name__))]
        return rows + [((path, "{}"), len(value))]
    if isinstance(value, list):
        return [row for i, inner in enumerate(value) for row in flat(inner, (path, i))] + [((path, "[]"), len(value))]
    return [(path, "nan" if isinstance(value, float) and math.isnan(value) else (type(value).__name__, value))]


def edit(tool, path, key, value, by="key"):
    return subprocess.run([tool, path, by, key, "tag", value], capture_output=True, timeout=20)


def one_range(before, after):
    """The differing range: start, end before, end after."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - end, len(after) - end


def check_edit(before, after, value, key):
    start, old_end, new_end = one_range(before, after)
    for part in (before[start:old_end], after[start:new_end]):
        assert not any(nl in part for nl in (b"\n", b"\r", b"\xc2\x85", b"\xe2\x80\xa8", b"#")), (key, part)
    for name, read in READERS:
        try:
            old = flat(read(before.decode()))
        except Exception:  # a form that this reader does not know: the other one judges
            continue
        new = flat(read(after.decode()))
        assert [row[0] for row in old] == [row[0] for row in new], (name, key)
        changed = [(a, b) for a, b in zip(old, new) if a != b]
        assert len(changed) <= 1, (name, key, changed)
        assert not changed or changed[0][1][1] == ("str", value), (name, key, changed)
        assert changed or before == after or value in (row[1][1] for row in new if isinstance(row[1], tuple)), (name, key)


@pytest.mark.parametrize("part", range(6))
def test_random_files(tool, tmp_path, part):
    path = tmp_path / "f.yaml"
    edited = refused = files = 0
    for seed in range(part * FILES, (part + 1) * FILES):
        maker = Maker(seed)
        before = maker.document().encode()
        try:
            read11(before.decode())
        except yaml.YAMLError:
            continue  # the maker went wrong, which is rare; counted below
        files += 1
        path.write_bytes(before)
        places = maker.random.sample(maker.scalars, min(4, len(maker.scalars)))
        for number, (key, good) in enumerate(places):
            value = VALUES[(seed + number) % len(VALUES)]
            done = edit(tool, path, key, value)
            note = (seed, key, value, done.stderr.decode(errors="replace"))
            if done.returncode == 0:
                assert good or done.stdout == before, note
                check_edit(before, done.stdout, value, note)
                edited += 1
            else:
                assert done.returncode == 9 and done.stdout == b"" and done.stderr, note
                assert not good, note
                refused += 1
        assert path.read_bytes() == before
    assert files > 0.8 * FILES, files
    assert edited > FILES and refused > FILES / 10, (edited, refused)


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
