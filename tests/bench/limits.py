"""What each row has to reach. COUNTED does not depend on how busy the machine is, so that CI holds it; TIMED is said and nothing more."""

COUNTED = {
    "bump-large-git": {"ours.requests": 8, "ours.connections": 1, "ours.bytes_total": 200 * 1024, "ours.rss_mib": 32},
    "bump-large-git-depth1": {"ours.rss_mib": 32},
    "bump-large-api": {"ours.requests": 3, "ours.rss_mib": 32},
    "wait-good": {"ours.requests": 3},
    "wait-5000": {"ours.lists": 1, "ours.watches": 1, "ours.rss_mib": 64},
}
TIMED = {
    "bump-large-git": {"ratio.wall": 0.6},
    "bump-large-git-depth1": {"ratio.wall": 0.1},
    "wait-good": {"ratio.wall_ms": 0.3},
    "wait-reaction": {"ours.p99_ms": 20},
    "wait-idle": {"ours.cpu_percent": 0.1},
}


def value_of(result, path):
    side, _, key = path.partition(".")
    return result[side].get(key)


def missed(result, limits):
    """What a measured row has missed; a figure that could not be taken is a miss, too."""
    found = []
    for path, limit in limits.get(result["name"], {}).items():
        value = value_of(result, path)
        if value is None or value > limit:
            found.append(f"{result['name']}: {path} is {value}, the limit is {limit}")
    return found
