"""Pictures that were drawn before, each in a file that is named by the digest of its figure."""

from __future__ import annotations

# Names the folder with them, in the process in which a notebook runs.
PICTURES_VARIABLE = "AUTOGRADER_PICTURES"
