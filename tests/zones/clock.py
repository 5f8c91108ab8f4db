"""What the clock on the wall shows, by Python's zoneinfo; instants and walls are counts of seconds since 1970."""
import datetime
import zoneinfo

UTC = datetime.timezone.utc
DAY = 86400
FIRST, END = (int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2024, 2037))


class Clock:
    def __init__(self, tree, name):
        with open(tree / name, "rb") as file:
            self.zone = zoneinfo.ZoneInfo.from_file(file, key=name)

    def offset(self, at):
        return int(datetime.datetime.fromtimestamp(at, self.zone).utcoffset().total_seconds())

    def wall(self, at):
        return at + self.offset(at)

    def instant(self, wall):
        """The first instant at which the clock shows WALL, or has jumped over it."""
        shown = datetime.datetime.fromtimestamp(wall, UTC).replace(tzinfo=self.zone)
        for fold in (0, 1):
            at = int(shown.replace(fold=fold).timestamp())
            if self.wall(at) == wall:
                return at
        low, high = wall - DAY, wall + DAY
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.wall(middle) >= wall else (middle, high)
        return high
