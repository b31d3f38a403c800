"""Filings: shapes of icons made from filings, a generator of large filings, time and memory of reading them."""
