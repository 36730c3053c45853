"""What all mocks share: the program around them, their control interface, and the faults they hold armed."""
