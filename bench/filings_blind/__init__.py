"""Reports of one page, invented by an author who did not know the rules, and what they state: half A may be read, half B not."""
