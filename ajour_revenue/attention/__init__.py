"""What needs attention, answered once; checks, alerts, reports and commands only show it."""
