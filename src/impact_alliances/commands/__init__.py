"""What each command does, by what it is about. `cli` gives them their names."""
