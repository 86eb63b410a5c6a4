"""What a student meets in the notebook: blanks, checks and their answers, pictures in words."""

from autograder.notebook.picture import show

__all__ = ["show"]
