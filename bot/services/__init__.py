"""What happens: one module per verb. Services speak through the ports and know no framework."""
