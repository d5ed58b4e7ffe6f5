"""Words that are no names where they stand capitalised, and the words around which names stand. For
redaction of text in English.
"""

from __future__ import annotations

# Small words, and words that often begin a sentence or follow a cue such as "I'm".
PLAIN = frozenset(
    """
a about above across after afterwards again against ago ah all almost alone along already also
although always am amen among an and another any anybody anymore anyone anything anyway apparently
are aren't around as at away back bad be became because become becomes been before behind being
below best better between big both but by bye came can can't cannot come could couldn't crying dad
daddy damn dead dear dearest did didn't do doctor does doesn't doing don't done down drinking
during each eight either eleven else em er even evening ever every everybody everyone everything
exactly except feeling feels few fifteen fifty fine first five folks for four friday friend
friends from fuck further gave get gets getting girl glad go god goes going gone good goodbye
goodnight got gran grandad granddad grandma grandpa granny great guess guys had hadn't half happy
hardly has hasn't hate have haven't having he he's hell hello help her here here's hers herself
hey hi him himself his hmm home honestly how how's however hurt i i'd i'll i'm i've if im in
indeed inside instead into is isn't it it's its itself ive just kind last late lately later least
left less let let's like little lol lost ma maam maybe me mine mom mommy monday more morning most
mostly mother much mum mummy must my myself name near nearly neither never new next nice night
nine no nobody none nope nor not nothing now nowhere of off oh ok okay old on once one only onto
or other others our ours out over own papa parents people perhaps please plus poor possibly pretty
probably quite rather really right sad said same saturday says scared second see seems seven
several shall she she's should shouldn't since sir six so some somebody somehow someone something
sometimes somewhere soon sorry still stop stuff such sunday sure surely teacher team ten than
thank thanks that that's the their theirs them themselves then there there's therefore these they
they're thing things think third thirty this those though three through thursday thus till time
tired to today together tomorrow tonight too towards trying tuesday twelve twenty twice two ugh um
under unfortunately unless until up upon us usually very was wasn't we we're we've wednesday
welcome well went were weren't what what's whatever when whenever where where's wherever whether
which while who who's whoever whole whom whose why with within without woman won't work worried
worse worst would wouldn't wow yeah year years yes yesterday yet you you're you've your yours
yourself crazy lazy stupid names called named told tell says say keep keeps diary mister miss
madam ma'am everybody somebody bro dude man babe baby honey sweetheart sweetie darling love hon
pal mate buddy sis moms dads mums therapist boss manager nurse officer father sister brother
husband wife son daughter uncle aunt auntie cousin nephew niece just still never always won
cheating
""".split()
)
# Words with a capital of their own that are no names of people.
CAPITALISED = frozenset(
    """
mon tues weds thurs fri michaelmas minecraft fortnite nintendo playstation xbox kindle toyota
samaritans childline sertraline fluoxetine citalopram escitalopram venlafaxine lamotrigine
quetiapine olanzapine risperidone aripiprazole mirtazapine trazodone bupropion diazepam lorazepam
clonazepam alprazolam methadone suboxone naltrexone vyvanse concerta abilify cymbalta celexa paxil
parkinson alzheimer hodgkin tagalog tigrinya swahili urdu hindi remeron buspar depakote emdr dbt
cbt crohn's crohn tourette's asperger ozempic viagra hogwarts
january february march april may june july august september october november december jan feb mar
apr jun jul aug sep sept oct nov dec mondays tuesdays wednesdays thursdays fridays saturdays
sundays christmas easter ramadan eid hanukkah diwali thanksgiving halloween valentine's passover
lent english french german spanish italian portuguese dutch polish russian ukrainian chinese
japanese korean vietnamese thai indian pakistani bengali arabic arab turkish persian iranian iraqi
syrian lebanese israeli jewish jew muslim islam islamic christian christianity catholic protestant
orthodox hindu buddhist sikh mormon baptist methodist lutheran anglican african american asian
european latino latina hispanic mexican brazilian canadian australian british irish scottish welsh
swedish norwegian danish finnish greek romanian hungarian czech serbian croatian bulgarian
nigerian ghanaian kenyan ethiopian somali egyptian moroccan filipino indonesian swiss austrian
belgian autistic bipolar adhd ocd ptsd bpd asperger's alzheimer's parkinson's covid cancer zoloft
prozac lexapro xanax adderall ritalin lithium seroquel effexor wellbutrin valium ativan klonopin
paxil google facebook instagram tiktok whatsapp twitter snapchat netflix amazon uber reddit
youtube discord tinder bumble hinge zoom spotify apple microsoft chatgpt gpt openai walmart
starbucks mcdonald's stanford harvard yale oxford cambridge bible quran torah lord jesus christ
allah satan internet tv hr er icu dna phd ceo ok usa uk eu us nyc la dj sos faq pm am hamlet
netflix god's mom's dad's mama papa nana maths math science history biology chemistry physics high
school university hospital college church clinic street road avenue lane drive court close
crescent trail hill lake park house center centre victorian american's
""".split()
)
COUNTRIES = frozenset(
    """
america usa canada mexico brazil argentina chile peru colombia venezuela england scotland wales
ireland britain france germany spain italy portugal netherlands holland belgium luxembourg
switzerland austria poland czechia slovakia hungary romania bulgaria greece turkey cyprus malta
sweden norway denmark finland iceland estonia latvia lithuania russia ukraine belarus serbia
croatia slovenia bosnia albania kosovo macedonia moldova georgia armenia azerbaijan kazakhstan
afghanistan pakistan india bangladesh nepal china japan korea taiwan vietnam thailand cambodia
laos myanmar malaysia singapore indonesia philippines australia zealand iran iraq syria lebanon
jordan israel palestine egypt libya tunisia algeria morocco sudan ethiopia eritrea somalia kenya
uganda tanzania rwanda congo cameroon nigeria ghana senegal mali zambia zimbabwe botswana namibia
angola mozambique madagascar cuba haiti jamaica dominican africa asia europe california texas
florida ohio michigan oregon washington illinois pennsylvania alabama alaska arizona colorado
kansas kentucky maine nevada heaven hell earth
""".split()
)
KIN = frozenset(
    """
husband wife boyfriend girlfriend bf gf partner fiance fiancé fiancee fiancée spouse ex exes lover
son sons daughter daughters kid kids child children baby twin twins toddler stepson stepdaughter
stepson brother brothers sister sisters bro sis stepbrother stepsister mother father mom mum dad
mama papa stepmother stepfather stepdad stepmom grandmother grandfather grandma grandpa gran nan
granny grandson granddaughter uncle aunt auntie aunty cousin cousins nephew niece godmother
godfather friend friends bestie buddy mate roommate roomie flatmate housemate neighbour neighbor
neighbours neighbors boss manager supervisor colleague colleagues coworker coworkers teacher
professor tutor coach therapist counsellor counselor psychologist psychiatrist doctor gp nurse
midwife dentist sponsor lawyer solicitor landlord landlady pastor priest rabbi imam sergeant
captain officer student pupil pupils client patient dog cat puppy kitten horse crush fling date
husband's wife's law classmate stalker abuser widow sitter nanny babysitter
""".split()
)
# What people do: a capitalised word before it is taken for somebody's name.
DOES = frozenset(
    """
said says told tells asked asks texted texts called calls rang rings wrote writes answered answers
replied replies left leaves stayed stays died dies cried cries laughed laughs loved loves hated
hates hurt hurts hit hits yelled yells screamed screams smiled smiles nodded nods shrugged wants
wanted thinks thought knows knew feels felt promised promises lied lies cheated cheats moved met
married divorced blamed blames forgave forgives apologised apologized apologises apologizes hugged
hugs kissed kisses ghosted blocked dumped visited invited helped helps refused refuses insisted
forgot forgets begged won't wouldn't doesn't didn't couldn't can't isn't wasn't hasn't never hung
brought brings crossed crosses sold played plays painted graduates graduated hummed looked looks
walked walks came comes sat sits sleeps slept drank drinks punched pushed whispered and
""".split()
)
TITLES = frozenset(
    """
mr mrs ms miss mx dr doctor prof professor sir madam lady lord rev reverend father fr sister
pastor rabbi imam deacon bishop coach officer pc sgt sergeant captain capt lieutenant lt judge
nurse uncle aunt auntie aunty tante nana nan grandma grandpa granny gran mama papa big lil little
opa oma abuela abuelo nonna nonno zia zio tía tío tita tito lola lolo baba didi bhai bibi khala
dede nene yaya babcia dziadek tonton señor señora senor senora senhor senhora herr frau monsieur
madame don doña principal detective sheriff
""".split()
)
TITLES_ANY_CASE = frozenset("mr mrs ms mx dr prof rev sgt pc".split())
GREETINGS = frozenset(
    """
hi hello hey dear dearest thanks thank sorry bye goodbye goodnight morning evening afternoon
""".split()
)
SIGN_OFFS = frozenset(
    """
best regards love sincerely thanks cheers yours faithfully truly warmly wishes care respectfully
xoxo xx xxx always hugs gratefully you later bye goodnight
""".split()
)
PARTICLES = frozenset(
    "van von de der den del della di da dos du la le al el bin ibn ben bint ter ten of".split()
)
