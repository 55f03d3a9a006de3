"""Native API of labeling sessions: managing, items, reviewing, results, exports."""
