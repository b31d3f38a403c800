"""Ways in which reports say each figure, in French and English, and what stands beside them that is no figure of the group's.

Sentences and tables were made up here, after the standards' wordings and common usage; the fiscal year is 2022.
"""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.numbers import marks_of, to_value
from orchestration.filings.pdf import read_pdf
from orchestration.filings.stated import stated_in

STATED = (
    (
        "fr",
        "Les femmes représentent 45 % de l'effectif et occupent 38 % des postes à responsabilité managériale.",
        {"women_share_workforce": 45, "women_share_managers": 38},
    ),
    ("en", "The proportion of women in management positions rose from 31% to 33%.", {"women_share_managers": 33}),
    ("en", "33% of management roles are held by women.", {"women_share_managers": 33}),
    ("en", "Women in management: 33% (2021: 31%).", {"women_share_managers": 33}),
    ("en", "We have 33% women in management.", {"women_share_managers": 33}),
    ("fr", "On compte 33 % de femmes parmi les managers.", {"women_share_managers": 33}),
    ("fr", "33 % des encadrants sont des femmes.", {"women_share_managers": 33}),
    ("fr", "Le taux de féminisation des cadres est de 33 %.", {"women_share_managers": 33}),
    ("fr", "La proportion de femmes chez les cadres s'établit à 33 %.", {"women_share_managers": 33}),
    (
        "fr",
        "Les femmes représentent 45 % des salariés et 33 % des cadres.",
        {"women_share_workforce": 45, "women_share_managers": 33},
    ),
    (
        "en",
        "Women represented 45% of employees and 33% of managers at year-end.",
        {"women_share_workforce": 45, "women_share_managers": 33},
    ),
    ("en", "45% of our employees and 33% of our managers are women.", {"women_share_managers": 33}),
    ("fr", "45 % des salariés et 33 % des managers sont des femmes.", {"women_share_managers": 33}),
    ("fr", "Le Groupe réunit 4 500 collaboratrices et collaborateurs.", {"employees": 4500}),
    ("fr", "Le Groupe, ce sont 4 500 collaborateurs dans 12 pays.", {"employees": 4500}),
    ("fr", "Fort de ses 4 500 collaborateurs, le Groupe est présent dans 12 pays.", {"employees": 4500}),
    ("fr", "Le nombre de collaborateurs s'élève à 4 500 au 31 décembre 2022.", {"employees": 4500}),
    ("en", "The Group's headcount stood at 4,500 at 31 December 2022.", {"employees": 4500}),
    ("en", "Our 4,500 employees work in 12 countries.", {"employees": 4500}),
    ("en", "As at 31 December 2022, the Group employed 4,500 staff.", {"employees": 4500}),
    ("en", "The company has a workforce of 4,500.", {"employees": 4500}),
    ("en", "Total headcount of 4,500 at the end of 2022.", {"employees": 4500}),
    ("fr", "4 500 salariés au 31/12/2022", {"employees": 4500}),
    ("fr", "Nombre de salariés : 4 500", {"employees": 4500}),
    ("fr", "Effectifs : 4 500 salariés, dont 45 % de femmes.", {"employees": 4500, "women_share_workforce": 45}),
    ("fr", "Le Groupe dénombre 4 500 salariés à la clôture de l'exercice.", {"employees": 4500}),
    ("en", "The Group's 4,500 employees are spread across 12 countries.", {"employees": 4500}),
    ("en", "Disabled employees represent 3.1% of the workforce.", {"disabled_share": 3.1}),
    ("fr", "Le taux d'emploi direct s'élève à 5,4 % de personnes en situation de handicap.", {"disabled_share": 5.4}),
    ("fr", "Avec un taux d'emploi de personnes handicapées de 5,4 %, le Groupe progresse.", {"disabled_share": 5.4}),
    ("fr", "La part des collaborateurs en situation de handicap atteint 5,4 %.", {"disabled_share": 5.4}),
    ("fr", "Taux d'emploi de travailleurs handicapés : 5,4 %", {"disabled_share": 5.4}),
    ("en", "The employee attrition rate was 9.8%.", {"turnover_rate": 9.8}),
    ("fr", "Taux de turnover : 9,8 %", {"turnover_rate": 9.8}),
    ("fr", "La rotation des effectifs est de 9,8 %.", {"turnover_rate": 9.8}),
    ("en", "Total turnover was 9.8%, of which 6.1% voluntary.", {"turnover_rate": 9.8}),
    ("fr", "Le taux de rotation global ressort à 9,8 %, dont 6,1 % de départs volontaires.", {"turnover_rate": 9.8}),
    ("fr", "Le taux de départ s'élève à 9,8 %.", {}),
    ("fr", "40 % de femmes au Comité exécutif.", {"women_share_executives": 40}),
    ("fr", "Le Comex est composé de 40 % de femmes.", {"women_share_executives": 40}),
    ("fr", "La féminisation du Comité exécutif atteint 40 %.", {"women_share_executives": 40}),
    ("fr", "Les femmes occupent 40 % des sièges du Comité de direction.", {"women_share_executives": 40}),
    ("en", "Women on the Executive Committee: 40%.", {"women_share_executives": 40}),
    ("en", "40% of the Executive Committee are women.", {"women_share_executives": 40}),
    ("en", "40% of Executive Committee members are women.", {"women_share_executives": 40}),
    ("fr", "Le Comité exécutif compte quatre femmes sur dix membres, soit 40 %.", {"women_share_executives": 40}),
    ("fr", "Taux de gravité : 0,31 jour perdu par millier d'heures travaillées.", {"accident_severity_rate": 0.31}),
    ("fr", "Le TG s'établit à 0,31.", {"accident_severity_rate": 0.31}),
    ("en", "The severity rate was 0.31 days lost per 1,000 hours worked.", {"accident_severity_rate": 0.31}),
    ("fr", "Absentéisme : 4,8 %", {"absenteeism_rate": 4.8}),
    ("en", "The absence rate for the year was 4.8%.", {"absenteeism_rate": 4.8}),
    ("en", "Sick leave stood at 3.1%.", {}),
    ("en", "84% of waste was diverted from landfill.", {"waste_recovered_share": 84}),
    (
        "fr",
        "Le taux de valorisation s'établit à 84 % pour l'ensemble des déchets du Groupe.",
        {"waste_recovered_share": 84},
    ),
    ("fr", "Au total, 84 % de nos déchets sont recyclés ou valorisés.", {"waste_recovered_share": 84}),
    ("fr", "Nous avons recyclé 84 % de nos déchets.", {"waste_recovered_share": 84}),
    ("fr", "À fin décembre 2022, le Groupe compte 6 540 professionnels dans 12 pays.", {"employees": 6540}),
    ("en", "At year-end 2022, our workforce numbered 8,214.", {"employees": 8214}),
    ("fr", "Nous sommes aujourd'hui 1 840 collaborateurs.", {"employees": 1840}),
    ("en", "With 3,120 employees across 9 countries, the Group is a leader.", {"employees": 3120}),
    ("en", "3,400 people work for the Group.", {"employees": 3400}),
    (
        "fr",
        "L'effectif du Groupe au 31 décembre 2022 ressort à 4 215 salariés, contre 4 102 fin 2021.",
        {"employees": 4215},
    ),
    ("fr", "L'effectif total, tous contrats confondus, est de 3 204 salariés.", {"employees": 3204}),
    ("fr", "Effectif au 31 décembre 2022 : 2 318 salariés.", {"employees": 2318}),
    ("en", "Headcount at 31 December 2022: 5,612.", {"employees": 5612}),
    ("en", "The Group had a total of 5,612 employees at the end of 2022.", {"employees": 5612}),
    ("fr", "Les effectifs du Groupe s'établissent à 5 612 personnes.", {"employees": 5612}),
    (
        "en",
        "Women make up 41% of our workforce and 33% of our managers.",
        {"women_share_workforce": 41, "women_share_managers": 33},
    ),
    ("en", "Our workforce is 43% female.", {"women_share_workforce": 43}),
    ("fr", "L'effectif est féminin à 52 %.", {"women_share_workforce": 52}),
    ("fr", "Les femmes sont majoritaires : elles représentent 61 % de l'effectif.", {"women_share_workforce": 61}),
    (
        "fr",
        "Avec 44 % de femmes dans ses équipes, le Groupe se situe au-dessus de la moyenne.",
        {"women_share_workforce": 44},
    ),
    ("fr", "Le taux de féminisation atteint 44,2 % (43,1 % en 2021).", {"women_share_workforce": 44.2}),
    ("en", "In 2022, 38.5% of Group employees were women.", {"women_share_workforce": 38.5}),
    ("en", "Women now hold 34% of management positions, up from 31% in 2021.", {"women_share_managers": 34}),
    ("en", "34% of managers are women.", {"women_share_managers": 34}),
    ("fr", "Les cadres comptent 36 % de femmes.", {"women_share_managers": 36}),
    ("fr", "Les femmes occupent 36 % des postes de management.", {"women_share_managers": 36}),
    ("fr", "36 % des postes de cadres sont occupés par des femmes.", {"women_share_managers": 36}),
    ("fr", "La féminisation de l'encadrement progresse à 36 %.", {"women_share_managers": 36}),
    ("fr", "Part des femmes cadres : 36 % (35 % en 2021)", {"women_share_managers": 36}),
    ("en", "Four of the ten members of the Executive Committee, or 40%, are women.", {"women_share_executives": 40}),
    ("fr", "40 % des membres du Comité exécutif sont des femmes.", {"women_share_executives": 40}),
    ("fr", "Le Comité exécutif, composé de 10 membres, compte 40 % de femmes.", {"women_share_executives": 40}),
    ("en", "Women account for 40% of the Executive Committee.", {"women_share_executives": 40}),
    ("fr", "Le TF1 s'améliore à 7,2 (8,1 en 2021).", {"accident_frequency_rate": 7.2}),
    (
        "fr",
        "Le taux de fréquence des accidents avec arrêt s'est amélioré, passant de 8,1 à 7,2 en 2022.",
        {"accident_frequency_rate": 7.2},
    ),
    (
        "fr",
        "Le nombre d'accidents avec arrêt par million d'heures travaillées est de 7,2.",
        {"accident_frequency_rate": 7.2},
    ),
    (
        "fr",
        "Nous avons enregistré 7,2 accidents avec arrêt par million d'heures travaillées.",
        {"accident_frequency_rate": 7.2},
    ),
    ("en", "The LTIFR came in at 2.1, compared with 2.4 in the previous year.", {"accident_frequency_rate": 2.1}),
    ("en", "LTIFR: 2.1 (2021: 2.4)", {"accident_frequency_rate": 2.1}),
    ("en", "The lost time injury frequency rate per 200,000 hours was 0.42.", {"accident_frequency_rate": 2.1}),
    ("en", "We recorded a lost-time injury frequency rate of 2.1.", {"accident_frequency_rate": 2.1}),
    ("en", "The frequency rate of workplace accidents dropped from 5.2 to 4.7.", {"accident_frequency_rate": 4.7}),
    ("fr", "Le taux de gravité, à 0,31, est stable.", {"accident_severity_rate": 0.31}),
    (
        "fr",
        "Les taux de fréquence et de gravité s'établissent respectivement à 9,4 et 0,52.",
        {"accident_frequency_rate": 9.4, "accident_severity_rate": 0.52},
    ),
    (
        "en",
        "The frequency and severity rates stood at 9.4 and 0.52 respectively.",
        {"accident_frequency_rate": 9.4, "accident_severity_rate": 0.52},
    ),
    (
        "fr",
        "Le taux de fréquence est de 9,4 et le taux de gravité de 0,52.",
        {"accident_frequency_rate": 9.4, "accident_severity_rate": 0.52},
    ),
    ("fr", "Au total, ce sont 45 600 heures de formation qui ont été dispensées.", {"training_hours": 45600}),
    ("fr", "Les salariés ont bénéficié de 45 600 heures de formation.", {"training_hours": 45600}),
    ("fr", "Le volume d'heures de formation atteint 45 600 heures.", {"training_hours": 45600}),
    ("en", "Employees received 45,600 hours of training in total.", {"training_hours": 45600}),
    ("en", "Training hours totalled 45,600.", {"training_hours": 45600}),
    ("fr", "5,4 % des effectifs sont en situation de handicap.", {"disabled_share": 5.4}),
    ("fr", "Les travailleurs handicapés représentent 5,4 % de l'effectif.", {"disabled_share": 5.4}),
    (
        "fr",
        "Le taux d'emploi de travailleurs en situation de handicap s'élève à 5,4 %, au-dessus de la moyenne nationale.",
        {"disabled_share": 5.4},
    ),
    ("en", "People with disabilities make up 3.1% of our workforce.", {"disabled_share": 3.1}),
    ("en", "3.1% of our employees have a disability.", {"disabled_share": 3.1}),
    ("en", "Employees with disabilities accounted for 3.1% of the workforce.", {"disabled_share": 3.1}),
    ("fr", "La consommation d'énergie du Groupe a atteint 412 GWh.", {"energy_consumption": 412000}),
    ("fr", "Le Groupe a consommé 412 GWh d'énergie.", {"energy_consumption": 412000}),
    ("fr", "412 GWh d'énergie ont été consommés.", {"energy_consumption": 412000}),
    ("en", "We used 1.2 million MWh of energy.", {"energy_consumption": 1200000}),
    ("en", "Our total energy use came to 1,250 TJ.", {"energy_consumption": 347222.22}),
    ("fr", "La part d'électricité d'origine renouvelable s'élève à 64 %.", {"renewable_electricity_share": 64}),
    ("fr", "64 % de l'électricité consommée est d'origine renouvelable.", {"renewable_electricity_share": 64}),
    (
        "fr",
        "L'électricité consommée par le Groupe est à 64 % d'origine renouvelable.",
        {"renewable_electricity_share": 64},
    ),
    ("fr", "Le Groupe s'approvisionne à 64 % en électricité renouvelable.", {"renewable_electricity_share": 64}),
    ("en", "64% of our electricity was from renewable sources.", {"renewable_electricity_share": 64}),
    ("en", "The share of electricity from renewable sources rose to 64%.", {"renewable_electricity_share": 64}),
    (
        "en",
        "Renewable electricity accounted for 64% of total electricity consumption.",
        {"renewable_electricity_share": 64},
    ),
    ("fr", "83 % des déchets ont été valorisés.", {"waste_recovered_share": 83}),
    ("fr", "Le Groupe valorise 83 % de ses déchets.", {"waste_recovered_share": 83}),
    ("fr", "Le taux de recyclage et de valorisation des déchets est de 83 %.", {"waste_recovered_share": 83}),
    ("fr", "Les déchets sont valorisés à hauteur de 83 %.", {"waste_recovered_share": 83}),
    ("en", "We recovered 83% of our waste.", {"waste_recovered_share": 83}),
    ("en", "83% of waste was recycled or recovered.", {"waste_recovered_share": 83}),
    ("en", "The waste recovery rate reached 83%.", {"waste_recovered_share": 83}),
    ("fr", "Le turnover s'établit à 9,8 %.", {"turnover_rate": 9.8}),
    ("fr", "Le taux de rotation du personnel, de 9,8 %, reste maîtrisé.", {"turnover_rate": 9.8}),
    ("fr", "Le taux de renouvellement des effectifs a atteint 9,8 %.", {"turnover_rate": 9.8}),
    ("en", "Staff turnover decreased to 9.8%.", {"turnover_rate": 9.8}),
    ("en", "We recorded employee turnover of 9.8%.", {"turnover_rate": 9.8}),
    ("fr", "L'absentéisme recule à 4,8 %.", {"absenteeism_rate": 4.8}),
    ("fr", "Le taux d'absentéisme, à 4,8 %, est en baisse de 0,3 point.", {"absenteeism_rate": 4.8}),
    ("en", "Absenteeism was 4.8%.", {"absenteeism_rate": 4.8}),
    ("en", "The sickness absence rate was 3.1% and the overall absence rate 4.8%.", {"absenteeism_rate": 4.8}),
    (
        "fr",
        "Les émissions de GES s'élèvent à 12 400 tCO2e pour le scope 1 et à 5 300 tCO2e pour le scope 2.",
        {"ghg_scope1": 12400, "ghg_scope2": 5300},
    ),
    (
        "fr",
        "Scope 1 : 12 400 tCO2e ; scope 2 : 5 300 tCO2e ; scope 3 : 412 000 tCO2e.",
        {"ghg_scope1": 12400, "ghg_scope2": 5300, "ghg_scope3": 412000},
    ),
    ("fr", "Le Groupe a émis 12 400 tonnes de CO2e au titre du scope 1.", {"ghg_scope1": 12400}),
    ("en", "Scope 1 and 2 emissions totalled 17,700 tonnes of CO2e.", {"ghg_scope1_2": 17700}),
    (
        "en",
        "Our Scope 1 emissions amounted to 12.4 thousand tonnes CO2e and our Scope 2 emissions to 5.3 thousand tonnes.",
        {"ghg_scope1": 12400, "ghg_scope2": 5300},
    ),
    (
        "en",
        "In 2022 we emitted 12,400 tCO2e (Scope 1) and 5,300 tCO2e (Scope 2).",
        {"ghg_scope1": 12400, "ghg_scope2": 5300},
    ),
    (
        "fr",
        "Les émissions directes (scope 1) et indirectes (scope 2) représentent respectivement 12 400 et 5 300 tCO2e.",
        {"ghg_scope1": 12400, "ghg_scope2": 5300},
    ),
    ("fr", "Les émissions des scopes 1 et 2 ont été ramenées à 17 700 tCO2e.", {"ghg_scope1_2": 17700}),
    ("fr", "Le scope 3 représente 412 000 tCO2e, soit 96 % du total.", {"ghg_scope3": 412000}),
)

