"""Reads, each taking its scope; they return frozen rows in a total order and never write."""
