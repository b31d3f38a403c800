"""The sentences about an address that did not give its file, in French and English.

One function a kind of failure. `LiveFailure` also says whether trying again can help and whether the
publisher answered with something that must be refused, or simply could not be reached.
"""

from __future__ import annotations

from orchestration.base.messages import Message, Refusal


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


LATER = Message(
    fr="Rien à faire dans l'immédiat : l'adresse sera interrogée à nouveau au prochain rafraîchissement. Si cela dure, ouvrir l'adresse dans un navigateur.",
    en="Nothing to do for now: the address is asked again at the next refresh. If it lasts, open the address in a browser.",
)
NEW_ADDRESS = Message(
    fr="Chercher la nouvelle adresse sur la page de l'éditeur et corriger l'entrée `live` du fichier source.yml de cette source.",
    en="Find the new address on the publisher's page and correct the `live` entry in this source's source.yml.",
)
OPEN_IT = Message(
    fr="Ouvrir l'adresse dans un navigateur pour voir ce que l'éditeur y met ; le dernier bon fichier reste en service.",
    en="Open the address in a browser to see what the publisher puts there; the last good file stays in use.",
)
TELL_TEAM = Message(
    fr="Ne pas contourner : prévenir l'équipe données, qui vérifiera l'adresse avec l'éditeur.",
    en="Do not work around it: tell the data team, who will check the address with the publisher.",
)


def unreachable(host: str, fr: str, en: str) -> LiveFailure:
    return LiveFailure(
        "unreachable",
        Message(fr=f"{host} est injoignable ({fr}).", en=f"{host} cannot be reached ({en})."),
        Message(
            fr="Vérifier la connexion au réseau (et, derrière un mandataire, les variables HTTPS_PROXY et NO_PROXY) ; sinon attendre le prochain rafraîchissement.",
            en="Check the network connection (and, behind a proxy, the variables HTTPS_PROXY and NO_PROXY); otherwise wait for the next refresh.",
        ),
        retry=True,
        host_down=True,
    )


def proxy(detail: str) -> LiveFailure:
    return LiveFailure(
        "proxy",
        Message(
            fr=f"Le serveur mandataire a refusé la demande ({detail}).", en=f"The proxy refused the request ({detail})."
        ),
        Message(
            fr="Faire vérifier les variables HTTPS_PROXY et NO_PROXY par le service informatique.",
            en="Have the variables HTTPS_PROXY and NO_PROXY checked by the IT department.",
        ),
        host_down=True,
    )


def silent(host: str) -> LiveFailure:
    return LiveFailure(
        "timeout",
        Message(fr=f"{host} ne répond pas dans le délai.", en=f"{host} does not answer in time."),
        LATER,
        retry=True,
    )


def cut(host: str, got: int) -> LiveFailure:
    return LiveFailure(
        "cut",
        Message(
            fr=f"{host} a coupé la connexion avant la fin (après {got} octets).",
            en=f"{host} closed the connection before the end (after {got} bytes).",
        ),
        LATER,
        retry=True,
    )


def broken_off(host: str) -> LiveFailure:
    return LiveFailure(
        "not_resumed",
        Message(
            fr=f"{host} ne permet pas de reprendre le téléchargement là où il s'était arrêté.",
            en=f"{host} does not let the download go on where it stopped.",
        ),
        LATER,
        retry=True,
        retry_after=0.0,
    )


# OpenSSL's codes, in words for people; any other reason is given in OpenSSL's own.
_CERTIFICATE = {
    10: ("il a expiré", "it has expired"),
    9: ("il n'est pas encore valable", "it is not valid yet"),
    18: ("il est signé par lui-même", "it is signed by itself"),
    19: ("son autorité est inconnue", "its authority is unknown"),
    20: ("son autorité est inconnue", "its authority is unknown"),
    21: ("son autorité est inconnue", "its authority is unknown"),
    62: ("il est celui d'une autre machine", "it belongs to another machine"),
    64: ("il est celui d'une autre machine", "it belongs to another machine"),
}


