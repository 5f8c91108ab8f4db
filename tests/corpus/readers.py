"""
Two readers of YAML that are not libyaml: pure-Python PyYAML (1.1) and pure-Python ruamel.yaml (1.2). Their C variants wrap the library that
is under test and do not count. A text becomes a list of events; a scalar knows how its reader would resolve it.
"""
import warnings

import ruamel.yaml
import yaml

STR = "tag:yaml.org,2002:str"


class NoYaml(Exception):
    pass


class Event:
    """One event of either library, with character offsets."""
    __slots__ = ("kind", "value", "anchor", "tag", "implicit", "flow", "start", "end")

    def __init__(self, event):
        self.kind = type(event).__name__
        self.value = getattr(event, "value", None)
        self.anchor = getattr(event, "anchor", None)
        self.tag = getattr(event, "tag", None)
        self.implicit = getattr(event, "implicit", None)
        self.flow = getattr(event, "flow_style", None)
        self.start, self.end = event.start_mark.index, event.end_mark.index

    def says(self):
        """All but the place and, of scalars, the style: that may change with the value."""
        plain = self.implicit if self.kind != "ScalarEvent" else None
        return self.kind, self.value, self.anchor, self.tag, plain, self.flow

    def shape(self):
        return self.kind, self.anchor, self.tag, self.flow


def read(parse, text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [Event(event) for event in parse(text)]
    except (yaml.YAMLError, ruamel.yaml.error.YAMLError) as why:
        raise NoYaml(str(why)) from None
    except (RecursionError, ValueError, AttributeError, IndexError, TypeError, AssertionError) as why:  # what the libraries trip over
        raise NoYaml(repr(why)) from None


def events11(text):
    return read(lambda text: yaml.parse(text, yaml.SafeLoader), text)


def events12(text):
    return read(lambda text: ruamel.yaml.YAML(typ="safe", pure=True).parse(text), text)


RESOLVER11 = yaml.SafeLoader("")
RESOLVER12 = ruamel.yaml.YAML(typ="safe", pure=True).resolver


def is_text11(event):
    if event.tag and event.tag != "!":
        return event.tag == STR
    return RESOLVER11.resolve(yaml.ScalarNode, event.value, event.implicit) == STR


def is_text12(event):
    if event.tag and str(event.tag) != "!":
        return str(event.tag) == STR
    return str(RESOLVER12.resolve(ruamel.yaml.ScalarNode, event.value, event.implicit)) == STR
