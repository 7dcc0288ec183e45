"""Files of bulk jobs, read and written.

`spreadsheets` is what the bot sees of them. `read.read` makes a file into rows, in a process of its own (`apart`, `child`, `told`);
`write.lines` makes rows into a file, and `write.template` is the file to begin with. A file is somebody's: its bytes are never trusted,
it is never held in memory as a whole, and what cannot be used is refused in a sentence.
"""
