"""What a student meets in the notebook: blanks, checks and their answers."""
