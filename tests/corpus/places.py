"""The scalars of a file, with the path that `stagegate edit` takes: the image-like ones, or all."""

KEYS = {"image", "tag", "newTag", "newName", "repository", "digest", "appVersion"}


class Place:
    """A scalar: the index of its event, its path (None: no path can name it), and the text before and in it."""

    def __init__(self, index, event, path):
        self.index, self.event, self.path = index, event, path


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Level:
    """A collection on the way: what names its next node."""

    def __init__(self, is_map, path):
        self.is_map, self.path = is_map, path
        self.key = None  # of a mapping: the key whose value comes next; False: one that no path can name
        self.index = -1

    def step(self):
        if not self.is_map:
            return f"[{self.index}]"
        return None if self.key is False or "\0" in self.key else ("." if self.path and self.path[-1] != ":" else "") + quoted(self.key)


def documents(events):
    return sum(event.kind == "DocumentStartEvent" for event in events)


def is_place(levels):
    """Whether the scalar that comes is the value of such a key, or an item of `images:`."""
    if not levels:
        return False
    here = levels[-1]
    if here.is_map:
        return here.key in KEYS
    above = levels[-2] if len(levels) > 1 else None
    return above is not None and above.is_map and above.key == "images"


def any_place(levels):
    """All but the scalar that is a whole document: no path names that."""
    return bool(levels)


def find(events, wanted=is_place):
    """The scalars that are wanted, by the collections they stand in; `any_place`: every value."""
    found, levels, document = [], [], -1
    several = documents(events) > 1
    in_key = 0  # collections that are themselves (in) a key: no path goes there

    for index, event in enumerate(events):
        kind = event.kind
        if kind == "DocumentStartEvent":
            document += 1
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            if in_key:
                in_key -= 1
                if not in_key:
                    levels[-1].key = False
                continue
            levels.pop()
            finish(levels)
        if kind not in ("ScalarEvent", "AliasEvent", "MappingStartEvent", "SequenceStartEvent"):
            continue
        starts = kind.endswith("StartEvent")
        if in_key:
            in_key += starts
            continue
        here = levels[-1] if levels else None
        if here and here.is_map and here.key is None:  # this is a key
            if starts:
                in_key = 1
            else:
                here.key = event.value if kind == "ScalarEvent" else False
            continue
        if here and not here.is_map:
            here.index += 1
        path = f"{document}:" if several else ""
        if here:
            step = None if here.path is None else here.step()
            path = None if step is None else here.path + step
        if starts:
            levels.append(Level(kind == "MappingStartEvent", path))
            continue
        if kind == "ScalarEvent" and wanted(levels):
            found.append(Place(index, event, path))
        finish(levels)
    return found


def finish(levels):
    """A node is complete: in a mapping the next one is a key."""
    if levels and levels[-1].is_map:
        levels[-1].key = None
