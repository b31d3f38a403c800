"""What an edition says to one company: its profile, and where its own answers stand.

`profile`: what is known of a SIREN, from where, since when. `scales`: the questions (`questions.csv`) and the published values that
an answer is held beside, the same for the public page and for the workbook. `workbook`: the self-assessment, to fill in and give back.
Add here what speaks to a company; what is computed belongs to the marts, the words to `receipts/sentences/companies.yml`.
"""
