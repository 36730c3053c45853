"""The channels by which pages reach the desk: one file each, beside what reads its messages."""
