"""Hand-ins that mean harm, as a table: each is a lesson with one cell of this kind in it."""
