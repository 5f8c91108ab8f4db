"""What the simulated GitLab knows: users, tokens, groups, projects, rights. Put back by `ctl reset`.

Sections in comments (1.1, 2.1, ...) are those of the GitLab contract, gitlab.md.
"""

import datetime
import fnmatch
import os
import threading

from . import gl_people as people
from .gl_git import Repo

GUEST, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 20, 30, 40, 50  # 5, access levels
LEVELS = {10: "Guests", 20: "Reporters", 30: "Developers + Maintainers", 40: "Maintainers", 50: "Owners", 0: "No one"}
APPS = "gitops/apps"

# Settings of GET /projects/:id that decide behaviour (5, end), and some that clients look at.
SETTINGS = {
    "merge_method": "merge",
    "squash_option": "default_off",
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": None,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "remove_source_branch_after_merge": True,
    "merge_pipelines_enabled": False,
    "merge_trains_enabled": False,
    "merge_request_title_regex": None,
    "ci_config_path": "",
    "ci_push_repository_for_job_token_allowed": False,
    "archived": False,
    "visibility": "private",
    "default_branch": "main",
}


class User:
    """`alias` is the sandbox's short name (bot, dev, manager-1, ...), `username` GitLab's."""

    def __init__(self, number, alias, username, name, email, bot=False, public_email=""):
        self.id, self.alias, self.username, self.name, self.email = number, alias, username, name, email
        self.bot, self.public_email, self.state = bot, public_email, "active"


class Member:
    def __init__(self, user, level, since, expires_at=None):
        self.user, self.level, self.since, self.expires_at = user, level, since, expires_at
        self.membership_state = "active"


class Token:
    """kind: pat, project (a bot's), oauth or job. `job` is what GET /job answers for it."""

    def __init__(self, number, text, user, kind="pat", scopes=("api",), job=None, project=None):
        self.id, self.text, self.user, self.kind, self.scopes = number, text, user, kind, list(scopes)
        self.job, self.project = job, project
        self.revoked, self.expires_at, self.since = False, None, None


class Group:
    def __init__(self, number, path, parent=None, visibility="internal"):
        self.id, self.path, self.parent, self.visibility = number, path, parent, visibility
        self.name = path.rpartition("/")[2].replace("-", " ")
        self.members, self.hidden = {}, False


class Protected:
    """5: push and merge are lists of (access level, user id or None)."""

    def __init__(self, number, name, push=MAINTAINER, merge=MAINTAINER):
        self.id, self.name, self.allow_force_push = number, name, False
        self.push, self.merge = [(push, None)], [(merge, None)]


class Project:
    def __init__(self, number, path, repo, namespace):
        self.id, self.path, self.repo, self.namespace = number, path, repo, namespace
        self.name = path.rpartition("/")[2]
        self.settings, self.members = dict(SETTINGS), {}
        self.shared = []  # invited groups: (Group, highest level that its members get here)
        self.protected, self.freeze = {}, []
        self.allow_list = {number}  # 2.1: ids of the projects whose job tokens may come in
        self.data = {}  # for other modules: their own state of this project

    def rule(self, branch):
        """The protection of a branch, or None. An exact name goes before a pattern."""
        if branch in self.protected:
            return self.protected[branch]
        for name, rule in sorted(self.protected.items()):
            if "*" in name and fnmatch.fnmatchcase(branch, name):
                return rule
        return None


