"""What the history of a bare repository says about who was told what, by plain git and bytes alone.

The invariants are those of the design: (I1) what was acknowledged is in the first-parent history exactly once;
(I2) what failed is not there, what is unknown at most once; (I3) the history is linear and no update was forced, by
the server's own reflog; (I4) each commit changes one declared value and no other byte; (I5) the values of a service
come in the order in which its worker asked for them; (I6) no branch is left behind.
"""
import collections
import subprocess

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"
Change = collections.namedtuple("Change", "service tag outcome")  # tag: bytes; in the order of each worker
Foreign = collections.namedtuple("Foreign", "commit path line outcome")  # a person's commit: a line added to a file


class Verdict:
    """Counts, and a sentence for everything that is broken."""

    def __init__(self):
        self.acknowledged = self.found_once = self.lost = self.doubled = self.foreign_lost = self.unknown = 0
        self.broken = []

    def say(self, invariant, words):
        self.broken.append(f"{invariant}: {words}")


class History:
    """A branch of a bare repository from BASE on, read by plain git."""

    def __init__(self, repository, branch, base):
        self.repository, self.branch, self.base = repository, branch, base

    def git(self, *words):
        return subprocess.run(["git", "-C", self.repository, *words], check=True, stdout=subprocess.PIPE).stdout

    def commits(self):
        """[(id, parents)] of the first-parent history after the base, oldest first."""
        rows = self.git("log", "--first-parent", "--reverse", "--format=%H %P", f"{self.base}..refs/heads/{self.branch}")
        return [(row.split()[0], row.split()[1:]) for row in rows.decode().splitlines()]

    def contains(self, commit):
        done = subprocess.run(
            ["git", "-C", self.repository, "merge-base", "--is-ancestor", commit, f"refs/heads/{self.branch}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0

    def files(self, parent, commit):
        """[(status, path, old bytes, new bytes)] of what a commit changed."""
        fields = self.git("diff-tree", "-r", "-z", "--no-renames", parent, commit).decode().split("\0")
        rows = []
        for head, path in zip(fields[0::2], fields[1::2]):
            old_mode, mode, old, new, status = head.lstrip(":").split()
            if old_mode != mode and status == "M":
                status = "mode"
            rows.append((status, path, self.blob(old), self.blob(new)))
        return rows

    def blob(self, oid):
        return b"" if set(oid) == {"0"} else self.git("cat-file", "blob", oid)

    def moves(self):
        """[(old, new)] of every update of the branch since the base, by the server's reflog, oldest first."""
        with open(f"{self.repository}/logs/refs/heads/{self.branch}", encoding="utf-8", errors="replace") as log:
            rows = [tuple(line.split()[:2]) for line in log]
        from_base = [at for at, (old, _) in enumerate(rows) if old == self.base]
        return rows[from_base[0] :] if from_base else []

    def branches(self):
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads/").decode().split()


def changed_value(services, files):
    """(service, tag) when the files are one declared value and no other byte; else None and why."""
    if len(files) != 1:
        return None, f"changes {len(files)} files"
    status, path, old, new = files[0]
    if status != "M":
        return None, f"{status} {path}"
    moved = [service for service in services if service.path == path and service.tag(old) != service.tag(new)]
    if len(moved) != 1:
        return None, f"changes the values of {len(moved)} services in {path}"
    if moved[0].tag(new) is None or moved[0].with_tag(old, moved[0].tag(new)) != new:
        return None, f"changes other bytes of {path} than the value of {moved[0].name}"
    return (moved[0].name, moved[0].tag(new)), None


def _line_of_history(verdict, history, commits):
    """I3: one parent each, and the branch only ever moved from one commit of the history to a later one."""
    before, places = history.base, {history.base: 0}
    for number, (commit, parents) in enumerate(commits, 1):
        places[commit] = number
        if parents != [before]:
            verdict.say("I3", f"{commit} has the parents {parents}, not {before}")
        before = commit
    at = history.base
    for old, new in history.moves():
        if old != at or places.get(new, -1) <= places.get(old, 1 << 62):
            verdict.say("I3", f"the branch was moved from {old} to {new}: not forward along its history")
        at = new


def _people(verdict, history, foreign):
    for one in foreign:
        if one.outcome != OK:
            continue
        body = history.git("show", f"refs/heads/{history.branch}:{one.path}") if history.contains(one.commit) else b""
        if one.line not in body.splitlines():
            verdict.foreign_lost += 1
            verdict.say("foreign", f"{one.commit} was acknowledged, and it or its line is not there")


def _changes(verdict, changes, landed):
    times = collections.Counter(landed)
    for change in changes:
        count = times.pop((change.service, change.tag), 0)
        name = f"{change.service} {change.tag.decode()}"
        verdict.acknowledged += change.outcome == OK
        verdict.unknown += change.outcome == UNKNOWN
        if change.outcome == OK:
            verdict.found_once += count == 1
            verdict.lost += count == 0
        if change.outcome == OK and count == 0:
            verdict.say("I1", f"{name} was acknowledged, and it is not there")
        if change.outcome == FAIL and count:
            verdict.say("I2", f"{name} failed, and it is there")
        if count > 1:
            verdict.doubled += 1
            verdict.say("I1" if change.outcome == OK else "I2", f"{name} is there {count} times")
    for service, tag in times:
        verdict.say("I1", f"{service} {tag.decode()} is there, and nobody asked for it")


def _order(verdict, changes, landed):
    """I5: each service's values as its worker asked for them."""
    asked = collections.defaultdict(list)
    for change in changes:
        asked[change.service].append(change.tag)
    last = collections.defaultdict(lambda: -1)
    for service, tag in landed:
        place = asked[service].index(tag) if tag in asked[service] else last[service]
        if place < last[service]:
            verdict.say("I5", f"{service}: {tag.decode()} came after a later value")
        last[service] = place


def check(history, services, changes, foreign, expected_branches):
    """The verdict on a finished run."""
    verdict, landed = Verdict(), []
    people = {one.commit for one in foreign}
    commits = history.commits()
    _line_of_history(verdict, history, commits)
    for commit, parents in commits:
        if commit in people or len(parents) != 1:
            continue
        value, why = changed_value(services, history.files(parents[0], commit))
        if value:
            landed.append(value)
        else:
            verdict.say("I4", f"{commit} {why}")
    _changes(verdict, changes, landed)
    _order(verdict, changes, landed)
    _people(verdict, history, foreign)
    left = sorted(set(history.branches()) ^ set(expected_branches))
    if left:
        verdict.say("I6", f"branches left or gone: {' '.join(left)}")
    return verdict
