"""The address of this package's repository, from ``[project.urls]`` of pyproject.toml."""

from importlib import metadata

from autograder import DISTRIBUTION


def address() -> str:
    """Return the address, or an empty text as long as none is set."""
    urls: list[str] = metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    return dict(one.split(", ", 1) for one in urls).get("Repository", "")


def pip_address() -> str:
    """Return what ``pip install`` is given for it, or an empty text as long as none is set."""
    return f"git+{found}" if (found := address()) else ""
