"""What a lesson declares of its calibration and of its mutants."""