def certificate(host: str, code: int | None, detail: str) -> LiveFailure:
    fr, en = _CERTIFICATE.get(code or 0, (detail, detail))
    return LiveFailure(
        "certificate",
        Message(
            fr=f"Le certificat de {host} n'est pas valable ({fr}) : rien ne prouve que c'est bien l'éditeur qui répond, aucun fichier n'est pris.",
            en=f"The certificate of {host} is not valid ({en}): nothing proves that it is the publisher who answers, no file is taken.",
        ),
        Message(
            fr="Vérifier l'horloge de la machine ; si le réseau passe par un mandataire qui ouvre le chiffrement, donner son certificat dans OBSERVATORY_LIVE_CA_FILE ; sinon prévenir l'éditeur.",
            en="Check the machine's clock; if the network goes through a proxy that opens encryption, name its certificate in OBSERVATORY_LIVE_CA_FILE; otherwise tell the publisher.",
        ),
        refused=True,
    )


def absent(url: str, status: int) -> LiveFailure:
    gone = status == 410
    return LiveFailure(
        "gone" if gone else "not_found",
        Message(
            fr=f"{url} : "
            + (
                "le fichier a été retiré définitivement (410)."
                if gone
                else "il n'y a pas de fichier à cette adresse (404)."
            ),
            en=f"{url}: "
            + ("the file was withdrawn for good (410)." if gone else "there is no file at this address (404)."),
        ),
        NEW_ADDRESS,
        absent=True,
    )


def forbidden(url: str, status: int, key_env: str | None) -> LiveFailure:
    if key_env:
        action = Message(
            fr=f"Vérifier la clé donnée dans {key_env} : l'éditeur ne l'accepte pas.",
            en=f"Check the key in {key_env}: the publisher does not accept it.",
        )
    else:
        action = OPEN_IT
    return LiveFailure(
        "forbidden",
        Message(
            fr=f"{url} : l'éditeur refuse l'accès ({status}).", en=f"{url}: the publisher refuses access ({status})."
        ),
        action,
    )


def busy(host: str, wait: float | None) -> LiveFailure:
    fr = en = ""
    if wait is not None:
        fr, en = f" et demande d'attendre {_span(wait)[0]}", f" and asks to wait {_span(wait)[1]}"
    return LiveFailure(
        "busy",
        Message(fr=f"{host} reçoit trop de demandes (429){fr}.", en=f"{host} receives too many requests (429){en}."),
        LATER,
        retry=True,
        retry_after=wait,
    )


def broken(host: str, status: int, said: str, wait: float | None = None) -> LiveFailure:
    fr = f" : « {said} »" if said else ""
    en = f": '{said}'" if said else ""
    return LiveFailure(
        "server_error",
        Message(fr=f"{host} est en panne ({status}){fr}.", en=f"{host} is out of order ({status}){en}."),
        LATER,
        retry=status in (500, 502, 503, 504),
        retry_after=wait,
    )


def strange(url: str, status: int) -> LiveFailure:
    return LiveFailure(
        "status",
        Message(
            fr=f"{url} : réponse inattendue du serveur ({status}).",
            en=f"{url}: unexpected answer of the server ({status}).",
        ),
        OPEN_IT,
    )


def too_large(url: str, limit: int) -> LiveFailure:
    return LiveFailure(
        "too_large",
        Message(
            fr=f"{url} : le fichier dépasse la taille permise ({_megabytes(limit)[0]}) ; le téléchargement est arrêté.",
            en=f"{url}: the file exceeds the size allowed ({_megabytes(limit)[1]}); the download is stopped.",
        ),
        Message(
            fr="Si l'éditeur publie vraiment un fichier de cette taille, relever `max_mb` dans l'entrée `live` du fichier source.yml.",
            en="If the publisher really offers a file of that size, raise `max_mb` in the `live` entry of source.yml.",
        ),
        refused=True,
    )


def too_slow(host: str, seconds: float) -> LiveFailure:
    fr, en = _span(seconds)
    return LiveFailure(
        "too_slow",
        Message(
            fr=f"{host} envoie trop lentement : le téléchargement est arrêté après {fr}.",
            en=f"{host} sends too slowly: the download is stopped after {en}.",
        ),
        LATER,
    )


def no_room(needed: int) -> LiveFailure:
    fr, en = _megabytes(needed)
    return LiveFailure(
        "no_room",
        Message(
            fr=f"Il n'y a pas assez de place sur le disque pour ce fichier ({fr}).",
            en=f"There is not enough room on the disk for this file ({en}).",
        ),
        Message(fr="Libérer de la place, puis recommencer.", en="Make room, then try again."),
    )


