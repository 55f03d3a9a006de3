"""PURE: MLflow's JSON ↔ our records; the only place that knows MLflow's key names.

TraceInfo and spans are read and written below, in `traces.trace_json` and `traces.span_json`,
because trace files have the same shapes.
"""
