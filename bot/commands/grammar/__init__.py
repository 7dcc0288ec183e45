"""The words a line is made of: their kinds, arguments, times of day, what Dutch ones there are, and cleaning what Teams sent."""