# others than the group, parts of it, aims, intensities, other years
NOT_STATED = (
    ("fr", "Forte de ses 450 collaborateurs, la filiale espagnole progresse."),
    ("en", "A headcount of 450 women was reached."),
    ("en", "The workforce of our franchisees is 12,000 people."),
    ("en", "Disabled customers represent 3.1% of visitors."),
    ("en", "The group's 450 employees in Spain are covered."),
    ("fr", "Le taux de valorisation atteint 92 % pour les déchets inertes."),
    ("en", "84% of construction waste was diverted from landfill."),
    ("en", "40% of the Executive Committee of the Spanish subsidiary are women."),
    ("fr", "La féminisation du Comité exécutif devra atteindre 40 %."),
    ("en", "Total turnover was 980 million euros."),
    ("fr", "Ce plan a permis d'économiser 12 GWh, soit 3 % de la consommation d'énergie."),
    ("fr", "La consommation d'énergie a été réduite de 12 GWh."),
    ("fr", "Le programme a réduit la consommation d'énergie de 12 GWh."),
    ("fr", "Ces panneaux produisent l'équivalent d'une consommation d'énergie de 450 MWh."),
    ("en", "Energy consumption per square metre was 145 kWh."),
    ("fr", "La consommation d'énergie des bureaux s'élève à 145 kWh/m²."),
    ("en", "Energy consumption at the Lyon plant was 45 GWh."),
    ("fr", "La consommation d'énergie du site de Nantes est de 45 GWh."),
    ("fr", "La consommation énergétique de la flotte est de 45 GWh."),
    ("fr", "La consommation d'énergie de nos clients s'élève à 45 TWh."),
    ("en", "The data centre consumed 45 GWh of energy."),
    ("en", "Each store consumed 450 MWh of energy on average."),
    ("en", "Energy consumption of the French sites was 45 GWh."),
    ("fr", "La consommation d'énergie des logements gérés est de 145 GWh."),
    ("en", "An audit covered 45 GWh of energy consumption."),
    ("en", "Energy consumption was cut by 45 GWh."),
    ("en", "Gas accounted for 45 GWh of our energy consumption."),
    ("fr", "Le gaz naturel représente 45 GWh de la consommation d'énergie."),
    ("fr", "La consommation d'énergie moyenne d'un magasin est de 450 MWh."),
    ("en", "The absenteeism rate at our call centres was 8.1%."),
    ("en", "The short-term absence rate was 1.2%."),
    ("fr", "Le taux d'absentéisme de la division Propreté s'élève à 8,1 %."),
    ("fr", "Le taux d'absentéisme des moins de 30 ans est de 3,1 %."),
    ("fr", "Le taux d'absentéisme des cadres est de 3,1 %."),
    ("fr", "Le taux d'absentéisme de courte durée est de 1,2 %."),
    ("en", "The absenteeism rate among women was 5.1%."),
    ("fr", "Le Groupe accompagne 12 000 salariés d'entreprises clientes."),
    ("fr", "L'association compte 120 salariés."),
    ("fr", "La Fondation emploie 12 personnes."),
    ("en", "The Foundation has 12 employees."),
    ("fr", "Le dispositif d'intéressement couvre 4 500 salariés."),
    ("fr", "Le réseau de franchisés emploie 12 000 personnes."),
    ("en", "Our franchisees employ 12,000 people."),
    ("en", "Our supply chain employs 120,000 people."),
    ("fr", "Le secteur emploie 1,2 million de personnes."),
    ("fr", "Le site emploie 120 personnes."),
    ("fr", "Le projet emploie 120 personnes en insertion."),
    ("fr", "Le Groupe emploie 120 alternants."),
    ("fr", "Le Groupe compte 450 salariés en télétravail."),
    ("fr", "Le Groupe compte 450 collaborateurs au Maroc."),
    ("en", "The Group has 450 employees in Spain."),
    ("fr", "Le Groupe compte 45 salariés en situation de handicap."),
    ("fr", "Le taux de valorisation des déchets de chantier atteint 92 %."),
    ("en", "The recycling rate of plastics was 45%."),
    ("fr", "Le taux de valorisation des déchets dangereux est de 45 %."),
    ("fr", "Le taux de valorisation matière des cartons est de 95 %."),
    ("en", "The waste recovery rate at our Lyon plant was 95%."),
    ("en", "92% of construction waste was recovered."),
    ("fr", "Dans le cadre du projet, 92 % des déchets ont été valorisés."),
    ("fr", "Sur ce chantier, 92 % des déchets ont été valorisés."),
    ("fr", "Les managers ont suivi 12 000 heures de formation."),
    ("fr", "12 000 heures de formation ont été suivies par les managers."),
    ("fr", "12 000 heures de formation à distance ont été suivies."),
    ("en", "12,000 hours of training were delivered to managers."),
    ("en", "12,000 hours of safety training were delivered."),
    ("en", "An additional 12,000 training hours were delivered online."),
    ("fr", "Dont 12 000 heures de formation en ligne."),
    ("fr", "Le taux de fréquence moyen du secteur s'établit à 12,4 en 2022."),
    ("fr", "À titre de comparaison, la moyenne nationale du taux d'absentéisme est de 5,6 %."),
    ("en", "The national average disability employment rate is 3.5%."),
    ("en", "Women account for 26% of employees in the industry."),
    ("fr", "Dans la branche, les femmes représentent 22 % des effectifs."),
    ("fr", "Le taux de turnover de nos concurrents atteint 18 %."),
    ("fr", "Les sites français sont alimentés à 100 % en électricité renouvelable."),
    ("en", "In Germany, 100% of the electricity purchased comes from renewable sources."),
    ("fr", "Le taux de valorisation des déchets du site de Lyon atteint 94 %."),
    ("fr", "En France, le Groupe emploie 3 400 collaborateurs."),
    ("en", "Our subsidiary Tessel employs 420 people."),
    ("fr", "La filiale emploie 230 salariés."),
    ("fr", "Plus de 12 000 collaborateurs ont suivi une formation."),
    ("fr", "Nos 250 collaborateurs du service client sont formés chaque année."),
    ("fr", "Nos 120 collaborateurs sont engagés auprès d'associations."),
    ("fr", "Avec 300 collaborateurs formés, l'Académie monte en puissance."),
    ("fr", "Avec 45 salariés, le site de Brest est le plus petit."),
    ("fr", "Avec 320 collaborateurs en Espagne, le Groupe renforce sa présence."),
    ("fr", "57 % de femmes ont été recrutées."),
    ("fr", "6,2 % de collaborateurs en situation de handicap ont bénéficié d'un aménagement."),
    ("fr", "12 % des salariés en situation de handicap ont suivi une formation."),
    ("fr", "8 % des personnes en situation de handicap sont au chômage en France."),
    ("fr", "3 200 heures de formation ont été dispensées à la cybersécurité."),
    ("en", "Employees completed 5,400 hours of training on anti-corruption in 2022."),
    ("fr", "Nous avons dispensé 1 200 heures de formation à la sécurité."),
    ("en", "We delivered 3,000 hours of training to suppliers."),
    ("fr", "18 heures de formation par salarié ont été suivies."),
    ("fr", "La formation représente 22 heures de formation en moyenne par collaborateur."),
    ("fr", "Notre objectif est d'atteindre 40 % de femmes managers en 2025."),
    ("en", "We aim to have 40% of management positions held by women by 2025."),
    ("en", "We will reduce our energy consumption to 2,000 GWh by 2025."),
    ("fr", "Les déchets dangereux sont valorisés à 45 %."),
    ("en", "Plastic waste was recycled at 62%."),
    ("fr", "Ces déchets plastiques, dont 62 % ont été recyclés, proviennent des entrepôts."),
    ("en", "76% of our food waste was recovered."),
    ("en", "TRIR was 1.12 in 2022."),
    ("en", "The contractors' total recordable incident rate was 1.4 per million hours."),
    ("fr", "Le taux de fréquence des intérimaires est de 24."),
    ("fr", "Le nouveau contrat permettra de ramener la consommation d'énergie à 450 GWh."),
    ("fr", "Le taux de turnover volontaire est de 6,2 %."),
    ("fr", "Un turnover de 340 millions d'euros."),
    ("en", "Turnover was 340 million euros."),
    ("en", "Turnover rose to 12% of the market."),
    ("fr", "Le taux d'absentéisme pour accident du travail s'élève à 0,8 %."),
    ("en", "Scope 1 emissions fell by 12% and Scope 2 emissions 35%."),
    ("fr", "Les émissions de scope 1 sont de 12 kgCO2e par tonne produite."),
    ("en", "Scope 1 intensity was 45 kg CO2e per tonne."),
    ("fr", "Le programme a permis de former 45 % de femmes cadres."),
    ("fr", "Parmi les recrutements, 45 % de femmes cadres."),
    ("fr", "Les femmes occupent 45 % des postes de direction."),
    ("en", "Women hold 45% of positions in the sales team."),
    ("en", "Women hold 12% of engineering jobs."),
    ("fr", "Les femmes représentent 45 % des recrutements et 30 % parmi les cadres recrutés."),
    ("fr", "L'enquête montre que 82 % des femmes et 79 % des hommes recommandent l'entreprise."),
    ("fr", "Les salariés interrogés (52 % de femmes, 48 % d'hommes) sont satisfaits."),
    ("fr", "Le panel compte 1 200 salariés, dont 48 % de femmes."),
    ("fr", "Nous avons recruté 1 200 personnes, dont 48 % de femmes."),
    ("fr", "Le Groupe a formé 2 300 collaborateurs, dont 41 % de femmes."),
    ("en", "We hired 1,200 people, 48% of whom are women."),
    ("fr", "L'usine produit 30 % de l'électricité renouvelable de la région."),
    ("fr", "Les panneaux solaires couvrent 12 % de la consommation d'électricité du site de Nantes."),
    ("en", "Solar panels generated 4% of electricity in 2022."),
    ("en", "Suppliers representing 60% of the electricity use renewable energy."),
    ("en", "The plant in Leeds consumed 45 GWh of energy."),
    ("fr", "Le bâtiment a consommé 1 250 MWh d'énergie en 2022."),
    ("en", "We saved 12 GWh of energy."),
    ("fr", "Nous avons économisé 12 GWh d'énergie."),
    ("fr", "La société vend 300 GWh d'énergie consommée par ses clients."),
    ("en", "Nearly 4,000 people were employed by our suppliers."),
    ("en", "Our 250 employees are represented on the works council of the Lyon site."),
    ("en", "Our 40 employees in Spain."),
    ("fr", "Le législateur fixe à 6 % la part de personnes en situation de handicap dans l'effectif."),
    ("fr", "L'obligation d'emploi de travailleurs handicapés est de 6 % de l'effectif."),
    ("en", "The legal quota for disabled employees is 6% of the workforce."),
    ("en", "The absenteeism rate in the French care sector was 10.2%."),
    ("fr", "Un absentéisme de 12 % a été observé dans les entrepôts."),
    ("en", "There were 12 lost-time injuries per million packages delivered."),
    ("fr", "Le taux d'accidents comptabilisables des sous-traitants est de 7,1."),
    ("en", "Renewable sources provided 34% of the electricity generated in France."),
    ("en", "45% of the electricity sold to customers comes from renewable sources."),
    ("en", "With 1,200 employees and partners, the network covers 12 countries."),
    ("fr", "En 2021, l'effectif était de 4 500 collaborateurs."),
    ("en", "In 2021, 45% of employees were women."),
)

