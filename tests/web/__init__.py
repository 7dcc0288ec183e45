"""The pages that people reach from outside Teams."""
