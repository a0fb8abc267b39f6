"""What makes the notebooks from their sources: not shipped with the package."""
