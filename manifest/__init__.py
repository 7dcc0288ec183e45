"""The Teams app package: what Teams is told about Doorman."""
