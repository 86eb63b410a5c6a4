"""Submissions to reports: run each program once, judge it, write down what was found."""

from autograder.grading.grader import Grader
from autograder.grading.results import Graded, place_for, unreadable

__all__ = ["Graded", "Grader", "place_for", "unreadable"]
