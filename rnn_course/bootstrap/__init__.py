"""Makes the environment that the course runs in. Standard library only: it runs before anything else is."""