# language, title, rows, figures
TABLES = (
    (
        "fr",
        "Taux de fréquence par pays",
        [["", "2022", "2021"], ["France", "12,1", "12,9"], ["Espagne", "8,1", "9,2"], ["Total", "10,2", "11,1"]],
        {"accident_frequency_rate": 10.2},
    ),
    (
        "fr",
        "Taux de fréquence par pays",
        [["", "2022", "2021"], ["France", "12,1", "12,9"], ["Espagne", "8,1", "9,2"]],
        {},
    ),
    (
        "fr",
        "Recrutements",
        [["", "2022", "2021"], ["CDI", "120", "129"], ["CDD", "81", "92"], ["Total", "201", "221"]],
        {},
    ),
    (
        "fr",
        "Effectifs par pays",
        [["", "2022", "2021"], ["France", "1 210", "1 290"], ["Espagne", "810", "920"], ["Total", "2 020", "2 210"]],
        {"employees": 2020},
    ),
    ("en", "Hires by country", [["", "2022", "2021"], ["France", "1,210", "1,290"], ["Total", "2,020", "2,210"]], {}),
    (
        "en",
        "Women by level",
        [
            ["% women", "2022", "2021"],
            ["All employees", "41.2", "40.9"],
            ["Managers", "33.1", "32.0"],
            ["New hires", "45.0", "44.0"],
        ],
        {"women_share_workforce": 41.2, "women_share_managers": 33.1},
    ),
    (
        "fr",
        "Indicateurs",
        [
            ["", "Unité", "2022", "2021"],
            ["Femmes recrutées", "%", "45", "44"],
            ["Femmes managers", "%", "33", "32"],
            ["Femmes dans l'effectif", "%", "41", "40"],
        ],
        {"women_share_managers": 33, "women_share_workforce": 41},
    ),
    (
        "fr",
        "Indicateurs",
        [
            ["", "Unité", "2022", "2021"],
            ["Déchets dangereux valorisés", "%", "45", "44"],
            ["Déchets valorisés", "%", "83", "81"],
            ["Déchets enfouis", "%", "17", "19"],
        ],
        {"waste_recovered_share": 83},
    ),
    (
        "en",
        "Waste",
        [
            ["", "Unit", "2022", "2021"],
            ["Waste sent to landfill", "%", "12", "15"],
            ["Food waste recycled", "%", "62", "61"],
            ["Total waste recycled", "%", "71", "70"],
        ],
        {"waste_recovered_share": 71},
    ),
    (
        "fr",
        "Sécurité",
        [
            ["", "2022", "", "2021", ""],
            ["", "TF", "TG", "TF", "TG"],
            ["Intérimaires", "24,1", "1,2", "25,0", "1,3"],
            ["Groupe", "9,4", "0,5", "9,9", "0,6"],
        ],
        {"accident_frequency_rate": 9.4, "accident_severity_rate": 0.5},
    ),
    (
        "fr",
        "Effectifs",
        [
            ["", "S1 2022", "S2 2022", "Total 2022"],
            ["Recrutements", "120", "130", "250"],
            ["Turnover", "5,1 %", "4,9 %", "10,0 %"],
        ],
        {"turnover_rate": 10.0},
    ),
    (
        "en",
        "Targets",
        [["", "2022", "Target 2025"], ["LTIFR", "2.1", "1.5"], ["Waste recovery (%)", "83", "90"]],
        {"accident_frequency_rate": 2.1, "waste_recovered_share": 83},
    ),
    (
        "en",
        "Peer comparison",
        [["", "2022", "2021"], ["LTIFR - industry average", "3.4", "3.6"], ["LTIFR", "2.1", "2.4"]],
        {"accident_frequency_rate": 2.1},
    ),
    ("en", "Benchmark of absence", [["", "2022", "2021"], ["Sector average absenteeism rate", "5.4%", "5.6%"]], {}),
    (
        "fr",
        "Énergie",
        [
            ["En milliers de MWh", "2022", "2021"],
            ["Électricité", "120", "129"],
            ["Consommation totale d'énergie", "412", "430"],
        ],
        {"energy_consumption": 412000},
    ),
    (
        "en",
        "Energy",
        [["Energy consumption (thousand GJ)", "2022", "2021"], ["Total", "1,440", "1,500"]],
        {"energy_consumption": 400000},
    ),
    (
        "en",
        "Energy",
        [["", "Unit", "2022", "2021"], ["Energy consumption", "thousand MWh", "412", "430"]],
        {"energy_consumption": 412000},
    ),
    (
        "fr",
        "Formation",
        [["", "2022", "2021"], ["Heures de formation (en milliers)", "412", "430"]],
        {"training_hours": 412000},
    ),
    (
        "en",
        "People",
        [
            ["", "2022", "2021"],
            ["Training hours ('000)", "412", "430"],
            ["Training hours per employee", "14.2", "13.9"],
        ],
        {"training_hours": 412000},
    ),
    (
        "fr",
        "Effectifs",
        [
            ["", "2022", "2021"],
            ["Effectif total", "4 120", "4 050"],
            ["Effectif moyen", "4 080", "4 010"],
            ["Effectif (ETP)", "3 980", "3 900"],
        ],
        {"employees": 4120},
    ),
    (
        "fr",
        "Effectifs",
        [
            ["", "2022", "", "2021", ""],
            ["", "Nombre", "% femmes", "Nombre", "% femmes"],
            ["Cadres", "420", "36 %", "410", "35 %"],
            ["Employés", "900", "61 %", "880", "60 %"],
            ["Total", "1 320", "53 %", "1 290", "52 %"],
        ],
        {"women_share_workforce": 53, "women_share_managers": 36},
    ),
    (
        "fr",
        "Emissions",
        [
            ["tCO2e", "2022", "2021 retraité", "2021 publié"],
            ["Scope 1", "4 120", "4 300", "4 250"],
            ["Scope 2", "2 010", "2 100", "2 150"],
        ],
        {"ghg_scope1": 4120, "ghg_scope2": 2010},
    ),
    (
        "fr",
        "Emissions",
        [["", "2022 pro forma", "2022", "2021"], ["Scope 1 (tCO2e)", "4 120", "3 300", "3 250"]],
        {"ghg_scope1": 3300},
    ),
    (
        "en",
        "GHG",
        [["", "2022"], ["Scope 1 (tCO2e)", "4,120"], ["Scope 2 (tCO2e)", "2,010"], ["Scope 3 (tCO2e)", "84,010"]],
        {"ghg_scope1": 4120, "ghg_scope2": 2010, "ghg_scope3": 84010},
    ),
    (
        "en",
        "Mix",
        [["Electricity by source", "2022", "2021"], ["Renewable", "64%", "60%"], ["Nuclear", "26%", "28%"]],
        {"renewable_electricity_share": 64},
    ),
    (
        "fr",
        "Production d'électricité",
        [["Part de l'électricité produite", "2022", "2021"], ["Renouvelable", "64 %", "60 %"]],
        {},
    ),
    (
        "fr",
        "Absences",
        [
            ["", "2022", "2021"],
            ["Taux d'absentéisme maladie", "3,9 %", "4,1 %"],
            ["Taux d'absentéisme total", "5,2 %", "5,4 %"],
        ],
        {"absenteeism_rate": 5.2},
    ),
    ("fr", "Turnover", [["", "2022", "2021"], ["Turnover (%)", "9,8", "9,1"]], {"turnover_rate": 9.8}),
    ("fr", "Comptes", [["", "2022", "2021"], ["Turnover (M€)", "980", "910"]], {}),
    ("fr", "Index", [["Note", "2022", "2021"], ["Écart de rémunération", "38", "37"], ["Total", "94", "92"]], {}),
    (
        "en",
        "Survey",
        [
            ["% favourable", "2022", "2021"],
            ["Women", "82%", "81%"],
            ["Managers", "84%", "80%"],
            ["All employees", "81%", "80%"],
        ],
        {},
    ),
    ("fr", "Formation", [["% formés", "2022", "2021"], ["Femmes", "82 %", "81 %"], ["Cadres", "84 %", "80 %"]], {}),
    (
        "en",
        "Pay",
        [["Gender pay gap (%)", "2022", "2021"], ["Managers", "4.1", "4.4"], ["All employees", "6.0", "6.2"]],
        {},
    ),
)


