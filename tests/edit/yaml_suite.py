"""The cases of the YAML test suite (ci/yaml-test-suite), and what our reader sees in a file, in the suite's notation."""
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTATION = re.compile(r"(?P<kind>[+=-]\w{3})(?: (?P<mark>---|\.\.\.|\{\}|\[\]|\*\S+))?(?: &(?P<anchor>\S+))?(?: <(?P<tag>[^>]*)>)?(?: (?P<style>[:'\"|>])(?P<value>.*))?")
KINDS = {"+STR": "StreamStartEvent", "-STR": "StreamEndEvent", "+DOC": "DocumentStartEvent", "-DOC": "DocumentEndEvent", "=ALI": "AliasEvent",
         "=VAL": "ScalarEvent", "+SEQ": "SequenceStartEvent", "-SEQ": "SequenceEndEvent", "+MAP": "MappingStartEvent", "-MAP": "MappingEndEvent"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "\\": "\\"}


class Case:
    """One text of the suite: whether it is YAML 1.2 at all, and if so its events."""

    def __init__(self, name, text, bad, tree):
        self.name, self.text, self.bad, self.tree = name, text, bad, tree


def folder():
    """None where the suite is not to be had without a network."""
    done = subprocess.run([ROOT / "ci/yaml-test-suite", "--cached"], capture_output=True, text=True, check=False)
    return pathlib.Path(done.stdout.strip()) if done.returncode == 0 else None


def cases(where):
    for path in sorted(where.glob("????.js")):
        body = path.read_text().partition("export default ")[2]
        parts, tree = json.loads(body)["cases"], None
        for number, part in enumerate(parts):
            name = path.stem if len(parts) == 1 else f"{path.stem}/{number:02}"
            tree = part.get("tree", tree)  # a case without one has that of the case before
            rows = [] if part.get("fail") else [row.lstrip(" ") for row in tree.rstrip("\n").split("\n")]
            yield Case(name, part["yaml"], part.get("fail", False), rows)


class Event:
    """One event as tests/corpus knows them, with character offsets."""

    def __init__(self, row, chars):
        start, end, self.notation = row.split(" ", 2)
        part = NOTATION.fullmatch(self.notation)
        self.kind, self.anchor, self.tag = KINDS[part["kind"]], part["anchor"], part["tag"]
        self.start, self.end = chars[int(start)], chars[int(end)]
        self.value = re.sub(r"\\(.)", lambda m: ESCAPES[m[1]], part["value"]) if part["value"] is not None else None
        self.implicit = (part["style"] == ":" and not self.tag, False) if self.kind == "ScalarEvent" else part["mark"]
        self.flow = part["mark"] in ("{}", "[]")
        if self.kind == "AliasEvent":
            self.anchor = part["mark"][1:]

    def says(self):
        return self.kind, self.value, self.anchor, self.tag, self.implicit if self.kind != "ScalarEvent" else None, self.flow

    def shape(self):
        return self.kind, self.anchor, self.tag, self.flow


class Refused(Exception):
    """Our reader takes the file for no YAML; the text is its line."""


def our_events(tool, path):
    done = subprocess.run([tool, path], capture_output=True, timeout=60, check=False)
    if done.returncode:
        assert done.returncode == 9, done
        raise Refused(done.stderr.decode(errors="replace").strip())
    text = pathlib.Path(path).read_bytes().decode("utf-8")
    chars = {}
    at = 0
    for index, char in enumerate(text):
        chars[at] = index
        at += len(char.encode("utf-8"))
    chars[at] = len(text)
    return [Event(row, chars) for row in done.stdout.decode("utf-8").split("\n")[:-1]]
