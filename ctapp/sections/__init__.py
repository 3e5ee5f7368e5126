"""The declarations of the sections, one TOML file each: data only."""
