"""Floor 2: the contracts through one client. `Creatoken.connect` is the way in."""
