"""For authors of lessons: a scaffold, calibration by many trainings, mutation testing."""
