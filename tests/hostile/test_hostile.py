"""500 hostile texts through every sink: nothing acts, whatever reads it. The oracles are GitLab's own patterns (security.md 4.4, 4.5)."""
import functools
import json
import pathlib
import re
import subprocess
import unicodedata
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / "build/dev/tests/hostile/hostile_tool"
TEXTS = [json.loads(line) for line in (ROOT / "tests/data/hostile.jsonl").read_text(encoding="ascii").splitlines()]
SINKS = ["terminal", "json", "junit", "dotenv", "note", "commit", "title", "description", "options", "diff", "joblog", "jsonlog", "board"]

# Quick actions: a line that begins with a slash, outside of code (lib/gitlab/quick_actions/extractor.rb).
ACTION = re.compile(r"^/[a-z_]+", re.M | re.I)
# User, group, issue, merge request, epic, snippet, label, milestone (Mentionable and the reference patterns of their models).
REFERENCE = re.compile(r"""(?<!\w)@[a-zA-Z0-9_][\w.-]* | [#!&$]\d+ | ~(?:\w|") | %(?:\w|")""", re.X)
CLOSING = re.compile(r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +(?:issues? +)?"
                     r"(?:[\w/.-]*#\d+|https?://\S+/(?:issues|work_items)/\d+)", re.I)
SECTION = re.compile(rb"section_(?:start|end):\d+:([\w.-]+)(?:\[[^\]]*\])?\r\x1b\[0K")
# our own link, to what it says it is for; no reference is made of it (CommitRange is not among Mentionable's)
LINK = re.compile(r"\[1 source commit\]\(https://gitlab\.example\.com/shop/catalog/-/compare/[0-9a-f]{40}\.\.\.[0-9a-f]{40}\)")
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def raw(text):
    """Lone surrogates stand for bytes that are no UTF-8; C strings end before a NUL."""
    return text.encode("utf-8", "surrogateescape").split(b"\0")[0]


@functools.cache
def outputs():
    """For each text the bytes of each sink."""
    assert TOOL.exists(), f"{TOOL}: ci/build dev"
    given = b"".join(b"%d\n%s" % (len(raw(text)), raw(text)) for text in TEXTS)
    said = subprocess.run([TOOL], input=given, stdout=subprocess.PIPE, check=True, timeout=300).stdout
    found, at = [{}], 0
    while at < len(said):
        end = said.index(b"\n", at)
        name, size = said[at:end].split()
        at = end + 1 + int(size)
        if name == b"end":
            found.append({})
        else:
            found[-1][name.decode()] = said[end + 1:at]
    assert found.pop() == {} and len(found) == len(TEXTS) and all(set(row) == set(SINKS) for row in found)
    return found


def each(sink):
    return [(text, row[sink]) for text, row in zip(TEXTS, outputs())]


def invisible(text):
    """Controls but the line end, bidi and format characters."""
    return [f"U+{ord(c):04X}" for c in text if c != "\n" and (c in BIDI or unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp"))]


def without_code(text):
    """What is left of Markdown for quick actions and references: no fenced blocks, spans of code, comments."""
    kept, fence = [], None
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,})", line)
        if fence is None and mark:
            fence = len(mark[1])
        elif fence is not None:
            if mark and len(mark[1]) >= fence and not line.strip(" `"):
                fence = None
        else:
            kept.append(re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "C", line))
    assert fence is None, "a block of code does not end"
    return re.sub(r"<!--.*?-->", "", "\n".join(kept))


def test_there_are_500_of_them():
    assert len(TEXTS) == len(set(TEXTS)) == 500


@pytest.mark.parametrize("pattern, text", [(ACTION, "x\n/merge"), (REFERENCE, "(@all)"), (REFERENCE, "see #1"), (REFERENCE, "a/b!7"), (REFERENCE, "~bug"),
                                           (CLOSING, "Closes shop/web#5"), (CLOSING, "fix https://gitlab.example.com/a/-/issues/8")])
def test_the_oracles_find_what_they_are_for(pattern, text):
    assert pattern.search(text)
    assert without_code(text) == text and pattern.search(without_code(f"`x`\n{text}"))


COLUMNS = {"description": [4], "note": [8], "board": [3, 6, 4]}


@pytest.mark.parametrize("sink", COLUMNS)
def test_markdown_for_gitlab(sink):
    for text, said in each(sink):
        shown = said.decode("utf-8")
        left, links = LINK.subn("", without_code(shown))
        assert links == (sink == "description"), text
        assert not invisible(shown.replace("\t", "")), (text, invisible(shown))  # tabs stand in the diff
        for pattern in (ACTION, REFERENCE, CLOSING, re.compile(r"<(?!!)|\]\(|!\[|&\w+;|\*\*")):
            assert not pattern.search(left), (text, left)
        for line in left.split("\n"):
            if line.startswith("|"):
                assert line.count("|") - 1 in COLUMNS[sink], (text, line)


