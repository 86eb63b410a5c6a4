"""What a lesson declares: its mutants, and what the checks should say of each.

A mutant is named after the question that it changes: ``build/no-bias``. One that is made from an
accepted equivalent, its *base*, is named after both: ``build/no-bias@functional``.

An edit is a pair of texts: the first, which must be there exactly once, becomes the second. A text
that stands alone takes the place of the whole solution. Several follow each other, and those of a
mutant come after those of its base.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.core.errors import LessonError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_module
from autograder.core.report import Outcome

Edit = tuple[str, str] | str
# The edits of each solution cell, by its grade_id.
Edits = Mapping[str, Sequence[Edit]]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the checks should say; those that are not named should pass.

    ``failed`` has the misconception of each check that fails, ``None`` where Python itself says
    what is wrong. ``skipped`` checks build on those. ``may_skip`` are skipped or pass, and which is
    a matter of chance, such as the accuracy of a network that is not the lesson's. ``unclear`` ones
    cannot be decided, so that they need manual review. All this holds only where the checks that it
    ``relies_on`` pass: where no accuracy is measured, its curve says nothing.
    """

    failed: Mapping[str, str | None] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    may_skip: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    relies_on: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """``right``, ``wrong`` or ``unclear``."""
        return "wrong" if self.failed else "unclear" if self.unclear else "right"

    @property
    def misconceptions(self) -> frozenset[str]:
        """The misconceptions that should be named."""
        return frozenset(name for name in self.failed.values() if name)

    @property
    def checks(self) -> frozenset[str]:
        """The checks of which anything but passing is expected, or may be."""
        return frozenset(self.failed) | self.skipped | self.may_skip | self.unclear

    def outcomes(self, check: str) -> tuple[Outcome, ...]:
        """Return the outcomes that a check may have."""
        if check in self.failed:
            return (Outcome.FAILED,)
        if check in self.skipped:
            return (Outcome.SKIPPED,)
        if check in self.unclear:
            return (Outcome.ERROR,)
        return (Outcome.PASSED, *((Outcome.SKIPPED,) if check in self.may_skip else ()))


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """The solution with some of its cells edited; ``with_gpu`` is expected where there is a GPU."""

    name: str
    edits: Edits
    expected: Expected
    with_gpu: Expected | None = None

    def expected_on(self, *, gpu: bool) -> Expected:
        """Return what is expected on a machine with a GPU, or without."""
        return self.with_gpu if gpu and self.with_gpu else self.expected


def right(name: str, *edits: Edit, also: Edits | None = None, base: Mutant | None = None) -> Mutant:
    """Declare right work, which passes every check; ``also`` edits cells of other questions."""
    return _mutant(name, edits, also, base, Expected())


def wrong(
    name: str,
    *edits: Edit,
    fails: Mapping[str, str | None],
    skips: Collection[str] = (),
    may_skip: Collection[str] = (),
    unclear: Collection[str] = (),
    also: Edits | None = None,
    base: Mutant | None = None,
) -> Mutant:
    """Declare wrong work: the checks that fail, each with its misconception, or are skipped."""
    expected = Expected(
        failed=fails,
        skipped=frozenset(skips),
        may_skip=frozenset(may_skip),
        unclear=frozenset(unclear),
    )
    return _mutant(name, edits, also, base, expected)


def unclear(name: str, *edits: Edit, checks: Collection[str], base: Mutant | None = None) -> Mutant:
    """Declare work that these checks cannot judge; it never fails."""
    return _mutant(name, edits, None, base, Expected(unclear=frozenset(checks)))


def relying(mutant: Mutant, *checks: str) -> Mutant:
    """Return a mutant whose expected outcome holds only where these checks pass."""
    return replace(mutant, expected=replace(mutant.expected, relies_on=frozenset(checks)))


def on_gpu(
    mutant: Mutant, *, fails: Mapping[str, str | None], skips: Collection[str] = ()
) -> Mutant:
    """Return a mutant of which something else is expected where there is a GPU."""
    return replace(mutant, with_gpu=Expected(failed=fails, skipped=frozenset(skips)))


def _mutant(
    name: str, edits: Sequence[Edit], also: Edits | None, base: Mutant | None, expected: Expected
) -> Mutant:
    own: Edits = {name.partition("/")[0]: edits, **(also or {})}
    before: Edits = base.edits if base else {}
    every = {cell: (*before.get(cell, ()), *own.get(cell, ())) for cell in {**before, **own}}
    full = f"{name}@{base.name.rpartition('/')[2]}" if base else name
    return Mutant(name=full, edits=every, expected=expected)


@dataclass(frozen=True, kw_only=True)
class Declared:
    """All that a lesson declares.

    ``known`` are mutants of which the checks do not say what they should, and why; ``unseen``
    misconceptions that no mutant shows, and why.
    """

    mutants: Mapping[str, Mutant]
    known: Mapping[str, str] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)

    def only(self, pattern: str) -> dict[str, Mutant]:
        """Return the mutants whose names match a pattern such as ``build/*``.

        Raises:
            LessonError: there is none.
        """
        found = {name: one for name, one in self.mutants.items() if fnmatch.fnmatch(name, pattern)}
        if not found:
            example = next(iter(self.mutants))
            raise LessonError(f"No mutant has a name like “{pattern}”. One is “{example}”.")
        return found


def declared(
    mutants: Iterable[Mutant],
    *,
    known: Mapping[str, str] | None = None,
    unseen: Mapping[str, str] | None = None,
) -> Declared:
    """Collect the mutants that a lesson declares, by name.

    Raises:
        LessonError: two mutants have the same name, or a known one does not exist.
    """
    named: dict[str, Mutant] = {}
    for one in mutants:
        if one.name in named:
            raise LessonError(f"There are two mutants “{one.name}”.")
        named[one.name] = one
    if strangers := sorted(set(known or {}) - set(named)):
        raise LessonError(f"There is no mutant “{strangers[0]}” to be known.")
    return Declared(mutants=named, known=known or {}, unseen=unseen or {})


def has_mutants(lesson: Lesson) -> bool:
    """Return whether a lesson declares mutants."""
    return lesson_module(lesson, "mutants") is not None


def load_declared(lesson: Lesson) -> Declared:
    """Load what a lesson declares in its package ``mutants``.

    Raises:
        LessonError: it declares none.
    """
    module = lesson_module(lesson, "mutants")
    if module is None:
        raise LessonError(f"The lesson “{lesson.title}” declares no mutants.")
    found: Declared = module.DECLARED
    return found
