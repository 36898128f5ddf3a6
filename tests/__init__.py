"""The tests of session_lab, and what is run from the same place: benchmarks and screenshots."""
