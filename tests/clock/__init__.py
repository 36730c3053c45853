"""The clock: its library, its census, its controller, and unchanged programs in virtual time."""
