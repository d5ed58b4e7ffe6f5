"""Frequent given names of many cultures, by how safely they can be told from other words. For
redaction; a name that is not here is found by its surroundings, or not at all.
"""

from __future__ import annotations

# Names that are no English word, in any case: "anna" alone is taken for a name.
SURE = frozenset(
    """
aaliyah aaron abby abdel abdul abdullah abdullahi abdulrahman abebe abena abigail abimbola achieng
adaeze adaora adebayo adele adeline adnan adrian adriana adrienne adwoa agatha agnes agnieszka
agustin ahmad ahmed aidan aiden ainhoa aisha aishwarya akash akira akosua akua alan alana alba
albert alejandra alejandro aleksander aleksandr aleksandra alessandra alessandro alexander
alexandra alexandre alexandros alexei alexey alfonso alfred alfredo alice alicia alina alisha
alison alistair allison alonso alvaro alyssa amadou amal amanda amani amara amelia amina aminata
amir amit amparo amrita amy amélie anais anastasia anaïs anders andre andrea andreas andrei andrej
andres andreu andrew andrzej angela angelica angelina angelo angus anika aniket anita anjali ankit
anna annabelle anneke anneliese annette annie annika anselmo anthony antoine anton antonella
antonia antonio anya aoife aparna apolline araceli arash archana arianna ariel arjun arlo armando
arnav arnold arthur arturo arun asha ashley ashok asif astrid athena audrey aurelie aurora ava
ayaan ayanda ayesha ayo ayodele ayşe azadeh aziz babajide babak barbara barnaby bartholomew
bartosz bashir beatrice beatrix beatriz becca becky begona belinda benedikt benjamin bernadette
bernard bertha bethany bettina beverley beverly bhaskar bhavna bianca bilal birgit bjorn björn
bogdan bogdana boris bozena bradley brandon brayden brenda brendan brian brianna bridget brigitte
britney bronwyn bruno bryan bryce caitlin caleb callum cameron camila camille candice carla carlos
carmela caroline carolyn cassandra catalina caterina catherine cecilia cedric celeste celia celine
cesar chandra chantal charlene charles charlie chetan chiara chidi chike chinedu chioma chloe
chloé chris christa christina christine christopher chukwuemeka chukwuma ciara cillian cindy
claire clara clarence clarissa claudia claudio clement clementine clifford clive colette colin
colleen connor conor constance constantin consuelo cordelia corinne cornelia courtney craig
cristian cristina cynthia cyril cyrus dafydd daiki dalia damian damien dani daniel daniela
danielle danilo danny danuta daphne darius darko darren dave david davide dawit deborah debra
deepa deepak deirdre delphine denise dennis deon derek desideria desiree desmond devi devika devon
dewi dexter diana diane diarmuid diego dieter dilip dimitra dimitri dimitris dinesh dipika djamila
dmitri dmitry dolores dominic dominik dominique donald donna dorian doris dorota dorothea dorothy
douglas dragan dulce duncan dylan edgar edith edmund eduardo edward edwin edwina efua eirini
ekaterina elaine eleanor elena eleni elias elif elijah elizabeth ellen ellie elliot eloise elsa
emeka emil emilia emiliano emily emma emmanuel emre encarnacion enrico enrique eoin eric erica
erik erika ernesto erwin esmeralda esperanza esteban estelle esther ethan ethel eugene eugenia
eulalia eunice eunji evangeline evelyn ewa ewelina ezekiel ezra fabian fabio fabrizio fadi farah
farhan farid farida fatemeh fatima fatou fatoumata federico felicity felipa felipe felix femi
femke ferdinand fernanda fernando filip fiona flynn folasade francesca francesco francine
francisco francois frederick frederik freya fumiko gabriel gabriela gabriella gabrielle gael
galina gareth gaurav gemma genevieve geoffrey george georgina gerald geraldine gerard gerardo
gertrude gethin gheorghe gianluca gianna gideon gilbert giorgos giovanni girish giulia giuseppe
gladys gloria goran gordon govind gracie graciela greg gregory greta grzegorz gráinne guadalupe
guillaume guillermo gulsen gunnar guoqiang gustavo gwen gwendolyn günther habiba hadiza hafsa
hakim halima halina hamid hamza hana hanan haneul hanna hannah hanneke hans harish harold harriet
haruka haruki haruto harvey hassan hattie hayden heidi heike helen helena helga hendrik henrietta
henrik henry herbert herminia hermione hideo hilda hinata hiroshi horace hortensia hossein houda
hristo huda hugo humphrey hussein hyejin hyun hülya ian ibrahim idris ifeanyi ifeoma ignacio igor
ikenna ilaria ilse imani imelda imran indira ines ingeborg ingrid ioana ionut irene irina irma
iryna isaac isabel isabella isabelle isadora isaiah ishaan ishita isla ismael ismail isolde ivan
ivana iveta iwona izabela izzy jacek jacinto jacki jackie jacob jacqueline jacques jadwiga jaime
jakub jamal jamie jamila janelle janet janice jaroslav jaroslaw jasmin jason javier jayden jayesh
jeanette jeffrey jelena jemima jenna jennifer jenny jens jeremiah jeremy jeroen jerome jess jesse
jessica jianhua jihye jillian jimin jimmy jisoo jiwoo jiyeon joachim joan joanna joanne joao
joaquin jocelyn joe joel joey johan johanna johannes john johnny jolene jonas jonathan joost jorge
jose josefina joseph josephine josh joshua josie jovana joyce juan juanita judith julia julian
juliana julie julien juliet julio julius junho jurgen justine justyna jörg jürgen kadiatou kaitlyn
kalpana kamal kamala kamau kamil karan kareem karen karin karina karl karolina kasia katarzyna
kate katerina katharina katherine kathleen kathryn kathy katie katrina katya kavita kayla kazuki
keiko keisha keith kelechi kelsey kemal kendra kenji kenneth kenta kerstin ketan kevin khadija
khadijah khaled khalid kieran kimberly kiplagat kiran kirsten klaus kofi konrad konstantin kristen
kristin kristina kristy krystyna krzysztof kwabena kwaku kwame kwasi kyle kyoko käthe lachlan
laila lakshmi lalita lamar larry lars latoya laura lauren laurence laurent lavinia layla leah
leandro leila lena lenka lenny leocadia leonard leonardo leonor leopold leroy leslie leticia lewis
lexi liam lidia liesbeth lihua lila lilian lillian lillie linda lindiwe lindsay lindsey linnea
lionel lisa lloyd lorena lorenzo loretta lorraine lothar lottie louisa louise lourdes luca lucas
lucia lucian luciana lucien lucille lucinda lucy ludmila luis luisa lukas lukasz lupita lwazi
lydia lynne lyudmila maarten mabel maciej mackenzie madeleine madeline madhuri madison magdalena
mahmoud maisie maite makena maksim malcolm malgorzata malik malika malwina mamadou mandisa mandy
manish manoj manuel manuela marcel marcela marcelo marcia marcin marco marcos marcus margaret
margarita margot marguerite maria mariam mariama mariana marianne marie marieke mariela marina
mario marisol marjorie marlene marta martha martin martina martyna marvin mary maryam masha
massimo mateo mateus mateusz matilda matteo matthew matthias maureen maurice mauricio maximilian
maxine maxwell maya mbali mbongeni meera mehdi mehmet mei meiling melanie melinda melissa melvin
meredith michael michaela michal michel michele michelle michiko miguel mihaela mihai mikael mike
mikhail mildred milena milica millicent millie minato mindy minh minjun minseo miodrag miranda
miriam mitchell mitsuko mohamed mohammad mohammed mohsen mohsin moira monica monika monique
montserrat morgan mortimer muhammad mukesh muriel mustafa mustapha mwangi myriam nadia nadine
nadira nadja nakato naledi nancy naoko naomi narges nasrin nasser natalia natalie nataliya natasha
nathalie nathan nathanael nathaniel naveen neha neil nelson nemanja neville ngozi nguyen nia niamh
nicholas nicola nicolas nicole nieves nigel nikhil nikita nikola nikolai nikos nilufar nina nisha
nitin njeri nkechi nnamdi noah noel nomsa nomvula noor nora norbert norma nthabiseng nuno nuria
obinna octavia océane ogechi oihane oisin okello oksana olabisi oleg oleksandr olena olga oliver
olivia olivier ollie olufemi oluwaseun oluwaseyi oluwatobi omar omari onyeka orla orlando oscar
oskar osman oswald otieno ottilie otto ottoline pablo padma pallavi paloma pamela panagiotis paolo
parisa parvati pascal patricia patricio patrick patrizia paula paulina pauline paulo pavel pawel
pedro peggy penelope pepe perpetua petra petros philip philippa philippe philomena phineas phoebe
phyllis pierre pieter pilar piotr piyush pooja prachi pradeep prakash pranav preeti priscilla
priya priyanka puja quentin rachel radek radhika radmila rafael raffaele ragnhild rahul raj rajesh
rajiv rakesh ramesh ramon ramona randall rania raoul raphael raquel rashid raul ravi ravindra
raymond rebecca rebekah reggie regina reginald reinhard rekha renata renate renee reuben reza rhea
rhiannon rhys ricardo richard ricky rita robbie robert roberta roberto rochelle rocio roderick
rodrigo roger rohan rohit roland romain roman romina ronald ronan ronnie rosa rosalie rosalind
rosario rosie rowena roxana roxanne ruben rudolf rufus rui rukaya rukhsana rumi rupert ruslan
ruslana russell ruth ryan ryota sabine sabrina sachin sadia sadie saeed sakura salim salma salman
salvatore samantha sameer samina samir samira sammy samson samuel sandeep sandra sangwoo sanjay
sanne santiago saoirse sara sarah sasha saskia savita scott seamus sean sebastian selina selma
seojun serena sergei sergey sergio seun shabnam shahid shanelle shanice shannon sharon shauna
sheila shelby sheldon sherry shilpa shirin shirley shota shreya shreyas shruti sibusiso siddharth
siddiq sidney sigrid silvia simon simona simone sinead siobhan sipho siyabonga sizwe slavica
slawomir snezana sofia sofie sofija soledad sonal sonia sonja sophia sophie soraya sorcha soren
soyeon stacey stanislav stanislaw stanley stas stavros stefan stefania stefano stella stephan
stephanie stephen steve steven stewart stuart suleiman sultan sunil sunita suresh susan susana
susanna susannah suzanne sven svetlana swati sybil sylvester sylvia sylvie sören tabitha tadeusz
tadhg taehyung takeshi takumi tamar tamara tamika tanisha tanya tara tariq tariro tarun tasnim
tatiana tatsuya tatyana tejas temitope tendai teresa terrence tessa thabo thandeka thandi thelma
theodora theodore theresa therese thibault thomas thulani théo tiago tiffany tigist timmy timothy
timur titilayo tobias tobin todd tomas tomasz tommy tomoko tony torsten tracey tracy travis trevor
tristan trixie tunde tyrone uchenna ujjwal ulrich ulrike uma umar umberto ursula usha usman uwe
vadim valentina valeria valerie valery vandana vanessa varun vasile vasiliki vasilis vasyl vaughn
velma veronica veronika vesna vicente vicki vicky victor victoria vidya vijay vikram viktor
viktoria vincent vincenzo vinod violeta vishal vivian vivienne vladimir volodymyr vuyo wambui
wanda wangari wanjiru weiwei wendy werner wesley wilfred wilhelm willem william wilma winifred
wojciech wolfgang wolfram xavier xiaoming ximena xiomara xiulan xiuying yadira yael yannick yannis
yash yasmin yasmina yasmine yasser yaw yemi yesenia yetunde yevgeny yiannis yoko yolanda yonas
yoshi yoshiko youssef yuki yulia yuri yusuf yves yvette yvonne zachary zahra zainab zandile zanele
zara zbigniew zeinab zeynep zinhle ziyad zodwa zoe zofia zoltan zoran zoé zsofia zubair zuzana
zuzanna çağla özlem ümit
""".split()
)
# Names that are also words or parts of them in small letters; a capital inside a sentence, or a cue
# before them, makes them names.
CAPITAL = frozenset(
    """
abel abu ada adam ade aki alec alex alexis alfie ali alma ama amber ami amin ana andy angel angie
ann anne april archie ari art asad ash asher aubrey austin autumn avery aya baba bailey bao basil
bea bear beau bella bello ben beth betsy betty bhim bill billy blair blake blanche bo bob bobby
bonnie brad brady brandy brent brett britt brock brook brooke bruce bryn bud buddy carl carmen
carol carrie carter casey cat chad chance chandler charity charlotte chase chelsea cher cherry
chester chi chima chip christian christy chuck clay cleo cliff clint clover cody cole cora coral
corey cory crystal curt curtis dae daisy dakota dale dallas dan dana dane dante dara darcy daria
dawn deacon dean dee del dell della den desi destiny dev dia dick dina dion dirk dolly dom don
dong dora dot drake drew duc duke dusty earl ebo ebony eddie eden edie efe eid eli elise ella elle
ellis em emi emmy erin ernest esme eun eva evan eve faith fay fern finn fleur flo flora florence
floyd forest frances frank frankie fred freddie gabe gail gale garth gary gay gene georgia gil
gina ginger glen glenn grace grady graham grant grey griffin gus guy ha hadi hal hale hank hao
hari harlan harley harmony harper harry haven hazel heath heather hector herman hiro hoa holly
homer honey hope howard hue hui hung hunter huy ida ike ilan imogen ira iris isa ivy jabu jace
jack jade jai jake jalen jama james jan jane jared jasmine jasper jay jaya jean jeff jen jeri
jerry jesus jet jewel ji jia jie jill jin jing jiro jo jodie jon joon jordan joy jude judge judy
jun june junior justice justin kai kali kari kat kay kaya keira kelly ken kent kenya khanh kim
kimmy king kirk kit kojo kris kumar kurt kylie lan lance lane laurel lea lee lei leigh len leo
leon les levi lex lexie lily lin lina linh linus liz lizzie logan lola long lorna lou louis lucky
luke lulu luna luz lyle lyn lynn mac mack mae maggie mai major mal mandla mani marc mari marilyn
mark marley marlon marshall mason mat matt maude maverick mavis max may mel melody mercedes mercy
merle mia micah mick mickey milan miles milo min mina ming minnie mira misty mo molly mona moses
mpho musa nadir nan nana nat nate ned neel nell nelly neo nera nga nick nicky nico nik niko nils
nima noa noble noelle nolan nour octavio olive om omer opal oren otis owen paige pam paris parker
pat patience patsy patty paul pearl peg penny percy perry petal peter peyton phil phuong ping pip
piper polly pooh poppy porter precious preston priest prince prudence qing quan quang quinn rae
rain rajan ralph ram rami ramsey rana randy rani raven ray reed reem reese rei reid rene rex rich
ricki rico riley rima rin rio rishi ritu river rob robin rocco rocky rod roja romeo ron rory rose
ross rowan roy ruby rusty ryder saad sable sade sage sai said sally salvador sam samar sami sana
sandy saul savanna savannah saxon scarlett scout seo serenity seth shams shan shane shanti shaun
shawn shay shelley shiva sid sienna sierra silas sita skip sky skyler slade sol solomon sonny soo
sora spencer stan star sterling storm sue summer sung sunny susie sydney sylvan tad taj tala tam
tania tao taro tate tau taylor ted teddy tej temi temple terry tess thao thea theo thi thu tia
tierney tim tina toby tola tom toni tori tracie trang trent trey trinity tripp trish troy trudy
tuan tucker tuyet ty tyler tyra uday umm uri val van vance veda vera verity vernon vic vida vince
viola violet virgil virginia vivi vlad wade wali walker wallace wally walter warren wayne webb wei
wen wes will willa willie willow wilson winnie winter woo woody wren wyatt xander xia xiao xin yaa
yan yang yara yen yi ying yong york young yu yue yui yun zac zack zaid zane zeke zelda zen zena
zhang ziggy zion ziyi zola
""".split()
)
# Of those, names that in a sentence with a capital are more often something else.
ELSEWHERE = frozenset(
    """
april may june august paris sydney georgia virginia florence chelsea dallas charlotte christian
mercedes israel jordan savannah kenya milan salvador jesus shiva moses solomon said om
""".split()
)
