"""English phrases with their French translations, by a small grammar: translation that can be learned in minutes.

The French is French: articles, adjectives and verbs agree, most adjectives stand after their noun, adverbs after the
verb, "them" before it; "ne ... pas" embraces the verb and turns "un" into "de"; vowels elide ("l'oiseau", "cet
arbre"). Some pairs of noun and adjective are held back: they occur in the test part alone, so that what is tested is
whether parts are put together, not whether phrases are remembered.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated import lexicon
from dlcourse.data.generated.lexicon import ADJECTIVES, NOUNS, VERBS, Adjective, Noun
from dlcourse.data.generated.making import Picker, provenance, stream, texts, whole
from dlcourse.data.registry import Entry

VOWELS = "aeiouéèêîœh"  # no word here begins with an aspirated h
DETERMINERS = ("the", "a", "my", "this")
PLURALS = {"the": "les", "a": "des", "my": "mes", "this": "ces"}


@dataclass(frozen=True)
class Phrase:
    """A piece of both languages, and which pairs of noun and adjective stand in it."""

    english: str
    french: str
    pairs: tuple[tuple[str, str], ...] = ()


def french_phrases(
    train: int = 4000, test: int = 500, clauses: int = 1, simple: bool = False, seed: int = 0
) -> Dataset:
    """Pairs such as "the small bird often eats a green apple" and "le petit oiseau mange souvent une pomme verte".

    `x` holds the English, `y` the French, lower case, without full stops, no phrase twice. Each test phrase has at
    least one pair of noun and adjective that no training phrase has (`is_held_back` says which).

    Args:
        train: Number of training pairs, at least 1.
        test: Number of test pairs, at least 1.
        clauses: How many clauses a phrase has at most, 1 to 5, joined by "and", "but" and "because".
        simple: Whether to leave out adverbs, places, negations and "them": learned in half the time.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    wanted = {False: whole("train", train, 1, 100_000), True: whole("test", test, 1, 10_000)}
    pick, clauses = Picker(stream(seed)), whole("clauses", clauses, 1, 5)
    found: dict[bool, dict[str, str]] = {False: {}, True: {}}
    while any(len(found[held]) < wanted[held] for held in found):
        phrase = sentence(pick, 1 + pick.below(clauses), simple)
        held = any(is_held_back(*pair) for pair in phrase.pairs)
        if len(found[held]) < wanted[held]:
            found[held].setdefault(phrase.english, phrase.french)
    (x_train, y_train), (x_test, y_test) = ((texts([*part]), texts([*part.values()])) for part in found.values())
    return Dataset("french_phrases", x_train, y_train, x_test, y_test, (), (), PROVENANCE)


def is_held_back(noun: str, adjective: str) -> bool:
    """Whether this pair, one in six, is kept for the test part."""
    return (list(NOUNS).index(noun) + 5 * list(ADJECTIVES).index(adjective)) % 6 == 0


def sentence(pick: Picker, clauses: int, simple: bool = False) -> Phrase:
    """So many clauses, joined."""
    whole_phrase = clause(pick, simple)
    for _ in range(clauses - 1):
        joint, following = pick(tuple(lexicon.JOINTS)), clause(pick, simple)
        french = _elided(lexicon.JOINTS[joint], following.french)
        whole_phrase = _joined(whole_phrase, Phrase(joint, ""), following, french=f"{whole_phrase.french} {french}")
    return whole_phrase


def clause(pick: Picker, simple: bool = False) -> Phrase:
    """Subject and predicate: what it is, or what it does to what and where."""
    subject, person, noun, plural = _subject(pick)
    negated = not simple and pick.below(4) == 0
    if noun is not None and pick.below(5) == 0:
        return state(subject, noun, plural, _fitting(pick, noun), negated)
    verb = pick(tuple(VERBS))
    target = _object(pick, verb, simple, negated)
    if simple:
        return action(subject, person, verb, target, negated)
    adverb = pick(("", "", "", *lexicon.ADVERBS))
    return action(subject, person, verb, target, negated, adverb, pick(("", "", "", *lexicon.PLACES)))


def state(subject: Phrase, noun: Noun, plural: bool, adjective: Adjective, negated: bool) -> Phrase:
    """The subject is, or is not, red: the adjective agrees with a noun some words before."""
    person = 4 if plural else 2
    english, french = lexicon.BE[person]
    verb = _not(french) if negated else french
    told = f"{english} not" if negated else english
    pairs = (*subject.pairs, (noun.one, adjective.english))
    agreed = agree(adjective, noun.feminine, plural)
    return Phrase(f"{subject.english} {told} {adjective.english}", f"{subject.french} {verb} {agreed}", pairs)


