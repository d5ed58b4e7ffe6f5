"""Frequent given names of many cultures, by how safely they can be told from other words. For
redaction; a name that is not here is found by its surroundings, or not at all.
"""

from __future__ import annotations

# Names that are no English word, in any case: "anna" alone is taken for a name.
SURE = frozenset(
    """
aaliyah aaron abby abdel abdul abdullah abdullahi abdulrahman abebe abena abigail abimbola abraham
achieng adaeze adaora adebayo adele adeline adnan adrian adriana adrienne adwoa agatha agnes
agnieszka agustin ahmad ahmed aidan aiden aimee ainhoa aisha aishwarya akash akira akosua akua alan
alana alba albert alberto aldo alejandra alejandro aleksander aleksandr aleksandra alessandra
alessandro alexa alexander alexandra alexandre alexandros alexei alexey alexia alfonso alfred
alfredo alice alicia alina alisha alison alistair allan allison alonso alvaro alvin alyssa amadou
amal amanda amani amara amelia amina aminata amir amit amparo amrita amy amélie anais anastasia
anaïs anders andre andrea andreas andrei andrej andres andreu andrew andrzej angela angelica
angelina angelo angus anika aniket anita anjali ankit anna annabelle anneke anneliese annette annie
annika anselmo anthony antoine antoinette anton antonella antonia antonio antony anya aoife aparna
apolline araceli arash archana arianna ariel arjun arlo armand armando arnav arnold arthur arturo
arun asha ashley ashok asif astrid athena audrey aurelie aurora ava ayaan ayanda ayesha ayo ayodele
ayşe azadeh aziz babajide babak barbara barnaby barney bartholomew bartosz bashar bashir beatrice
beatrix beatriz becca becky begona belinda benedikt benjamin bennett bernadette bernard bernardo
bernie bertha bertie bethany bettina beverley beverly bhaskar bhavna bianca bilal billie birgit
bjorn björn bobbie bogdan bogdana boris bozena bradley brandon brayden brenda brendan brian brianna
bridget brigitte britney bronwyn bruno bryan bryce caitlin caleb callie callum calvin cameron camila
camilla camille candice carla carlo carlos carly carmela carolina caroline carolyn cassandra cassie
catalina caterina catherine cathy cecil cecilia cedric celeste celia celine cesar chandra chantal
charlene charles charley charlie cheryl chetan chiara chidi chike chinedu chioma chloe chloé chris
christa christi christie christina christine christopher chukwuemeka chukwuma ciara cillian cindy
claire clara clarence clarissa claudia claudio clement clementine clifford clive clyde colby colette
colin colleen connor conor constance constantin consuelo cordelia corinne cornelia cornelius
courtney craig cristian cristina cynthia cyril cyrus dafydd daiki dalia damian damien damon dani
daniel daniela danielle danilo danny danuta daphne darby darius darko darrell darren darryl dave
david davide dawit debbie deborah debra deepa deepak deirdre delilah delphine demetrius denis denise
dennis deon derek derrick desideria desiree desmond devi devika devin devon dewi dexter diana diane
diarmuid diego dieter dilip dillon dimitra dimitri dimitris dinesh dino dipika djamila dmitri dmitry
dolores dominic dominik dominique donald donna donnell donnie dorian doris dorota dorothea dorothy
doug douglas doyle dragan duane dudley dulce duncan dwight dylan earle edgar edith edmond edmund
edna eduard eduardo edward edwin edwina efua eileen eirini ekaterina elaine eleanor elena eleni
elias elif elijah elisabeth eliza elizabeth ellen ellie elliot elliott elmer eloise elsa elsie elton
elvis emanuel emeka emil emile emilia emiliano emilio emily emma emmanuel emre encarnacion enrico
enrique eoin eric erica erich erik erika ernesto ernie erwin esmeralda esperanza esteban estelle
esther ethan ethel eugene eugenia eulalia eunice eunji evangeline evelyn everett evie ewa ewelina
ezekiel ezra fabian fabio fabrizio fadi farah farhan farid farida farouk fatemeh fatima fatou
fatoumata federico felicia felicity felipa felipe felix femi femke ferdinand ferenc fernanda
fernando filip fiona flynn folasade francesca francesco francine francisco francois francoise freddy
frederic frederick frederik freya fritz fumiko gabriel gabriela gabriella gabrielle gael galina
gareth garrett gaston gaurav gavin gemma genevieve geoffrey george georgie georgina gerald geraldine
gerard gerardo gerry gertrude gethin gheorghe gianluca gianna gideon gilbert gillian giorgos
giovanni girish giulia giuseppe gladys gloria goran gordon govind gracie graciela greg gregg gregory
greta gretchen grzegorz gráinne guadalupe guillaume guillermo gulsen gunnar guoqiang gustavo gwen
gwendolyn gyula günther habiba hadiza hafsa hailey hakim haley halima halina hamad hamid hamza hana
hanan haneul hanna hannah hanneke hans harish harold harriet haruka haruki haruto harvey hassan
hattie hayden heidi heike helen helena helene helga hendrik henrietta henrik henry herbert herminia
hermione hideo hilary hilda hillary hinata hiroshi horace hortensia hossein houda hristo hubert huda
huey hugh hugo humphrey hussein hyejin hyun hülya ian ibrahim idris ifeanyi ifeoma ignacio igor
ikenna ilaria ilse imani imelda imran imre indira ines ingeborg ingrid ioana ionut irene irina irma
irving iryna isaac isabel isabella isabelle isadora isaiah ishaan ishita isla ismael ismail isolde
istvan ivan ivana iveta iwona izabela izzy jaakko jacek jacinto jacki jackie jacob jacqueline
jacques jadwiga jaime jakub jamal jamie jamila janelle janet janice janos jaroslav jaroslaw jasmin
jason javier jayden jayesh jeanette jeanne jed jeffrey jelena jemima jenna jennie jennifer jenny
jens jeremiah jeremy jeroen jerome jess jesse jessica jessie jianhua jihye jillian jim jimin jimmie
jimmy jisoo jiwoo jiyeon joachim joan joanna joanne joao joaquim joaquin jocelyn jody joe joel joey
johan johanna johannes john johnnie johnny jolene jonas jonathan joost jorge jose josef josefina
joseph josephine josh joshua josiah josie josip jovana joyce juan juanita judith juho jukka jules
julia julian juliana julie julien juliet juliette julio julius junho jurgen justine justyna jörg
jürgen kadiatou kaitlyn kaito kalpana kamal kamala kamau kamil karan kareem karen karin karina karl
karolina kasia katarzyna kate katerina katharina katharine katherine kathleen kathryn kathy katie
katrina katy katya kavita kayla kazuki keenan keiko keisha keith kelechi kelsey kemal kendra
kendrick kenji kenneth kenny kenta kerry kerstin ketan kevin khadija khadijah khaled khalid kieran
kimberly kiplagat kiran kirby kirsten klaus kofi konrad konstantin kristen kristin kristina kristy
krystyna krzysztof kwabena kwaku kwame kwasi kyle kyoko käthe lachlan laila lajos lakshmi lalita
lamar larry lars laszlo latoya laura lauren laurence laurent laurie lavinia layla leah leandro leila
leland lena lenka lenny leocadia leonard leonardo leonor leopold leroy leslie lester leticia lewis
lexi liam lidia liesbeth lihua lila lilian lillian lillie linda lindiwe lindsay lindsey linnea
lionel lisa lloyd lorena lorenzo loretta lori lorraine lothar lottie louie louisa louise lourdes
luca lucas lucia lucian luciana luciano lucien lucille lucinda lucius lucy ludmila luigi luis luisa
lukas lukasz lupita lwazi lydia lyman lyndon lynne lyudmila maarten mabel maciej mackenzie maddie
madeleine madeline madhuri madison magdalena magdalene mahmoud maia maisie maite makena maksim
malcolm malgorzata malik malika mallory malwina mamadou mandisa mandy manish manoj manuel manuela
marcel marcela marcelo marcia marcin marco marcos marcus margaret margarita margot marguerite maria
mariam mariama mariana marianne mariano marie marieke mariela marina mario marisol marissa marjorie
markus marlene marta martha martin martina marty martyna marvin mary maryam masha massimo mateo
mateus mateusz mathew matilda matteo matthew matthias maud maureen maurice mauricio maximilian
maxine maxwell maya maynard mbali mbongeni meera megan mehdi mehmet mei meiling melanie melinda
melissa melvin meredith merrill michael michaela michal michel michele michelle michiko miguel
mihaela mihai mikael mike mikhail mildred milena milica millicent millie mimi minato mindy minh
minjun minseo miodrag miranda miriam mirko mitchell mitsuko mohamed mohammad mohammed mohsen mohsin
moira monica monika monique montserrat monty morgan mortimer morton moshe muhammad mukesh muriel
mustafa mustapha mwangi myles myra myriam myrtle nadia nadine nadira nadja nakato naledi nancy naoko
naomi narges nasrin nasser natalia natalie nataliya natasha nathalie nathan nathanael nathaniel
naveen neal nedra neha neil nellie nelson nemanja neville ngozi nguyen nia niamh nicholas nicola
nicolas nicole nieves nigel nikhil nikita nikki nikola nikolai nikos nilufar nina nisha nitin nizar
njeri nkechi nnamdi noah noel nomsa nomvula noor nora norbert norma nthabiseng nuno nuria obinna
octavia océane ogechi oihane oisin okello oksana olabisi oleg oleksandr oleksiy olena olga oliver
olivia olivier ollie olufemi oluwaseun oluwaseyi oluwatobi omar omari onyeka orla orlando oscar
oskar osman oswald otieno ottilie otto ottoline pablo padma pallavi paloma pamela panagiotis paolo
parisa parvati pascal patricia patricio patrick patrizia paula paulina pauline paulo pavel pawel
pedro peggy pekka penelope pepe perpetua petra petros philip philippa philippe phillip philomena
phineas phoebe phyllis pierre pieter pilar piotr piyush pooja prachi pradeep prakash pranav preeti
priscilla priya priyanka puja quentin quincy rachel radek radhika radmila rafael raffaele ragnhild
rahul raj rajesh rajiv rakesh ramesh ramon ramona randall rania raoul raphael raquel rashid rashida
raul ravi ravindra raymond reagan rebecca rebekah reggie regina reginald reinhard rekha renata
renate renee reuben reza rhea rhiannon rhys ricardo richard richie ricky rita robbie robert roberta
roberto robyn rochelle rocio roderick rodney rodrigo roger rohan rohit roland rolf romain roman
romina ronald ronan ronnie rosa rosalie rosalind rosario rosemary rosie rowena roxana roxanne ruben
rudolf rudolph rufus rui rukaya rukhsana rumi rupert ruslan ruslana russell ruth ryan ryota sabine
sabrina sachin sadia sadie saeed sakura salim salma salman salvatore samantha sameer samina samir
samira sammy samson samuel sandeep sandor sandra sanford sangwoo sanjay sanne santiago saoirse sara
sarah sasha saskia savita scott seamus sean sebastian selena selina selma seojun serena sergei
sergey sergio seun seymour shabnam shahid shanelle shanice shannon sharon shauna sheila shelby
sheldon shelton sherry shilpa shirin shirley shota shreya shreyas shruti shu sibusiso siddharth
siddiq sidney sigrid silvia simon simona simone sinead siobhan sipho siyabonga sizwe slavica
slawomir slobodan snezana sofia sofie sofija soledad sonal sonia sonja sonya sophia sophie soraya
sorcha soren soyeon stacey stacy stanislav stanislaw stanley stas stavros stefan stefania stefano
stella stephan stephane stephanie stephen steve steven stevie stewart stuart suleiman sultan sunil
sunita suresh susan susana susanna susannah suzanne suzy sven svetlana swati sybil sylvester sylvia
sylvie sören taavi tabitha tadeusz tadhg taehyung takeshi takumi tamar tamara tamika tammy tanisha
tanya tara tariq tariro tarun tasha tasnim tatiana tatsuya tatyana tejas temitope tendai terence
teresa terrence terri tessa thabo thandeka thandi thelma theodora theodore theresa therese thibault
thomas thulani théo tiago tiffany tigist timmy timothy timur titilayo titus tobias tobin todd toivo
tomas tomasz tommy tomoko tony torsten tracey tracy travis trevor tristan trixie tunde tyrone tyson
uchenna ujjwal ulrich ulrike ulysses uma umar umberto ursula usha usman uwe vaclav vadim valentin
valentina valeria valerie valery vandana vanessa varun vasile vasiliki vasilis vasyl vaughn velma
veronica veronika vesna vicente vicki vicky victor victoria vidya vijay vikram viktor viktoria
vincent vincenzo vinnie vinod violeta vishal vivian vivienne vladimir volodymyr vuyo vytautas waldo
wambui wanda wangari wanjiru weiwei wendell wendy werner wesley whitney wilbur wilfred wilhelm
willard willem william willis wilma winifred winston wojciech wolfgang wolfram xavier xiaoming
ximena xiomara xiulan xiuying yadira yael yannick yannis yash yasir yasmin yasmina yasmine yasser
yaw yemi yesenia yetunde yevgeny yiannis yoko yolanda yonas yoshi yoshiko youssef yuki yulia yuri
yusuf yves yvette yvonne zachary zahra zainab zandile zanele zara zbigniew zdenek zeinab zeynep
zinhle ziyad zodwa zoe zofia zoltan zoltán zoran zoé zsofia zubair zuzana zuzanna çağla özlem ümit
""".split()
)
# Names that are also words or parts of them in small letters; a capital inside a sentence, or a cue
# before them, makes them names.
CAPITAL = frozenset(
    """
abbey abe abel abu ada adam ade aki al alberta alec alex alexis alfie ali allen alma ama amber
ambrose ami amin ana anderson andy angel angeles angie ann anne april ara archie ari aria art asad
ash asher ashton aubrey augusta augustine augustus austin autumn avery aya ayla baba bailey bao
barrett barry bart basil bea bear beau bella belle bello ben benedict bert bessie beth betsy betty
bhim bill billy blair blake blanche bo bob bobby bonnie brad bradford brady brandy brent brett britt
brittany brock brook brooke bruce bryant bryn bud buddy carey carl carmen carmine carol carrie
carter casey cassidy cat chad chan chance chandler chang charity charlotte chase chelsea cher cherry
chester chi chima chip chong christian christy chuck chung clair clare clark claude clay clayton
cleo cleveland cliff clifton clint clinton clover cody cole collin connie conrad cora coral corey
cory crystal curt curtis dae daisy dakota dale dallas dalton dan dana dane dante dara darcy daria
darwin davis dawn deacon dean dee del dell della den denny desi destiny dev dia dick dina dion dirk
diya dolly dom don dong dora dot drake drew duc duke dung dusty earl ebo ebony ed eddie eddy eden
edie edison efe eid eli elisa elise ella elle ellis em emerson emi emmy erin ernest esme esra eun
eva evan eve faith fay fern finn fleur flo flora florence floyd forest foster fran frances francis
frank frankie franklin fred freddie gabe gail gale garth gary gay gene georgia gia gil gina ginger
glen glenn grace grady graham grant grey griffin gus guy ha hadi hai hal hale hanh hank hao hari
harlan harley harmony harper harris harrison harry haven hazel heath heather hector herb herman hiro
hoa holly homer honey hope howard hue hui hung hunter huy ida ike ilan imogen ina iona ira iris isa
isha ivy jabu jace jack jackson jade jae jai jake jalen jama james jan jana jane jared jarvis
jasmine jasper jay jaya jean jeff jefferson jen jeri jerry jesus jet jewel ji jia jie jill jin jing
jiro jo jodie jon joon jordan joy jude judge judy jun june junior justice justin kai kali kara kari
kat kavi kay kaya kaye keira kelly kelvin ken kendall kent kenya khanh kim kimmy king kirk kit kojo
kris kumar kurt kylie lacey lana lance lane lara laurel lea lee leela lei leigh len leo leon les
lesley levi lex lexie li lia libby lily lin lina ling linh linus liz liza lizzie logan lola long
lorna lou louis lu lucie lucky luke lulu luna luther luz lyle lyn lynn mac mack macy mae maggie maha
mai major mal mandla mani marc marge mari marian marilyn marin maris mark marley marlon marshall
marx mason mat matt maude maverick mavis max may mckenzie meg mel melody mercedes mercy merle mia
micah mick mickey milan miles milo milton min mina minerva ming minnie mira missy misty mitch mo
molly mona moses mpho murray musa nadir nam nan nana nat nate ned neel nell nelly neo nera nestor
newton nga ngoc nick nicky nico nik niko nila nils nima noa noble noelle nolan norman norris nour
octavio olive om omer opal oren otis owen paige pam paris parker pat patience patsy patti patty paul
paz pearl peg pei penny percy perry petal pete peter peyton phil phuc phuong pia ping pip piper
polly pooh poppy porter precious preston priest prince prudence qing quan quang queen quinn quy rae
rain rajan raleigh ralph ram rami ramsey rana randolph randy rani raven ray reed reem reese regan
rei reid rene rex rey reyes rich rick ricki rico riley rima rin rio rishi ritu river riya rob robin
rocco rocky rod roja romeo ron rory rose ross rosy rowan roxy roy rubin ruby russ rusty ryder saad
sable sade sage sai said sal sally salvador sam samar sami sana sandy saul savanna savannah saxon
scarlett scout seo serenity seth shams shan shane shanti shaun shawn shay shea shelley sherman shiva
sid sienna sierra silas sita skip sky skyler slade sol solomon sonny soo sora spencer stan star
sterling storm sue summer sung sunny susie suzie sydney sylvan tad taj tala tam tania tanner tao
taro tate tatum tau taylor ted teddy tej temi temple terry tess thanh thao thea theo thi thu tia
tien tierney tim tina toby tola tom toni tori tracie tran trang trent trenton trey trinidad trinity
tripp trish troy trudy tuan tucker tuyet ty tyler tyra uday umm uri val van vance veda vera verity
vernon vic vida vince viola violet virgil virginia vivi vlad wade wali walker wallace wally walter
wang warner warren wayne webb wei wen wes weston wiley will willa williams willie willow wilson
winnie winter woo woody wren wyatt xander xia xiao xin xu yaa yan yang yara yen yi yin ying yong
york young yu yue yui yun zac zack zaid zain zane zeke zelda zen zena zhang zhao ziggy zion ziyi
zola
""".split()
)
# Of those, names that in a sentence with a capital are more often something else.
ELSEWHERE = frozenset(
    """
april may june august paris sydney georgia virginia florence chelsea dallas charlotte christian
mercedes israel jordan savannah kenya milan salvador jesus shiva moses solomon said om
""".split()
)
