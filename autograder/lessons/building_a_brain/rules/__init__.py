"""Rules of this lesson alone."""
