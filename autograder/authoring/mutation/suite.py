"""A lesson's mutants and all steps with them: choose, make, run, store, judge again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from autograder.authoring.mutation import stored_mutants
from autograder.authoring.mutation.fixtures import thinned
from autograder.authoring.mutation.judgement import Judgement
from autograder.authoring.mutation.make import MutantNotebook, make, read_source
from autograder.authoring.mutation.pairs import AND, named, pairs
from autograder.authoring.mutation.run_mutants import MutantRun, judgement
from autograder.authoring.spec.mutation import Declared, Mutant, load_declared
from autograder.core.config import Course
from autograder.core.errors import CourseError, EvidenceError, LessonError, writing
from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson
from autograder.core.report import CheckResult
from autograder.judge.runner import judge

# Which pairs are drawn; another number draws others.
SEED = 20


@dataclass(frozen=True, kw_only=True)
class MutationSuite:
    """The mutants of one lesson in one course."""

    course: Course
    lesson: Lesson
    declared: Declared

    @property
    def evidence_file(self) -> Path:
        """Where evidence is stored, beside the tests."""
        return self.course.folder() / "tests" / "mutants" / f"{self.lesson.name}.zip"

    def chosen(self, pattern: str, second: int) -> list[Mutant]:
        """Return the mutants whose names match a pattern, or ``second`` pairs of them.

        Raises:
            LessonError: there is none.
        """
        mutants = self.declared.only(pattern)
        if not second:
            return list(mutants.values())
        sure = {name: one for name, one in mutants.items() if name not in self.declared.known}
        drawn = pairs(sure, second, SEED)
        if not drawn:
            raise LessonError(f"Of the mutants like “{pattern}” no two make a pair.")
        return list(drawn.values())

    def notebooks(self, mutants: Iterable[Mutant]) -> list[MutantNotebook]:
        """Return the notebooks of mutants.

        Raises:
            LessonError: one does not fit the source any more.
        """
        source = read_source(self.course.folder(), self.lesson)
        return make(source, {one.name: one.edits for one in mutants})

    def judgement(self, name: str, evidence: Evidence, checks: Sequence[CheckResult]) -> Judgement:
        """Return the judgement of a mutant, or of a pair, that was run."""
        mutant = named(name, self.declared.mutants)
        assert mutant, "what is no mutant any more is stale"
        return judgement(mutant, evidence, checks, self.declared.known)

    def store(self, ran: Sequence[MutantRun]) -> int:
        """Store evidence; that of other mutants stays, as long as they are declared.

        A new sample of pairs takes the place of the one before.

        Returns:
            The bytes of all that is stored.

        Raises:
            ResultsError: it cannot be written.
        """
        entries, files = thinned(ran, self.lesson, self.course.settings)
        others = {
            name: entry
            for name, entry in stored_mutants.entries(self.evidence_file).items()
            if named(name, self.declared.mutants)
            and not (AND in name and AND in ran[0].notebook.name)
        }
        with writing():
            return stored_mutants.write(self.evidence_file, {**others, **entries}, files)

    def stale(
        self, entries: Mapping[str, stored_mutants.StoredMutant], pattern: str = "*"
    ) -> list[str]:
        """Return why stored *entries* are out of date, a sentence for each of which it is so.

        Entries and mutants whose names do not match the *pattern* are left out.
        """
        doubles = (named(name, self.declared.mutants) for name in entries)
        mutants = {one.name: one for one in doubles if one} | dict(self.declared.mutants)
        chosen = [one for name, one in mutants.items() if fnmatch(name, pattern)]
        stored = {name: one for name, one in entries.items() if fnmatch(name, pattern)}
        return stored_mutants.stale(stored, self.notebooks(chosen), self.lesson.name)

    def stored(self, pattern: str = "*") -> list[Judgement]:
        """Judge every stored mutant whose name matches, pairs included; nothing is run.

        Raises:
            EvidenceError: what is stored is out of date, or cannot be read.
        """
        stored = stored_mutants.read(self.evidence_file)
        if reasons := self.stale(stored.entries, pattern):
            more = f" The same is true of {len(reasons) - 1} more." if reasons[1:] else ""
            raise EvidenceError(f"{reasons[0]}{more}")
        # Of a pair with a known part nobody knows what to expect.
        names = [
            name
            for name in stored.entries
            if fnmatch(name, pattern) and not self._has_known_part(name)
        ]
        evidence = [(name, stored.evidence(name)) for name in names]
        verdicts = judge(evidence, self.lesson, settings=self.course.settings)
        return [self.judgement(name, one, verdicts[name].checks) for name, one in evidence]

    def _has_known_part(self, name: str) -> bool:
        parts = name.split(AND)
        return len(parts) > 1 and any(part in self.declared.known for part in parts)


def mutation_suite(lesson: Lesson, course: Course) -> MutationSuite:
    """Return the mutation suite of a lesson.

    Raises:
        LessonError: the lesson declares no mutants.
        CourseError: there is no course.
    """
    if course.root is None:
        raise CourseError("Mutants are made from a course's source/: run this in its folder.")
    return MutationSuite(course=course, lesson=lesson, declared=load_declared(lesson))
