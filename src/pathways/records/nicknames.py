"""Short and familiar forms of given names, in groups: any form finds any other of its group."""

from __future__ import annotations

_GROUPS = """
abigail abi abby abbie gail
alexandra alex alexa sandra sandy lexi sasha
alice ali
alison ali
amanda mandy manda
amelia amy millie mel
andrea andie andi
angela angie ange
anna ann anne annie anya hannah
annabel annabelle bella belle
antonia toni tonya
barbara barb babs barbie
beatrice bea beatrix trixie
bernadette bernie detta
bethany beth
brenda bren
bridget biddy bridie
camilla milly cam
caroline carolyn carol caz carrie lina
catherine katherine kathryn catharine kate katie kathy cathy kat kit kitty kath cath
charlotte charlie lottie lotty char
chloe clo
christina christine kristina chris chrissie tina kirsty kristin
clara claire clare
constance connie
cynthia cindy
danielle dani danni
deborah debra debbie deb debs
denise den
diana diane di
donna don
dorothy dot dotty dolly
eleanor elinor ellie nell nora elle ella ellen
elizabeth elisabeth liz lizzie beth betty betsy eliza lisa libby elsie bess lily
emily em emmy millie
emma em ems
esther hester essie
evelyn eve evie
fatima fatimah fatma tima
fiona fi
florence flo florrie flossie
frances fran francesca frankie fanny cesca
frederica freddie rica
gabrielle gabriella gabby gabi ella
gemma gem
georgina georgia georgie gina
geraldine gerry
gillian jill gill jilly
grace gracie
gwendolyn gwen wendy
harriet hattie harry
helen helena nell ellen nelly
hilary hil
imogen immy
isabel isabella isobel izzy bella issy belle
jacqueline jackie jacqui jacs
jane janie jayne janet jan
janice jan
jasmine jas jazz yasmin yasmine
jean jeanie jeannette jeanette
jennifer jen jenny jenni jenna
jessica jess jessie
joanna joanne jo joan joey
josephine jo josie
joyce joy
judith judy jude
julia julie jules juliet
karen kaz
kimberley kimberly kim
kirsten kirsty kirstie
laura laurie lauren
leanne lee
leila layla leyla laila
linda lyn lindy
lillian lily lilian lil
lorraine lori rainey
louise lou lulu louisa
lucy lucinda lu lucille cindy
madeleine madeline maddie maddy
magdalena magda lena
margaret maggie meg peggy marge margie madge greta rita daisy mags
maria mary marie mia moll molly polly may mariam maryam miriam
marilyn mari lyn
martha marty matty
matilda tilly mattie
maureen mo
maxine max
melanie mel
melissa mel missy lissa
michelle shell shelly chelle mich
mohammed
monica mon
natalie nat natalia tasha natasha
nicola nicole nicky nikki nic
olivia liv livvy olive
pamela pam
patricia pat patsy tricia trish tish
paula pauline polly
penelope penny
philippa pippa pip
phyllis phyl
priscilla cilla prissy
rachel rach rachael shelly
rebecca becky becca bex rebekah
roberta bobbie robbie
rosalind ros roz
rose rosie rosa rosemary rosalie
roxanne roxy
ruth ruthie
sabrina brina
samantha sam sammy
sarah sara sally sadie
shannon shan
sharon shaz shari
shirley shirl
simone simmy
sophia sophie soph sofia zofia
stephanie steph stevie steffi
susan sue susie suzanne suzie susannah sukie
sylvia sylvie
tabitha tabby
tamara tammy tam
teresa theresa terri tess tessa tracy terry
thomasina tamsin tammy
valerie val
vanessa nessa ness
veronica ronnie vera nicky
victoria vicky vicki tori tory vic
violet vi
virginia ginny gina
vivian vivienne viv
wendy wen
winifred win winnie freda
yvonne yvie von
zoe zo
agnieszka aga
aleksandra ola sasha alex
aisha ayesha aishah aicha
ewa eva eve
jadwiga jadzia
joanna asia joasia
katarzyna kasia kate
khadija khadijah kadija
magdalena magda
malgorzata gosia margaret
nadia nadya nadine
oluwaseun seun
parveen parvin
rukhsana roxana
samina sameena
shabana shabnam
sunita sunny
tahira tahirah
zainab zaynab zeinab
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        forms = line.split()
        for form in forms:
            found.setdefault(form, []).append(forms[0])
    return {form: tuple(dict.fromkeys(groups)) for form, groups in found.items()}


#: form -> the groups it belongs to
GROUPS = _read(_GROUPS)
