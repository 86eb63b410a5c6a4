"""Submissions to reports: run each program once, judge it, write down what was found."""

from autograder.grading.grader import Grader
from autograder.grading.result_files import Graded, Places, place_for, unreadable

__all__ = ["Graded", "Grader", "Places", "place_for", "unreadable"]
