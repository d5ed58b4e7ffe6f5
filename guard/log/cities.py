"""Large cities, where the name is no other word of English: they are found without a word before
them that says where, unlike smaller places.
"""

from __future__ import annotations

CITIES = frozenset(
    """
london birmingham manchester liverpool leeds sheffield bristol glasgow edinburgh cardiff belfast
dublin newcastle nottingham leicester coventry southampton portsmouth brighton plymouth aberdeen
dundee swansea norwich exeter oxford cambridge paris marseille lyon toulouse nantes strasbourg
montpellier bordeaux lille rennes grenoble berlin hamburg munich münchen cologne köln frankfurt
stuttgart düsseldorf leipzig dortmund dresden hanover hannover nuremberg bremen vienna wien graz
salzburg zurich zürich geneva basel bern lausanne madrid barcelona seville sevilla zaragoza malaga
málaga bilbao lisbon lisboa porto rome roma milan milano naples napoli turin torino palermo genoa
bologna florence firenze venice verona amsterdam rotterdam utrecht eindhoven brussels antwerp ghent
copenhagen aarhus oslo bergen stockholm gothenburg malmö helsinki tampere reykjavik warsaw warszawa
krakow kraków gdansk gdańsk poznan poznań łódź prague praha brno bratislava budapest bucharest cluj
sofia plovdiv belgrade zagreb ljubljana sarajevo skopje tirana athens thessaloniki istanbul ankara
izmir kyiv kiev lviv odessa kharkiv moscow petersburg minsk vilnius riga tallinn tbilisi yerevan
baku chicago houston philadelphia dallas detroit boston seattle denver baltimore milwaukee
albuquerque tucson fresno sacramento atlanta omaha miami oakland minneapolis tulsa tampa
cleveland honolulu anaheim pittsburgh cincinnati louisville memphis nashville indianapolis
charlotte jacksonville portland vegas orlando newark toledo buffalo reno spokane boise
toronto montreal montréal vancouver calgary ottawa edmonton winnipeg quebec halifax guadalajara
monterrey puebla tijuana bogota bogotá medellin medellín cali lima quito guayaquil santiago
valparaiso caracas brasilia brasília salvador recife fortaleza montevideo asuncion
asunción havana kingston managua tegucigalpa cairo alexandria casablanca rabat marrakesh tunis
algiers tripoli lagos abuja ibadan kano accra kumasi dakar abidjan bamako nairobi mombasa kampala
kigali addis khartoum mogadishu dar lusaka harare johannesburg durban pretoria soweto
luanda maputo kinshasa jerusalem haifa beirut damascus aleppo amman baghdad basra riyadh
jeddah dubai doha kuwait muscat tehran isfahan shiraz kabul kandahar karachi lahore islamabad
peshawar delhi mumbai bombay bangalore bengaluru chennai kolkata calcutta hyderabad pune ahmedabad
jaipur lucknow kathmandu dhaka colombo yangon bangkok hanoi saigon manila cebu jakarta surabaya
bandung penang seoul busan incheon tokyo osaka kyoto nagoya yokohama sapporo fukuoka hiroshima
beijing shanghai guangzhou shenzhen chengdu wuhan tianjin nanjing hangzhou taipei kaohsiung
sydney melbourne brisbane perth adelaide canberra hobart auckland christchurch dunedin
""".split()
) - {"dar", "cali", "buffalo", "charlotte", "sofia", "florence", "adelaide", "kuwait", "bergen"}
TWO_WORDS = frozenset(
    tuple(pair.split())
    for pair in (
        "new york", "los angeles", "san francisco", "san diego", "san antonio", "san jose",
        "las vegas", "new orleans", "kansas city", "salt lake", "santa fe", "st louis",
        "hong kong", "kuala lumpur", "ho chi", "new delhi", "tel aviv", "abu dhabi", "cape town",
        "port harcourt", "mexico city", "buenos aires", "rio de", "são paulo", "sao paulo",
        "la paz", "santo domingo", "san juan", "the hague", "den haag", "saint petersburg",
    )
)  # fmt: skip
