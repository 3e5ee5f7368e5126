"""Reference tables that ship with the program, and the functions that read them: areas, postcodes, service types.

Each table is a small CSV file here, its origin is a line of SOURCES.md. No question of a section, no database of ours.
"""
