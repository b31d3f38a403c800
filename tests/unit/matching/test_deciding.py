"""Which legal person a name is; and the cases in which nobody can tell, which go to whoever reviews."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.matching.lists import lists
from orchestration.matching.matching import match_names, matched

TOWNS = ["Albi", "Cagnes-sur-Mer"]


def answers(reference, *names, places=TOWNS):
    """Return the answers for names, or (name, place), against (siren, name[, place[, kind]])."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE reference (siren VARCHAR, name VARCHAR, kind VARCHAR, place VARCHAR, activity VARCHAR)"
    )
    for siren, name, *rest in reference:
        place, kind = [*rest, None, "legal"][:2] if not rest else [*rest, "legal"][:2]
        connection.execute("INSERT INTO reference VALUES (?, ?, ?, ?, NULL)", [siren, name, kind or "legal", place])
    connection.execute("CREATE TABLE town (name VARCHAR)")
    for town in places:
        connection.execute("INSERT INTO town VALUES (?)", [town])
    rows = [(i, *(name if isinstance(name, tuple) else (name, None)), None) for i, name in enumerate(names)]
    return matched(connection, rows, "reference", "town")


@pytest.mark.parametrize(
    ("written", "asked", "method"),
    [
        ("ORTEC ENVIRONNEMENT", "Ortec Environnement S.A.S.", "name"),
        ("FIT LAB", "Fitlab", "name"),
        ("FITLAB", "Fit Lab SARL", "name"),
        ("TRANSPORTS BREGER & C°", "BREGER TRANSPORT", "name"),
        ("S.N.F.", "SNF", "name"),
        ("CLINIQUE SAINT PIERRE", "clinique st-pierre", "name"),
        ("CLINIQUE SAINT PIERRE", "SOC EXPL CLINIQUE ST PIERRE", "name"),
        ("GrandLyon Habitat", "GRANDLYON HABITAT - OFFICE PUBLIC DE L", "name"),
        ("HEPPNER", "HEPPNER SOCIETE DE TRANSPORTS", "name"),
        ("ADIDAS", "ADIDAS FRANCE", "name"),
        ("Institut de radioprotection et de sûreté nucléaire", "IRSN", "acronym"),
        ("SACEM", "Société des auteurs, compositeurs et éditeurs de musique", "acronym"),
        ("CREDIT AGRICOLE CHAMPAGNE BOURGOGNE", "CREDIT AGRICOLE MUTUEL CHAMPAGNE-BOURGOG", "name"),
        ("REGIE LIGNE D'AZUR", "REGIE LIGNE D'", "name"),
        # some words as their initials
        ("GLS FRANCE", "General Logistics Systems France", "name"),
        ("TELIMA ILE DE FRANCE", "Telima IDF", "name"),
        ("SCA OUEST", "SOCIETE COOPERATIVE D'APPROVISIONNEMENT DE L'OUEST", "name"),
        ("GIE KORIAN ACCUEIL", "Korian Accueil G.I.E.", "name"),
        # a phrase and its usual abbreviation
        ("CPAM DU VAR", "CAISSE PRIMAIRE ASSURANCE MALADIE DU VAR", "name"),
        ("CAISSE D'ALLOCATIONS FAMILIALES DE PARIS", "CAF Paris", "name"),
        # a slip, a plural, a number in words, letters run together
        ("LOGISTIQUE FRANCE SAS", "LOGISITIQUE FRANCE", "name"),
        ("CHARLESTOWN", "Charlestwon", "name"),
        ("ASSOCIATION SAINT-PIERRE", "ASSCOIATION ST PIERRE", "name"),
        ("GLACES THIRIET SAS", "Glace Thiriet", "name"),
        ("LES 3 SUISSES", "Les Trois Suisses", "name"),
        ("KSB SAS", "KSBSAS", "name"),
        ("C-LOGISTICS", "CLogistics SAS", "name"),
        # a column that ended within a word, a form in front of « France », what it is beside who
        ("SAINT-GOBAIN DISTRIBUTION BATIMENT FRANCE SAS", "SAINT-GOBAIN DISTRIBUTION BATI", "name"),
        ("PRODWARE SA", "Prodware SA France", "name"),
        ("GUSTAVE ROUSSY", "Institut Gustave Roussy", "name"),
        ("PHIBOR ENTREPRISES", "Entreprises Phibor", "name"),
        ("CCM COEUR DE FENSCH", "CCM Cœur de Fench", "name"),
        ("LABORATOIRES OMEGA PHARMA", "Laboratoire Omega Pharma France", "name"),
        ("RÉSIDENCE RETRAITE DU PARC (RRP)", "RRP", "acronym"),
        ("ADSEAAV", "Association de l'A.D.S.E.A.A.V.", "name"),
        ("AGIVR", "AGIVR siège social", "name"),
        ("SODICAM2", "SODICAM²", "name"),
        ("EI-TECHNOLOGIES FRANCE", "EI Technologies", "name"),
        # a trade, a group's name, a body's kind beside who it is
        ("DOUMEN SAS", "Transports Doumen", "name"),
        ("PUM PLASTIQUES", "PUM", "name"),
        ("RÉGIE EAU D'AZUR", "Eau d'Azur", "name"),
        # a département by its number, a region by its letters, a works council by its name of today
        ("CPAM 92", "Caisse primaire d'assurance maladie des Hauts-de-Seine", "name"),
        ("ADSEA 05", "ADSEA des Hautes-Alpes", "name"),
        ("PEP DE LA VIENNE", "Les PEP86", "name"),
        ("EUROVIA PACA", "Eurovia Provence-Alpes-Côte d'Azur", "name"),
        ("COMITE D'ENTREPRISE ORTEC TOULOUSE", "Comité social économique Ortec Toulouse", "name"),
        # two initials beside words that tell who it is; the last words; a whole name and its four letters, its form in front
        ("CPR ASSET MANAGEMENT", "CPR AM", "name"),
        ("ORTEC PEI", "Ortec production électrique insulaire", "name"),
        ("SA SEPD", "Société d'exploitation des ports du Détroit", "acronym"),
        ("MSPB BAGATELLE", "Maison de santé protestante Bagatelle", "name"),
        # slips within a phrase and beside many words, short words' plurals, spaces and forms where they should not be
        ("CAISSE D'ALLOCATIONS FAMILIALES DE PARIS", "Caisse d'allocataions familiales de Paris", "name"),
        ("LE FOYER NOTRE-DAE DES SANS-ABRI", "Le Foyer Notre-Dame des sans-abri", "name"),
        ("MAITRE PRUNILLE SITE VITROLLES", "Maître Prinulle site Vitrolles", "name"),
        ("STAR SERVICES", "Stars Services", "name"),
        ("BIOEMERAUDE (SELAS)", "Bio Emeraude", "name"),
        ("DEKRA AUTOMOTIVESOLUTIONS", "Dekra Automotive solution", "name"),
        ("SASCLINIQUE DU CHATEAU DE CLAVETTE", "Clinique du château de Clavette", "name"),
        # what stands before a long form, or before what an association is for
        ("C&A FRANCE", "C&A France Société en commandite simple", "name"),
        ("TEMPS DE VIE", "Temps de vie Association pour le développement des équipements", "name"),
        # articles, accents, hyphens
        ("LA MAISON DE L'EMPLOI", "Maison Emploi", "name"),
        ("RECREA-LOISIRS", "Récréa Loisirs", "name"),
    ],
)
def test_one_name_written_in_two_ways_is_matched(written, asked, method):
    (answer,) = answers([("552081317", written), ("775670417", "ANJOU NEGOCE")], asked)
    assert (answer.siren, answer.method, answer.reason) == ("552081317", method, None)
    assert 0.9 <= answer.score <= 1


