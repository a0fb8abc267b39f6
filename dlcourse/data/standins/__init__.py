"""What stands in for a real set in the quick profile: the same shapes, types and names, made here, always there.

Everything is drawn from fixed seeds with operations that give the same bits on every machine: additions,
multiplications, divisions, square roots and comparisons; whatever else is used is rounded away before it
reaches an array.
"""
