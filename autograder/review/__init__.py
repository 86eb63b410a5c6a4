"""Answers that are alike, and what a person decided on each group of them."""
