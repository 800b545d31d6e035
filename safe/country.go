package safe

import (
	"strconv"
	"strings"
	"sync"
)

// callingCodes are the country calling codes that the ITU has assigned
// (Recommendation E.164, list of assigned codes). Where a numbering plan's
// lengths are certain and narrow, they follow as the least and most digits
// behind the code; they serve only to call a number odd, never to change it.
const callingCodes = `
1 10 10 US, Canada, Caribbean
7 10 10 Russia, Kazakhstan
20 8 10 Egypt
27 9 9 South Africa
30 10 10 Greece
31 0 0 Netherlands
32 8 9 Belgium
33 9 9 France
34 9 9 Spain
36 8 9 Hungary
39 0 0 Italy, Vatican City
40 9 9 Romania
41 9 9 Switzerland
43 0 0 Austria
44 0 0 United Kingdom
45 8 8 Denmark
46 0 0 Sweden
47 0 0 Norway
48 9 9 Poland
49 0 0 Germany
51 8 9 Peru
52 10 11 Mexico
53 0 0 Cuba
54 10 11 Argentina
55 10 11 Brazil
56 9 9 Chile
57 0 0 Colombia
58 10 10 Venezuela
60 0 0 Malaysia
61 0 0 Australia
62 0 0 Indonesia
63 0 0 Philippines
64 0 0 New Zealand
65 8 8 Singapore
66 8 9 Thailand
81 0 0 Japan
82 0 0 South Korea
84 0 0 Vietnam
86 0 0 China
90 10 10 Turkey
91 10 10 India
92 9 10 Pakistan
93 9 9 Afghanistan
94 9 9 Sri Lanka
95 0 0 Myanmar
98 10 10 Iran
211 9 9 South Sudan
212 9 9 Morocco
213 8 9 Algeria
216 8 8 Tunisia
218 0 0 Libya
220 7 7 Gambia
221 9 9 Senegal
222 8 8 Mauritania
223 8 8 Mali
224 0 0 Guinea
225 10 10 Ivory Coast
226 8 8 Burkina Faso
227 8 8 Niger
228 8 8 Togo
229 8 10 Benin
230 7 8 Mauritius
231 0 0 Liberia
232 8 8 Sierra Leone
233 9 9 Ghana
234 0 0 Nigeria
235 8 8 Chad
236 8 8 Central African Republic
237 8 9 Cameroon
238 7 7 Cape Verde
239 7 7 Sao Tome and Principe
240 9 9 Equatorial Guinea
241 0 0 Gabon
242 9 9 Congo
243 9 9 DR Congo
244 9 9 Angola
245 0 0 Guinea-Bissau
246 7 7 Diego Garcia
247 0 0 Ascension
248 7 7 Seychelles
249 9 9 Sudan
250 9 9 Rwanda
251 9 9 Ethiopia
252 0 0 Somalia
253 8 8 Djibouti
254 9 9 Kenya
255 9 9 Tanzania
256 9 9 Uganda
257 8 8 Burundi
258 8 9 Mozambique
260 9 9 Zambia
261 9 9 Madagascar
262 9 9 Reunion, Mayotte
263 0 0 Zimbabwe
264 0 0 Namibia
265 0 0 Malawi
266 8 8 Lesotho
267 7 8 Botswana
268 8 8 Eswatini
269 7 7 Comoros
290 0 0 Saint Helena, Tristan da Cunha
291 7 7 Eritrea
297 7 7 Aruba
298 6 6 Faroe Islands
299 6 6 Greenland
350 8 8 Gibraltar
351 9 9 Portugal
352 0 0 Luxembourg
353 0 0 Ireland
354 7 9 Iceland
355 0 0 Albania
356 8 8 Malta
357 8 8 Cyprus
358 0 0 Finland
359 0 0 Bulgaria
370 8 8 Lithuania
371 8 8 Latvia
372 7 8 Estonia
373 8 8 Moldova
374 8 8 Armenia
375 9 9 Belarus
376 0 0 Andorra
377 0 0 Monaco
378 0 0 San Marino
379 0 0 Vatican City
380 9 9 Ukraine
381 0 0 Serbia
382 0 0 Montenegro
383 0 0 Kosovo
385 0 0 Croatia
386 8 8 Slovenia
387 0 0 Bosnia and Herzegovina
388 0 0 groups of countries
389 8 8 North Macedonia
420 9 9 Czechia
421 9 9 Slovakia
423 0 0 Liechtenstein
500 5 5 Falkland Islands
501 7 7 Belize
502 8 8 Guatemala
503 8 8 El Salvador
504 8 8 Honduras
505 8 8 Nicaragua
506 8 8 Costa Rica
507 7 8 Panama
508 0 0 Saint Pierre and Miquelon
509 8 8 Haiti
590 9 9 Guadeloupe, Saint Martin
591 8 8 Bolivia
592 7 7 Guyana
593 8 9 Ecuador
594 9 9 French Guiana
595 9 9 Paraguay
596 9 9 Martinique
597 6 7 Suriname
598 8 8 Uruguay
599 7 8 Curacao, Caribbean Netherlands
670 7 8 Timor-Leste
672 0 0 Australian external territories
673 7 7 Brunei
674 7 7 Nauru
675 0 0 Papua New Guinea
676 0 0 Tonga
677 0 0 Solomon Islands
678 0 0 Vanuatu
679 7 7 Fiji
680 7 7 Palau
681 6 6 Wallis and Futuna
682 5 5 Cook Islands
683 0 0 Niue
685 0 0 Samoa
686 0 0 Kiribati
687 6 6 New Caledonia
688 0 0 Tuvalu
689 0 0 French Polynesia
690 0 0 Tokelau
691 7 7 Micronesia
692 7 7 Marshall Islands
800 8 8 international freephone
808 8 8 international shared cost
850 0 0 North Korea
852 8 8 Hong Kong
853 8 8 Macao
855 8 9 Cambodia
856 0 0 Laos
870 0 0 Inmarsat
878 0 0 universal personal numbers
880 0 0 Bangladesh
881 0 0 satellite systems
882 0 0 international networks
883 0 0 international networks
886 8 9 Taiwan
888 0 0 telecommunications for disaster relief
960 7 7 Maldives
961 7 8 Lebanon
962 8 9 Jordan
963 0 0 Syria
964 0 0 Iraq
965 8 8 Kuwait
966 0 0 Saudi Arabia
967 0 0 Yemen
968 8 8 Oman
970 8 9 Palestine
971 8 9 United Arab Emirates
972 8 9 Israel
973 8 8 Bahrain
974 8 8 Qatar
975 7 8 Bhutan
976 8 8 Mongolia
977 0 0 Nepal
979 9 9 international premium rate
992 9 9 Tajikistan
993 8 8 Turkmenistan
994 9 9 Azerbaijan
995 9 9 Georgia
996 9 9 Kyrgyzstan
998 9 9 Uzbekistan
`

