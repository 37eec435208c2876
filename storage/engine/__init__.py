"""How the database is reached: sessions, claims, leases, notifications and upgrades."""
