"""A consumer refuses, does not answer, or keeps something else than it was sent and says that all is well."""
