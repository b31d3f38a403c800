"""Tests of the observatory: `unit` in seconds, `integration` on the samples, `realdata` on the mirror, `faults` injected."""
