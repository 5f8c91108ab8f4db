"""What people see of a log: GitLab's page of a job and the screen of a terminal, from the bytes that were written."""
import fcntl
import hashlib
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import urllib.parse

SECTION = re.compile(r"section_(start|end):(\d+):([a-zA-Z0-9_.-]+)(\[collapsed=true\])?\r\x1b\[0K")


class Sections:
    """The log as GitLab's page shows it: a folded section is its title; sections must be closed, once, in order."""

    def __init__(self, text):
        self.shown, self.inside, self.names, self.open = [], {}, [], []
        for line in text.split("\n"):
            self.line(line)
        assert self.open == [], f"left open: {self.open}"

    def line(self, line):
        title, folded = None, False
        while (mark := SECTION.search(line)):
            assert line[:mark.start()].endswith("\x1b[0K"), repr(line)
            line = line[:mark.start() - len("\x1b[0K")] + line[mark.end():]
            if mark.group(1) == "start":
                assert mark.group(3) not in self.names, f"{mark.group(3)} twice"
                self.names.append(mark.group(3))
                self.open.append((mark.group(3), bool(mark.group(4))))
                title, folded = line, bool(mark.group(4))
            else:
                name, _ = self.open.pop()
                assert name == mark.group(3)
                assert line == "", line
                return
        assert "\x1b" not in line and "\r" not in line, repr(line)
        if title is not None:
            self.shown.append(f"{'>' if folded else 'v'} {title}")
        elif any(is_folded for _, is_folded in self.open):
            self.inside.setdefault(self.open[-1][0], []).append(line)
        else:
            self.shown.append(line)

    def text(self):
        return "\n".join(self.shown).rstrip("\n") + "\n"


class Screen:
    """A terminal as far as the program uses one: text, newline, carriage return, one row up, erase to the end of the line or of all."""

    def __init__(self, columns):
        self.columns, self.lines, self.row, self.at, self.drawn = columns, [""], 0, 0, []

    def feed(self, text):
        for part in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", text):
            line = self.lines[self.row]
            if part == "\r":
                self.at = 0
            elif part == "\n":
                self.row, self.at = self.row + 1, 0
                if self.row == len(self.lines):
                    self.lines.append("")
            elif part == "\x1b[A":
                assert self.row, "above the screen"
                self.row -= 1
            elif part in ("\x1b[K", "\x1b[J"):
                self.lines[self.row] = line[:self.at]
                if part == "\x1b[J":
                    del self.lines[self.row + 1:]
                if self.lines[self.row]:
                    self.drawn.append(self.lines[self.row])
            elif part.startswith("\x1b"):
                assert part.endswith("m"), repr(part)
            else:
                self.lines[self.row] = line[:self.at] + part + line[self.at + len(part):]
                self.at += len(part)
        return self


def on_terminal(argv, env, cwd, columns=100, keys=None, limit_s=30):
    """Runs it on a terminal of that width; exit status and the bytes. KEYS: (word, bytes) typed once word is seen."""
    lead, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    child = subprocess.Popen(argv, env=env, cwd=cwd, stdin=end, stdout=end, stderr=end, start_new_session=True,
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))  # pylint: disable=subprocess-popen-preexec-fn
    os.close(end)
    seen, until = b"", time.monotonic() + limit_s
    while time.monotonic() < until and select.select([lead], [], [], 1)[0] or child.poll() is None:
        try:
            part = os.read(lead, 65536)
        except OSError:
            break
        seen += part
        if keys and keys[0].encode() in seen:
            os.write(lead, keys[1])
            keys = None
    os.close(lead)
    return child.wait(timeout=limit_s), seen.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


class Tidy:
    """The same text for every run: addresses, ids, moments and durations as in the documentation."""

    def __init__(self, base):
        self.base, self.ids = base, []

    def oid(self, match):
        for number, known in enumerate(self.ids):
            if known.startswith(match.group(0)):
                break
        else:
            number = len(self.ids)
            self.ids.append(match.group(0))
        return hashlib.sha1(str(number).encode()).hexdigest()[:len(match.group(0))]

    def __call__(self, text):
        full = sorted(set(re.findall(r"\b[0-9a-f]{40}\b", text)), key=text.index)
        self.ids += [oid for oid in full if oid not in self.ids]
        text = text.replace(self.base, "https://gitlab.example.com")
        root = urllib.parse.urlsplit(self.base).path.strip("/")
        if root:
            text = text.replace(f"{root}/gitops/apps", "gitops/apps")
        text = re.sub(r"\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b|(?<=@)[0-9a-f]{8}\b", self.oid, text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-02-03T04:05:06Z", text)
        text = re.sub(r"\(after [^()]* left\)", "(after 2s, 19m 57s left)", text)
        text = re.sub(r"\([^()]* left(, next look in [^()]*)?\)",
                      lambda m: m.group(0) if m.group(0).startswith("(after") else "(2s, 19m 57s left, next look in 17s)",
                      text)
        text = re.sub(r"(?m)^  took .*$", lambda m: re.sub(r"\d+(ms|s|m|h)( \d+(ms|s|m))?", "2s", m.group(0)), text)
        return re.sub(r"(?m)^(  waited +).*$", r"\g<1>2s", text)


def is_progress(line):
    return line.endswith(" left)")


def agrees(documented, real):
    """The real lines are the documented ones in their order; only states that pass quickly may be missing."""
    at = 0
    for line in real.splitlines():
        rest = documented.splitlines()[at:]
        assert line in rest, f"not documented (or not here): {line!r}\n--- documented\n{documented}\n--- real\n{real}"
        for skipped in rest[:rest.index(line)]:
            assert is_progress(skipped), f"documented, and missing: {skipped!r}\n--- real\n{real}"
        at += rest.index(line) + 1
    assert documented.splitlines()[at:] == [], documented.splitlines()[at:]
