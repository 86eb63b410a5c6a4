"""What a file is that is no notebook, in words for a student, and what to hand in instead."""

from __future__ import annotations

import json
import re

HAND_IN = (
    "Hand in the file whose name ends in `.ipynb`: in Jupyter it is the file that you work in, in"
    " Colab it comes from File → Download → Download .ipynb."
)
UNPACK = "Unpack it, and hand in the `.ipynb` file that is in it."
AGAIN = "Save it or download it again, open it in Jupyter to see that all is there, and hand it in."
# The first bytes of a file, what it is, and the next step.
BINARY = (
    (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a ZIP archive or an Office document", UNPACK),
    (rb"\x1f\x8b|7z\xbc\xaf\x27\x1c|Rar!|BZh|\xfd7zXZ", "a compressed archive", UNPACK),
    (rb"%PDF", "a PDF", HAND_IN),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP", "a picture", HAND_IN),
    (rb"\xd0\xcf\x11\xe0", "an Office document", HAND_IN),
    (rb"\x89HDF", "a saved model or its weights (HDF5)", HAND_IN),
)
TEXT = (
    (r"<!doctype\s+html|<html|<head|<body|<!--", "a web page (HTML)", HAND_IN),
    (r"<\?xml|<svg", "an XML file", HAND_IN),
    (r"\{\\rtf", "a text document (RTF)", HAND_IN),
    (r"\[InternetShortcut\]|\[Desktop Entry\]", "a link to a page", HAND_IN),
    (
        r"version https://git-lfs",
        "what Git keeps in the place of a large file (Git LFS)",
        "Fetch the file itself with `git lfs pull`, and hand that in.",
    ),
    (
        r"(?:#[^\n]*\n|\s)*(?:import\s+\w|from\s+[\w.]+\s+import\s|def\s+\w|class\s+\w|%\w|\w+\s*[=(])",
        "a Python program",
        HAND_IN,
    ),
)
CONFLICT = re.compile(r"(?m)^(?:<{7} |={7}$|>{7} )")
# How much of a text is looked at to tell what it is, in characters.
BEGINNING = 4_000
# A word that JSON knows, or a number in hexadecimal, that was cut in two.
MAX_REST = 12


def of_bytes(data: bytes) -> str | None:
    """Return what a file is that holds no text at all, ``None`` where it may be text."""
    for pattern, kind, instead in BINARY:
        if re.match(pattern, data, re.DOTALL):
            return _sentence(kind, instead)
    return None


def of_text(text: str, error: Exception) -> str:
    """Return what a text is that cannot be parsed as JSON, for this reason."""
    beginning = text[:BEGINNING].lstrip()
    for pattern, kind, instead in TEXT:
        if re.match(pattern, beginning, re.IGNORECASE):
            return _sentence(kind, instead)
    if not beginning.startswith("{"):
        return f"This is not a notebook, which is JSON, but something else. {HAND_IN}"
    return f"{_damage(text, error)} {AGAIN}"


def _damage(text: str, error: Exception) -> str:
    """Return what is wrong with a notebook."""
    if CONFLICT.search(text):
        return "The notebook is damaged: Git left the marks of a conflict in it."
    if not isinstance(error, json.JSONDecodeError):
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return f"The notebook is damaged: {reason}."
    # JSON that ends too early: at the end of the text, or with a text in it that has none.
    if error.msg.startswith("Unterminated string") or error.pos >= len(text) - MAX_REST:
        return "The notebook is cut off: its end is missing."
    return f"The notebook is damaged in line {error.lineno}: {error.msg}."


def of_json(content: object) -> str:
    """Return what JSON is that is no notebook."""
    if isinstance(content, dict) and isinstance(content.get("cells"), list):
        return f"The notebook is damaged: the number of its format is missing. {AGAIN}"
    return f"This is not a notebook: it is JSON of another kind. {HAND_IN}"


def _sentence(kind: str, instead: str) -> str:
    return f"This is {kind}, not a notebook. {instead}"
