"""Results against truth."""
