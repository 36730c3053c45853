"""pytest starts here: the plugin itself comes in through its entry point, so nothing is registered a second time."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control lets what it starts in the background ignore Ctrl-C, and so do the tests' programs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
