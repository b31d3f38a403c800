"""An inbox in a folder of its own, with a refresh that notes what it was asked for and publishes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orchestration.base.messages import Message
from orchestration.base.settings import PROJECT, Settings
from orchestration.inbox.folder import Inbox
from orchestration.records.outcome import FileOutcome, RefreshOutcome

SOURCES = PROJECT / "sources"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LABELS = SOURCES / "lucie_labels/sample/2026-09/labels-rse.csv"
MEMBERS = SOURCES / "platform_members/sample/2026-09/membres-plateforme.csv"


class Home:
    """A home with an inbox; `refresh` tells every landed file as `accepted`, or as `verdict` says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = Settings.load(home=path)
        self.inbox = Inbox(path)
        self.inbox.make()
        self.asked: list[list[str]] = []
        self.verdict = "accepted"
        self.exit_code = 0
        self.accident = False
        self.error: Exception | None = None

    def drop(self, name: str, content: bytes | str | Path) -> Path:
        path = self.inbox.path / name
        data = (
            content.read_bytes()
            if isinstance(content, Path)
            else content.encode()
            if isinstance(content, str)
            else content
        )
        path.write_bytes(data)
        return path

    def refresh(self, *, channel: str, only: list[str]) -> RefreshOutcome:
        assert channel == "inbox"
        self.asked.append(only)
        if self.error:
            raise self.error
        files = [
            FileOutcome(
                source=p.parent.parent.name,
                vintage=p.parent.name,
                file=p.name,
                state=self.verdict,
                channel="inbox",
                reason=Message.of(fr="un contrôle ne tient pas", en="a check does not hold")
                if self.verdict == "refused"
                else None,
            )
            for p in sorted(self.inbox.taken.glob("*/*/*"))
            if not p.name.startswith(".") and p.parent.parent.name in only
        ]
        return RefreshOutcome(
            run_id="r",
            edition=None,
            exit_code=self.exit_code,
            accident=self.accident,
            started_at=NOW,
            finished_at=NOW,
            territory="244400404",
            channel="inbox",
            sources=files,
            note=Message.of(fr="Rien n'est publié : un contrôle bloque.", en="Nothing is published: a check blocks.")
            if self.exit_code == 4
            else None,
        )

    def take_all(self):  # type: ignore[no-untyped-def]
        from orchestration.inbox.take import take_all

        return take_all(self.settings, self.refresh, settle_seconds=0, now=lambda: NOW)

    def taken(self) -> list[str]:
        return self._files(self.inbox.taken)

    def processed(self) -> list[str]:
        return self._files(self.inbox.processed)

    def refused(self) -> list[str]:
        return self._files(self.inbox.refused)

    def left(self) -> list[str]:
        """Return what still lies in the inbox itself, answers and the welcome left out."""
        return sorted(
            p.name
            for p in self.inbox.path.iterdir()
            if p.is_file() and not p.name.startswith(".") and not p.name.endswith((".md", ".html"))
        )

    def answer(self, name: str) -> str:
        return (self.inbox.path / name).read_text(encoding="utf-8")

    @staticmethod
    def _files(root: Path) -> list[str]:
        return sorted(
            p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")
        )
