"""Benchmarks: a module each that prints its table when it is run; `make bench` runs them."""
