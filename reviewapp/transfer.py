"""`import` and `export`."""
import argparse
def import_file(options: argparse.Namespace) -> int: return 0
def export_session(options: argparse.Namespace) -> int: return 0
