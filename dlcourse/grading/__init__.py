"""Grade what students hand in: untrusted notebooks, run in a sandbox, judged outside of it on inputs of their own."""
