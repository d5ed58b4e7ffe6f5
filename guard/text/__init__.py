"""Texts on their way in: what may be read, in which language, as which sentences."""
