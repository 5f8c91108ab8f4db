"""Our reader and two that are not ours, as judges of what became of a file."""
import os
import sys

import yaml_suite

sys.path.insert(0, str(yaml_suite.ROOT / "tests/corpus"))

import corpus  # noqa: E402
from readers import NoYaml, events11, events12  # noqa: E402

BINARY = os.environ.get("STAGEGATE_BIN") or str(yaml_suite.ROOT / "build/release/stagegate")


class Judge:
    """Our reader, and as many of the others as read the text before. PATH is where the file lies."""

    def __init__(self, tool, text, path):
        self.tool, self.text, self.path = tool, text, path
        path.write_bytes(text.encode())
        self.old = yaml_suite.our_events(tool, path)
        self.readers = {"ours": (self.old, self.ours)}
        self.names = ["ours", *(name for name, read in (("PyYAML", events11), ("ruamel.yaml", events12)) if self.reads_the_same(read))]
        if "PyYAML" in self.names:
            self.readers["PyYAML"] = (events11(text), events11)

    def reads_the_same(self, read):
        """Whether that reader knows these forms, and line ends: NEL is none in YAML 1.2."""
        try:
            seen = read(self.text)
        except NoYaml:
            return False
        return [(event.kind, event.value) for event in seen] == [(event.kind, event.value) for event in self.old]

    def ours(self, text):
        try:
            assert self.path.read_bytes() == text.encode()
            return yaml_suite.our_events(self.tool, self.path)
        except yaml_suite.Refused as why:
            raise NoYaml(str(why)) from None

    def edit(self, wishes, shared=True):
        """None, or (reason, cause); then the file is as it was."""
        self.path.write_bytes(self.text.encode())
        answer = corpus.run(BINARY, self.path, wishes, shared)
        if answer is None:
            return None
        assert answer[0] and answer[1] and self.path.read_bytes() == self.text.encode(), (answer, self.text)
        return answer[:2]

    def wrong(self, wishes):
        """What is wrong with the file after an edit, a line for each judge."""
        after = self.path.read_bytes().decode("utf-8")
        note = [f"{place.path}={value}" for place, value in wishes]
        for name, (old, read) in self.readers.items():
            why = corpus.judge11(self.text, after, old, wishes, read)
            if why:
                yield f"{note}: {name}: {why}"
        why = "ruamel.yaml" in self.names and corpus.judge12(self.text, after, wishes)
        if why:
            yield f"{note}: ruamel.yaml: {why}"
