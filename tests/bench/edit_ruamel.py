"""Their side of the edit rows: sets one value in YAML files by ruamel.yaml's round trip, in one process.

usage: edit_ruamel.py SERVICE TAG FILE...
"""
import os
import sys

from ruamel.yaml import YAML


def main(service, tag, *paths):
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    for path in paths:
        with open(path, encoding="utf-8") as file:
            data = yaml.load(file)
        data[service]["image"]["tag"] = tag
        with open(path + ".new", "w", encoding="utf-8") as file:
            yaml.dump(data, file)
        os.replace(path + ".new", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
