"""Nothing is wrong with this plugin, but two distributions bring it."""
