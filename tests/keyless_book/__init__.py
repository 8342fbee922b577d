"""The book of grants at a platform that keeps no marks."""
