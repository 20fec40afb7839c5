"""The codes of the ONIX code lists that this reader looks at: facts, without labels.

A code that is not here is kept and reported, never refused: the lists grow four times a year.

Source: EDItEUR ONIX code lists, Issue 71 (October 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ISSUE: Final = 71

_CODES: Final[Mapping[int, str]] = {
    1: "01 02 03 04 05 08 09 88 89",
    2: "00 01 10 11 20 30 31",
    5: "01 02 03 04 05 06 13 14 15 17 22 23 24 25 26 27 28 29 30 31 34 35",
    15: "00 01 02 03 04 05 06 07 08 10 11 12 13 14 15 16",
    16: "01 02 06 11 15 18 31 32 33 39",
    17: (
        "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 "
        "A25 A26 A27 A28 A29 A30 A31 A32 A33 A34 A35 A36 A37 A38 A39 A40 A41 A42 A43 A44 A45 A46 A47 A48 "
        "A49 A50 A51 A52 A99 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10 B11 B12 B13 B14 B15 B16 B17 B18 B19 "
        "B20 B21 B22 B23 B24 B25 B26 B27 B28 B29 B30 B31 B32 B33 B34 B35 B36 B99 C01 C02 C03 C04 C99 D01 "
        "D02 D03 D04 D99 E01 E02 E03 E04 E05 E06 E07 E08 E09 E10 E11 E99 F01 F02 F99 Z01 Z02 Z03 Z04 Z05 "
        "Z06 Z98 Z99"
    ),
    19: "01 02 03 04 05 06 07 08 09",
    22: "01 02 03 06 07 08 09 10 11 12 13 14 15",
    23: "00 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 22 23",
    24: "00 01 02 03 04 05 06 11 12 14 15 16 17 18 19 31",
    27: (
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
        "33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 "
        "65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 "
        "97 98 99 A2 A3 A4 A5 A6 A7 A8 A9 B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 C0 C1 C2 C3 C4 C5 C6 C7 C8 C9 D0 "
        "D1 D2 D3 D4 D5"
    ),
    28: "01 02 03 04 11 12 13 14 05 06 08 07 09",
    34: "02 03 05 06 07",
    44: (
        "01 02 03 04 05 06 07 08 10 12 13 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 "
        "36 37 38 39 40 41 42 43 44 45"
    ),
    45: "01 02 03 04 05 06 07 09 10 11 12 13 14 15 16 17 18 19 21",
    46: "00 01 02 03 04 05 06 07 08",
    48: "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
    49: (
        "AU-CT AU-NS AU-NT AU-QL AU-SA AU-TS AU-VI AU-WA BE-BRU BE-VLG BE-WAL CA-AB CA-BC CA-MB CA-NB "
        "CA-NL CA-NS CA-NT CA-NU CA-ON CA-PE CA-QC CA-SK CA-YT CN-BJ CN-TJ CN-HE CN-SX CN-NM CN-LN CN-JL "
        "CN-HL CN-SH CN-JS CN-ZJ CN-AH CN-FJ CN-JX CN-SD CN-HA CN-HB CN-HN CN-GD CN-GX CN-HI CN-CQ CN-SC "
        "CN-GZ CN-YN CN-XZ CN-SN CN-GS CN-QH CN-NX CN-XJ CN-TW CN-HK CN-MO CN-11 CN-12 CN-13 CN-14 CN-15 "
        "CN-21 CN-22 CN-23 CN-31 CN-32 CN-33 CN-34 CN-35 CN-36 CN-37 CN-41 CN-42 CN-43 CN-44 CN-45 CN-46 "
        "CN-50 CN-51 CN-52 CN-53 CN-54 CN-61 CN-62 CN-63 CN-64 CN-65 CN-71 CN-91 CN-92 ES-CN FR-H GB-AIR "
        "GB-APS GB-CHA GB-ENG GB-EWS GB-IOM GB-NIR GB-SCT GB-WLS IE-AIR IT-AG IT-AL IT-AN IT-AO IT-AR "
        "IT-AP IT-AT IT-AV IT-BA IT-BT IT-BL IT-BN IT-BG IT-BI IT-BO IT-BZ IT-BS IT-BR IT-CA IT-CL IT-CB "
        "IT-CI IT-CE IT-CT IT-CZ IT-CH IT-CO IT-CS IT-CR IT-KR IT-CN IT-EN IT-FM IT-FE IT-FI IT-FG IT-FC "
        "IT-FR IT-GE IT-GO IT-GR IT-IM IT-IS IT-SP IT-AQ IT-LT IT-LE IT-LC IT-LI IT-LO IT-LU IT-MC IT-MN "
        "IT-MS IT-MT IT-VS IT-ME IT-MI IT-MO IT-MB IT-NA IT-NO IT-NU IT-OG IT-OT IT-OR IT-PD IT-PA IT-PR "
        "IT-PV IT-PG IT-PU IT-PE IT-PC IT-PI IT-PT IT-PN IT-PZ IT-PO IT-RG IT-RA IT-RC IT-RE IT-RI IT-RN "
        "IT-RM IT-RO IT-SA IT-SS IT-SV IT-SI IT-SR IT-SO IT-TA IT-TE IT-TR IT-TO IT-TP IT-TN IT-TV IT-TS "
        "IT-UD IT-VA IT-VE IT-VB IT-VC IT-VR IT-VV IT-VI IT-VT RS-KM RS-VO RU-AD RU-AL RU-BA RU-BU RU-CE "
        "RU-CU RU-DA RU-IN RU-KB RU-KL RU-KC RU-KR RU-KK RU-KO RU-ME RU-MO RU-SA RU-SE RU-TA RU-TY RU-UD "
        "RU-ALT RU-KAM RU-KHA RU-KDA RU-KYA RU-PER RU-PRI RU-STA RU-ZAB RU-AMU RU-ARK RU-AST RU-BEL "
        "RU-BRY RU-CHE RU-IRK RU-IVA RU-KGD RU-KLU RU-KEM RU-KIR RU-KOS RU-KGN RU-KRS RU-LEN RU-LIP "
        "RU-MAG RU-MOS RU-MUR RU-NIZ RU-NGR RU-NVS RU-OMS RU-ORE RU-ORL RU-PNZ RU-PSK RU-ROS RU-RYA "
        "RU-SAK RU-SAM RU-SAR RU-SMO RU-SVE RU-TAM RU-TOM RU-TUL RU-TVE RU-TYU RU-ULY RU-VLA RU-VGG "
        "RU-VLG RU-VOR RU-YAR RU-MOW RU-SPE RU-YEV RU-CHU RU-KHM RU-NEN RU-YAN US-AK US-AL US-AR US-AZ "
        "US-CA US-CO US-CT US-DC US-DE US-FL US-GA US-HI US-IA US-ID US-IL US-IN US-KS US-KY US-LA US-MA "
        "US-MD US-ME US-MI US-MN US-MO US-MS US-MT US-NC US-ND US-NE US-NH US-NJ US-NM US-NV US-NY US-OH "
        "US-OK US-OR US-PA US-RI US-SC US-SD US-TN US-TX US-UT US-VA US-VT US-WA US-WI US-WV US-WY ECZ "
        "WORLD"
    ),
    50: "cm gr in kg lb mm oz px",
    51: (
        "00 01 02 03 04 05 06 07 08 09 10 11 12 13 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 "
        "34 35 37 38 39 40 41 42 43 44 45 46 47 48"
    ),
    55: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 20 21 25 32",
    57: "01 02 03 04 05 06 07 08",
    58: "01 02 03 04 05 06 07 08 09 11 12 13 14 15 17 21 22 23 24 25 27 31 32 33 34 35 36 37 41 42",
    59: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19",
    61: "00 01 02",
    62: "H P R S T Z",
    64: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 15 16 17 18",
    65: "01 09 10 11 12 20 21 22 23 30 31 32 33 34 40 41 42 43 44 45 46 47 48 49 50 51 52 97 98 99",
    68: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18",
    71: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 99",
    74: (
        "abk ace ach ada ady aar afh afr afa ain aka akk alb ale alg alq tut amh anp apa ara arg qar arp "
        "arw arm rup art asm ast ath atj aus aav map ava ave awa aym aze ban bat bal bam bai bad bnt bas "
        "bak baq btk bej bel bem ben ber bho bih bik bin bis byn zbl brx bos bra bre bug bul bum bua bur "
        "cad sro yue cat cau cay ceb cel cai tzm khm ckb chg cmc cha che chr chy chb nya cic chi chn chp "
        "cho chu chk chv nwc syc cop cor cos cre mus crp cpe cpf cpp crh hrv scr cus cze dak dan dar prs "
        "del din div doi dgr dra dua dum dut dyu dzo ike frs efi egy eka elx egl eng enm ang myv esx epo "
        "est gez ewe ewo fan fat fao fij fil fin fiu fon fre frm fro fur ful gaa car glg qgl sdn lug grt "
        "gay gba geo ger gmh goh gem gil git gon gor got grb grc gre grn nrf guj gwi hai hat hau haw heb "
        "her hil him hin hmo hit hmx hmn hop hun hup iba ice ido ibo ijo ilo smn inc ine ind inh moe ina "
        "ile ikt iku ipk qiv ira pes gle mga sga iro ita jpn jpx jav jow jrb jpr kbd kbp kab kac kal xal "
        "kam kan kau kaa krc kdr krl kar kas csb kaw kaz kha khi kho xuu kik kmb kin kir kqs kss tlh kom "
        "kon kok kor kpe kro kua kum kur kru kos kut fkv kwk lad lah lkt lam day lao lat lav qlk lez lij "
        "lim lin lit jbo lom lmo nds dsb loz lub lua lui smj lun luo lus ltz mac mad mag mai mak mlg may "
        "mal poz mlt mnc mdr cmn man mni mno glv swb mao arn mar chm mah mwr mas myn fit men mic crg gml "
        "min mwl moh mdf mol mkh lol mon cnr mos crm mun mwf nqo nah nsk nau nav nde nbl ndo nap nep qls "
        "new nia nic ssa niu nog qnf nai crl frr sme nor nob nno nub nym nyn nyo nzi oci arc oji oka odt "
        "non peo ood ori orm osa oss omq oto pal pau pli pam pag pan pap paa nso per phi phn pcd qsp pms "
        "crk pol pon por pra pro fuf pus que raj rjs rkt rap rar rcf rgn roa rum roh rom run rus sal sam "
        "smi smo sad sag san sat srm srd sas sdc sco gla sel sem scc srp srr ojs shn sna shs iii scn sid "
        "sgn bla szl snd sin zhx sit sio sms den sla slo slv sog som son snk wen sot sai alt crj sma spa "
        "srn zgh sto suk sux sun sus swa csw ssw swe gsw syr tgl tah tai tgk tmh tam shi tat tel tem ter "
        "tet tha thp tib tig tir tiv tli tpi tkl tod tog ton rmg tsd tsi tso tsn tum tup tur ota tuk tvl "
        "tyv twi tzo udm uga uig ukr umb hsb urj urd uzb vai qav ven vec vie vol vot wak wls wln war was "
        "guc wel fry qsw wal wol cwd wym xho sah yao yap yid yor ypk znd zap zza zen zha zul zun mis und "
        "mul zxx"
    ),
    79: (
        "01 26 27 59 02 55 57 58 03 04 05 06 07 08 09 10 12 13 14 15 16 17 18 19 20 21 22 23 24 25 30 31 "
        "32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 56 60 61 62"
    ),
    91: (
        "AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
        "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CS CU CV CW CX CY CZ DE DJ DK DM DO DZ "
        "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY "
        "HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA "
        "LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY "
        "MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
        "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
        "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT YU ZA ZM ZW"
    ),
    93: "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15",
    96: (
        "AED AFA AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGL BGN BHD BIF BMD BND BOB BRL "
        "BSD BTN BWP BYR BYN BZD CAD CDF CHF CLP CNY COP CRC CSD CUC CUP CVE CYP CZK DEM DJF DKK DOP DZD "
        "EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHC GHS GIP GMD GNF GRD GTQ GWP GYD HKD HNL HRK "
        "HTG HUF IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP "
        "LKR LRD LSL LTL LUF LVL LYD MAD MDL MGA MGF MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MYR MZN "
        "NAD NGN NIO NLG NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR ROL RON RSD RUB RUR RWF SAR "
        "SBD SCR SDD SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SRG STD STN SVC SYP SZL THB TJS TMM TMT TND "
        "TOP TPE TRL TRY TTD TWD TZS UAH UGX USD UYU UZS VEB VEF VES VND VUV WST XAF XCD XCG XOF XPF YER "
        "YUM ZAR ZMK ZMW ZWD ZWG ZWL"
    ),
    144: "00 01 02 03 04 05 06 07",
    148: "00 10 11 20",
    149: "01 02 03 04 05 06 07",
    150: (
        "00 AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AZ BA BB BC BD BE BF BG BH BI BJ BK BL BM BN BO "
        "BP BZ CA CB CC CD CE CZ DA DB DC DE DF DI DJ DK DL DM DN DO DZ EA EB EC ED FA FC FD FE FF FZ LA "
        "LB LC MA MB MC MZ PA PB PC PD PE PF PG PH PI PJ PK PL PM PN PO PP PQ PR PS PT PU PV PZ SA SB SC "
        "SD SE SF SG VA VF VI VJ VK VL VM VN VO VP VQ VZ XA XB XC XD XE XF XG XH XI XJ XK XL XM XN XO XY "
        "XZ ZA ZB ZC ZD ZE ZF ZG ZH ZI ZJ ZK ZL ZM ZN ZO ZP ZX ZY ZZ"
    ),
    153: (
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
        "33 34 35 36 37 38 39"
    ),
    154: "00 01 02 03 04 05 06 07 08 09 10",
    155: "01 04 14 15 17 24 27 28 31 32",
    158: (
        "01 02 56 57 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 "
        "31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 99"
    ),
    159: "01 02 03 04 05 06",
    160: "01 02 03 04 05 06 07 08 09 10 11",
    161: "01 02 03",
    162: "01 02 03 04 05 06 07 08 09 10",
    163: "01 02 09 10 11 12 13 16 19 20 21 22 23 25 26 27 28 29 30 31 32 33 35",
    164: "01 02 03 04 05 06 21 22 23 24 25 26 27 28 29 30 31 41 42 43 44 45 46 47 48 49 50 51 98 99",
    166: "02 08 18 25 29 30 34 50 51",
    167: "00 01 02 03 04 05 06 07 08 10 11 12",
    171: "01 02 03",
    173: "14 15 24",
    175: (
        "A101 A102 A103 A104 A105 A106 A107 A108 A109 A110 A111 A112 A113 A201 A202 A203 A204 A205 A206 "
        "A207 A208 A209 A210 A211 A212 A301 A302 A303 A304 A305 A310 A311 A312 A400 A401 A402 A403 A404 "
        "A410 A420 A421 A441 A451 A471 B101 B102 B103 B104 B105 B106 B107 B108 B109 B110 B111 B112 B113 "
        "B114 B115 B116 B117 B118 B119 B120 B121 B122 B123 B124 B125 B126 B127 B128 B129 B130 B131 B132 "
        "B133 B134 B135 B139 B140 B141 B201 B202 B204 B205 B206 B207 B208 B209 B210 B212 B213 B214 B215 "
        "B216 B221 B222 B223 B224 B225 B301 B302 B303 B304 B305 B306 B307 B308 B309 B310 B311 B312 B313 "
        "B314 B315 B316 B317 B318 B319 B320 B321 B400 B401 B402 B403 B404 B405 B406 B407 B419 B408 B409 "
        "B410 B411 B412 B413 B414 B415 B416 B417 B418 B420 B421 B422 B423 B424 B425 B426 B501 B502 B503 "
        "B504 B505 B506 B507 B508 B509 B510 B511 B512 B513 B514 B515 B516 B517 B518 B519 B520 B521 B522 "
        "B523 B524 B525 B601 B602 B603 B604 B605 B606 B607 B608 B609 B610 B611 B701 B702 B703 B704 B705 "
        "B706 B707 B708 B709 B750 B751 B752 C750 D101 D102 D103 D104 D105 D201 D202 D203 D204 D205 D206 "
        "D207 D301 D302 D303 D304 D305 D306 D307 D308 D309 D310 D311 D312 D313 D314 D315 D316 D317 D318 "
        "D319 D320 D321 D322 D323 D324 E100 E101 E102 E103 E104 E105 E106 E107 E108 E109 E110 E111 E112 "
        "E113 E114 E115 E116 E117 E118 E119 E120 E121 E122 E123 E124 E125 E126 E127 E128 E129 E130 E131 "
        "E132 E133 E134 E135 E136 E139 E140 E141 E142 E143 E144 E145 E146 E147 E148 E149 E150 E151 E200 "
        "E201 E202 E203 E204 E205 E206 E210 E211 E212 E213 E221 E222 E223 E224 E225 E226 E227 L101 P091 "
        "P092 P096 P097 P098 P099 P101 P102 P103 P104 P105 P106 P107 P108 P109 P110 P111 P112 P113 P114 "
        "P115 P116 P131 P132 P133 P134 P120 P121 P122 P123 P124 P125 P126 P127 P201 P202 P203 P204 P301 "
        "P305 P306 V201 V202 V203 V205 V206 V207 V210 V211 V212 V213 V214 V215 V220 V221 Z101 Z102 Z103 "
        "Z111 Z112 Z113 Z121"
    ),
    178: (
        "A103 A104 A105 A106 A107 A108 A111 D101 D102 D103 D104 D105 D106 D107 D108 D109 D401 D501 D502 "
        "D503 D504 D505 D506 D507 D508 D509 D510 E101 E105 E107 E112 E113 E115 E116 E139 E140"
    ),
    196: (
        "00 01 02 03 04 05 06 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28 29 30 31 32 34 "
        "35 36 37 38 39 40 41 51 52 53 54 75 76 77 80 81 82 84 85 86 88 89 90 91 92 93 94 95 96 97 98 99"
    ),
    197: "01 02 03 04 05 06 07",
}

CODES: Final[Mapping[int, frozenset[str]]] = {
    number: frozenset(text.split()) for number, text in _CODES.items()
}
"""Number of the list to its codes."""

COUNTRIES: Final = CODES[91]
"""All countries (ISO 3166-1 alpha-2)."""
