"""Presentations of a report: plain text, HTML, JSON. All show the same report."""
