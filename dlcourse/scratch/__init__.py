"""The course's own implementations on NumPy alone: one concept a file, each held to a trusted implementation by a test."""
