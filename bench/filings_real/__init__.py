"""Figures of real reports, written down from their pages by someone who had not read the rules; the reports are not here."""
