"""What operators ask: is it safe, is it alive, what is installed."""
