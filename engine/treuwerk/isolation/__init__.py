"""Rules and readers of plugins that work in processes of their own, with limits on time and memory."""
