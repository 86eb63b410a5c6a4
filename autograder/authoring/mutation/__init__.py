"""Mutants: the lesson's solution with one thing changed, and what the checks should say of it.

Proves that wrong work fails for its own named reason, and that right work passes. A lesson declares
its mutants in a package ``mutants`` of its own; see :mod:`autograder.authoring.spec.mutation`.
"""
