"""Nothing goes wrong, which must be seen as well."""
