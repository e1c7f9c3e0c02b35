"""Submissions that mean harm, or had bad luck, and what each of them must earn."""
