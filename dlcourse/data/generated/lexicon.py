"""The words of the phrase pairs, with every form that the grammar in `phrases` needs: English and French."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun's forms; `kind` says what may be said of it: person, animal, food or thing."""

    kind: str
    one: str
    many: str
    un: str
    des: str
    feminine: bool


@dataclass(frozen=True)
class Adjective:
    """An adjective's forms: masculine, masculine before a vowel, feminine, and both plurals; whether it goes first."""

    english: str
    kinds: str
    masculine: str
    elided: str
    feminine: str
    masculines: str
    feminines: str
    first: bool


@dataclass(frozen=True)
class Verb:
    """A verb's present tense: base and third person; je, tu, il, nous, ils; which kinds its object may be of."""

    base: str
    third: str
    forms: tuple[str, ...]
    kinds: str


@dataclass(frozen=True)
class Person:
    """A personal pronoun: in which person (0 je, 1 tu, 2 il, 3 nous, 4 ils) its verb stands."""

    english: str
    french: str
    person: int


def _nouns(table: str) -> dict[str, Noun]:
    rows = [line.split(",") for line in table.split()]
    return {one: Noun(kind, one, many, un, des, sex == "f") for kind, one, many, un, des, sex in rows}


def _adjectives(table: str) -> dict[str, Adjective]:
    rows = [line.split(",") for line in table.split()]
    return {
        english: Adjective(english, kinds, he, elided, she, hes, shes, place == "first")
        for english, kinds, he, elided, she, hes, shes, place in rows
    }


def _verbs(table: str) -> dict[str, Verb]:
    rows = [line.split(",") for line in table.strip().splitlines()]
    return {base.strip(): Verb(base.strip(), third, tuple(forms), kinds) for base, third, kinds, *forms in rows}


NOUNS = _nouns("""
person,boy,boys,garçon,garçons,m
person,girl,girls,fille,filles,f
person,man,men,homme,hommes,m
person,woman,women,femme,femmes,f
person,child,children,enfant,enfants,m
person,baker,bakers,boulanger,boulangers,m
animal,cat,cats,chat,chats,m
animal,dog,dogs,chien,chiens,m
animal,bird,birds,oiseau,oiseaux,m
animal,horse,horses,cheval,chevaux,m
animal,mouse,mice,souris,souris,f
animal,cow,cows,vache,vaches,f
food,apple,apples,pomme,pommes,f
food,orange,oranges,orange,oranges,f
food,cake,cakes,gâteau,gâteaux,m
food,carrot,carrots,carotte,carottes,f
food,strawberry,strawberries,fraise,fraises,f
food,egg,eggs,œuf,œufs,m
thing,book,books,livre,livres,m
thing,car,cars,voiture,voitures,f
thing,house,houses,maison,maisons,f
thing,flower,flowers,fleur,fleurs,f
thing,tree,trees,arbre,arbres,m
thing,hat,hats,chapeau,chapeaux,m
thing,boat,boats,bateau,bateaux,m
thing,chair,chairs,chaise,chaises,f
thing,coat,coats,manteau,manteaux,m
thing,island,islands,île,îles,f
""")
# Kinds: p person, a animal, f food, t thing.
ADJECTIVES = _adjectives("""
red,ft,rouge,rouge,rouge,rouges,rouges,after
green,ft,vert,vert,verte,verts,vertes,after
black,at,noir,noir,noire,noirs,noires,after
white,aft,blanc,blanc,blanche,blancs,blanches,after
blue,t,bleu,bleu,bleue,bleus,bleues,after
expensive,ft,cher,cher,chère,chers,chères,after
tired,pa,fatigué,fatigué,fatiguée,fatigués,fatiguées,after
happy,pa,content,content,contente,contents,contentes,after
small,paft,petit,petit,petite,petits,petites,first
big,paft,grand,grand,grande,grands,grandes,first
young,pa,jeune,jeune,jeune,jeunes,jeunes,first
old,pat,vieux,vieil,vieille,vieux,vieilles,first
beautiful,paft,beau,bel,belle,beaux,belles,first
""")
VERBS = _verbs("""
eat,eats,f,mange,manges,mange,mangeons,mangent
see,sees,paft,vois,vois,voit,voyons,voient
find,finds,paft,trouve,trouves,trouve,trouvons,trouvent
look for,looks for,paft,cherche,cherches,cherche,cherchons,cherchent
love,loves,paft,aime,aimes,aime,aimons,aiment
draw,draws,paft,dessine,dessines,dessine,dessinons,dessinent
buy,buys,aft,achète,achètes,achète,achetons,achètent
sell,sells,aft,vends,vends,vend,vendons,vendent
wash,washes,paft,lave,laves,lave,lavons,lavent
choose,chooses,aft,choisis,choisis,choisit,choisissons,choisissent
paint,paints,at,peins,peins,peint,peignons,peignent
""")
BE = (("am", "suis"), ("are", "es"), ("is", "est"), ("are", "sommes"), ("are", "sont"))
PERSONS = (
    Person("i", "je", 0),
    Person("you", "tu", 1),
    Person("he", "il", 2),
    Person("she", "elle", 2),
    Person("we", "nous", 3),
    Person("they", "ils", 4),
)
ADVERBS = {"often": "souvent", "always": "toujours"}
PLACES = {
    "in the garden": "dans le jardin",
    "at the market": "au marché",
    "near the river": "près de la rivière",
    "in the village": "dans le village",
    "on the bridge": "sur le pont",
}
JOINTS = {"and": "et", "but": "mais", "because": "parce que"}
