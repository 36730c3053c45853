"""What acts on the scheduler from outside: clients' actions, OpCon events, operators, MSGIN."""