def test_push_options_are_the_lines_that_were_meant_and_no_more():
    """GitLab makes a line end of a backslash and an n in a description, and of nothing else (push_options_handler_service.rb)."""
    keys = ["create", "target", "title", "description", "remove_source_branch", "label"]
    for (text, said), (_, title), (_, description) in zip(each("options"), each("title"), each("description")):
        lines = said.decode("utf-8").split("\n")
        assert lines.pop() == "" and [re.fullmatch(r"merge_request\.(\w+)(?:=.*)?", line)[1] for line in lines] == keys, text
        assert not invisible("".join(lines)), text
        values = dict(line.partition("=")[::2] for line in lines)
        assert values["merge_request.title"].replace("\\ n", "\\n") == title.decode().replace("\\ n", "\\n"), text
        shown = values["merge_request.description"].replace("\\n", "\n")
        meant = description.decode("utf-8")
        assert shown.count("\n") == meant.count("\n"), text
        assert shown.replace("\\ n", "\\n") == meant.replace("\\ n", "\\n").replace("\t", " "), text
        for pattern in (ACTION, REFERENCE, CLOSING):
            assert not pattern.search(LINK.sub("", without_code(shown))), (text, shown)


@pytest.mark.parametrize("sink", ["title", "commit"])
def test_titles_and_commit_messages(sink):
    for text, said in each(sink):
        shown = said.decode("utf-8")
        assert not invisible(shown), (text, invisible(shown))
        for pattern in (ACTION, REFERENCE, CLOSING, re.compile(r"\[(skip[ _-]ci|ci[ _-]skip)\]", re.I)):
            assert not pattern.search(shown), (text, shown)
        assert sink == "commit" or "\n" not in shown


def test_trailers_are_ours_alone():
    keys = ["Stagegate-Id", "Stagegate-Service", "Stagegate-Env", "Stagegate-Image", "Stagegate-Origin", "Stagegate-Reason"]
    for text, said in each("commit"):
        done = subprocess.run(["git", "interpret-trailers", "--parse"], input=said, stdout=subprocess.PIPE, check=True, timeout=30)
        found = [line.split(b":")[0].decode() for line in done.stdout.splitlines()]
        assert found == keys[:len(found)] or found == [k for k in keys if k in found], (text, found)
        assert found.count("Stagegate-Id") == 1 and set(found) <= set(keys) and len(found) == len(set(found)), (text, found)


@pytest.mark.parametrize("sink", ["terminal", "diff"])
def test_terminals(sink):
    for text, said in each(sink):
        assert not [c for c in invisible(said.decode("utf-8")) if c != "U+0009"], text


def test_job_logs_have_our_sections_only():
    for text, said in each("joblog"):
        names = SECTION.findall(said)
        assert names and len(names) % 2 == 0 and all(name.startswith(b"stagegate_") for name in names), (text, names)
        rest = SECTION.sub(b"", said).decode("utf-8")
        assert not [c for c in invisible(re.sub(r"\x1b\[[0-9;]*[mK]", "", rest)) if c != "U+0009"], (text, rest)
        assert "\x1b[2J" not in rest and "\x1b]" not in rest


def test_dotenv_reports_are_read_by_gitlab_as_they_were_meant():
    for text, said in each("dotenv"):
        assert len(said) < 5 * 1024
        for line in said.decode("utf-8").rstrip("\n").split("\n"):
            found = re.fullmatch(r"(.*?)=(.*)", line)
            assert found and re.fullmatch(r"STAGEGATE_[A-Z0-9_]+", found[1]), (text, line)
            assert found[2] == found[2].strip() and "$" not in found[2].replace("$$", ""), (text, line)
            assert not invisible(found[2]), (text, line)


def test_json_is_strict():
    for text, said in each("json"):
        shown = said.decode("utf-8")
        assert not invisible(shown), text
        document = json.loads(shown, parse_constant=lambda word: pytest.fail(word))
        if "\ufffd" not in document["sentence"] and raw(text) == text.encode("utf-8", "replace"):
            assert document["verdicts"][0]["sentence"] == text, text


def test_a_log_in_json_is_an_object_in_each_line():
    for text, said in each("jsonlog"):
        shown = said.decode("utf-8")
        rows = [json.loads(line, parse_constant=lambda word: pytest.fail(word)) for line in shown.rstrip("\n").split("\n")]
        assert not invisible(shown), text
        assert len(rows) > 4 and all(isinstance(row, dict) and row["level"] for row in rows), (text, rows)


def test_junit_is_xml():
    for text, said in each("junit"):
        top = xml.etree.ElementTree.fromstring(said)
        assert {node.tag for node in top.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "system-err", "properties", "property"}, text
        assert not invisible("".join(said.decode("utf-8").split("\t"))), text
