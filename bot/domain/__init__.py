"""What is true: people, methods, changes, operations, policy. No I/O and no framework; time is passed in."""
