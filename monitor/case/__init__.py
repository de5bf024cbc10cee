"""The state folded from events, and the files a replay writes."""
