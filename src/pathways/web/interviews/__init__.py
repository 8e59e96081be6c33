"""Interviews as evaluators meet them: who was asked, what was said, codes by two people, quotations."""
