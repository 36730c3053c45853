"""The source refuses, does not answer, breaks off, or answers too slowly."""
