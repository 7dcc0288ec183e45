"""The two outside worlds as real HTTP servers: Entra ID with Graph, and the Teams Bot Connector.

Used by tests, benchmarks and `python app.py demo`. Nothing here imports from `bot`.
"""