@pytest.mark.parametrize(
    ("reference", "asked", "reason"),
    [
        ([("111111111", "MENWAY HOLDING")], "Menway", "group_or_part"),
        ([("111111111", "NICE MATIN")], "GROUPE NICE MATIN", "group_or_part"),
        ([("111111111", "FLEURY MICHON"), ("222222222", "FLEURY MICHON SA")], "Fleury Michon", "homonyms"),
        ([("111111111", "ALBI")], "Albi", "place_name"),
        ([("111111111", "COMMUNE D'ALBI"), ("222222222", "ALBI SAS")], "Ville d'Albi", None),
        ([("111111111", "CAGNES DISTRIBUTION")], "MAIRIE DE CAGNES DISTRIBUTION", "words_differ"),
        ([("111111111", "SA"), ("222222222", "ENTREPRISE")], "SA", "placeholder"),
        ([("111111111", "SA"), ("222222222", "ENTREPRISE")], "Entreprise", "placeholder"),
        ([("111111111", "SELAS CAB")], "CAB SARL", "legal_form_differs"),
        ([("111111111", "CPAM")], "Caisse primaire d'assurance maladie", "place_missing"),
        ([("111111111", "CENTRE SEM")], "CENTRE D'", "name_cut"),
        ([("111111111", "DUPONT JEAN")], "M. Jean DUPONT", "natural_person"),
        ([("111111111", "INTER MUTUELLES ASSISTANCE TECHNOLOGIES")], "INTER MUTUELLES ASSISTANCE", "words_differ"),
        ([("111111111", "TRIANGLE 7")], "TRIANGLE 8", "words_differ"),
        ([("111111111", "PRO BTP")], "PROMAN BTP", None),
        ([("111111111", "ANJOU NEGOCE")], "YNSECT", "no_candidate"),
        ([("111111111", "ACTIFOOD INVEST", None, "usual")], "ACTIFOOD INVEST", "usual_name"),
        ([("111111111", "VIRBAC HOLDING"), ("222222222", "VIRBAC DISTRIBUTION")], "Virbac", "group_or_part"),
        (
            [("111111111", "SCC FRANCE"), ("222222222", "SCC FRANCE SARL")],
            "Secours Catholique Caritas France",
            "homonyms",
        ),
        ([("111111111", "CPAM HAUTE SAONE")], "CPAM HS", "no_candidate"),
        # a trade beside a name that somebody else has too; two initials that may be anybody's; another département
        ([("111111111", "BERNIS"), ("222222222", "BERNIS TRUCKS")], "Transports Bernis", "words_differ"),
        ([("111111111", "VERT TILLEUL CONSEIL"), ("222222222", "ANJOU CONSEIL")], "VT Conseil", "no_candidate"),
        ([("111111111", "PEP DE LA VIENNE")], "PEP 87", "words_differ"),
        # three letters are many companies', a foundation and a union stand beside an association
        ([("111111111", "DMO")], "Docks matériaux de l'Ouest", "acronym"),
        ([("111111111", "ARMEE DU SALUT")], "Fondation de l'Armée du Salut", "words_differ"),
        # another form, where somebody else nearly has the name
        (
            [("111111111", "DECATHLON SE"), ("222222222", "DECATHLON FRANCE SAS")],
            "Decathlon SAS",
            "homonyms",
        ),
        (
            [("111111111", "GIE GENAVIR"), ("222222222", "GENAVIR GESTION DE NAVIRES")],
            "Genavir",
            "legal_form_differs",
        ),
        (
            [("111111111", "GUSTAVE ROUSSY"), ("222222222", "GUSTAVE ROUSSY TRANSFERT")],
            "Institut Gustave Roussy",
            "words_differ",
        ),
        ([("111111111", "CHARLESTOWN"), ("222222222", "CHARLESTOWN GESTION")], "Charlestwon", "words_differ"),
        ([("111111111", "DUPONT JEAN")], "DUPONT JEAN EI", "natural_person"),
    ],
)
def test_what_nobody_can_tell_goes_to_review(reference, asked, reason):
    (answer,) = answers(reference, asked)
    if reason is not None:
        assert (answer.siren, answer.reason) == (None, reason)
    else:
        assert answer.siren in (None, "111111111")


