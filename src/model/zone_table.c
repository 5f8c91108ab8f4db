/* Written by ci/zones from Debian's tzdata 2026f. Not to be edited. */
#include "model/zone_table.h"

#include "base/attr.h"

/* clang-format off */
const char sg_zone_table_version[] = "2026f";

const struct sg_zone_jump sg_zone_table_jumps[] = {
	{1703376000u, 60}, /* 2023-12-24 00:00 Africa/Casablanca */
	{1710036000u, 0}, /* 2024-03-10 02:00 Africa/Casablanca */
	{1713060000u, 60}, /* 2024-04-14 02:00 Africa/Casablanca */
	{1740276000u, 0}, /* 2025-02-23 02:00 Africa/Casablanca */
	{1743904800u, 60}, /* 2025-04-06 02:00 Africa/Casablanca */
	{1771120800u, 0}, /* 2026-02-15 02:00 Africa/Casablanca */
	{1774144800u, 60}, /* 2026-03-22 02:00 Africa/Casablanca */
	{1789866000u, SG_ZONE_BY_RULE}, /* 2026-09-20 01:00 Africa/Casablanca */
	{1703376000u, 360}, /* 2023-12-24 00:00 Asia/Almaty */
	{1709229600u, SG_ZONE_BY_RULE}, /* 2024-02-29 18:00 Asia/Almaty */
	{1703376000u, -60}, /* 2023-12-24 00:00 America/Scoresbysund */
	{1711846800u, SG_ZONE_BY_RULE}, /* 2024-03-31 01:00 America/Scoresbysund */
	{1703376000u, -180}, /* 2023-12-24 00:00 America/Asuncion */
	{1711249200u, -240}, /* 2024-03-24 03:00 America/Asuncion */
	{1728187200u, SG_ZONE_BY_RULE}, /* 2024-10-06 04:00 America/Asuncion */
	{1703376000u, -180}, /* 2023-12-24 00:00 America/Coyhaique */
	{1712458800u, -240}, /* 2024-04-07 03:00 America/Coyhaique */
	{1725768000u, SG_ZONE_BY_RULE}, /* 2024-09-08 04:00 America/Coyhaique */
	{1703376000u, -300}, /* 2023-12-24 00:00 America/Havana */
	{1710046800u, -240}, /* 2024-03-10 05:00 America/Havana */
	{1730610000u, -300}, /* 2024-11-03 05:00 America/Havana */
	{1741496400u, -240}, /* 2025-03-09 05:00 America/Havana */
	{1762059600u, -300}, /* 2025-11-02 05:00 America/Havana */
	{1772946000u, -240}, /* 2026-03-08 05:00 America/Havana */
	{1805000400u, SG_ZONE_BY_RULE}, /* 2027-03-14 05:00 America/Havana */
	{1703376000u, -420}, /* 2023-12-24 00:00 America/Edmonton */
	{1710061200u, -360}, /* 2024-03-10 09:00 America/Edmonton */
	{1730620800u, -420}, /* 2024-11-03 08:00 America/Edmonton */
	{1741510800u, -360}, /* 2025-03-09 09:00 America/Edmonton */
	{1762070400u, -420}, /* 2025-11-02 08:00 America/Edmonton */
	{1772960400u, SG_ZONE_BY_RULE}, /* 2026-03-08 09:00 America/Edmonton */
	{1703376000u, 120}, /* 2023-12-24 00:00 Asia/Gaza */
	{1713571200u, 180}, /* 2024-04-20 00:00 Asia/Gaza */
	{1729897200u, 120}, /* 2024-10-25 23:00 Asia/Gaza */
	{1744416000u, 180}, /* 2025-04-12 00:00 Asia/Gaza */
	{1761346800u, 120}, /* 2025-10-24 23:00 Asia/Gaza */
	{1774656000u, 180}, /* 2026-03-28 00:00 Asia/Gaza */
	{1792796400u, 120}, /* 2026-10-23 23:00 Asia/Gaza */
	{1806105600u, 180}, /* 2027-03-27 00:00 Asia/Gaza */
	{1824850800u, 120}, /* 2027-10-29 23:00 Asia/Gaza */
	{1837555200u, 180}, /* 2028-03-25 00:00 Asia/Gaza */
	{1856300400u, 120}, /* 2028-10-27 23:00 Asia/Gaza */
	{1869004800u, 180}, /* 2029-03-24 00:00 Asia/Gaza */
	{1887750000u, 120}, /* 2029-10-26 23:00 Asia/Gaza */
	{1901059200u, 180}, /* 2030-03-30 00:00 Asia/Gaza */
	{1919199600u, 120}, /* 2030-10-25 23:00 Asia/Gaza */
	{1932508800u, 180}, /* 2031-03-29 00:00 Asia/Gaza */
	{1950649200u, 120}, /* 2031-10-24 23:00 Asia/Gaza */
	{1963958400u, 180}, /* 2032-03-27 00:00 Asia/Gaza */
	{1982703600u, 120}, /* 2032-10-29 23:00 Asia/Gaza */
	{1995408000u, 180}, /* 2033-03-26 00:00 Asia/Gaza */
	{2014153200u, 120}, /* 2033-10-28 23:00 Asia/Gaza */
	{2026857600u, 180}, /* 2034-03-25 00:00 Asia/Gaza */
	{2045602800u, 120}, /* 2034-10-27 23:00 Asia/Gaza */
	{2058307200u, 180}, /* 2035-03-24 00:00 Asia/Gaza */
	{2077052400u, 120}, /* 2035-10-26 23:00 Asia/Gaza */
	{2090361600u, 180}, /* 2036-03-29 00:00 Asia/Gaza */
	{2107897200u, 120}, /* 2036-10-17 23:00 Asia/Gaza */
	{2108502000u, SG_ZONE_BY_RULE}, /* 2036-10-24 23:00 Asia/Gaza */
	{1703376000u, -360}, /* 2023-12-24 00:00 America/Rainy_River */
	{1710057600u, -300}, /* 2024-03-10 08:00 America/Rainy_River */
	{1730617200u, -360}, /* 2024-11-03 07:00 America/Rainy_River */
	{1741507200u, -300}, /* 2025-03-09 08:00 America/Rainy_River */
	{1762066800u, -360}, /* 2025-11-02 07:00 America/Rainy_River */
	{1772956800u, SG_ZONE_BY_RULE}, /* 2026-03-08 08:00 America/Rainy_River */
	{1703376000u, -480}, /* 2023-12-24 00:00 America/Vancouver */
	{1710064800u, -420}, /* 2024-03-10 10:00 America/Vancouver */
	{1730624400u, -480}, /* 2024-11-03 09:00 America/Vancouver */
	{1741514400u, -420}, /* 2025-03-09 10:00 America/Vancouver */
	{1762074000u, -480}, /* 2025-11-02 09:00 America/Vancouver */
	{1772964000u, SG_ZONE_BY_RULE}, /* 2026-03-08 10:00 America/Vancouver */
};

