"""How far content is from a brand, with a known rate of false alarms; and citations for prompts."""
