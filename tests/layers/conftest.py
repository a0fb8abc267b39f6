"""The comparison with TensorFlow is collected under the other backends only: `make backends`."""

import os

collect_ignore = [] if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow" else ["test_backends.py"]

# Nothing here runs long enough for what the compiler's optimizations cost.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
