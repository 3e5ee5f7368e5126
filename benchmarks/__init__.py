"""The performance table of this machine: `./dev bench` prints it. Measurements only; what must hold is tested in `tests/`."""