def disk(detail: str) -> LiveFailure:
    return LiveFailure(
        "disk",
        Message(
            fr=f"Le fichier n'a pas pu être écrit sur le disque ({detail}).",
            en=f"The file could not be written to the disk ({detail}).",
        ),
        Message(
            fr="Vérifier la place et les droits dans le dossier de l'observatoire, puis recommencer.",
            en="Check room and permissions in the observatory's folder, then try again.",
        ),
    )


def redirects(url: str, *, loop: bool, limit: int) -> LiveFailure:
    if loop:
        reason = Message(
            fr=f"{url} : le serveur renvoie en boucle d'une adresse à l'autre.",
            en=f"{url}: the server sends round in circles from one address to another.",
        )
    else:
        reason = Message(
            fr=f"{url} : plus de {limit} renvois d'une adresse à l'autre.",
            en=f"{url}: more than {limit} redirects from one address to another.",
        )
    return LiveFailure("redirect_loop" if loop else "too_many_redirects", reason, NEW_ADDRESS)


def bad_scheme(url: str, target: str) -> LiveFailure:
    return LiveFailure(
        "scheme",
        Message(
            fr=f"{url} : le serveur renvoie vers une adresse qui n'est pas protégée par https ou n'est pas du web ({target}) ; elle n'est pas suivie.",
            en=f"{url}: the server redirects to an address that is not protected by https or is not of the web ({target}); it is not followed.",
        ),
        TELL_TEAM,
        refused=True,
    )


def inner_address(host: str) -> LiveFailure:
    return LiveFailure(
        "inner_address",
        Message(
            fr=f"L'adresse mène à une machine du réseau interne ({host}) : elle n'est pas interrogée.",
            en=f"The address leads to a machine of the inner network ({host}): it is not asked.",
        ),
        TELL_TEAM,
        refused=True,
    )


def bad_address(url: str) -> LiveFailure:
    return LiveFailure(
        "address",
        Message(fr=f"« {url} » n'est pas une adresse utilisable.", en=f"'{url}' is no usable address."),
        NEW_ADDRESS,
        refused=True,
    )


def error_page(name: str, what: Message) -> LiveFailure:
    return LiveFailure(
        "error_page",
        Message(
            fr=f"{name} : au lieu du fichier, l'éditeur a envoyé {what.fr}.",
            en=f"{name}: instead of the file the publisher sent {what.en}.",
        ),
        OPEN_IT,
        refused=True,
    )


def incomplete(name: str, what: Message) -> LiveFailure:
    return LiveFailure(
        "incomplete",
        Message(
            fr=f"{name} : le fichier reçu est incomplet ({what.fr}).",
            en=f"{name}: the file received is incomplete ({what.en}).",
        ),
        LATER,
        refused=True,
    )


def checksum(name: str, kind: str, published: str, got: str) -> LiveFailure:
    return LiveFailure(
        "checksum",
        Message(
            fr=f"{name} : le contenu reçu ne correspond pas à la somme de contrôle publiée ({kind} {published[:12]}… publié, {got[:12]}… reçu).",
            en=f"{name}: the content received does not agree with the published checksum ({kind} {published[:12]}… published, {got[:12]}… received).",
        ),
        LATER,
        refused=True,
    )


def wrong_count(name: str, announced: int, got: int) -> LiveFailure:
    return LiveFailure(
        "wrong_count",
        Message(
            fr=f"{name} : l'éditeur annonce {announced} lignes et en donne {got} ; rien n'est pris.",
            en=f"{name}: the publisher announces {announced} rows and gives {got}; nothing is taken.",
        ),
        LATER,
        refused=True,
    )


def moving(name: str) -> LiveFailure:
    return LiveFailure(
        "moving",
        Message(
            fr=f"{name} : l'éditeur a remplacé ses données pendant la lecture des pages ; rien n'est pris.",
            en=f"{name}: the publisher replaced the data while the pages were read; nothing is taken.",
        ),
        LATER,
        refused=True,
    )


