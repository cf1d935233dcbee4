"""Floor 4: what models learn from, how works perform, and how both reach the next run."""
