"""Differences between two commits as GitLab shows them, and their sizes."""

import re

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def _kept(repo, name, old, new, make):
    """What make() says about two objects with these full ids, made once."""
    key = (name, old, new)
    if key not in repo.kept:
        repo.kept[key] = make(repo, old or EMPTY, new)
    return repo.kept[key]


def diffs(repo, old, new):
    """[Diff] between two commits or trees by full id (old None: the empty tree), in path order."""
    return [dict(row) for row in _kept(repo, "diffs", old, new, _diffs)]


def stats(repo, old, new):
    """{additions, deletions, total} between two commits by full id (old None: the empty tree)."""
    return dict(_kept(repo, "stats", old, new, _stats))


def _diffs(repo, old, new):
    raw = repo.git("diff-tree", "-r", "-M", "--raw", "--no-abbrev", "-z", old, new).split("\0")
    patch = repo.git("diff", "-M", "--no-color", "--no-ext-diff", "--full-index", old, new)
    parts = re.split(r"(?m)^diff --git .*\n", patch)[1:]
    rows, at = [], 0
    while at < len(raw) and raw[at].startswith(":"):
        a_mode, b_mode, _, _, how = raw[at][1:].split(" ")
        names = raw[at + 1 : at + (3 if how[0] in "RC" else 2)]
        at += 1 + len(names)
        text = parts[len(rows)] if len(rows) < len(parts) else ""
        hunk = re.search(r"(?m)^@@|^Binary", text)
        rows.append(
            {
                "diff": text[hunk.start() :].rstrip("\n") + "\n" if hunk else "",
                "collapsed": False,
                "too_large": False,
                "new_path": names[-1],
                "old_path": names[0],
                "a_mode": a_mode,
                "b_mode": b_mode,
                "new_file": how == "A",
                "renamed_file": how[0] == "R",
                "deleted_file": how == "D",
                "generated_file": None,
            }
        )
    return rows


def _stats(repo, old, new):
    rows = [row.split("\t") for row in repo.git("diff", "--numstat", old, new).splitlines()]
    plus = sum(int(row[0]) for row in rows if row[0] != "-")
    minus = sum(int(row[1]) for row in rows if row[1] != "-")
    return {"additions": plus, "deletions": minus, "total": plus + minus}