def test_homonyms_are_told_apart_by_their_place():
    reference = [
        ("111111111", "ALDI MARCHE", "35238"),
        ("222222222", "ALDI MARCHE", "44109"),
        ("333333333", "ALDI MARCHE", "44143"),
    ]
    commune, department, nowhere = answers(
        reference[:2], ("Aldi Marché", "44109"), ("Aldi Marché", "44035"), ("Aldi Marché", "31555")
    )
    assert (commune.siren, commune.method) == (department.siren, department.method) == ("222222222", "name_and_place")
    assert nowhere.reason == "homonyms" and {c.siren for c in nowhere.candidates} == {"111111111", "222222222"}
    here, around = answers(reference, ("Aldi Marché", "44143"), ("Aldi Marché", "44"))
    assert here.siren == "333333333" and around.reason == "homonyms"


def test_homonyms_are_told_apart_by_their_activity():
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE reference AS SELECT *, 'legal' AS kind FROM (VALUES
            ('111111111', 'ATLAS', '44109', '47.11F'), ('222222222', 'ATLAS', '44109', '62.01Z'), ('333333333', 'ATLAS', '75056', '62.02A'))
            AS t(siren, name, place, activity)
    """)
    rows = [
        (0, "Atlas", "44109", "6201Z"),
        (1, "Atlas", None, "47.19A"),
        (2, "Atlas", None, "62.03Z"),
        (3, "Atlas", "44109", None),
    ]
    here, division, both, nothing = matched(connection, rows, "reference")
    assert (here.siren, here.method) == ("222222222", "name_and_activity")
    assert (division.siren, division.method) == ("111111111", "name_and_activity")
    assert both.reason == nothing.reason == "homonyms"


def test_of_two_names_of_one_company_the_one_that_lies_there_tells_its_place():
    reference = [("111111111", "ATLAS", "31555"), ("111111111", "Atlas SAS", "44109"), ("222222222", "ATLAS", "31555")]
    (answer,) = answers(reference, ("Atlas", "44109"))
    assert (answer.siren, answer.method) == ("111111111", "name_and_place")


@pytest.mark.parametrize(
    ("place", "reason"),
    [(None, None), ("01053", None), ("01", None), ("64445", "elsewhere"), ("64", "elsewhere")],
)
def test_one_word_in_another_departement_is_another_company_as_often_as_not(place, reason):
    """« Adapa » of Pyrénées-Atlantiques is not the ADAPA of Ain; two words say more."""
    one, two = answers(
        [("111111111", "ADAPA", "01053"), ("222222222", "ADAPA LUMIERE", "01053")],
        ("Adapa", place),
        ("Adapa lumière", place),
    )
    assert (one.siren, one.reason) == (None if reason else "111111111", reason)
    assert two.siren == "222222222"
    # nothing is known of where it is, or it is in both
    for places in ([None], ["01053", "64445"]):
        (answer,) = answers(
            [("111111111", name, p) for name, p in zip(("ADAPA", "Adapa SAS"), places, strict=False)],
            ("Adapa", "64445"),
        )
        assert answer.siren == "111111111"


def test_overseas_departements_have_three_digits():
    (one,) = answers([("111111111", "ADAPA", "97209")], ("Adapa", "97105"))
    (two,) = answers([("111111111", "ADAPA", "97209"), ("222222222", "ADAPA", "97105")], ("Adapa", "971"))
    assert one.reason == "elsewhere" and two.siren == "222222222"


def test_a_short_acronym_needs_the_commune():
    """Of those that met a name in their own département two of 21 were another company's: « Eiffage Construction Provence », ECP."""
    reference = [("111111111", "CTS", "67482")]
    names = [("Compagnie des transports strasbourgeois", place) for place in ("67482", "67", "67180", None)]
    assert [(a.siren, a.reason) for a in answers(reference, *names)] == [("111111111", None)] + [(None, "acronym")] * 3


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ADMR DU SUD BLAISOIS", "ADMR du sub Blaisois"),
        ("CONCENTRIX CV DELAWARE INTERNATIONAL INC", "Concentrix CVG Delaware International"),
        # the acronym beside the name that it explains, with a word of it again
        ("ENLEVEMENT ET GARDIENNAGE SERVICES LYON (E.G.S. Lyon)", "Enlèvement et gardiennage services Lyon"),
        ("INEO INDUSTRIE & TERTIAIRE EST (INEO ITE)", "Ineo Industrie et Tertiaire Est"),
    ],
)
def test_slips_and_acronyms_beside_words_of_one_company(written, asked):
    others = [
        ("222222222", "ADMR DU NORD"),
        ("333333333", "ASSET MANAGEMENT INTERNATIONAL"),
        ("444444444", "INEO TERTIAIRE OUEST"),
    ]
    (answer,) = answers([("111111111", written), *others], asked)
    assert (answer.siren, answer.method) == ("111111111", "name")