class State:
    """One GitLab. `lock` is held during each request and each ctl command of it."""

    def __init__(self, box):
        self.box, self.lock = box, threading.RLock()
        self.base = box.info["gitlab"]  # https://127.0.0.1:PORT[/ROOT]
        self.resets, self.syncs = [], []
        self.requests, self.record, self.projects = [], False, {}

    # -- time and numbers

    def now(self):
        """Seconds of the sandbox's clock, with a fraction."""
        return self.box.clock.fine()

    def stamp(self, seconds=None):
        """GitLab's form of a time, in milliseconds."""
        return stamp(self.now() if seconds is None else seconds)

    def number(self, kind="object"):
        """The next id of a kind, from 1001 on."""
        self.numbers[kind] = self.numbers.get(kind, 1000) + 1
        return self.numbers[kind]

    # -- reset

    def reset(self):
        with self.lock:
            self.numbers, self.data, self.version = {}, {}, "19.5.0-pre"
            self.totals, self.read_only = True, set()
            for project in self.projects.values():
                project.repo.reader.close()
            self.users, self.groups, self.projects, self.tokens = {}, {}, {}, {}
            people.fill(self)
            self.requests.clear()
            for function in self.resets:
                function(self)
            self.publish()

    def sync(self):
        """Lets every module notice what happened by git push (or by time) since the last request."""
        for function in self.syncs:
            function(self)

    # -- finding

    def user(self, name):
        """By alias, username or id; None when there is none."""
        for user in self.users.values():
            if name in (user.alias, user.username, user.id):
                return user
        return None

    def user_of_email(self, email):
        return next((user for user in self.users.values() if user.email.lower() == email.lower()), None)

    def project(self, key):
        """By id, digits or full path; None when there is none."""
        for project in self.projects.values():
            if str(key) == str(project.id) or str(key).lower() == project.path.lower():
                return project
        return None

    @property
    def apps(self):
        return self.project(APPS)

    def group(self, key):
        for group in self.groups.values():
            if str(key) in (str(group.id), group.path):
                return group
        return None

    # -- rights

    def today(self):
        return self.day(0)

    def day(self, after):
        """The date so many days from now."""
        seconds = self.now() + after * 86400
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date().isoformat()

    def live(self, member):
        """An expired member is no member, although it stays listed until a background job ends it (6.12)."""
        return not member.expires_at or member.expires_at > self.today()

    def members(self, place, every=True):
        """{user id: Member} of a group or project; every: with inherited and invited ones (6.12)."""
        found = {}
        if every:
            above = place.parent if isinstance(place, Group) else place.namespace
            for group, most in ([(above, OWNER)] if above else []) + getattr(place, "shared", []):
                for number, member in self.members(group).items():
                    level = min(member.level, most)
                    if number not in found or level > found[number].level:
                        found[number] = Member(member.user, level, member.since, member.expires_at)
        for number, member in place.members.items():
            if number not in found or member.level >= found[number].level:
                found[number] = member
        return found

    def level(self, place, user):
        """The user's access level in a group or project, 0 for none."""
        member = self.members(place).get(user.id) if user else None
        if not member or not self.live(member) or user.state != "active":
            return 0
        return min(member.level, REPORTER) if user.alias in self.read_only else member.level

    def sees_group(self, group, user):
        return bool(user) and not group.hidden and (group.visibility != "private" or self.level(group, user) > 0)

    def _allowed(self, rows, project, user):
        level = self.level(project, user)
        return any(user.id == who if who else need and level >= need for need, who in rows)

    def can_push(self, project, user, branch):
        if self.level(project, user) < DEVELOPER:
            return False
        rule = project.rule(branch)
        return rule is None or self._allowed(rule.push, project, user)

    def can_merge(self, project, user, branch):
        """Merge right: without a rule every developer (5, 6.5 step 3)."""
        if self.level(project, user) < DEVELOPER:
            return False
        rule = project.rule(branch)
        return rule is None or self._allowed(rule.merge, project, user) or self._allowed(rule.push, project, user)

    # -- what plain Git must know

    def publish(self):
        """Writes the protections for the repositories' hook, and the refusals for the web server."""
        for project in self.projects.values():
            rows = []
            for rule in sorted(project.protected.values(), key=lambda rule: ("*" in rule.name, rule.name)):
                names = [user.alias for user in self.users.values() if self.can_push(project, user, rule.name)]
                rows.append(f"{rule.name} {'force' if rule.allow_force_push else 'keep'} {' '.join(names)}\n")
            _write(os.path.join(project.repo.path, "protected-branches"), "".join(rows))
        rules = self.data.get("push-rules", {})
        _write(os.path.join(self.apps.repo.path, "push-rules"), "".join(f"{kind} {value}\n" for kind, value in rules.items()))
        folder = self.box.path("deny")
        os.makedirs(folder, exist_ok=True)
        want = {f"{alias}:1" for alias in self.read_only}
        want |= {f"{user.alias}:{way}" for user in self.users.values() if user.state != "active" for way in "01"}
        for name in set(os.listdir(folder)) - want:
            os.unlink(os.path.join(folder, name))
        for name in want:
            _write(os.path.join(folder, name), "")


def _write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.rename(path + ".new", path)


def stamp(seconds):
    """2026-01-05T10:00:00.000Z"""
    moment = datetime.datetime.fromtimestamp(round(seconds * 1000) / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def repository(box, path):
    return Repo(box.path("repo", path + ".git"))
