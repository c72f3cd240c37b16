"""What becomes RESULTS.md: goals in front, then a table for each."""

import dataclasses
import statistics

from measuring import table_of, verdict

MISSING = "missing"


@dataclasses.dataclass(frozen=True)
class Goal:
    """`least`: what the median over the data sets must reach; `most`: what it must not pass."""

    least: float = None
    most: float = None

    def met(self, value):
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def text(self, show):
        return f">= {show(self.least)}" if self.least is not None else f"<= {show(self.most)}"


def times(value):
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}"


def plain(value):
    return f"{value:g}"


def percent(value):
    return f"{value:+.1%}"


def range_text(values, show):
    return f"{show(min(values))} to {show(max(values))}"


def met_of(rows):
    return f"{sum(1 for row in rows if row[4] == 'yes')} of {len(rows)}"


class Report:
    """Collects the goals, in tables by group, and the sections behind them."""

    def __init__(self, reasons):
        self.reasons = reasons  # (a goal's group, the beginning of its name, why it is not met)
        self.goals, self.sections = {}, []

    def goal(self, group, what, goal, reached, value_range="", show=times):
        """One line of the table `group`. `reached` None: it could not be measured."""
        wanted = goal.text(plain if show is times else show)
        if reached is None:
            row = [what, wanted, MISSING, "", "not measured", ""]
        else:
            fine = goal.met(reached)
            row = [what, wanted, show(reached), value_range, verdict(fine), "" if fine else self._reason(group, what)]
        self.goals.setdefault(group, []).append(row)

    def _reason(self, group, what):
        return next((reason for of_group, start, reason in self.reasons if of_group == group and what.startswith(start)), "")

    def section(self, title, text, header=None, rows=()):
        self.sections.append(f"## {title}\n\n{text}")
        if header:
            self.table("", header, rows)

    def table(self, title, header, rows):
        self.sections.append(table_of(title, header, rows))
        print("\n" + self.sections[-1], flush=True)

    def comparison(self, title, found, show=times, goals=None):
        """`found`: {column: {data set: value or None}}; a table with a line for each data set and the median of each column.
        `goals`: {column: (group, name, Goal)}, for the medians."""
        goals = goals or {}
        data_sets = list(dict.fromkeys(name for column in found.values() for name in column))
        rows = [[name, *(self._cell(column.get(name), show) for column in found.values())] for name in data_sets]
        medians = []
        for column, values in found.items():
            known = [value for value in values.values() if value is not None]
            median = statistics.median(known) if known else None
            medians.append(self._cell(median, show, bold=True))
            if column in goals:
                self.goal(*goals[column], median, range_text(known, show) if known else "", show)
        self.table(title, ["", *found], [*rows, ["**median**", *medians]])

    @staticmethod
    def _cell(value, show, bold=False):
        text = MISSING if value is None else show(value)
        return f"**{text}**" if bold else text

    def write(self, path, head):
        every = [row for rows in self.goals.values() for row in rows]
        parts = [head, f"## Goals: {met_of(every)} met"]
        for group, rows in self.goals.items():
            parts.append(table_of(f"{group}: {met_of(rows)}", ["goal", "wanted", "reached", "range over the data", "met", "why not"], rows))
        parts += self.sections
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n\n".join(parts) + "\n")
