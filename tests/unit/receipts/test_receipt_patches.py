"""What the receipt says of proposed lines and of waivers."""

from datetime import date

from receipt_fakes import CATALOGUE, outcome, refused, taken

from orchestration import receipts
from orchestration.base.messages import Message
from orchestration.catalog.load import COLUMNS_HEADER
from orchestration.receipts.patch_files import patch_files
from orchestration.records.proposal import Patch, Proposal
from orchestration.records.waived import WaiverNote

COLUMNS = "sources/egapro_index/columns.csv"


def proposed(number: int, header: str = "Note, Index"):
    proposal = Proposal(
        table="declarations",
        layout="",
        canonical="score",
        published=header,
        header=header,
        likeness=0.91,
        fit=1.0,
        agreement=Message.of(fr=f"preuve {number}", en=f"evidence {number}"),
    )
    return refused(number).model_copy(update={"patch": Patch(columns_file=COLUMNS, proposals=[proposal])})


def test_a_line_is_exact_csv_of_the_contract():
    line = proposed(1).patch.proposals[0].line
    assert line == 'declarations,,score,"Note, Index",,,,,,,,,,,'
    # the last cell says what the column measures: its own first line said so
    assert (
        len(line.replace('"Note, Index"', "x").split(",")) == len(COLUMNS_HEADER) - 1
        and COLUMNS_HEADER[-1] == "measure"
    )


def test_files_of_one_source_share_one_file_and_a_line_stands_once():
    found = patch_files(outcome(proposed(1), proposed(2), taken()))
    ((name, text),) = found.items()
    assert name == "run-1.patches/egapro_index.columns.csv"
    lines = text.splitlines()
    assert [line for line in lines if not line.startswith("#")] == ['declarations,,score,"Note, Index",,,,,,,,,,,']
    assert "preuve 1" in text and "evidence 2" in text and COLUMNS in lines[0] and COLUMNS in lines[1]
    assert "observatory check egapro_index index-01.xlsx --vintage 2022 --accept" in lines[0]


def test_page_and_object_say_where_it_lies():
    told = outcome(proposed(1), taken())
    texts = receipts.render(told, CATALOGUE)
    assert set(texts) == {"receipt.json", "receipt.md", "receipt.en.md", "run-1.patches/egapro_index.columns.csv"}
    for page in ("receipt.md", "receipt.en.md"):
        assert texts[page].count("`run-1.patches/egapro_index.columns.csv`") == 1
    file, other = receipts.to_json(told)["sources"]
    assert file["patch"]["file"] == "run-1.patches/egapro_index.columns.csv"
    assert file["patch"]["lines"][0]["evidence_en"].endswith("evidence 1")
    assert other["patch"] is None


def test_waivers_are_told_in_full_and_only_where_there_are_any():
    notes = [
        WaiverNote(
            state=state,
            line=i,
            source="egapro_index",
            check="jump",
            until=date(2027, 3, 31),
            message=Message.of(fr=f"dérogation {state}", en=f"waiver {state}"),
        )
        for i, state in enumerate(("malformed", "expired", "ends_soon", "in_force"))
    ]
    told = outcome(taken(), waivers=notes * 10)
    french, english = (receipts.to_markdown(told, CATALOGUE, language=language) for language in ("fr", "en"))
    assert french.count("- **Ne vaut pas :** dérogation expired") == 10 and french.count("- dérogation in_force") == 10
    assert english.count("- **Void:** waiver malformed") == 10 and english.count("- waiver ends_soon") == 10
    first = receipts.to_json(told)["waivers"][1]
    assert first["state"] == "expired" and first["until"] == "2027-03-31" and first["message_en"] == "waiver expired"
    assert "Dérogations" not in receipts.to_markdown(outcome(taken()), CATALOGUE)
    assert receipts.to_json(outcome(taken()))["waivers"] == []


def test_without_a_receipt_no_file_is_pointed_to():
    told = outcome(proposed(1), has_receipt=False)
    assert patch_files(told) == {}
    (file,) = receipts.to_json(told)["sources"]
    assert file["patch"]["file"] is None and file["patch"]["lines"]
