"""Rule packs: their schema, how they are read from YAML, and what is compiled from them."""
