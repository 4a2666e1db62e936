"""Sites: places of work with a period, and the terminals on them where touches are made."""
