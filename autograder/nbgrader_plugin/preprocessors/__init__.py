"""Preprocessors of ours in the places of nbgrader's own."""
