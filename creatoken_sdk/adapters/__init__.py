"""Records what agent frameworks do, each in a module with an extra of its own."""
