"""From evidence to a report: a lesson's checks, run by pytest on the evidence of a run."""
