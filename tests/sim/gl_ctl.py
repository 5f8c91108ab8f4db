"""`ctl` words of the simulated GitLab. Other modules add theirs with @command (see gl_app.py)."""

import json

HELP, COMMANDS = {}, {}


class Bad(Exception):
    """A word that is not understood."""


def command(words, text):
    """words: "name ARG [ARG]". The function gets (state, *arguments) and returns what to print, or None."""

    def add(function):
        HELP[words] = text
        COMMANDS[words.split()[0]] = function
        return function

    return add


def run(state, words):
    """The text of one command; Bad when a word is wrong."""
    with state.lock:
        state.sync()
        return COMMANDS[words[0]](state, *words[1:]) or ""


def person(state, name):
    found = state.user(name)
    if found is None:
        raise Bad(f"no such user: {name}; one of {', '.join(user.alias for user in state.users.values())}")
    return found


def switch(word):
    if word not in ("on", "off"):
        raise Bad(f"on or off, please, not {word}")
    return word == "on"


@command("api-log [clear]", "the API requests as JSON: method, path, query, status, user")
def _log(state, what=""):
    text = json.dumps(state.requests)
    if what == "clear":
        state.requests.clear()
    return text


@command("record on/off", "every exchange of the API goes to the file SANDBOX_EXCHANGES; survives reset")
def _record(state, word):
    state.record = switch(word)