def action(
    subject: Phrase, person: int, verb: str, target: Phrase, negated: bool, adverb: str = "", place: str = ""
) -> Phrase:
    """The subject does, or does not, do it to the target, which is "them" or a noun phrase."""
    third = person == 2
    helped = ("does not" if third else "do not") if negated else ""
    done = VERBS[verb].third if third and not negated else verb
    english = (subject.english, helped, adverb, done, target.english, place)
    core, behind = VERBS[verb].forms[person], target.french
    if target.english == "them":
        core, behind = f"les {core}", ""
    core = _not(core) if negated else core
    begun = _elided(subject.french, core) if subject.french == "je" else f"{subject.french} {core}"
    french = (begun, lexicon.ADVERBS.get(adverb, ""), behind, lexicon.PLACES.get(place, ""))
    return Phrase(_spaced(*english), _spaced(*french), subject.pairs + target.pairs)


def noun_phrase(determiner: str, noun: str, adjective: str = "", plural: bool = False, negated: bool = False) -> Phrase:
    """Determiner ("the", "a", "my" or "this"), noun and perhaps an adjective, in the order of each language.

    With `negated`, as an object after a negation, "un" and "des" turn into "de", and "some" into "any".
    """
    thing = NOUNS[noun]
    english = _spaced(adjective, thing.many if plural else thing.one)
    french = thing.des if plural else thing.un
    first = False
    if adjective:
        word, first = ADJECTIVES[adjective], ADJECTIVES[adjective].first
        elided = first and not plural and _vowel(french)
        agreed = word.elided if elided and not thing.feminine else agree(word, thing.feminine, plural)
        french = f"{agreed} {french}" if first else f"{french} {agreed}"
    begun = _determined(determiner, french, thing.feminine, plural, negated, first)
    pairs = ((noun, adjective),) if adjective else ()
    return Phrase(f"{_english_determiner(determiner, english, plural, negated)} {english}", begun, pairs)


def agree(adjective: Adjective, feminine: bool, plural: bool) -> str:
    """The adjective's form for that gender and number."""
    if plural:
        return adjective.feminines if feminine else adjective.masculines
    return adjective.feminine if feminine else adjective.masculine


def _subject(pick: Picker) -> tuple[Phrase, int, Noun | None, bool]:
    if pick.below(3) == 0:
        pronoun = pick(lexicon.PERSONS)
        return Phrase(pronoun.english, pronoun.french), pronoun.person, None, False
    noun = pick([each for each in NOUNS.values() if each.kind in ("person", "animal")])
    plural = pick((False, False, True))
    return _described(pick, noun, plural, negated=False), 4 if plural else 2, noun, plural


def _object(pick: Picker, verb: str, simple: bool, negated: bool) -> Phrase:
    if not simple and pick.below(8) == 0:
        return Phrase("them", "les")
    noun = pick([each for each in NOUNS.values() if each.kind[0] in VERBS[verb].kinds])
    return _described(pick, noun, pick((False, False, True)), negated)


def _described(pick: Picker, noun: Noun, plural: bool, negated: bool) -> Phrase:
    adjective = _fitting(pick, noun).english if pick.below(2) else ""
    return noun_phrase(pick(DETERMINERS), noun.one, adjective, plural, negated)


def _fitting(pick: Picker, noun: Noun) -> Adjective:
    return pick([each for each in ADJECTIVES.values() if noun.kind[0] in each.kinds])


def _determined(determiner: str, french: str, feminine: bool, plural: bool, negated: bool, first: bool) -> str:
    """The French determiner before what follows it, agreed and elided."""
    if determiner == "a" and (negated or (plural and first)):
        return _elided("de", french)
    if plural:
        return f"{PLURALS[determiner]} {french}"
    if determiner == "the":
        return _elided("la" if feminine else "le", french)
    if determiner == "a":
        return f"{'une' if feminine else 'un'} {french}"
    if determiner == "my":
        return f"{'ma' if feminine and not _vowel(french) else 'mon'} {french}"
    return f"{'cette' if feminine else 'cet' if _vowel(french) else 'ce'} {french}"


def _english_determiner(determiner: str, following: str, plural: bool, negated: bool) -> str:
    if plural:
        return {"a": "any" if negated else "some", "this": "these"}.get(determiner, determiner)
    return "an" if determiner == "a" and following[0] in "aeiou" else determiner


def _not(verb: str) -> str:
    return f"{_elided('ne', verb)} pas"


def _elided(word: str, following: str) -> str:
    """The word before what follows: "le" and "chat" give "le chat", "le" and "oiseau" "l'oiseau"; "et" stays."""
    return f"{word[:-1]}'{following}" if word[-1] in "ae" and _vowel(following) else f"{word} {following}"


def _vowel(word: str) -> bool:
    return word[0] in VOWELS


def _spaced(*words: str) -> str:
    return " ".join(word for word in words if word)


def _joined(first: Phrase, joint: Phrase, second: Phrase, french: str) -> Phrase:
    english = f"{first.english} {joint.english} {second.english}"
    return Phrase(english, french, first.pairs + second.pairs)


PROVENANCE = provenance("English phrases and their French translations by a small grammar of agreement and word order")
ENTRIES = (
    Entry(
        "french_phrases",
        "generated",
        "Translate phrases whose parts were seen and whose combination was not: encoder, decoder, attention.",
        PROVENANCE,
        french_phrases,
    ),
)