def stated(sentence, language):
    """Return the figures that a sentence states of the group, each of the nearest notion."""
    found = [f for f in stated_in(sentence, 1, 2022, language) if f.ranks[0] < 3]
    return {f.metric.metric_id: f.metric.value for f in sorted(found, key=lambda f: f.ranks, reverse=True)}


@pytest.mark.parametrize(("language", "sentence", "figures"), STATED)
def test_a_sentence_states_its_figures_and_no_other(language, sentence, figures):
    assert stated(sentence, language) == pytest.approx(figures)


@pytest.mark.parametrize(("language", "sentence"), NOT_STATED)
def test_what_is_not_the_groups_figure_is_none(language, sentence):
    assert stated(sentence, language) == {}


@pytest.mark.parametrize(("language", "title", "rows", "figures"), TABLES)
def test_a_table_gives_its_figures_and_no_other(tmp_path, language, title, rows, figures):
    cover = "Rapport de durabilité 2022" if language == "fr" else "Sustainability report 2022"
    items = [drawn.text(50, 60, title, 12)]
    for k, row in enumerate(rows):
        items += [drawn.text(230 + 75 * (j - 1) if j else 50, 100 + 18 * k, c) for j, c in enumerate(row) if c]
    path = drawn.write(tmp_path / "report.pdf", drawn.page(drawn.text(60, 230, cover, 20)), drawn.page(*items))
    read = {m.metric_id: m.value for m in read_pdf(pypdfium2.PdfDocument(path)).metrics if m.is_chosen}
    assert read == pytest.approx(figures)


