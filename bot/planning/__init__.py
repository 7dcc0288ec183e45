"""What would happen: a wish and the account as it is become a plan or a refusal; for commands, "again", Reveal and rows of files."""
