"""The JSON objects that several endpoints answer: users, commits."""

import datetime
import hashlib
import re
import time

from .gl_state import stamp


def user(state, who):
    """UserBasic."""
    return {
        "id": who.id,
        "username": who.username,
        "public_email": who.public_email,
        "name": who.name,
        "state": who.state,
        "locked": False,
        "avatar_url": f"https://secure.gravatar.com/avatar/{hashlib.sha256(who.email.encode()).hexdigest()}?s=80&d=identicon",
        "web_url": f"{state.base}/{who.username}",
    }


def web(state, project, path=""):
    return f"{state.base}/{project.path}" + (f"/-/{path}" if path else "")


def moment(seconds, zone="+0000"):
    """A commit's date: 2026-10-01T12:37:27.000+02:00"""
    sign = -1 if zone[0] == "-" else 1
    away = datetime.timezone(sign * datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])))
    return datetime.datetime.fromtimestamp(seconds, away).isoformat(timespec="milliseconds")


def trailers(message):
    """({key: last value}, {key: [values]}) of the last paragraph, when all of it looks like trailers."""
    rows = [line.partition(": ") for line in message.strip().split("\n\n")[-1].split("\n")]
    if "\n\n" not in message.strip() or not all(sep and re.fullmatch(r"[A-Za-z0-9-]+", key) for key, sep, _ in rows):
        return {}, {}
    many = {}
    for key, _, value in rows:
        many.setdefault(key, []).append(value)
    return {key: values[-1] for key, values in many.items()}, many


def commit(state, project, oid):
    """Commit, as in lists."""
    found = project.repo.commit(oid)
    one, many = trailers(found["message"])
    author, committer = found["author"], found["committer"]
    return {
        "id": oid,
        "short_id": oid[:8],
        "created_at": moment(*committer[2:]),
        "parent_ids": found["parents"],
        "title": found["message"].partition("\n")[0],
        "message": found["message"],
        "author_name": author[0],
        "author_email": author[1],
        "authored_date": moment(*author[2:]),
        "committer_name": committer[0],
        "committer_email": committer[1],
        "committed_date": moment(*committer[2:]),
        "trailers": one,
        "extended_trailers": many,
        "web_url": web(state, project, f"commit/{oid}"),
    }


def last_pipeline(state, project, oid):
    """PipelineBasic of the newest pipeline of a commit, or None; the module of pipelines puts its function in."""
    found = state.data.get("last_pipeline")
    return found(state, project, oid) if found else None


def namespace(state, group):
    return {
        "id": group.id,
        "name": group.name,
        "path": group.path.rpartition("/")[2],
        "kind": "group",
        "full_path": group.path,
        "parent_id": group.parent.id if group.parent else None,
        "avatar_url": None,
        "web_url": f"{state.base}/groups/{group.path}",
    }


def day(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


__all__ = ["commit", "day", "moment", "namespace", "stamp", "trailers", "user", "web"]
