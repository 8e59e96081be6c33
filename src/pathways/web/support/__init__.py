"""Pages of support: today, her contacts and plan, caseloads, closing, follow-up and coming back."""
