"""A crowd: as many ordinary people of Fabrikam as are wanted, always the same ones, and files that ask to change them.

from simulator import crowd
entra.add_crowd(12_000)
content = crowd.csv_file(12_000, damage=True)
"""

from simulator.crowd.file import COLUMNS, FLAWS, Line, csv_file, lines
from simulator.crowd.people import USUAL, groups, member, members

__all__ = ["COLUMNS", "FLAWS", "USUAL", "Line", "csv_file", "groups", "lines", "member", "members"]
