"""Values as text: times, widths, limits, tables and CSV files."""
