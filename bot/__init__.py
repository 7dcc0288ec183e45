"""Doorman: a Teams bot with which a helpdesk gets people back into their accounts."""

VERSION = "0.1.0"
