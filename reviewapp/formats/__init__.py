"""How values are written where no template says it: on the operators' pages."""
