"""Real data sets: one module each, which knows the files, their mirrors, their checksums and how to read them."""
