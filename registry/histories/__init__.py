"""What the days mean: worked out from the facts whenever one of them changes, in whatever order they came (ruling 23)."""
