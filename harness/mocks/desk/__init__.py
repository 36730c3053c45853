"""The incident desk: it takes pages and shows them."""
