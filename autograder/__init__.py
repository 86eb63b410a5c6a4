"""An engine for exercises in machine learning that grade themselves, and its lessons."""

from importlib import import_module

# As pip knows this package; its first lesson lent it the name.
DISTRIBUTION = "building-a-brain"


def __getattr__(name: str) -> str:
    # Only when it is asked for: in a sandbox the package has to be there, not how it was installed.
    if name == "__version__":
        version: str = import_module("importlib.metadata").version(DISTRIBUTION)
        return version
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
