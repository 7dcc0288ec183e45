"""The few pages that people reach from outside Teams, under PUBLIC_URL; none without it."""
