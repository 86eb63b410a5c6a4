"""Evidence to report: the checks of a lesson, run by pytest over what a run left behind."""
