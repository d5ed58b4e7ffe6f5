"""The words by which `shift.py` knows what may be said back, and how it changes."""

from __future__ import annotations

import re

SHIFTED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
    "am": "are", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "cant": "can't",
    "couldnt": "couldn't", "wont": "won't", "wouldnt": "wouldn't", "wasnt": "wasn't",
    "isnt": "isn't", "havent": "haven't", "hasnt": "hasn't", "hadnt": "hadn't", "im": "you're",
    "ive": "you've", "shes": "she's", "hes": "he's", "theyre": "they're", "thats": "that's",
}  # fmt: skip
# After "I", and after "my friend and I": the verb that "you" takes.
VERB = {"was": "were", "wasn't": "weren't", "wasnt": "weren't", "am": "are", "'m": "'re"}
# Said before the matter itself, and left out when it is said back.
LEAD = re.compile(
    r"(?:(?:hi|hey|hello|ugh|oh|ok|okay|well|so|and|but|also|anyway|honestly|basically|lol|god|omg"
    r"|yeah|yes|no|now|then|like|just|because|plus|actually|literally|seriously|apparently|sadly"
    r"|unfortunately|finally|lately|recently|today|yesterday|idk|i mean|you know"
    r"|long story short|i do,? but)\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
# Where a long sentence may be cut: what stands before is whole by itself.
JOINT = re.compile(
    r"\s*(?:;|:|--|\s-\s|\u2013|\u2014|\.\.+|,?\s+(?:and|but|so|because|cause|which|although|though"
    r"|since|when|while|if|even though)\s+|,\s)",
    re.IGNORECASE,
)
# A comma between what may be two sentences, or the items of a list.
SPLICE = re.compile(r",\s+(?!(?:and|but|so|or|then|even|too|though|because)\b)", re.IGNORECASE)
PEOPLE = frozenset(
    """mother father mum mom dad mam mama papa parents brother sister siblings son daughter
    kid kids child children baby husband wife partner boyfriend girlfriend fiance fiancee
    ex spouse uncle aunt cousin nephew niece grandmother grandfather grandma grandpa gran
    nan granny grandad nana friend friends mate mates roommate flatmate housemate
    neighbour neighbor boss manager supervisor coworker colleague colleagues team teacher
    professor tutor coach landlord doctor gp therapist counsellor counselor nurse midwife
    family bestie stepmother stepfather stepmom stepdad stepson stepdaughter pastor imam
    rabbi dog cat rabbit horse hamster parrot pony""".split()
)
PETS = frozenset("dog cat rabbit horse hamster parrot pony baby".split())
# "It", "this" and "that" would point at what is not said.
SUBJECT = frozenset(
    "i i'm i've i'd i'll im ive my he she they he's she's they're they've "
    "he'd she'd they'd the a an our we we're we've everyone everybody nobody no somebody someone "
    "both all people nothing".split()
)
SPEAKER = frozenset("i i'm i've i'd i'll im ive me my myself".split())
# Verbs by which a clause is known to have one; others are known by their endings.
VERBS = frozenset(
    """am is are was were be been have has had do does did can could will would should might
    must may won can't couldn't won't wouldn't don't didn't doesn't isn't aren't wasn't
    weren't haven't hasn't hadn't shouldn't i'm i've i'd i'll he's she's they're they've
    it's that's we're we've he'd she'd they'd im ive dont didnt cant wont feel feels felt
    think know knew knows want wants need needs miss misses love loves hate hates keep
    keeps kept get gets got go goes went come comes came take takes took give gives gave
    make makes made say says said tell tells told see sees saw find finds found leave
    leaves left lose loses lost hear hears heard sit sits sat stand stood run runs ran put
    puts set sets let lets cut cuts quit hit read reads write wrote break broke choose
    chose drive drove eat ate fall fell fight fought fly flew forget forgot forgive
    forgave grow grew hide hid hold held hurt hurts lead led lie lied lay meet met pay
    paid rise rose sell sold send sent shake shook show shows showed sing sang sleep slept
    speak spoke spend spent steal stole swear swore teach taught throw threw understand
    understood wake woke wear wore win won cry cries work works live lives talk talks call
    calls ask asks start starts stop stops try tries turn turns look looks help helps seem
    seems become became bring brought buy bought catch caught deal dealt drink drank draw
    drew swim swam begin began bit blew built dug hung shot shut split spread stuck tore
    wept bled""".split()
)
# Words with which no clause ends, and words by which it reports what somebody said.
DANGLING = frozenset(
    """that to of for with a an the my your his her and or but because if in on at from by as
    than so which who what when where how why is are was were be been has have had do does
    did will would can could should not very really just too i he she they about into""".split()
)
# What happened is said as it was told; what others want, mean or are is the user's to say.
PAST = frozenset(
    """was were had did got went came took gave made said told saw found left lost heard sat stood
    ran broke chose drove ate fell fought flew forgot grew hid held led met paid rose sold sent
    shook showed slept spoke spent stole swore taught threw understood woke wore won became brought
    bought caught put cut read hung shut tore built dug""".split()
)
INNER = frozenset(
    """wanted meant thought knew planned loved cared felt hoped believed intended pretended decided
    lied cheated is are am has have does do wants means thinks knows loves cares feels""".split()
)
REPORTS = frozenset("say says said tell tells told asked asks wrote writes called calls".split())
# A subject that follows another word than these begins a sentence of its own, without a stop.
STARTS = frozenset("i i'm i've i'd i'll im ive he she they he's she's they're".split())
BEFORE_A_CLAUSE = frozenset(
    """and but or so because that what how why where when who whom which if though although
    since while until till as than like think thinks thought feel feels felt know knows
    knew say says said wish wishes wished hope hopes hoped guess everything anything all
    thing things person people place day days time way one ones everyone moment year years
    like reason whether once before after sure afraid glad sorry believe believed told me him
    her them mum mom dad realise realised realize realized mean means""".split()
)
# Words by which nothing is said back to anyone: about the assistant, harm, sex, contempt of self or
# others, and questions or requests.
NEVER = frozenset(
    """you your yours yourself u ur please help suicide suicidal suicidally kill killed
    killing kills die dying dead death cut cutting cuts overdose hang hanged hanging harm
    harmed harming rape raped raping molested assault assaulted abuse abused abusing sex
    sexual sexually porn naked nude nudes penis vagina fuck fucked fucking fuckin shit
    shitty bitch bitches cunt whore slut slutty dick cock pussy ass arse asshole bastard
    damn nigger nigga faggot fag tranny retard retarded spic chink kike paki gook dyke
    worthless useless pathetic stupid dumb ugly fat disgusting loser failure fail failed
    burden idiot moron freak crazy insane monster unlovable hopeless pointless deserve
    deserved hate hates hated gun knife pills pill blood bleeding purge purged purging
    binge binged starve starved starving calories calorie weigh weighed drunk high meth
    heroin cocaine weed coke fentanyl voices chosen signs spying followed poisoned god
    jesus terrorist beat beaten burn burned burning murder murdered weapon bomb stab
    stabbed vomit vomited everyone everybody nobody always never nothing fault blame ruin
    ruined unalive kms kys razor razors blade blades slit wrist wrists goodbye
    alive disappear end ended ending live living anymore suck sucks evil liar narcissist
    narcissistic toxic psycho repulsed disabled secret private wrong right confess guess
    suppose wonder thanks thank slipping slip vanish jump jumping jumped drink drinks
    drinking alcohol smoke smoking euthanasia zoloft trauma diagnosis funny kidding joke
    trash garbage lazy waste piss pissed pee piece junkie addict broken weak coward
    gross creep creepy horrible terrible awful wreck mess freakish personality torture
    tortured torturing dislike disliked answer answers question questions mind sanity nuts fool
    foolish ridiculous selfish disgrace disappointment delusional paranoid hysterical""".split()
)
# A message often leaves out its subject: "feeling low", "lost my job". Then it is the user.
ONGOING = frozenset(
    """feeling trying struggling thinking having missing wishing hoping going getting working
    looking dealing worrying waiting fighting""".split()
)
UNDERGONE = frozenset(
    "lost got had went left broke found moved failed quit started decided".split()
)
OBJECTS = ("my ", "a ", "an ", "the ", "to ", "in ", "into ", "out ")
