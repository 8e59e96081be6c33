"""Identified and screened: flags from police, and referrals through the open door."""
