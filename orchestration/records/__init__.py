"""What the rooms hand to each other: typed records, no live objects."""