def unexpected(name: str, said: str) -> LiveFailure:
    quoted_fr = f" : « {said} »" if said else ""
    quoted_en = f": '{said}'" if said else ""
    return LiveFailure(
        "unexpected_answer",
        Message(
            fr=f"{name} : la réponse de l'éditeur n'a pas la forme attendue{quoted_fr}.",
            en=f"{name}: the publisher's answer has not the expected form{quoted_en}.",
        ),
        OPEN_IT,
        refused=True,
    )


def empty_selection(name: str) -> LiveFailure:
    return LiveFailure(
        "empty_selection",
        Message(
            fr=f"{name} : l'éditeur répond qu'aucune observation ne correspond à cette sélection.",
            en=f"{name}: the publisher answers that no observation fits this selection.",
        ),
        Message(
            fr="Revoir la sélection dans l'entrée `live` du fichier source.yml (une année figée a pu sortir de la fenêtre publiée).",
            en="Review the selection in the `live` entry of source.yml (a fixed year may have left the published window).",
        ),
        refused=True,
    )


def no_key(variable: str, page: str) -> LiveFailure:
    return LiveFailure(
        "no_key",
        Message(
            fr=f"Cet éditeur demande une clé, qui n'est pas dans la variable {variable}.",
            en=f"This publisher asks for a key, which is not in the variable {variable}.",
        ),
        Message(
            fr=f"Demander une clé sur {page} et la mettre dans la variable {variable}.",
            en=f"Get a key at {page} and put it into the variable {variable}.",
        ),
    )


def bad_key(variable: str) -> LiveFailure:
    return LiveFailure(
        "bad_key",
        Message(
            fr=f"La clé de la variable {variable} contient des caractères impossibles.",
            en=f"The key in the variable {variable} holds impossible characters.",
        ),
        Message(
            fr="Copier la clé à nouveau, sans espace ni retour à la ligne.",
            en="Copy the key again, without blanks or line ends.",
        ),
    )


def same_name(name: str) -> LiveFailure:
    return LiveFailure(
        "same_name",
        Message(
            fr=f"Deux adresses de cette source donnent un fichier du même nom ({name}) ; le second n'est pas gardé.",
            en=f"Two addresses of this source give a file of the same name ({name}); the second is not kept.",
        ),
        Message(
            fr="Donner un `file_name` à l'une des entrées `live`.", en="Give one of the `live` entries a `file_name`."
        ),
    )


def no_year(template: str, first: int, last: int) -> LiveFailure:
    return LiveFailure(
        "no_year",
        Message(
            fr=f"{template} : aucun fichier pour les années {first} à {last}.",
            en=f"{template}: no file for the years {first} to {last}.",
        ),
        NEW_ADDRESS,
        absent=True,
    )


def unforeseen(name: str) -> LiveFailure:
    return LiveFailure(
        "unforeseen",
        Message(
            fr=f"Le logiciel n'a pas su interroger cette adresse ({name}) ; ce n'est pas votre faute.",
            en=f"The software could not ask this address ({name}); it is not your fault.",
        ),
        Message(fr="Transmettre ce compte rendu à l'équipe données.", en="Hand this receipt to the data team."),
    )


NO_ADDRESS = Message(
    fr="aucune adresse en ligne n'est connue pour cette source",
    en="no online address is known for this source",
)
DROP_IT = Message(
    fr="Télécharger le fichier depuis la page de l'éditeur et le déposer dans la boîte d'arrivée, ou rafraîchir depuis un dossier.",
    en="Download the file from the publisher's page and drop it into the inbox, or refresh from a folder.",
)

BY_THE_TEAM = Message(
    fr="Cette table est tenue par l'équipe : déposer sa dernière version dans la boîte d'arrivée.",
    en="This table is kept by the team: drop its latest version into the inbox.",
)


def kept(vintage: str) -> Message:
    return Message(fr=f"le dernier bon millésime ({vintage}) reste", en=f"the last good vintage ({vintage}) stays")


def _span(seconds: float) -> tuple[str, str]:
    if seconds < 2:
        return "1 seconde", "1 second"
    if seconds < 120:
        return f"{seconds:.0f} secondes", f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes", f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} heures", f"{seconds / 3600:.0f} hours"


def _megabytes(size: int) -> tuple[str, str]:
    if size < 10_000_000:
        return f"{size / 1e6:.1f} Mo".replace(".", ","), f"{size / 1e6:.1f} MB"
    return f"{size // 1_000_000} Mo", f"{size // 1_000_000} MB"
