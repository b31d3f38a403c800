"""The pages, one module a kind: what of an edition stands on each, in one language.

Every module offers `drafts(edition, voice)`, which yields its pages; `ALL` lists them in the order of the menu. A new
kind of page is a module here, its template beside the others, its folder in `words.ROUTES`.
"""
