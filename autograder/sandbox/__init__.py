"""Where submissions are run: kept apart by bubblewrap, or plain processes without isolation."""
