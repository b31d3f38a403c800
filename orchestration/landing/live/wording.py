"""The sentences about an address that did not give its file, in French and English.

One function a kind of failure. `LiveFailure` also says whether trying again can help and whether the
publisher answered with something that must be refused, or simply could not be reached.
"""

from __future__ import annotations

from orchestration.base.messages import Message, Refusal, say


class LiveFailure(Refusal):
    """An address gave no file that can be used.

    `kind`: a word for tests and tables. `retry`: whether the same request may succeed a little later.
    `retry_after`: seconds that the server asks for. `refused`: what was offered must not be used, and a
    person should know; otherwise the publisher is only out of reach and the last good file stays.
    `absent`: nothing lies at this address.
    """

    def __init__(
        self,
        kind: str,
        reason: Message,
        action: Message,
        *,
        retry: bool = False,
        retry_after: float | None = None,
        refused: bool = False,
        absent: bool = False,
        host_down: bool = False,
    ) -> None:
        super().__init__(reason, action, kind=kind)
        self.retry = retry
        self.retry_after = retry_after
        self.refused = refused
        self.absent = absent
        self.host_down = host_down


LATER = say("landing.later")
NEW_ADDRESS = say("landing.new_address")
OPEN_IT = say("landing.open_address")
TELL_TEAM = say("landing.tell_team")


def unreachable(host: str, why: Message) -> LiveFailure:
    return LiveFailure(
        "unreachable",
        say("landing.unreachable", host=host, why=why),
        say("landing.check_network"),
        retry=True,
        host_down=True,
    )


def proxy(detail: str) -> LiveFailure:
    return LiveFailure(
        "proxy",
        say("landing.proxy", detail=detail),
        say("landing.check_proxy"),
        host_down=True,
    )


def silent(host: str) -> LiveFailure:
    return LiveFailure(
        "timeout",
        say("landing.silent", host=host),
        LATER,
        retry=True,
    )


def cut(host: str, got: int) -> LiveFailure:
    return LiveFailure(
        "cut",
        say("landing.cut", host=host, bytes=got),
        LATER,
        retry=True,
    )


def broken_off(host: str) -> LiveFailure:
    return LiveFailure(
        "not_resumed",
        say("landing.broken_off", host=host),
        LATER,
        retry=True,
        retry_after=0.0,
    )


# OpenSSL's codes, in words for people; any other reason is given in OpenSSL's own.
_CERTIFICATE = {
    10: say("landing.certificate_expired"),
    9: say("landing.certificate_not_yet_valid"),
    18: say("landing.certificate_signed_by_itself"),
    19: say("landing.certificate_of_unknown_authority"),
    20: say("landing.certificate_of_unknown_authority"),
    21: say("landing.certificate_of_unknown_authority"),
    62: say("landing.certificate_of_another_machine"),
    64: say("landing.certificate_of_another_machine"),
}


def certificate(host: str, code: int | None, detail: str) -> LiveFailure:
    return LiveFailure(
        "certificate",
        say("landing.certificate", host=host, why=_CERTIFICATE.get(code or 0, detail)),
        say("landing.check_certificate"),
        refused=True,
    )


def absent(url: str, status: int) -> LiveFailure:
    gone = status == 410
    return LiveFailure(
        "gone" if gone else "not_found",
        say("landing.gone" if gone else "landing.not_found", url=url),
        NEW_ADDRESS,
        absent=True,
    )


def forbidden(url: str, status: int, key_env: str | None) -> LiveFailure:
    action = say("landing.check_key", key_env=key_env) if key_env else OPEN_IT
    return LiveFailure(
        "forbidden",
        say("landing.forbidden", url=url, status=status),
        action,
    )


def busy(host: str, wait: float | None) -> LiveFailure:
    return LiveFailure(
        "busy",
        say("landing.busy", host=host, wait=None if wait is None else _span(wait)),
        LATER,
        retry=True,
        retry_after=wait,
    )


def broken(host: str, status: int, said: str, wait: float | None = None) -> LiveFailure:
    return LiveFailure(
        "server_error",
        say("landing.broken", host=host, status=status, said=said),
        LATER,
        retry=status in (500, 502, 503, 504),
        retry_after=wait,
    )


def strange(url: str, status: int) -> LiveFailure:
    return LiveFailure(
        "status",
        say("landing.strange_answer", url=url, status=status),
        OPEN_IT,
    )


def too_large(url: str, limit: int) -> LiveFailure:
    return LiveFailure(
        "too_large",
        say("landing.too_large", url=url, limit=_megabytes(limit)),
        say("landing.raise_limit"),
        refused=True,
    )


