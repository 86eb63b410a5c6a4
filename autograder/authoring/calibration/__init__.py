"""A lesson's recipes trained under many seeds: how often its threshold fails right work.

The command `autograder study` makes the runs and publishes what they show; the judge reads what is
published and needs none of the rest.
"""
