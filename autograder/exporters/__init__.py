"""Grades as other systems read them: tables for an LMS, Gradescope, GitHub."""
