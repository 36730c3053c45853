"""How pages reach the incident desk."""
