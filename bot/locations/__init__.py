"""The uploaded CSV of locations: decoding, reading, and matching its lines to people. Only computes."""
