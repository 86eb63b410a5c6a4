"""An engine for exercises in machine learning that grade themselves, and its lessons."""

# As pip knows this package; its first lesson lent it the name.
DISTRIBUTION = "building-a-brain"
