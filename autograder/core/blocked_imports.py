"""Imported by our programs before anything else of ours: they start seconds sooner.

jsonschema, which checks notebooks, imports these where it can. Each takes seconds, and no notebook
holds what it is for.
"""

import sys

sys.modules.update(dict.fromkeys(("rfc3987_syntax",)))  # type: ignore[arg-type]