def test_a_slip_beside_words_that_others_have_is_another_company():
    """« CPR Asset Management » is none of CPF Asset Management's."""
    reference = [
        ("111111111", "CPF ASSET MANAGEMENT"),
        ("222222222", "AXA ASSET MANAGEMENT"),
        ("333333333", "ASSET MANAGEMENT LYON"),
    ]
    assert answers(reference, "CPR Asset Management")[0].siren is None


def test_a_usual_name_weighs_little():
    reference = [("111111111", "ACTIFOOD INVEST", None, "usual"), ("222222222", "ACTIFOOD INVEST FRANCE")]
    legal, usual = answers(reference, "Actifood Invest")[0].candidates
    assert (legal.siren, usual.siren) == ("222222222", "111111111") and usual.score <= 0.8 < legal.score


def test_the_exact_name_goes_before_a_longer_one():
    reference = [
        ("111111111", "AUCHAN RETAIL SERVICES"),
        ("222222222", "AUCHAN RETAIL INTERNATIONAL"),
        ("333333333", "FRANCE AIR"),
    ]
    exact, turned = answers([*reference, ("444444444", "AIR FRANCE")], "Auchan Retail Services", "SOCIETE AIR FRANCE")
    assert exact.siren == "111111111" and turned.siren == "444444444"


