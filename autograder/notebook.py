"""What a student meets in the notebook: blanks, checks and their answers, pictures in words."""

from autograder.kernel.accessible_figure import show

__all__ = ["show"]