type plan struct {
	code, where string
	least, most int // digits behind the code; 0: not known for certain
}

var plans = sync.OnceValue(func() map[string]plan {
	m := make(map[string]plan, 230)
	for line := range strings.Lines(strings.TrimPrefix(callingCodes, "\n")) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		least, _ := strconv.Atoi(f[1])
		most, _ := strconv.Atoi(f[2])
		m[f[0]] = plan{f[0], f[3], least, most}
	}
	return m
})

// Country is the calling code that a number in international form begins with,
// and where that code is used. Both are empty when no assigned code fits.
// Calling codes are not always countries: "1" is shared by over twenty.
func Country(digits string) (calling, where string) {
	p, _ := planOf(digits)
	return p.code, p.where
}

// Lengths are the least and most digits that stand behind the calling code in the
// numbers of that code. Both are 0 when the code is not known, or its lengths are
// not known for certain: then nothing can be said against a number.
func Lengths(digits string) (least, most int) {
	p, _ := planOf(digits)
	return p.least, p.most
}

// planOf finds the only code that fits: no assigned code begins another.
func planOf(digits string) (plan, bool) {
	for n := 1; n <= 3 && n <= len(digits); n++ {
		if p, ok := plans()[digits[:n]]; ok {
			return p, true
		}
	}
	return plan{}, false
}
