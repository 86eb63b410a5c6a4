"""A report as something to look at: words, HTML, JSON. Each draws the same report."""
