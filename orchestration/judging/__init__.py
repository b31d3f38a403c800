"""One landed file becomes one judgement: which table it is of, what it says, whether that may be believed.

What a step does belongs to its room (`reading`, `conforming`, `triage`); what becomes of a judgement, to `refresh`.
"""
