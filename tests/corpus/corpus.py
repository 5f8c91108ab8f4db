"""Every image-like scalar of a folder's YAML files is edited by `stagegate edit`; independent readers judge the result."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import zlib

import places
from readers import NoYaml, events11, events12, is_text11, is_text12

VALUES = ["v9.8.7-rc.1", "1.10", "20240101", "1e3", "0x1f", "yes", "1_000", "12:30:45", "~", "sha256:" + "0123456789abcdef" * 4]
REFUSALS = (3, 5, 9)
BATCH = 400  # values that one process edits
LIMIT_S = 300
WHOLE_FILE = ("TOO_LARGE", "YAML_INVALID")  # what no single value is to blame for


class Crash(Exception):
    pass


class Result:
    def __init__(self):
        self.counts = collections.Counter()
        self.reasons = collections.Counter()  # refusals by reason code
        self.wordings = {}  # (code, wording) -> [count, the first place]
        self.notes = []  # what a person reads: violations, crashes

    def add(self, other):
        self.counts += other.counts
        self.reasons += other.reasons
        for key, (count, first) in other.wordings.items():
            self.word(key, count, first)
        self.notes += other.notes

    def word(self, key, count, first):
        seen = self.wordings.setdefault(key, [0, first])
        seen[0] += count

    def refusals(self):
        """The wordings, most frequent first."""
        for (reason, words), (count, first) in sorted(self.wordings.items(), key=lambda item: (-item[1][0], item[0])):
            yield f"refused {count} times: {reason}: {words}; first: {first}"


# ---- which files

def is_yaml(path):
    return path.suffix.lower() in (".yaml", ".yml") or path.name == "Kustomization"


def files(folder):
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = pathlib.Path(base, name)
            if is_yaml(path) and path.is_file() and not path.is_symlink():
                yield path


def in_chart_templates(path):
    return any(parent.name == "templates" and (parent.parent / "Chart.yaml").exists() for parent in path.parents)


def is_accidental(events):
    """{{ x }} is YAML by accident: a mapping whose key is a mapping."""
    return any(a.kind == b.kind == "MappingStartEvent" and a.flow and b.flow and b.start == a.start + 1 for a, b in zip(events, events[1:]))


def load(path):
    """(text, events), or the word for why not."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None, "unparsable"
    template = "{{" in text
    if template and in_chart_templates(path):
        return None, "templated"
    try:
        events = events11(text)
    except NoYaml:
        return None, "templated" if template else "unparsable"
    return (None, "templated") if template and is_accidental(events) else (text, events)


# ---- one process

def new_value(number, old):
    value = VALUES[number % len(VALUES)]
    return value if value != old else VALUES[(number + 1) % len(VALUES)]


