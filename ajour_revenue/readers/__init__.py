"""What people and their tools read: shown figures only, in files that no run waits for."""
