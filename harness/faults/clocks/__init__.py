"""The clock of a job's machine is wrong."""