def run(editor, path, wishes, shared=True):
    """None when the file was written, else (reason, cause, index of the wish or None)."""
    argv = [editor, "edit", str(path), "--write", "--output", "json", *["--shared"] * shared, *(f"--set={place.path}={value}" for place, value in wishes)]
    try:
        done = subprocess.run(argv, env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise Crash(f"no end after {LIMIT_S} s") from None
    if done.returncode == 0:
        return None
    if done.returncode not in REFUSALS:
        raise Crash(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    try:
        said = json.loads(done.stdout)
        reason, cause, where = said["reason"], said["cause"], said["where"] or ""
    except (ValueError, KeyError) as why:
        raise Crash(f"exit {done.returncode} without a document: {why!r}") from None
    name = where.removeprefix("--set ")
    hits = [i for i, (place, _) in enumerate(wishes) if place.path == name or (len(name) > 200 and place.path.startswith(name))]
    whole = reason in WHOLE_FILE or "this is a template" in cause
    return reason, cause, hits[0] if hits and not whole else None


def wording(cause):
    """The refusal without its place and names, so that the same reason counts together."""
    cause = re.sub(r"^\S*?:(?=\s|\d)(\d+:\d+:)? *", "", cause)
    cause = re.sub(r'"[^"]*"', '"..."', cause)
    return re.sub(r"[&*][^\s,;:]+", "&...", re.sub(r"\d+", "N", cause))[:120]


# ---- the judgement

def span(text, event):
    """Where the scalar itself begins: behind its anchor and tag."""
    start = event.start
    for _ in range((event.anchor is not None) + (event.tag is not None)):
        start += len(re.match(r"[&!]\S*[ \t]*", text[start:event.end]).group())
    return start, event.end


def heads(before, at, start, empty):
    """What may stand before a new value, and where the old text goes on: where nothing stood, behind a blank that is new, or behind old ones."""
    yield before[at:start], start
    if empty:
        yield before[at:start] + " ", start
        while before[start:start + 1] in (" ", "\t"):
            start += 1
            yield before[at:start], start


def outside_differs(before, after, old, new, wishes):
    """What differs in the characters between the edited scalars (files are UTF-8 on both sides: characters stand for bytes)."""
    places_old, at_new = {0}, 0
    for place, _ in wishes:
        start, end = span(before, old[place.index])
        new_start, new_end = span(after, new[place.index])
        went_on = {goes_on + end - start for at in places_old for head, goes_on in heads(before, at, start, start == end) if head == after[at_new:new_start]}
        if not went_on:
            return f"other bytes before line {before.count(chr(10), 0, start) + 1}"
        places_old, at_new = went_on, new_end
    return None if any(before[at:] == after[at_new:] for at in places_old) else "other bytes behind the last value"


def judge11(before, after, old, wishes, read=events11):
    try:
        new = read(after)
    except NoYaml as why:
        return f"no YAML 1.1 any more: {why}"
    if len(new) != len(old):
        return f"{len(old)} events became {len(new)}"
    wanted = {place.index: value for place, value in wishes}
    for i, (a, b) in enumerate(zip(old, new)):
        if i not in wanted:
            if a.says() != b.says() or (a.kind == "ScalarEvent" and a.implicit != b.implicit):
                return f"another event: {a.says()} became {b.says()}"
        elif a.shape() != b.shape() or b.value != wanted[i]:
            return f"{wanted[i]!r} reads as {b.value!r}"
        elif not is_text11(b):
            return f"{wanted[i]!r} is no text for YAML 1.1"
    return outside_differs(before, after, old, new, wishes)


def judge12(before, after, wishes):
    try:
        new = events12(after)
    except NoYaml as why:
        try:
            events12(before)
        except NoYaml:
            return None  # it never was YAML 1.2 for that reader
        return f"no YAML 1.2 any more: {why}"
    try:
        old = events12(before)
    except NoYaml:
        return None
    if len(new) != len(old):
        return f"YAML 1.2: {len(old)} events became {len(new)}"
    values = [value for _, value in wishes]
    changed = [(a, b) for a, b in zip(old, new) if a.says() != b.says()]
    if [b.value for _, b in changed] != values:
        return f"YAML 1.2: {[b.value for _, b in changed][:5]} changed, not {values[:5]}"
    wrong = [b.value for a, b in changed if a.shape() != b.shape() or not is_text12(b)]
    return f"{wrong[0]!r} is no text for YAML 1.2" if wrong else None


def judge(before, old, copy, wishes):
    try:
        after = copy.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "no UTF-8 any more"
    return judge11(before, after, old, wishes) or judge12(before, after, wishes)


# ---- one file

class File:
    def __init__(self, editor, path, text, events, folder):
        self.editor, self.path, self.text, self.events = editor, path, text, events
        self.copy = pathlib.Path(folder, path.name)
        self.result = Result()

    def refuse(self, reason, cause, wishes):
        """WISHES: the places (and values) that it is about."""
        self.result.counts["refusals"] += len(wishes)
        self.result.reasons[reason] += len(wishes)
        self.result.word((reason, wording(cause)), len(wishes), f"{self.path}: {wishes[0][0].path or ''}")

    def note(self, word, place, what):
        self.result.counts[word] += 1
        self.result.notes.append(f"{word}: {self.path}: {place.path if place else ''}: {what}")

    def edit(self, wishes):
        """Edits what can be edited of the wishes; returns those."""
        wishes = list(wishes)
        while wishes:
            self.copy.write_bytes(self.text.encode("utf-8"))
            answer = run(self.editor, self.copy, wishes)
            if answer is None:
                return wishes
            if self.copy.read_bytes() != self.text.encode("utf-8"):
                self.note("violations", None, f"refused ({answer[0]}), and the file changed")
                return []
            reason, cause, index = answer
            if index is None:
                self.refuse(reason, cause, wishes)
                return []
            self.refuse(reason, cause, [wishes.pop(index)])
        return []

    def check(self, wishes):
        done = self.edit(wishes)
        wrong = done and judge(self.text, self.events, self.copy, done)
        if not wrong:
            self.result.counts["edits"] += len(done)
            return
        if len(done) == 1:
            self.result.counts["edits"] += 1
            self.note("violations", done[0][0], wrong)
            return
        before = self.result.counts["violations"]
        for wish in done:  # which one was it?
            self.check([wish])
        if self.result.counts["violations"] == before:
            self.note("violations", None, f"{len(done)} values at once: {wrong}")

    def check_all(self):
        found = places.find(self.events)
        self.result.counts["scalars"] += len(found)
        named = [place for place in found if place.path is not None]
        unnamed = [(place, None) for place in found if place.path is None]
        if unnamed:
            self.refuse("NO_PATH", "it stands under a key that is no scalar", unnamed)
        first = zlib.crc32(str(self.path.name).encode()) + len(found)
        wishes = [(place, new_value(first + i, place.event.value)) for i, place in enumerate(named)]
        for at in range(0, len(wishes), BATCH):
            try:
                self.check(wishes[at:at + BATCH])
            except Crash as why:
                self.note("crashes", wishes[at][0], why)
        return self.result


def check_file(job):
    editor, path = job
    text, events = load(path)
    if text is None:
        result = Result()
        result.counts["files"] += 1
        result.counts[events] += 1
        return result
    folder = tempfile.mkdtemp(prefix="corpus-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        result = File(editor, path, text, events, folder).check_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result.counts["files"] += 1
    return result
