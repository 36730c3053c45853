"""The folder watch: what becomes visible in the chain's working folders."""