const struct sg_zone_row sg_zone_table_rows[] = {
	{"<+00>0\0Africa/Casablanca\0Africa/El_Aaiun\0Casablanca\0", 0, 8},
	{"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3\0Antarctica/Troll\0", 0, 0},
	{"<+01>-1\0Etc/GMT-1\0", 0, 0},
	{"<+02>-2\0Etc/GMT-2\0", 0, 0},
	{"<+0330>-3:30\0Asia/Tehran\0Iran\0Tehran\0", 0, 0},
	{"<+03>-3\0Antarctica/Syowa\0Asia/Aden\0Asia/Amman\0Asia/Baghdad\0Asia/Bahrain\0"
	 "Asia/Damascus\0Asia/Istanbul\0Asia/Kuwait\0Asia/Qatar\0Asia/Riyadh\0Etc/GMT-3\0"
	 "Europe/Istanbul\0Europe/Minsk\0Turkey\0Istanbul\0Minsk\0Kuwait\0Riyadh\0Baghdad\0", 0, 0},
	{"<+0430>-4:30\0Asia/Kabul\0Kabul\0", 0, 0},
	{"<+04>-4\0Asia/Baku\0Asia/Dubai\0Asia/Muscat\0Asia/Tbilisi\0Asia/Yerevan\0Etc/GMT-4\0"
	 "Europe/Astrakhan\0Europe/Samara\0Europe/Saratov\0Europe/Ulyanovsk\0Indian/Mahe\0"
	 "Indian/Mauritius\0Indian/Reunion\0Samara\0Abu Dhabi\0Muscat\0Baku\0Tbilisi\0Yerevan\0", 0, 0},
	{"<+0530>-5:30\0Asia/Colombo\0Sri Jayawardenepura\0", 0, 0},
	{"<+0545>-5:45\0Asia/Kathmandu\0Asia/Katmandu\0Kathmandu\0", 0, 0},
	{"<+05>-5\0Antarctica/Mawson\0Antarctica/Vostok\0Asia/Aqtau\0Asia/Aqtobe\0"
	 "Asia/Ashgabat\0Asia/Ashkhabad\0Asia/Atyrau\0Asia/Dushanbe\0Asia/Oral\0Asia/Qyzylorda\0"
	 "Asia/Samarkand\0Asia/Tashkent\0Asia/Yekaterinburg\0Etc/GMT-5\0Indian/Kerguelen\0"
	 "Indian/Maldives\0Ekaterinburg\0Tashkent\0", 0, 0},
	{"<+05>-5\0Asia/Almaty\0Asia/Qostanay\0Almaty\0", 8, 2},
	{"<+0630>-6:30\0Asia/Rangoon\0Asia/Yangon\0Indian/Cocos\0Rangoon\0", 0, 0},
	{"<+06>-6\0Asia/Bishkek\0Asia/Dacca\0Asia/Dhaka\0Asia/Kashgar\0Asia/Omsk\0Asia/Thimbu\0"
	 "Asia/Thimphu\0Asia/Urumqi\0Etc/GMT-6\0Indian/Chagos\0Dhaka\0Urumqi\0", 0, 0},
	{"<+07>-7\0Antarctica/Davis\0Asia/Bangkok\0Asia/Barnaul\0Asia/Ho_Chi_Minh\0Asia/Hovd\0"
	 "Asia/Krasnoyarsk\0Asia/Novokuznetsk\0Asia/Novosibirsk\0Asia/Phnom_Penh\0Asia/Saigon\0"
	 "Asia/Tomsk\0Asia/Vientiane\0Etc/GMT-7\0Indian/Christmas\0Novosibirsk\0Bangkok\0Hanoi\0"
	 "Krasnoyarsk\0", 0, 0},
	{"<+0845>-8:45\0Australia/Eucla\0", 0, 0},
	{"<+08>-8\0Antarctica/Casey\0Asia/Brunei\0Asia/Choibalsan\0Asia/Irkutsk\0"
	 "Asia/Kuala_Lumpur\0Asia/Kuching\0Asia/Singapore\0Asia/Ulaanbaatar\0Asia/Ulan_Bator\0"
	 "Etc/GMT-8\0Singapore\0Kuala Lumpur\0Irkutsk\0Ulaanbaatar\0", 0, 0},
	{"<+09>-9\0Asia/Chita\0Asia/Dili\0Asia/Khandyga\0Asia/Yakutsk\0Etc/GMT-9\0"
	 "Pacific/Palau\0Yakutsk\0", 0, 0},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0\0Australia/LHI\0Australia/Lord_Howe\0", 0, 0},
	{"<+10>-10\0Antarctica/DumontDUrville\0Asia/Ust-Nera\0Asia/Vladivostok\0Etc/GMT-10\0"
	 "Pacific/Chuuk\0Pacific/Port_Moresby\0Pacific/Truk\0Pacific/Yap\0Vladivostok\0"
	 "Port Moresby\0", 0, 0},
	{"<+11>-11\0Asia/Magadan\0Asia/Sakhalin\0Asia/Srednekolymsk\0Etc/GMT-11\0"
	 "Pacific/Bougainville\0Pacific/Efate\0Pacific/Guadalcanal\0Pacific/Kosrae\0"
	 "Pacific/Noumea\0Pacific/Pohnpei\0Pacific/Ponape\0Magadan\0Srednekolymsk\0Solomon Is.\0"
	 "New Caledonia\0", 0, 0},
	{"<+11>-11<+12>,M10.1.0,M4.1.0/3\0Pacific/Norfolk\0", 0, 0},
	{"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45\0NZ-CHAT\0Pacific/Chatham\0Chatham Is.\0", 0, 0},
	{"<+12>-12\0Asia/Anadyr\0Asia/Kamchatka\0Etc/GMT-12\0Kwajalein\0Pacific/Fiji\0"
	 "Pacific/Funafuti\0Pacific/Kwajalein\0Pacific/Majuro\0Pacific/Nauru\0Pacific/Tarawa\0"
	 "Pacific/Wake\0Pacific/Wallis\0Fiji\0Kamchatka\0Marshall Is.\0", 0, 0},
	{"<+13>-13\0Etc/GMT-13\0Pacific/Apia\0Pacific/Enderbury\0Pacific/Fakaofo\0"
	 "Pacific/Kanton\0Pacific/Tongatapu\0Nuku'alofa\0Tokelau Is.\0Samoa\0", 0, 0},
	{"<+14>-14\0Etc/GMT-14\0Pacific/Kiritimati\0", 0, 0},
	{"<-01>1\0Atlantic/Cape_Verde\0Etc/GMT+1\0Cape Verde Is.\0", 0, 0},
	{"<-01>1<+00>,M3.5.0/0,M10.5.0/1\0Atlantic/Azores\0Azores\0", 0, 0},
	{"<-02>2\0America/Noronha\0Atlantic/South_Georgia\0Brazil/DeNoronha\0Etc/GMT+2\0"
	 "Mid-Atlantic\0", 0, 0},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0\0America/Godthab\0America/Nuuk\0Greenland\0", 0, 0},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0\0America/Scoresbysund\0", 10, 2},
	{"<-03>3\0America/Araguaina\0America/Argentina/Buenos_Aires\0"
	 "America/Argentina/Catamarca\0America/Argentina/ComodRivadavia\0"
	 "America/Argentina/Cordoba\0America/Argentina/Jujuy\0America/Argentina/La_Rioja\0"
	 "America/Argentina/Mendoza\0America/Argentina/Rio_Gallegos\0America/Argentina/Salta\0"
	 "America/Argentina/San_Juan\0America/Argentina/San_Luis\0America/Argentina/Tucuman\0"
	 "America/Argentina/Ushuaia\0America/Bahia\0America/Belem\0America/Buenos_Aires\0"
	 "America/Catamarca\0America/Cayenne\0America/Cordoba\0America/Fortaleza\0"
	 "America/Jujuy\0America/Maceio\0America/Mendoza\0America/Montevideo\0"
	 "America/Paramaribo\0America/Punta_Arenas\0America/Recife\0America/Rosario\0"
	 "America/Santarem\0America/Sao_Paulo\0Antarctica/Palmer\0Antarctica/Rothera\0"
	 "Atlantic/Stanley\0Brazil/East\0Etc/GMT+3\0Brasilia\0Buenos Aires\0Montevideo\0", 0, 0},
	{"<-03>3\0America/Asuncion\0", 12, 3},
	{"<-03>3\0America/Coyhaique\0", 15, 3},
	{"<-03>3<-02>,M3.2.0,M11.1.0\0America/Miquelon\0", 0, 0},
	{"<-04>4\0America/Boa_Vista\0America/Campo_Grande\0America/Caracas\0America/Cuiaba\0"
	 "America/Guyana\0America/La_Paz\0America/Manaus\0America/Porto_Velho\0Brazil/West\0"
	 "Etc/GMT+4\0Caracas\0La Paz\0Georgetown\0", 0, 0},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24\0America/Santiago\0Chile/Continental\0Santiago\0", 0, 0},
	{"<-05>5\0America/Bogota\0America/Eirunepe\0America/Guayaquil\0America/Lima\0"
	 "America/Porto_Acre\0America/Rio_Branco\0Brazil/Acre\0Etc/GMT+5\0Bogota\0Lima\0Quito\0", 0, 0},
	{"<-06>6\0Etc/GMT+6\0Pacific/Galapagos\0", 0, 0},
	{"<-06>6<-05>,M9.1.6/22,M4.1.6/22\0Chile/EasterIsland\0Pacific/Easter\0", 0, 0},
	{"<-07>7\0Etc/GMT+7\0", 0, 0},
	{"<-08>8\0Etc/GMT+8\0Pacific/Pitcairn\0", 0, 0},
	{"<-0930>9:30\0Pacific/Marquesas\0", 0, 0},
	{"<-09>9\0Etc/GMT+9\0Pacific/Gambier\0", 0, 0},
	{"<-10>10\0Etc/GMT+10\0Pacific/Rarotonga\0Pacific/Tahiti\0", 0, 0},
	{"<-11>11\0Etc/GMT+11\0Pacific/Niue\0", 0, 0},
	{"<-12>12\0Etc/GMT+12\0International Date Line West\0", 0, 0},
	{"ACST-9:30\0Australia/Darwin\0Australia/North\0Darwin\0", 0, 0},
	{"ACST-9:30ACDT,M10.1.0,M4.1.0/3\0Australia/Adelaide\0Australia/Broken_Hill\0"
	 "Australia/South\0Australia/Yancowinna\0Adelaide\0", 0, 0},
	{"AEST-10\0Australia/Brisbane\0Australia/Lindeman\0Australia/Queensland\0Brisbane\0", 0, 0},
	{"AEST-10AEDT,M10.1.0,M4.1.0/3\0Antarctica/Macquarie\0Australia/ACT\0"
	 "Australia/Canberra\0Australia/Currie\0Australia/Hobart\0Australia/Melbourne\0"
	 "Australia/NSW\0Australia/Sydney\0Australia/Tasmania\0Australia/Victoria\0Canberra\0"
	 "Melbourne\0Sydney\0Hobart\0", 0, 0},
	{"AKST9AKDT,M3.2.0,M11.1.0\0America/Anchorage\0America/Juneau\0America/Metlakatla\0"
	 "America/Nome\0America/Sitka\0America/Yakutat\0US/Alaska\0Alaska\0", 0, 0},
	{"AST4\0America/Anguilla\0America/Antigua\0America/Aruba\0America/Barbados\0"
	 "America/Blanc-Sablon\0America/Curacao\0America/Dominica\0America/Grenada\0"
	 "America/Guadeloupe\0America/Kralendijk\0America/Lower_Princes\0America/Marigot\0"
	 "America/Martinique\0America/Montserrat\0America/Port_of_Spain\0America/Puerto_Rico\0"
	 "America/Santo_Domingo\0America/St_Barthelemy\0America/St_Kitts\0America/St_Lucia\0"
	 "America/St_Thomas\0America/St_Vincent\0America/Tortola\0America/Virgin\0Puerto Rico\0", 0, 0},
	{"AST4ADT,M3.2.0,M11.1.0\0America/Glace_Bay\0America/Goose_Bay\0America/Halifax\0"
	 "America/Moncton\0America/Thule\0Atlantic/Bermuda\0Canada/Atlantic\0"
	 "Atlantic Time (Canada)\0", 0, 0},
	{"AWST-8\0Australia/Perth\0Australia/West\0Perth\0", 0, 0},
	{"CAT-2\0Africa/Blantyre\0Africa/Bujumbura\0Africa/Gaborone\0Africa/Harare\0"
	 "Africa/Juba\0Africa/Khartoum\0Africa/Kigali\0Africa/Lubumbashi\0Africa/Lusaka\0"
	 "Africa/Maputo\0Africa/Windhoek\0Harare\0", 0, 0},
	{"CET-1\0Africa/Algiers\0Africa/Tunis\0West Central Africa\0", 0, 0},
	{"CET-1CEST,M3.5.0,M10.5.0/3\0Africa/Ceuta\0Arctic/Longyearbyen\0Atlantic/Jan_Mayen\0"
	 "CET\0Europe/Amsterdam\0Europe/Andorra\0Europe/Belgrade\0Europe/Berlin\0"
	 "Europe/Bratislava\0Europe/Brussels\0Europe/Budapest\0Europe/Busingen\0"
	 "Europe/Copenhagen\0Europe/Gibraltar\0Europe/Ljubljana\0Europe/Luxembourg\0"
	 "Europe/Madrid\0Europe/Malta\0Europe/Monaco\0Europe/Oslo\0Europe/Paris\0"
	 "Europe/Podgorica\0Europe/Prague\0Europe/Rome\0Europe/San_Marino\0Europe/Sarajevo\0"
	 "Europe/Skopje\0Europe/Stockholm\0Europe/Tirane\0Europe/Vaduz\0Europe/Vatican\0"
	 "Europe/Vienna\0Europe/Warsaw\0Europe/Zagreb\0Europe/Zurich\0Poland\0Belgrade\0"
	 "Bratislava\0Budapest\0Ljubljana\0Prague\0Sarajevo\0Skopje\0Warsaw\0Zagreb\0Brussels\0"
	 "Copenhagen\0Madrid\0Paris\0Amsterdam\0Berlin\0Bern\0Zurich\0Rome\0Stockholm\0Vienna\0", 0, 0},
	{"CST-8\0Asia/Chongqing\0Asia/Chungking\0Asia/Harbin\0Asia/Macao\0Asia/Macau\0"
	 "Asia/Shanghai\0Asia/Taipei\0PRC\0ROC\0Beijing\0Chongqing\0Taipei\0", 0, 0},
	{"CST5CDT,M3.2.0/0,M11.1.0/1\0America/Havana\0Cuba\0", 18, 7},
	{"CST6\0America/Bahia_Banderas\0America/Belize\0America/Chihuahua\0America/Costa_Rica\0"
	 "America/El_Salvador\0America/Guatemala\0America/Managua\0America/Merida\0"
	 "America/Mexico_City\0America/Monterrey\0America/Regina\0America/Swift_Current\0"
	 "America/Tegucigalpa\0Canada/Saskatchewan\0Mexico/General\0Chihuahua\0Saskatchewan\0"
	 "Guadalajara\0Mexico City\0Monterrey\0Central America\0", 0, 0},
	{"CST6\0America/Edmonton\0America/Inuvik\0America/Yellowknife\0Canada/Mountain\0", 25, 6},
	{"CST6CDT,M3.2.0,M11.1.0\0America/Chicago\0America/Indiana/Knox\0"
	 "America/Indiana/Tell_City\0America/Knox_IN\0America/Matamoros\0America/Menominee\0"
	 "America/North_Dakota/Beulah\0America/North_Dakota/Center\0"
	 "America/North_Dakota/New_Salem\0America/Ojinaga\0America/Rankin_Inlet\0"
	 "America/Resolute\0CST6CDT\0US/Central\0US/Indiana-Starke\0Central Time (US & Canada)\0", 0, 0},
	{"ChST-10\0Pacific/Guam\0Pacific/Saipan\0Guam\0", 0, 0},
	{"EAT-3\0Africa/Addis_Ababa\0Africa/Asmara\0Africa/Asmera\0Africa/Dar_es_Salaam\0"
	 "Africa/Djibouti\0Africa/Kampala\0Africa/Mogadishu\0Africa/Nairobi\0"
	 "Indian/Antananarivo\0Indian/Comoro\0Indian/Mayotte\0Nairobi\0", 0, 0},
	{"EET-2\0Africa/Tripoli\0Europe/Kaliningrad\0Libya\0Kaliningrad\0", 0, 0},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50\0Asia/Gaza\0Asia/Hebron\0", 31, 28},
	{"EET-2EEST,M3.5.0/0,M10.5.0/0\0Asia/Beirut\0", 0, 0},
	{"EET-2EEST,M3.5.0/3,M10.5.0/4\0Asia/Famagusta\0Asia/Nicosia\0EET\0Europe/Athens\0"
	 "Europe/Bucharest\0Europe/Chisinau\0Europe/Helsinki\0Europe/Kiev\0Europe/Kyiv\0"
	 "Europe/Mariehamn\0Europe/Nicosia\0Europe/Riga\0Europe/Sofia\0Europe/Tallinn\0"
	 "Europe/Tiraspol\0Europe/Uzhgorod\0Europe/Vilnius\0Europe/Zaporozhye\0Bucharest\0"
	 "Helsinki\0Kyiv\0Riga\0Sofia\0Tallinn\0Vilnius\0Athens\0", 0, 0},
	{"EET-2EEST,M4.5.5/0,M10.5.4/24\0Africa/Cairo\0Egypt\0Cairo\0", 0, 0},
	{"EST5\0America/Atikokan\0America/Cancun\0America/Cayman\0America/Coral_Harbour\0"
	 "America/Jamaica\0America/Panama\0EST\0Jamaica\0", 0, 0},
	{"EST5\0America/Rainy_River\0America/Winnipeg\0Canada/Central\0", 59, 6},
	{"EST5EDT,M3.2.0,M11.1.0\0America/Detroit\0America/Fort_Wayne\0America/Grand_Turk\0"
	 "America/Indiana/Indianapolis\0America/Indiana/Marengo\0America/Indiana/Petersburg\0"
	 "America/Indiana/Vevay\0America/Indiana/Vincennes\0America/Indiana/Winamac\0"
	 "America/Indianapolis\0America/Iqaluit\0America/Kentucky/Louisville\0"
	 "America/Kentucky/Monticello\0America/Louisville\0America/Montreal\0America/Nassau\0"
	 "America/New_York\0America/Nipigon\0America/Pangnirtung\0America/Port-au-Prince\0"
	 "America/Thunder_Bay\0America/Toronto\0Canada/Eastern\0EST5EDT\0US/East-Indiana\0"
	 "US/Eastern\0US/Michigan\0Eastern Time (US & Canada)\0Indiana (East)\0", 0, 0},
	{"GMT0\0Africa/Abidjan\0Africa/Accra\0Africa/Bamako\0Africa/Banjul\0Africa/Bissau\0"
	 "Africa/Conakry\0Africa/Dakar\0Africa/Freetown\0Africa/Lome\0Africa/Monrovia\0"
	 "Africa/Nouakchott\0Africa/Ouagadougou\0Africa/Sao_Tome\0Africa/Timbuktu\0"
	 "America/Danmarkshavn\0Atlantic/Reykjavik\0Atlantic/St_Helena\0Etc/GMT\0Etc/GMT+0\0"
	 "Etc/GMT-0\0Etc/GMT0\0Etc/Greenwich\0GMT\0GMT+0\0GMT-0\0GMT0\0Greenwich\0Iceland\0"
	 "Monrovia\0", 0, 0},
	{"GMT0BST,M3.5.0/1,M10.5.0\0Europe/Belfast\0Europe/Guernsey\0Europe/Isle_of_Man\0"
	 "Europe/Jersey\0Europe/London\0GB\0GB-Eire\0Edinburgh\0London\0", 0, 0},
	{"HKT-8\0Asia/Hong_Kong\0Hongkong\0Hong Kong\0", 0, 0},
	{"HST10\0HST\0Pacific/Honolulu\0Pacific/Johnston\0US/Hawaii\0Hawaii\0", 0, 0},
	{"HST10HDT,M3.2.0,M11.1.0\0America/Adak\0America/Atka\0US/Aleutian\0", 0, 0},
	{"IST-1GMT0,M10.5.0,M3.5.0/1\0Eire\0Europe/Dublin\0Dublin\0", 0, 0},
	{"IST-2IDT,M3.4.4/26,M10.5.0\0Asia/Jerusalem\0Asia/Tel_Aviv\0Israel\0Jerusalem\0", 0, 0},
	{"IST-5:30\0Asia/Calcutta\0Asia/Kolkata\0Chennai\0Kolkata\0Mumbai\0New Delhi\0", 0, 0},
	{"JST-9\0Asia/Tokyo\0Japan\0Osaka\0Sapporo\0Tokyo\0", 0, 0},
	{"KST-9\0Asia/Pyongyang\0Asia/Seoul\0ROK\0Seoul\0", 0, 0},
	{"MET-1MEST,M3.5.0,M10.5.0/3\0MET\0", 0, 0},
	{"MSK-3\0Europe/Kirov\0Europe/Moscow\0Europe/Simferopol\0Europe/Volgograd\0W-SU\0"
	 "Moscow\0St. Petersburg\0Volgograd\0", 0, 0},
	{"MST7\0America/Creston\0America/Dawson\0America/Dawson_Creek\0America/Fort_Nelson\0"
	 "America/Hermosillo\0America/Mazatlan\0America/Phoenix\0America/Whitehorse\0"
	 "Canada/Yukon\0MST\0Mexico/BajaSur\0US/Arizona\0Arizona\0Mazatlan\0", 0, 0},
	{"MST7\0America/Vancouver\0Canada/Pacific\0", 65, 6},
	{"MST7MDT,M3.2.0,M11.1.0\0America/Boise\0America/Cambridge_Bay\0America/Ciudad_Juarez\0"
	 "America/Denver\0America/Shiprock\0MST7MDT\0Navajo\0US/Mountain\0"
	 "Mountain Time (US & Canada)\0", 0, 0},
	{"NST3:30NDT,M3.2.0,M11.1.0\0America/St_Johns\0Canada/Newfoundland\0Newfoundland\0", 0, 0},
	{"NZST-12NZDT,M9.5.0,M4.1.0/3\0Antarctica/McMurdo\0Antarctica/South_Pole\0NZ\0"
	 "Pacific/Auckland\0Auckland\0Wellington\0", 0, 0},
	{"PKT-5\0Asia/Karachi\0Islamabad\0Karachi\0", 0, 0},
	{"PST-8\0Asia/Manila\0", 0, 0},
	{"PST8PDT,M3.2.0,M11.1.0\0America/Ensenada\0America/Los_Angeles\0America/Santa_Isabel\0"
	 "America/Tijuana\0Mexico/BajaNorte\0PST8PDT\0US/Pacific\0Pacific Time (US & Canada)\0"
	 "Tijuana\0", 0, 0},
	{"SAST-2\0Africa/Johannesburg\0Africa/Maseru\0Africa/Mbabane\0Pretoria\0", 0, 0},
	{"SST11\0Pacific/Midway\0Pacific/Pago_Pago\0Pacific/Samoa\0US/Samoa\0Midway Island\0"
	 "American Samoa\0", 0, 0},
	{"UTC0\0Etc/UCT\0Etc/UTC\0Etc/Universal\0Etc/Zulu\0UCT\0UTC\0Universal\0Zulu\0", 0, 0},
	{"WAT-1\0Africa/Bangui\0Africa/Brazzaville\0Africa/Douala\0Africa/Kinshasa\0"
	 "Africa/Lagos\0Africa/Libreville\0Africa/Luanda\0Africa/Malabo\0Africa/Ndjamena\0"
	 "Africa/Niamey\0Africa/Porto-Novo\0", 0, 0},
	{"WET0WEST,M3.5.0/1,M10.5.0\0Atlantic/Canary\0Atlantic/Faeroe\0Atlantic/Faroe\0"
	 "Atlantic/Madeira\0Europe/Lisbon\0Portugal\0WET\0Lisbon\0", 0, 0},
	{"WIB-7\0Asia/Jakarta\0Asia/Pontianak\0Jakarta\0", 0, 0},
	{"WIT-9\0Asia/Jayapura\0", 0, 0},
	{"WITA-8\0Asia/Makassar\0Asia/Ujung_Pandang\0", 0, 0},
};

const size_t sg_zone_table_row_count = SG_COUNT(sg_zone_table_rows);
