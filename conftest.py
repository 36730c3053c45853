"""pytest starts here: the plugin itself comes in through its entry point, so nothing is registered a second time."""
