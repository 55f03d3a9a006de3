"""The MLflow-compatible wire: thin views by resource; only `wire.py` knows MLflow's key names."""
