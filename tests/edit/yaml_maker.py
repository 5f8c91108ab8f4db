"""Random YAML files in many styles, with the paths of their scalars and whether each can be edited exactly."""

import random

TAGS = ["v1", "1.4.2", "1.4.2-rc.1", "latest", "abc1234", "2024.01.02", "v0", "release-7", "a_b", "x"]
TYPED = ["1.10", "20240101", "1e3", "0x1f", "yes", "1_000", "010", "true", "2024-01-01", "null", "~", "1.5", "on", "0o17", "1"]
WORDS = ["image", "tag", "name", "web", "repository", "env", "global", "resources", "port", "cpu", "größe", "x-y", "a b", "a.b/c", "#1", "0", "é€😀"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.scalars = []  # (path text, may be edited)
        self.newline = self.random.choice(["\n", "\n", "\r\n", "\r", "\x85", "\u2028"] if self.random.random() < 0.4 else ["\n"])
        self.anchors = 0

    def one_of(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def comment(self):
        return self.one_of("", "", "", " # c", "  #  ä: {{ x }}", " #\ttab", " # \"", "   ")

    # --- scalars ---

    def value(self):
        return self.random.choice(TAGS if self.chance(0.7) else TYPED)

    def quoted(self, text):
        if self.chance(0.5):
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(f"\\x{ord(c):02x}" if self.chance(0.1) and ord(c) < 256 else c for c in text) + '"'

    def scalar(self):
        """A scalar on one line: its source and whether it can be edited."""
        text = self.value()
        kind = self.random.random()
        if kind < 0.5:
            return text, True
        if kind < 0.8:
            return self.quoted(text), text != "~"
        if kind < 0.84:
            return "''", True
        if kind < 0.88:
            return f"!!str {text}", text != "~"
        if kind < 0.92:
            self.anchors += 1
            return f"&a{self.anchors} {text}", True  # nothing uses it
        if kind < 0.96:
            return f"!own {text}", False
        return self.one_of('"a b: c"', "'#'", "a:b c", "http://x/y", '"{{ .Values.x }}"'), False

    def long_scalar(self, indent):
        """A scalar over several lines, which is refused."""
        nl = self.newline
        pad = " " * (indent + self.one_of(1, 2, 4))
        return self.one_of(f"|{nl}{pad}v1{nl}{pad}v2{nl}", f">-{nl}{pad}v1{nl}{nl}{pad}v2{nl}", f"v1{nl}{pad}v2{nl}", f'"v1{nl}{pad}v2"{nl}',
                           f"'v1{nl}{nl}{pad}v2'{nl}")

    # --- paths ---

    @staticmethod
    def step(path, key):
        plain = all(c not in '.[]"' and ord(c) > 32 and c != "\x7f" for c in key)
        text = key if plain else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{path}.{text}" if path else text

    def key(self, name):
        if name[0] in "#" or ": " in name or self.chance(0.15):
            return self.one_of(f'"{name}"', f"'{name}'")
        return name

    def keys(self):
        count = self.random.randint(1, 5)
        return self.random.sample(WORDS, count)

    # --- flow ---

    def gap(self):
        return self.one_of("", " ", "  ", self.newline + "      " if self.chance(0.2) else " ")

    def flow(self, path, depth):
        if depth > 2 or self.chance(0.5):
            source, good = self.scalar()
            self.scalars.append((path, good))
            return source
        if self.chance(0.5):
            items = [self.gap() + self.flow(f"{path}[{i}]", depth + 1) for i in range(self.random.randint(1, 3))]
            return "[" + ",".join(items) + self.gap() + "]"
        items = [self.gap() + self.key(name) + ": " + self.flow(self.step(path, name), depth + 1) for name in self.keys()]
        return "{" + ",".join(items) + self.gap() + "}"

    # --- block ---

    def noise(self, indent):
        return self.one_of("", "", "", self.newline, " " * indent + "# comment" + self.newline, "#" + self.newline + self.newline)

    def node(self, path, indent, depth, out):
        """What follows "key:" or "-" up to and with the end of its last line."""
        kind = self.random.random()
        if depth < 4 and kind < 0.25:
            out.append(self.comment() + self.newline)
            self.mapping(path, indent + self.one_of(1, 2, 2, 4), depth + 1, out)
        elif depth < 4 and kind < 0.4:
            out.append(self.comment() + self.newline)
            self.sequence(path, indent + self.one_of(1, 2, 2, 4), depth + 1, out)
        elif kind < 0.55:
            out.append(" " + self.flow(path, depth) + self.comment() + self.newline)
        elif kind < 0.62:
            self.scalars.append((path, False))
            out.append(" " + self.long_scalar(indent))
        elif kind < 0.66:  # nothing: the value goes behind the sign
            self.scalars.append((path, True))
            out.append(self.comment() + self.newline)
        elif kind < 0.7:
            source, good = self.scalar()
            self.scalars.append((path, good))
            out.append(self.newline + " " * (indent + 2) + source + self.comment() + self.newline)
        else:
            source, good = self.scalar()
            self.scalars.append((path, good))
            out.append(" " * self.one_of(1, 1, 1, 3) + source + self.comment() + self.newline)

    def mapping(self, path, indent, depth, out):
        for name in self.keys():
            out.append(self.noise(indent))
            out.append(" " * indent + self.key(name) + self.one_of(":", ":", ":", " :"))
            self.node(self.step(path, name), indent, depth, out)

    def sequence(self, path, indent, depth, out):
        for index in range(self.random.randint(1, 4)):
            out.append(self.noise(indent))
            out.append(" " * indent + "-")
            self.node(f"{path}[{index}]", indent, depth, out)

    def document(self):
        out = [self.one_of("", "", "# head" + self.newline, "%YAML 1.1" + self.newline + "---" + self.newline, "---" + self.newline)]
        self.mapping("", 0, 0, out)
        text = "".join(out)
        if self.chance(0.1):
            text += "..." + self.newline
        elif self.chance(0.2) and not text.endswith(" " + self.newline):
            text = text[: -len(self.newline)]
        return ("\ufeff" if self.chance(0.1) else "") + text
