"""The demo: an invented England on real councils and postcodes, its cast, and days of history written through the services."""
