"""The course's own implementations on NumPy alone: one concept a file, each proven equal to a trusted one."""