def test_candidates_say_why_they_are_doubtful():
    (answer,) = answers([("111111111", "MENWAY HOLDING"), ("222222222", "MENWAY EMPLOI")], "Menway")
    assert [(c.siren, c.doubt) for c in answer.candidates] == [
        ("111111111", "group_or_part"),
        ("222222222", "words_differ"),
    ]
    assert answer.candidates[0].score > answer.candidates[1].score


def test_the_frames_of_the_door():
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE reference AS SELECT '552081317' AS siren, 'ORTEC' AS name, 'legal' AS kind, '13055' AS place, '43.11Z' AS activity"
    )
    connection.execute(
        "CREATE TABLE names AS SELECT 7 AS name_id, 'Ortec SA' AS name, NULL::VARCHAR AS place, NULL::VARCHAR AS activity"
    )
    told, candidates = match_names(connection, "names", "reference")
    assert told.values.tolist() == [[7, "552081317", "name", 1.0, None, 1]]
    assert candidates[["rank", "siren", "place", "activity", "doubt"]].values.tolist() == [
        [1, "552081317", "13055", "43.11Z", None]
    ]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
@hypothesis_settings(max_examples=15)
def test_whatever_stands_in_a_column_of_names_is_answered(names):
    reference = [
        ("111111111", names[0] or "x"),
        ("222222222", "ANJOU NEGOCE"),
        ("333333333", "&"),
        ("444444444", "DE LA SAS"),
    ]
    for answer in answers(reference, *names, "&", "-", "de la", "2", "SAS FRANCE", "Société"):
        assert (answer.siren is None) == (answer.reason is not None)


@given(st.sampled_from(sorted(lists().placeholders)), st.sampled_from(["", " sas", " SA", " S.A.R.L."]))
@hypothesis_settings(max_examples=8)
def test_a_placeholder_is_never_matched(name, form):
    (answer,) = answers([("111111111", name + form), ("222222222", "ANJOU NEGOCE")], name + form)
    assert answer.siren is None and answer.candidates == ()


@given(
    st.lists(st.text("abcdefghijklmnop", min_size=4, max_size=9), min_size=2, max_size=4, unique=True),
    st.randoms(use_true_random=False),
)
@hypothesis_settings(max_examples=8)
def test_the_order_of_words_does_not_matter(words, random):
    shuffled = list(words)
    random.shuffle(shuffled)
    (answer,) = answers([("111111111", " ".join(words))], " ".join(shuffled))
    # words that a list knows may say too little; what is said is never another company
    assert answer.siren == "111111111" or answer.reason is not None
    assert answer.siren == answers([("111111111", " ".join(shuffled))], " ".join(words))[0].siren
