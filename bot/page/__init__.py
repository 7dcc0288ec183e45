"""Pages that can be sent and printed: a report in, one HTML file out. Pure functions; nothing outside is asked."""
