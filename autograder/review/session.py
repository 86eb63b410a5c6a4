"""A person's work on the groups of a lesson: each decision is stored and given at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.core.errors import UsageError
from autograder.core.lesson import Lesson
from autograder.review import decisions
from autograder.review.decisions import Decision, Decisions
from autograder.review.groups import Group

# Gives these groups what was decided on them; returns remarks for the instructor.
Give = Callable[[Decisions, Sequence[Group]], list[str]]


@dataclass(kw_only=True)
class Review:
    """Decisions on these ``groups``, stored in a file at ``path``, and how they can be undone."""

    lesson: Lesson
    groups: Sequence[Group]
    path: Path
    give: Give
    _steps: list[tuple[Decisions, Decisions]] = field(default_factory=list)

    @property
    def decisions(self) -> Decisions:
        """The decisions as they are stored now: the file may be changed by other programs."""
        return decisions.load(self.path)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._steps)

    def group(self, name: str) -> Group:
        """Return the group with this id, or with the only one that begins so.

        Raises:
            UsageError: there is none, or there are several.
        """
        found = [one for one in self.groups if one.id.startswith(name)] if name else []
        exact = [one for one in found if one.id == name]
        if len(exact or found) != 1:
            raise UsageError(f"{len(found)} groups are called “{name}…”: see `autograder groups`.")
        return (exact or found)[0]

    def decide(
        self, group: Group, decision: Decision, rubric: dict[str, float] | None = None
    ) -> list[str]:
        """Decide on a group, with new or changed items of the rubric; return remarks."""
        made = before = self.decisions
        for name, points in (rubric or {}).items():
            made = made.with_item(name, points)
        return self._change(before, made.with_decision(group, decision))

    def undo(self) -> list[str]:
        """Take the last change back; return remarks.

        Raises:
            UsageError: there is none, or the file was changed by another program since.
        """
        if not self._steps:
            raise UsageError("There is nothing to undo.")
        before, after = self._steps.pop()
        if self.decisions != after:
            self._steps.clear()
            raise UsageError(f"{self.path.name} was changed meanwhile: nothing was undone.")
        remarks = self._change(after, before)
        self._steps.pop()
        return remarks

    def _change(self, before: Decisions, after: Decisions) -> list[str]:
        decisions.save(self.path, after)
        self._steps.append((before, after))
        changed = [one for one in self.groups if before.mark(one) != after.mark(one)]
        return self.give(after, changed) if changed else []
