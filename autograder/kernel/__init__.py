"""What lives in a student's kernel: the recorder, the checks, hints, figures described in words."""
