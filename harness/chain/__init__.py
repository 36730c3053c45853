"""What a chain is, its jobs and rules, and what is wrong with one."""
