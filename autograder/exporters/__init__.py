"""Exports of grades to other systems: tables for an LMS, Gradescope, GitHub."""
