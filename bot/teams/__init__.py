"""The chat side: HTTP endpoint, token check, botbuilder adapter and handler. The only importer of botbuilder; it makes the cards."""
