"""Bulk jobs: a file comes in (`receive`), is checked (`check`), agreed to like every operation, and carried out (`crew`).

What people press and type about a running job is in `steer`, the files they get in `give`. Every process looks for jobs by itself
(`crews`), takes rows and lets go of them: nothing but the rows says how far a job has come.
"""
