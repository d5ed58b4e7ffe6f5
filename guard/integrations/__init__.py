"""The guard in frameworks of others, each an extra of its own. Nothing is imported from here."""
