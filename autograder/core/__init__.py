"""Data that every stage shares, and small helpers without behaviour of their own."""
