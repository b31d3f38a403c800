"""The lake: one Parquet file a table and vintage, and the register of which ones count."""
