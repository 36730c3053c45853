"""Whether the clock can enter a program, told from the program's file before it is started."""
