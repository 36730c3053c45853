"""What checks are made of: findings, holdings, the validity of a baseline, and the outcome."""
