"""The judge in nbgrader's own commands; the only package that uses nbgrader's internals.

``configure(c)`` in ``nbgrader_config.py`` is all a course needs. nbgrader handles any assignment
that is not one of our lessons as usual, with the options that the course sets. One exception: a
notebook that is validated runs in a sandbox unless its folder shows that it belongs to such an
assignment, because what the notebook itself says is written by the student.
"""

from __future__ import annotations

from traitlets.config import Config

from autograder.core.config import OwnSettings


def configure(c: Config) -> None:
    """Set up nbgrader for our lessons, in a course's ``nbgrader_config.py``.

    autograder reads that file too, for its own settings: then nbgrader, which takes a second to
    import, is not needed.
    """
    c.CourseDirectory.solution_directory = "solutions"
    if not isinstance(c, OwnSettings):
        from autograder.nbgrader_plugin.set_up import set_up  # noqa: PLC0415

        set_up(c)
