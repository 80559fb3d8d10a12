"""What was reached and what not: counts, exceptions and the report of scripts/coverage."""

import collections
import pathlib
import re

import points as rtl

EXCEPTIONS = rtl.ROOT / "rtl/coverage_exceptions.txt"


def read_exceptions(path):
    """Point name to reason, from lines `NAME: REASON`; a reason may go on in indented lines."""
    reasons = {}
    name = None
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").split("\n"), 1):
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        if text[0] == " " and name:
            reasons[name] += " " + text.strip()
            continue
        match = re.fullmatch(r"(\S+):\s+(\S.*)", text)
        if not match:
            raise ValueError(f"{rtl.shown(path)}:{number}: '{text}' is not NAME: REASON")
        name = match[1]
        if name in reasons:
            raise ValueError(f"{rtl.shown(path)}:{number}: '{name}' stands here twice")
        reasons[name] = match[2]
    return reasons


def unknown_names(points, reasons):
    """Names in the list of exceptions that no point has."""
    return sorted(reasons.keys() - {point.name for point in points})


def read_counts(folder):
    """(group, label) to how often, summed over the files processes have written."""
    counts = collections.Counter()
    key = re.compile(r"C '.*\x01page\x02v_user/(\w+)_cover\x01o\x02(\w+)\x01.*' (\d+)")
    for path in pathlib.Path(folder).glob("*.dat"):
        for match in map(key.fullmatch, path.read_text(encoding="utf-8").split("\n")):
            if match:
                counts[match[1], match[2]] += int(match[3])
    return counts


class Report:
    """The points beside their counts; a point is reached, excepted or missed."""

    def __init__(self, points, counts, reasons):
        self.points = points
        self.reasons = reasons
        self.counts = {point.name: counts[point.group, point.label] for point in points}
        self.missed = [point for point in points if not self.reached(point) and point.name not in reasons]
        self.wrongly_excepted = [point for point in points if self.reached(point) and point.name in reasons]

    def reached(self, point):
        return self.counts[point.name] > 0

    def fraction(self, points):
        points = list(points)
        return f"{sum(map(self.reached, points))} of {len(points)}"

    def totals(self):
        code = [point for point in self.points if point.group == rtl.MICROCODE]
        registers = [point for point in self.points if point.group != rtl.MICROCODE]
        flags = [point for point in registers if point.name.endswith((".0", ".1"))]
        states = [point for point in registers if point not in flags]
        return [("microcode entries", self.fraction(point for point in code if point.is_entry)),
                ("micro-instructions", self.fraction(code)),
                ("states of enumerations", self.fraction(states)),
                ("values of one-bit registers", self.fraction(flags))]

    def groups(self):
        """(name, points): the microcode by source file, the rest by module."""
        result = collections.defaultdict(list)
        for point in self.points:
            result[point.place.split(":")[0] if point.group == rtl.MICROCODE else point.group].append(point)
        return sorted(result.items())

    def lines(self, full):
        yield "reached, by source:"
        for name, points in self.groups():
            yield f"  {name:40} {self.fraction(points)}"
            for point in points if full else []:
                yield f"    {self.counts[point.name]:>12}  {self.described(point)}"
        yield from self.listing("not reached:", self.missed)
        yield from self.listing("listed as not reachable, but reached (take them out of the list):",
                                self.wrongly_excepted)
        excepted = [point for point in self.points if point.name in self.reasons and not self.reached(point)]
        if excepted:
            yield ""
            yield "not reachable:"
            for point in excepted:
                yield f"  {point.name}: {self.reasons[point.name]}"
        yield ""
        for name, fraction in self.totals():
            yield f"{name:28} {fraction}"
        yield f"{'not reached, no reason given':28} {len(self.missed)}"

    def listing(self, title, points):
        if points:
            yield ""
            yield title
            for point in points:
                yield f"  {self.described(point)}"

    @staticmethod
    def described(point):
        return f"{point.name}  {point.place}  {point.text}"
