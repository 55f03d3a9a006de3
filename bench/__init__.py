"""Measures the program beside a real `mlflow server`: same machine, same run, same bytes.

Not part of the wheel. `scripts/bench` runs it; docs/benchmarks.md says how each figure is measured.
"""
