"""What several tests share: databases, files and plugins that are broken on purpose."""