@pytest.mark.parametrize(
    ("text", "language", "marks"),
    [
        ("Energy consumption 4,212 TJ", "en", "en"),
        ("4,212 4,388 and 1,204,300", "fr", "en"),
        ("Consommation 4,212 TJ", "fr", ""),
        ("Consommation 4,212 TJ, taux 3,4 %", "fr", "fr"),
        ("Emissions 4,212 t, rates 3,4 % and 5,1 %", "en", ""),
        ("126,455 98,210 rates 3.4% 5.1%", "fr", "en"),
        ("126,455", "", ""),
        ("no number", "", "fr"),
    ],
)
def test_whose_marks_numbers_bear_is_told_by_the_numbers_then_by_the_language(text, language, marks):
    assert marks_of([(text, language)]) == [marks]


def test_a_page_without_telling_numbers_follows_the_other_pages_of_its_language():
    pages = [("4,212 TJ", "fr"), ("12,5 % et 3,4 %", "fr"), ("1,204,300 t", "en"), ("4,212", "en")]
    assert marks_of(pages) == ["fr", "fr", "en", "en"]
    assert [to_value("4,212", m) for m in ("fr", "en")] == [4.212, 4212]


@pytest.mark.parametrize("cover", ["Non-financial statement 2022", "ESG information 2022"])
def test_a_cover_tells_the_fiscal_year(tmp_path, cover):
    path = drawn.write(
        tmp_path / "report.pdf",
        drawn.page(drawn.text(60, 230, cover, 20)),
        drawn.page(drawn.text(50, 80, "The absenteeism rate was 4.1%.")),
    )
    reading = read_pdf(pypdfium2.PdfDocument(path))
    assert reading.fiscal_year == 2022
    assert [m.value for m in reading.metrics if m.is_chosen] == [4.1]


def test_a_label_of_two_lines_on_both_sides_of_its_figures_is_one(tmp_path):
    rows = [
        drawn.text(50, 100, "Theme"),
        drawn.text(130, 100, "Indicator"),
        drawn.text(330, 100, "2022"),
        drawn.text(420, 100, "2021"),
        drawn.text(130, 125, "Gross scope 1 emissions"),
        drawn.text(50, 130, "Climate"),
        drawn.text(330, 130, "7,966"),
        drawn.text(420, 130, "8,512"),
        drawn.text(130, 135, "(tCO2e)"),
        drawn.text(50, 160, "People"),
        drawn.text(130, 160, "Absenteeism rate"),
        drawn.text(330, 160, "6.6%"),
        drawn.text(420, 160, "7.3%"),
    ]
    cover = drawn.page(drawn.text(60, 230, "Sustainability report 2022", 20))
    path = drawn.write(tmp_path / "report.pdf", cover, drawn.page(*rows))
    read = {m.metric_id: m.value for m in read_pdf(pypdfium2.PdfDocument(path)).metrics if m.is_chosen}
    assert read == {"ghg_scope1": 7966, "absenteeism_rate": 6.6}
