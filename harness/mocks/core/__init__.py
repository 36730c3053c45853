"""What all mocks share: the program around them, their control interface, and the faults that are armed in them."""
