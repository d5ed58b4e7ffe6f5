"""The encoder that turns sentences into vectors, and what is scored on those vectors."""
