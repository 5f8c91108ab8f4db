"""Quick actions: lines that begin with / in a description or note are run, not shown (gitlab.md 6.1, 6.10)."""

import re

from . import gl_life as life

ACTION = re.compile(r"/(close|reopen|approve|unapprove|title|label|unlabel|draft|ready|merge)\b[ \t]*(.*)")
FENCE = re.compile(r"(```|~~~)")


def parse(text):
    """(text without the actions, [(name, argument)]). Fenced and indented lines are text."""
    kept, actions, fenced = [], [], False
    for line in (text or "").split("\n"):
        if FENCE.match(line.strip()):
            fenced = not fenced
        found = None if fenced else ACTION.fullmatch(line.rstrip("\r"))
        if found:
            actions.append((found[1], found[2].strip()))
        else:
            kept.append(line)
    return ("\n".join(kept).strip() if actions else text), actions


def run(mr, user, text):
    """(what is left of the text, commands_changes, summary)."""
    text, actions = parse(text)
    changes, summary = {}, []
    for name, argument in actions:
        if mr.desk.state.level(mr.project, user) < 30 and user is not mr.author:
            continue
        _do(mr, user, name, argument)
        changes[name if name not in ("close", "reopen") else "state_event"] = argument or name
        summary.append(f"{name.capitalize()} {argument}".strip() + ".")
    return text, changes, summary


def _do(mr, user, name, argument):
    if name == "close" and mr.state == "opened":
        life.close(mr, user)
    elif name == "reopen" and mr.state == "closed":
        life.reopen(mr, user)
    elif name == "approve" and user.id not in mr.approvals:
        mr.approvals[user.id] = mr.desk.now()
        mr.system(user, "approved this merge request")
    elif name == "unapprove" and mr.approvals.pop(user.id, None):
        mr.system(user, "unapproved this merge request")
    elif name == "title" and argument:
        mr.title = argument
    elif name == "draft" and not mr.draft:
        mr.title = "Draft: " + mr.title
    elif name == "ready" and mr.draft:
        mr.title = re.sub(r"(?i)^(draft:|\[draft\]|\(draft\))\s*", "", mr.title)
    elif name in ("label", "unlabel"):
        names = re.findall(r'~"([^"]+)"|~(\S+)', argument)
        _labels(mr, [quoted or plain for quoted, plain in names], name == "label")
    elif name == "merge" and mr.state == "opened":
        mr.auto_merge = user
    mr.touch()


def _labels(mr, names, add):
    mr.labels = [label for label in mr.labels if label not in names] + (names if add else [])
