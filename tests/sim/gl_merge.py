"""Merging, squashing and rebasing in a bare repository by plumbing only: what Gitaly does for a merge request.

Sections in comments are those of the GitLab contract, gitlab.md.
"""

import subprocess

from .gitrepo import GIT_ENV


class Conflict(Exception):
    """The two sides cannot be joined."""


def merge_tree(repo, ours, theirs):
    """The tree of `theirs` merged into `ours`; Conflict when Git cannot do it alone."""
    words = ["git", "-C", repo.path, "merge-tree", "--write-tree", "--no-messages", ours, theirs]
    done = subprocess.run(words, capture_output=True, env=GIT_ENV, check=False)
    if done.returncode == 1:
        raise Conflict(done.stdout.decode(errors="replace").strip())
    if done.returncode:
        raise Conflict(done.stderr.decode(errors="replace").strip())  # unrelated histories
    return done.stdout.decode().split("\n")[0]


def conflicts(repo, target, source):
    try:
        merge_tree(repo, target, source)
    except Conflict:
        return True
    return False


def commits(repo, base, head):
    """Ids from `base` (excluded) to `head`, newest first."""
    return repo.git("rev-list", "--topo-order", head, f"^{base}").split()


def behind(repo, head, target):
    """How many commits of the target the head lacks (diverged_commits_count, 6.3)."""
    return int(repo.git("rev-list", "--count", target, f"^{head}"))


def merge_commit(repo, target, source, message, who, when):
    """A merge of `source` into `target` as a commit; no ref is moved."""
    tree = merge_tree(repo, target, source)
    return repo.commit_tree(tree, [target, source], message, who, who, when)


def squash(repo, start, head, message, author, committer, when):
    """One commit on `start` with everything that `head` brings."""
    return repo.commit_tree(merge_tree(repo, start, head), [start], message, author, committer, when)


def _three_way(repo, base, ours, theirs, who, when):
    """A three-way merge of trees with a chosen base, by three throw-away commits."""
    root = repo.commit_tree(repo.commit(base)["tree"], [], "base", who, who, when)
    left, right = (
        repo.commit_tree(repo.commit(side)["tree"], [root], "side", who, who, when) for side in (ours, theirs)
    )
    return merge_tree(repo, left, right)


def rebase(repo, head, target, committer, when):
    """The commits of `head` that the target lacks, again on the target: same authors, another committer (6.8)."""
    base = repo.merge_base(head, target)
    tip = target
    for oid in reversed(commits(repo, target, head)) if base else []:
        commit = repo.commit(oid)
        if len(commit["parents"]) != 1:
            continue  # a rebase drops merges
        tree = _three_way(repo, commit["parents"][0], tip, oid, committer, when)
        if tree == repo.commit(tip)["tree"]:
            continue  # already upstream
        name, email, seconds, zone = commit["author"]
        env = {
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_AUTHOR_DATE": f"{seconds} {zone}",
            "GIT_COMMITTER_NAME": committer[0],
            "GIT_COMMITTER_EMAIL": committer[1],
            "GIT_COMMITTER_DATE": f"{int(when)} +0000",
        }
        tip = repo.git("commit-tree", tree, "-p", tip, "-F", "-", data=commit["message"].encode(), env=env)
    if not base:
        raise Conflict("no common history")
    return tip


def pusher(repo, branch):
    """(name of the web server's user, new id) of the last change of a branch, from its reflog; (None, None) without."""
    try:
        row = repo.git("reflog", "show", "-1", "--format=%H %gn", f"refs/heads/{branch}")
    except RuntimeError:
        return None, None
    oid, _, name = row.partition(" ")
    return (name or None), (oid or None)
