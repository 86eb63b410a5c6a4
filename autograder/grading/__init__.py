"""The stages put together: a folder of submissions to reports."""
