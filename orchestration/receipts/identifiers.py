"""Why a number is no SIREN, in words: the codes of `matching.identifiers`, for the prompt and for the page."""

from __future__ import annotations

from orchestration.base.messages import Message, say

REFUSALS: dict[str, Message] = {
    "empty": say("companies.siren_empty"),
    "damaged_by_spreadsheet": say("companies.siren_damaged_by_spreadsheet"),
    "lost_zeros": say("companies.siren_lost_zeros"),
    "cut": say("companies.siren_cut"),
    "too_long": say("companies.siren_too_long"),
    "not_digits": say("companies.siren_not_digits"),
    "zeros": say("companies.siren_zeros"),
    "key_wrong": say("companies.siren_key_wrong"),
}
