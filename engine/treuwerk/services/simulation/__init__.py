"""What programmes would come to: one file on any day, a changed programme over the whole history; agreeing to it."""
