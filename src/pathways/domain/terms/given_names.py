"""Forms of given names that one person goes by: Kate and Catherine, Bill and William. Our own table.

Each line is a group, named by its first form; any form finds any other of its group, and a form may belong to
several. A search by name and the linking of records read the same table, so that nobody is found by one and
missed by the other.
"""

from __future__ import annotations

_GROUPS = """
abigail abi abby abbie gail
adam ad
adelaide addie ada heidi
agnes aggie nessie
agnieszka aga
aisha ayesha aishah aicha
alan al allan allen
albert al bert bertie
aleksandra ola sasha alex
alexander alex alec alick sandy xander sacha
alexandra alex alexa sandra sandy lexi sasha
alfred alf alfie fred freddie
alice ali alys
alison ali allie
amanda mandy manda
amelia amy millie mel emily mia
andrea andie andi
andrew andy drew
angela angie ange
anna ann anne annie anya hannah nan nancy
annabel annabelle bella belle
anthony tony ant antony
antonia toni tonya
archibald archie
arthur art artie
augusta gussie
augustus gus
barbara barb babs barbie
barnaby barney
bartholomew bart
beatrice bea beatrix trixie
benjamin ben benny
bernadette bernie detta
bernard bernie
bethany beth
bradley brad
brenda bren
bridget biddy bridie
bronwen bron
calum callum cal
camilla milly cam
caroline carolyn carol caz carrie lina
catherine katherine kathryn catharine kate katie kathy cathy kat kit kitty kath cath kay
cecilia cecily cissie celia
charles charlie chas chuck
charlotte charlie lottie lotty char
chloe clo
christina christine kristina chris chrissie tina kirsty kristin
christopher chris kit topher
clara claire clare
clifford cliff
constance connie
cornelius con neil
cynthia cindy
daniel dan danny
danielle dani danni
david dave davy davey dai
deborah debra debbie deb debs
denise den
dennis den denny
derek del
diana diane di
dominic dom
donald don donny
donna don
dorothy dot dotty dolly dora dorothea
douglas doug duggie
duncan dunc
edgar ed
edith edie
edmund ed eddie ted ned
edward ed eddie ted teddy ned
edwin ed eddie
eleanor elinor ellie nell nora elle ella ellen
elizabeth elisabeth liz lizzie beth betty betsy eliza lisa libby elsie bess lily bessie lilibet
emily em emmy millie
emma em ems
eric rick
ernest ernie
esther hester essie
eugene gene
evelyn eve evie
ewa eva eve
fatima fatimah fatma tima
fiona fi
florence flo florrie flossie
frances fran francesca frankie fanny cesca
francis frank frankie
frederica freddie rica
frederick fred freddie freddy
gabriel gabe
gabrielle gabriella gabby gabi ella
gareth gary gaz
gavin gav
gemma gem
geoffrey geoff jeffrey jeff
george georgie
georgina georgia georgie gina
gerald gerry jerry
geraldine gerry
gertrude gertie trudy
gilbert gil bert
gillian jill gill jilly jillian
gordon gordy
grace gracie
graham graeme
gregory greg
gwendolyn gwen wendy
harold harry hal
harriet hattie harry
helen helena nell ellen nelly
henrietta hetty etta harriet
henry harry hal hank
herbert herb bert bertie
hilary hil
horace horry
hubert bert hugh
hugh huw hughie
ian iain
imogen immy
isaac ike zac
isabel isabella isobel izzy bella issy belle
jacob jake
jacqueline jackie jacqui jacs jacky
jadwiga jadzia
james jim jimmy jamie jem
jane janie jayne janet jan janey jenny
janet jan jenny
janice jan
jasmine jas jazz yasmin yasmine jaz
jean jeanie jeannette jeanette jeannie jeanne
jemima mima jem
jennifer jen jenny jenni jenna
jeremy jerry jez
jessica jess jessie
joan joanie
joanna joanne jo joan joey asia joasia
john jack johnny jon ian sean
jonathan jon jonny nathan
joseph joe joey
josephine jo josie josey
joshua josh
joyce joy
judith judy jude
julia julie jules juliet
karen kaz
katarzyna kasia kate
keith keef
kenneth ken kenny
kevin kev
khadija khadijah kadija
kimberley kimberly kim
kirsten kirsty kirstie
laura laurie lauren lora lori
laurence lawrence larry laurie loz
leanne lee
leila layla leyla laila
leonard len lenny leo
leslie les lesley
lillian lily lilian lil lilly
linda lyn lindy lynda lin
lorraine lori rainey
louis lewis lou
louise lou lulu louisa
lucy lucinda lu lucille cindy
luke lucas
lydia liddy
madeleine madeline maddie maddy
magdalena magda lena
malcolm mal
malgorzata gosia margaret
marcus marc mark
margaret maggie meg peggy marge margie madge greta rita daisy mags peg margot maisie margery
maria mary marie mia moll molly polly may mariam maryam miriam mae
marilyn mari lyn
martha marty matty mattie patty
martin marty
matilda tilly mattie maud
matthew matt matty
maureen mo maura
maurice mo morris
maxine max
maxwell max maximilian
megan meg
melanie mel
melissa mel missy lissa
michael mike mick micky mikey
michelle shell shelly chelle mich
miriam mimi mim
mohammed muhammad mohammad mohamed mo mohd muhammed
moira maura
monica mon
nadia nadya nadine
nancy nan
natalie nat natalia tasha natasha tash
nathaniel nathan nat
neil neal nigel
nicholas nick nicky nico
nicola nicole nicky nikki nic
norman norm
oliver ollie olly
olivia liv livvy olive
oluwaseun seun
oscar ozzy
pamela pam
parveen parvin
patricia pat patsy tricia trish tish patti
patrick pat paddy padraig
paula pauline polly
penelope penny pen
percival percy
peter pete
philip phil phillip pip
philippa pippa pip phil
phoebe phebe
phyllis phyl
priscilla cilla prissy
rachel rach rachael shelly
ralph rafe
raymond ray
rebecca becky becca bex rebekah reba
reginald reg reggie rex
richard rick ricky rich dick dickie richie
robert rob bob bobby robbie bert robin
roberta bobbie robbie
roderick rod roddy
rodney rod
roger rodge
ronald ron ronnie
rosalind ros roz rosie
rose rosie rosa rosemary rosalie
roxanne roxy
roy royston
rukhsana roxana
rupert ru
russell russ
ruth ruthie
sabrina brina
samantha sam sammy sammie
samina sameena
samuel sam sammy
sarah sara sally sadie sal
sebastian seb
shabana shabnam
shannon shan
sharon shaz shari
shirley shirl
sidney sid sydney
simon si
simone simmy
sophia sophie soph sofia zofia
stephanie steph stevie steffi
stephen steven steve stevie
stuart stewart stu
sunita sunny
susan sue susie suzanne suzie susannah sukie susanna suki
sylvia sylvie
tabitha tabby
tahira tahirah
tamara tammy tam
tamsin tam tammy
terence terry tel
teresa theresa terri tess tessa tracy terry
theodora dora thea
theodore theo ted teddy
thomas tom tommy
thomasina tamsin tammy
timothy tim timmy
trevor trev
ursula ursie
valerie val
vanessa nessa ness
vera vee
veronica ronnie vera nicky
victor vic
victoria vicky vicki tori tory vic vikki
vincent vince vinny
violet vi
virginia ginny gina ginger
vivian vivienne viv vivien
walter wally walt wat
wendy wen
wilfred wilf fred
wilhelmina mina billie minnie
william will bill billy willy wills liam
winifred win winnie freda
yvonne yvie von vonny
zachary zac zach zack
zainab zaynab zeinab
zoe zo
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        forms = line.split()
        for form in forms:
            found.setdefault(form, []).append(forms[0])
    return {form: tuple(dict.fromkeys(groups)) for form, groups in found.items()}


#: A form in lower case without accents → the groups that it belongs to.
GROUPS = _read(_GROUPS)


def every() -> frozenset[str]:
    """Every form of a given name in the table, in small letters."""
    return frozenset(_GROUPS.split())


def groups_of(name: str) -> tuple[str, ...]:
    """The groups of a cleaned given name: itself where it is in none, none where it is empty."""
    return GROUPS.get(name, (name,) if name else ())
