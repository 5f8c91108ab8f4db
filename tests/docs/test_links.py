"""Every relative link of the documentation leads to a file of the tree, and every anchor to a heading there."""
import pathlib
import re
import subprocess
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.M)
FENCE = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.M | re.S)


def pages():
    """Tracked Markdown, and what is about to be."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(ROOT / name for name in done.stdout.split("\n") if name and "rejects" not in name)


def without_code(text):
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", FENCE.sub("", text))


def anchors(text):
    """The ids of the headings, as GitLab and GitHub make them; the second of the same name gets -1."""
    seen, found = {}, set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*\s*$", FENCE.sub("", text), re.M):
        heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))


def broken(page, text):
    """What is wrong with the links of a page."""
    body = without_code(text)
    for link in [*LINK.findall(body), *REFERENCE.findall(body)]:
        url = urllib.parse.urlsplit(link)
        if url.scheme or url.netloc:
            continue
        target = (page.parent / urllib.parse.unquote(url.path)).resolve() if url.path else page
        if not target.is_relative_to(ROOT) and url.path:
            yield f"{link} leads out of the tree"
        elif not target.exists():
            yield f"{link} leads to no file"
        elif url.fragment and target.suffix == ".md":
            there = text if target == page else target.read_text(encoding="utf-8")
            if urllib.parse.unquote(url.fragment) not in anchors(there):
                yield f"{link}: {target.name} has no such heading"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert list(broken(page, page.read_text(encoding="utf-8"))) == []


def test_every_page_of_docs_is_reached_from_the_readme():
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or not page.exists() or page.suffix != ".md":
            continue
        reached.add(page)
        for link in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
            url = urllib.parse.urlsplit(link)
            if not url.scheme and url.path:
                todo.append((page.parent / url.path).resolve())
    assert [page.name for page in sorted(ROOT.glob("docs/*.md")) if page not in reached] == []


@pytest.mark.parametrize("text, problem", [
    ("[x](docs/nothing.md)", "leads to no file"),
    ("![x](docs/nothing.svg)", "leads to no file"),
    ("[x](../../outside)", "leads out of the tree"),
    ("[x](docs/exit-codes.md#no-such)", "has no such heading"),
    ("# A\n[x](#b)", "has no such heading"),
    ("[x]: docs/nothing.md", "leads to no file"),
    ("# A b, c!\n[x](#a-b-c) [y](docs/exit-codes.md#exit-codes) [z](https://example.com/#q)", None),
    ("# A\n# A\n[x](#a-1)", None),
    ("`[x](docs/nothing.md)`\n\n```sh\n[x](docs/nothing.md)\n```\n", None),
])
def test_the_check_itself(text, problem):
    found = list(broken(ROOT / "README.md", text))
    assert (found == []) if problem is None else (len(found) == 1 and problem in found[0]), found
