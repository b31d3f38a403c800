"""What sentences of reports state, in French and English, and what they do not: each form was met in reports or their like."""

from __future__ import annotations

import pytest

from orchestration.filings.stated import stated_in

# for the fiscal year 2022; other figures of a sentence are not listed
STATED = {
    "Au 31 décembre 2022, l'effectif total du Groupe s'élève à 12 345 collaborateurs.": ("fr", {"employees": 12345}),
    "Au 31/12/2022, le Groupe comptait 4 512 salariés répartis dans 12 pays.": ("fr", {"employees": 4512}),
    "Les entreprises du groupe comptaient 358 914 collaborateurs fin 2022.": ("en", {"employees": 358914}),
    "L'effectif au 31 décembre 2022 est de 1 204 personnes.": ("fr", {"employees": 1204}),
    "Fin 2022, les effectifs du Groupe atteignent 8 950 salariés.": ("fr", {"employees": 8950}),
    "Le Groupe emploie 3 200 personnes au 31 décembre 2022, dont 62 % en CDI.": ("fr", {"employees": 3200}),
    "Avec 2 150 collaborateurs au 31 décembre 2022, l'entreprise est le premier employeur du bassin.": (
        "fr",
        {"employees": 2150},
    ),
    "L'entreprise compte 845 collaborateurs, dont 52 % de femmes.": (
        "fr",
        {"employees": 845, "women_share_workforce": 52},
    ),
    "Les femmes représentent 47,3 % des effectifs au 31 décembre 2022.": ("fr", {"women_share_workforce": 47.3}),
    "La part des femmes dans l'effectif total est de 38,2 % en 2022 (37,5 % en 2021).": (
        "fr",
        {"women_share_workforce": 38.2},
    ),
    "En 2022, 42 % des collaborateurs du Groupe sont des femmes.": ("fr", {"women_share_workforce": 42}),
    "Le taux de féminisation de l'entreprise s'établit à 31,4 % en 2022, contre 30,2 % en 2021.": (
        "fr",
        {"women_share_workforce": 31.4},
    ),
    "Les effectifs sont composés de 54 % de femmes et de 46 % d'hommes.": ("fr", {"women_share_workforce": 54}),
    "La proportion de femmes au sein des effectifs s'élève à 55,1 %.": ("fr", {"women_share_workforce": 55.1}),
    "36 % des cadres sont des femmes.": ("fr", {"women_share_managers": 36}),
    "Les femmes représentent 36,5 % de l'encadrement.": ("fr", {"women_share_managers": 36.5}),
    "La part des femmes parmi les cadres atteint 41 % en 2022.": ("fr", {"women_share_managers": 41}),
    "La part de femmes managers est passée de 28 % en 2021 à 31 % en 2022.": ("fr", {"women_share_managers": 31}),
    "Le Comité de direction est composé à 40 % de femmes.": ("fr", {"women_share_executives": 40}),
    "La proportion de femmes au Conseil d'administration est de 45 %.": ("fr", {"women_share_board": 45}),
    "Le Conseil d'administration compte 5 femmes sur 12 membres, soit 41,7 %.": ("en", {"women_share_board": 41.7}),
    "Le taux de fréquence des accidents du travail s'établit à 3,2 en 2022.": ("fr", {"accident_frequency_rate": 3.2}),
    "Le taux de fréquence (TF1) est de 8,45 en 2022 contre 9,12 en 2021.": ("fr", {"accident_frequency_rate": 8.45}),
    "En 2022, le taux de gravité est de 0,35, contre 0,41 en 2021.": ("fr", {"accident_severity_rate": 0.35}),
    "Le taux de fréquence des accidents avec arrêt passe de 5,6 en 2021 à 4,8 en 2022.": (
        "fr",
        {"accident_frequency_rate": 4.8},
    ),
    "Le TF ressort à 12,4 et le TG à 0,8.": ("fr", {"accident_frequency_rate": 12.4}),
    "Taux de fréquence : 14,2 ; taux de gravité : 0,9.": ("fr", {"accident_severity_rate": 0.9}),
    "En 2022, 45 320 heures de formation ont été dispensées aux collaborateurs.": ("fr", {"training_hours": 45320}),
    "Le nombre total d'heures de formation s'élève à 23 450 heures en 2022.": ("fr", {"training_hours": 23450}),
    "Au total, 12 300 heures de formation ont été suivies par les salariés du Groupe.": (
        "fr",
        {"training_hours": 12300},
    ),
    "Le taux d'emploi de personnes en situation de handicap est de 5,2 %.": ("fr", {"disabled_share": 5.2}),
    "Les travailleurs en situation de handicap représentent 4,8 % de l'effectif.": ("fr", {"disabled_share": 4.8}),
    "En 2022, 5,6 % des collaborateurs sont en situation de handicap.": ("fr", {"disabled_share": 5.6}),
    "11 676 collaborateurs étaient reconnus en situation de handicap. Ils représentent 3,3 % des effectifs totaux.": (
        "fr",
        {"disabled_share": 3.3},
    ),
    "La consommation totale d'énergie du Groupe s'élève à 125 430 MWh en 2022.": ("fr", {"energy_consumption": 125430}),
    "La consommation d'énergie s'est établie à 45,2 GWh en 2022, soit une baisse de 3 %.": (
        "fr",
        {"energy_consumption": 45200},
    ),
    "En 2022, 78 % de l'électricité consommée est d'origine renouvelable.": ("fr", {"renewable_electricity_share": 78}),
    "La part d'électricité renouvelable atteint 62 % en 2022.": ("fr", {"renewable_electricity_share": 62}),
    "87 % des déchets ont été valorisés en 2022.": ("fr", {"waste_recovered_share": 87}),
    "Le taux de valorisation des déchets s'élève à 92,4 %.": ("fr", {"waste_recovered_share": 92.4}),
    "Le taux de recyclage des déchets est de 71 % en 2022.": ("fr", {"waste_recovered_share": 71}),
    "Le taux de turnover s'élève à 14,3 % en 2022.": ("fr", {"turnover_rate": 14.3}),
    "Le taux de rotation du personnel s'établit à 9,8 %.": ("fr", {"turnover_rate": 9.8}),
    "Le turnover est de 12 % en 2022 contre 15 % en 2021.": ("fr", {"turnover_rate": 12}),
    "Le taux d'absentéisme est de 5,6 % en 2022, contre 6,1 % en 2021.": ("fr", {"absenteeism_rate": 5.6}),
    "L'absentéisme s'établit à 4,7 %.": ("fr", {"absenteeism_rate": 4.7}),
    "Le taux d'absentéisme global atteint 6,45 % sur l'exercice.": ("fr", {"absenteeism_rate": 6.45}),
    "Les émissions du scope 1 s'élèvent à 12 340 tCO2e en 2022.": ("fr", {"ghg_scope1": 12340}),
    "Les émissions de GES des scopes 1 et 2 représentent 45 600 tonnes équivalent CO2 en 2022.": (
        "fr",
        {"ghg_scope1_2": 45600},
    ),
    "En 2022, les émissions directes (scope 1) ont représenté 5 430 teq CO2, les émissions indirectes (scope 2) 2 310 teq CO2 et le scope 3 98 700 teq CO2.": (
        "fr",
        {"ghg_scope1": 5430, "ghg_scope2": 2310, "ghg_scope3": 98700},
    ),
    "Scope 1 : 1 250 tCO2e, Scope 2 : 830 tCO2e, Scope 3 : 45 200 tCO2e": ("fr", {"ghg_scope3": 45200}),
    "Le bilan carbone 2022 fait état de 1 250 tCO2e sur le scope 1, 830 tCO2e sur le scope 2 et 45 200 tCO2e sur le scope 3.": (
        "fr",
        {"ghg_scope1": 1250},
    ),
    "As of 31 December 2022, the Group had a total of 12,345 employees.": ("en", {"employees": 12345}),
    "The Group's total headcount stood at 12,345 at year-end 2022.": ("en", {"employees": 12345}),
    "a total of 12,345 employees as of 31 December 2022": ("en", {"employees": 12345}),
    "We employ around 5,230 people worldwide.": ("en", {"employees": 5230}),
    "45% of our employees are women.": ("en", {"women_share_workforce": 45}),
    "Women represent 45.3% of the total workforce.": ("en", {"women_share_workforce": 45.3}),
    "Women make up 38% of our global workforce and 31% of management positions.": (
        "en",
        {"women_share_workforce": 38, "women_share_managers": 31},
    ),
    "Women hold 33% of management positions.": ("en", {"women_share_managers": 33}),
    "Women held 40% of the seats on the Board of Directors.": ("en", {"women_share_board": 40}),
    "The lost time injury frequency rate (LTIFR) was 1.23 in 2022, compared to 1.45 in 2021.": (
        "en",
        {"accident_frequency_rate": 1.23},
    ),
    "Our employee turnover rate was 11.2% in 2022.": ("en", {"turnover_rate": 11.2}),
    "In 2022, employees completed 234,500 hours of training.": ("en", {"training_hours": 234500}),
    "Total energy consumption amounted to 1,234 GWh in 2022.": ("en", {"energy_consumption": 1234000}),
    "100% of our electricity comes from renewable sources.": ("en", {"renewable_electricity_share": 100}),
    "Scope 1 emissions amounted to 12,345 tonnes of CO2e and Scope 2 emissions (market-based) to 6,789 tonnes of CO2e.": (
        "en",
        {"ghg_scope1": 12345, "ghg_scope2_market": 6789},
    ),
    "We recycled or recovered 88% of our waste in 2022.": ("en", {"waste_recovered_share": 88}),
    "The absenteeism rate was 3.4%.": ("en", {"absenteeism_rate": 3.4}),
    "By the end of 2022 Acme Group counted 3,729 employees with 134 new employees with respect to 2021.": (
        "en",
        {"employees": 3729},
    ),
    "As of December 31, 2022, ACME Group's employees numbered 2,012 people around the globe.": (
        "en",
        {"employees": 2012},
    ),
    "In the Group there are 1,498 employees and together we work.": ("en", {"employees": 1498}),
    "As of 31 March 2022, there were 1,168 employees in the Group, an increase of 45% compared to 805 employees on 31 March 2021.": (
        "en",
        {"employees": 1168},
    ),
    "The work force is represented by 24% women.": ("en", {"women_share_workforce": 24}),
    "In particular, direct emissions (Scope 1), i.e. from consumption of natural gas, amounted to around 599 t CO2eq.": (
        "en",
        {"ghg_scope1": 599},
    ),
    "In 2022, 24 accidents were recorded, with a frequency index of 3.2 (3.7 in 2021).": (
        "en",
        {"accident_frequency_rate": 3.2},
    ),
    "During 2022, a total of approximately 51,184 hours of training were provided (13.7 hours of training per capita).": (
        "en",
        {"training_hours": 51184},
    ),
    "In 2022, Group Companies provided 4,613 training hours.": ("en", {"training_hours": 4613}),
    "The value of absenteeism recorded in 2022 is 2%, in line with 2021.": ("en", {"absenteeism_rate": 2}),
    "Our Scope 1 emissions in 2022 were 1.2 million tonnes CO2e, and our Scope 2 emissions were 0.4 million tonnes CO2e.": (
        "en",
        {"ghg_scope1": 1200000, "ghg_scope2": 400000},
    ),
    "In 2022 our operational emissions (Scope 1 and 2) were 30.3 Mt CO2e.": ("en", {"ghg_scope1_2": 30300000}),
    "In 2022, our Scope 1 and 2 emissions totalled 32.6Mt CO2e (equity basis).": ("en", {"ghg_scope1_2": 32600000}),
    "Scope 3 emissions in 2022 were estimated at 578 million tonnes CO2e.": ("en", {"ghg_scope3": 578000000}),
    "Total energy consumption amounted to 27,232 GJ in 2022.": ("en", {"energy_consumption": 7564.444416}),
    "We consumed 1,250 GWh of energy in 2022.": ("en", {"energy_consumption": 1250000}),
    "Women make up 33% of our Board of Directors.": ("en", {"women_share_board": 33}),
    "Four of our nine directors (44%) are women.": ("en", {"women_share_board": 44}),
    "43% of our directors are women.": ("en", {"women_share_board": 43}),
    "Women held 38% of management roles at year end.": ("en", {"women_share_managers": 38}),
    "Female representation in our workforce was 45.2% in 2022.": ("en", {"women_share_workforce": 45.2}),
    "Our lost time injury frequency rate (LTIFR) improved to 0.62 in 2022 from 0.71 in 2021.": (
        "en",
        {"accident_frequency_rate": 0.62},
    ),
    "LTIFR stood at 0.45 per million hours worked in 2022.": ("en", {"accident_frequency_rate": 0.45}),
    "We diverted 92% of our waste from landfill in 2022.": ("en", {"waste_recovered_share": 92}),
    "92% of our waste was recycled or recovered.": ("en", {"waste_recovered_share": 92}),
    "In 2022, 78% of the electricity we used came from renewable sources.": ("en", {"renewable_electricity_share": 78}),
    "Renewable electricity accounted for 64% of our total electricity consumption in 2022.": (
        "en",
        {"renewable_electricity_share": 64},
    ),
    "Renewable energy represented 35% of total energy use in 2022.": ("en", {"renewable_energy_share": 35}),
    "Our employee turnover rate was 12.4% in 2022 (2021: 13.1%).": ("en", {"turnover_rate": 12.4}),
    "Attrition fell to 11.2% in 2022.": ("en", {"turnover_rate": 11.2}),
    "Employees with disabilities represent 3.1% of our workforce.": ("en", {"disabled_share": 3.1}),
    "Au 31 décembre 2022, le Groupe dénombrait 3 729 collaborateurs.": ("fr", {"employees": 3729}),
    "Nos 8 450 collaborateurs dans le monde s'engagent.": ("fr", {"employees": 8450}),
    "L'effectif du Groupe s'établit à 12 540 salariés à fin 2022.": ("fr", {"employees": 12540}),
    "Le nombre de salariés du Groupe au 31 décembre 2022 est de 4 210.": ("fr", {"employees": 4210}),
    "En 2022, 51 184 heures de formation ont été dispensées aux salariés du Groupe.": ("fr", {"training_hours": 51184}),
    "Au total, 45 210 heures de formation ont été suivies en 2022.": ("fr", {"training_hours": 45210}),
    "Les émissions directes (scope 1) s'élèvent à 12 345 tCO2e en 2022.": ("fr", {"ghg_scope1": 12345}),
    "Les émissions du scope 2 (market-based) représentent 2 345 tCO2e en 2022.": ("fr", {"ghg_scope2_market": 2345}),
    "Le bilan carbone 2022 du Groupe : scope 1 : 12 000 tCO2e, scope 2 : 3 400 tCO2e, scope 3 : 560 000 tCO2e.": (
        "fr",
        {"ghg_scope1": 12000, "ghg_scope2": 3400, "ghg_scope3": 560000},
    ),
    "Le taux de fréquence des accidents du travail avec arrêt ressort à 4,2 en 2022 contre 5,1 en 2021.": (
        "fr",
        {"accident_frequency_rate": 4.2},
    ),
    "Le taux de gravité s'établit à 0,21 en 2022.": ("fr", {"accident_severity_rate": 0.21}),
    "Le taux d'absentéisme 2022 s'élève à 5,4 %.": ("fr", {"absenteeism_rate": 5.4}),
    "Le taux d'emploi de personnes en situation de handicap est de 4,8 % en 2022.": ("fr", {"disabled_share": 4.8}),
    "82 % des déchets ont été valorisés en 2022.": ("fr", {"waste_recovered_share": 82}),
    "Le Groupe a valorisé 82 % de ses déchets en 2022.": ("fr", {"waste_recovered_share": 82}),
    "En 2022, la consommation d'énergie du Groupe s'est élevée à 345 GWh.": ("fr", {"energy_consumption": 345000}),
    "En 2022, 56 % de l'électricité consommée par le Groupe est d'origine renouvelable.": (
        "fr",
        {"renewable_electricity_share": 56},
    ),
    "Le conseil d'administration est composé à 45 % de femmes.": ("fr", {"women_share_board": 45}),
    "Le Conseil d'administration compte 5 femmes sur 11 administrateurs, soit 45 %.": ("fr", {"women_share_board": 45}),
    "Le Comité exécutif compte 30 % de femmes.": ("fr", {"women_share_executives": 30}),
    "44 % des administrateurs sont des femmes.": ("fr", {"women_share_board": 44}),
    "Le turnover s'élève à 14,2 % en 2022.": ("fr", {"turnover_rate": 14.2}),
    "La part des femmes managers est de 32 % en 2022.": ("fr", {"women_share_managers": 32}),
    "41 % des effectifs sont des femmes.": ("fr", {"women_share_workforce": 41}),
    "Les femmes représentent 41 % des collaborateurs et 33 % des managers.": (
        "fr",
        {"women_share_workforce": 41, "women_share_managers": 33},
    ),
}
# a metric that a sentence does not state of the group: a target, another year, a change, a part, others
NOT_STATED = {
    "Notre objectif est d'atteindre 40 % de femmes parmi les cadres d'ici 2025.": ("fr", "women_share_managers"),
    "En 2021, le taux d'absentéisme était de 5,6 %.": ("fr", "absenteeism_rate"),
    "Le taux de fréquence a baissé de 12 % en 2022.": ("fr", "accident_frequency_rate"),
    "En Roumanie, l'effectif compte 2 300 salariés.": ("fr", "employees"),
    "L'entreprise a formé 1 200 collaborateurs à la sécurité.": ("fr", "employees"),
    "La filiale emploie 250 personnes.": ("en", "employees"),
    "45 % des salariés formés sont des femmes.": ("fr", "women_share_workforce"),
    "Les femmes représentent 45 % des recrutements.": ("fr", "women_share_workforce"),
    "La consommation d'énergie par m2 est de 250 kWh.": ("fr", "energy_consumption"),
    "Les émissions de CO2 ont diminué de 1 200 tonnes sur les scopes 1 et 2.": ("fr", "ghg_scope1_2"),
    "Le site de Nantes compte 350 salariés.": ("fr", "employees"),
    "Plus de 12 000 collaborateurs ont répondu à l'enquête.": ("fr", "employees"),
    "Le secteur emploie 300 000 personnes en France.": ("en", "employees"),
    "Women represent 30% of new hires.": ("en", "women_share_workforce"),
    "The index applies to companies that have 50 employees or more.": ("en", "employees"),
    "Les entreprises de plus de 50 salariés sont concernées par l'index.": ("fr", "employees"),
    "Dans les entreprises qui comptent 500 salariés et plus, la loi impose une DPEF en 2022.": ("fr", "employees"),
    "Nos fournisseurs emploient 12 000 salariés.": ("fr", "employees"),
    "37% of leadership roles are held by women.": ("en", "women_share_executives"),
    "Voluntary employee turnover was 9.4% in 2022.": ("en", "turnover_rate"),
    "100% renewable electricity in our European sites by 2030.": ("en", "renewable_electricity_share"),
    "Le fonds soutient une association qui emploie 120 personnes.": ("en", "employees"),
}


def told(sentence, language):
    """Return the figures of a sentence that may be the group's own, by metric."""
    return {f.metric.metric_id: f.metric.value for f in stated_in(sentence, 1, 2022, language) if f.ranks[0] < 3}


@pytest.mark.parametrize("sentence", STATED)
def test_a_sentence_states_its_figure(sentence):
    language, expected = STATED[sentence]
    found = told(sentence, language)
    assert {m: found.get(m) for m in expected} == pytest.approx(expected)


@pytest.mark.parametrize("sentence", NOT_STATED)
def test_a_sentence_states_none(sentence):
    language, metric = NOT_STATED[sentence]
    assert metric not in told(sentence, language)