def too_slow(host: str, seconds: float) -> LiveFailure:
    return LiveFailure(
        "too_slow",
        say("landing.too_slow", host=host, time=_span(seconds)),
        LATER,
    )


def no_room(needed: int) -> LiveFailure:
    return LiveFailure(
        "no_room",
        say("landing.no_room", room=_megabytes(needed)),
        say("landing.make_room"),
    )


def disk(detail: str) -> LiveFailure:
    return LiveFailure(
        "disk",
        say("landing.disk", detail=detail),
        say("landing.check_rights"),
    )


def redirects(url: str, *, loop: bool, limit: int) -> LiveFailure:
    if loop:
        reason = say("landing.redirects_in_circles", url=url)
    else:
        reason = say("landing.too_many_redirects", url=url, limit=limit)
    return LiveFailure("redirect_loop" if loop else "too_many_redirects", reason, NEW_ADDRESS)


def bad_scheme(url: str, target: str) -> LiveFailure:
    return LiveFailure(
        "scheme",
        say("landing.bad_scheme", url=url, target=target),
        TELL_TEAM,
        refused=True,
    )


def inner_address(host: str) -> LiveFailure:
    return LiveFailure(
        "inner_address",
        say("landing.inner_address", host=host),
        TELL_TEAM,
        refused=True,
    )


def bad_address(url: str) -> LiveFailure:
    return LiveFailure(
        "address",
        say("landing.bad_address", url=url),
        NEW_ADDRESS,
        refused=True,
    )


def error_page(name: str, what: Message) -> LiveFailure:
    return LiveFailure(
        "error_page",
        say("landing.error_page", name=name, what=what),
        OPEN_IT,
        refused=True,
    )


def incomplete(name: str, what: Message) -> LiveFailure:
    return LiveFailure(
        "incomplete",
        say("landing.incomplete", name=name, what=what),
        LATER,
        refused=True,
    )


def checksum(name: str, kind: str, published: str, got: str) -> LiveFailure:
    return LiveFailure(
        "checksum",
        say("landing.checksum", name=name, kind=kind, published=published[:12], got=got[:12]),
        LATER,
        refused=True,
    )


def wrong_count(name: str, announced: int, got: int) -> LiveFailure:
    return LiveFailure(
        "wrong_count",
        say("landing.wrong_count", name=name, announced=announced, got=got),
        LATER,
        refused=True,
    )


def moving(name: str) -> LiveFailure:
    return LiveFailure(
        "moving",
        say("landing.moving", name=name),
        LATER,
        refused=True,
    )


def unexpected(name: str, said: str) -> LiveFailure:
    return LiveFailure(
        "unexpected_answer",
        say("landing.unexpected_answer", name=name, said=said),
        OPEN_IT,
        refused=True,
    )


def empty_selection(name: str) -> LiveFailure:
    return LiveFailure(
        "empty_selection",
        say("landing.empty_selection", name=name),
        say("landing.review_selection"),
        refused=True,
    )


def no_key(variable: str, page: str) -> LiveFailure:
    return LiveFailure(
        "no_key",
        say("landing.no_key", variable=variable),
        say("landing.ask_for_key", page=page, variable=variable),
    )


def bad_key(variable: str) -> LiveFailure:
    return LiveFailure(
        "bad_key",
        say("landing.bad_key", variable=variable),
        say("landing.copy_key_again"),
    )


def same_name(name: str) -> LiveFailure:
    return LiveFailure(
        "same_name",
        say("landing.same_name", name=name),
        say("landing.give_file_name"),
    )


def no_year(template: str, first: int, last: int) -> LiveFailure:
    return LiveFailure(
        "no_year",
        say("landing.no_year", template=template, first=first, last=last),
        NEW_ADDRESS,
        absent=True,
    )


def unforeseen(name: str) -> LiveFailure:
    return LiveFailure(
        "unforeseen",
        say("landing.unforeseen", error=name),
        say("landing.hand_receipt"),
    )


NO_ADDRESS = say("landing.no_address")
DROP_IT = say("landing.drop_it")

BY_THE_TEAM = say("landing.by_the_team")


def kept(vintage: str) -> Message:
    return say("landing.kept", vintage=vintage)


def _span(seconds: float) -> Message:
    if seconds < 2:
        return say("landing.seconds", count=1)
    if seconds < 120:
        return say("landing.seconds", count=round(seconds))
    if seconds < 7200:
        return say("landing.minutes", count=round(seconds / 60))
    return say("landing.hours", count=round(seconds / 3600))


def _megabytes(size: int) -> Message:
    if size < 10_000_000:
        return say("landing.few_megabytes", size=size / 1e6)
    return say("landing.megabytes", size=size // 1_000_000)
