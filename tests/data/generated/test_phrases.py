"""Phrase pairs: the French agrees, and the test part holds combinations that the training part never has."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dlcourse.data import Dataset, generated
from dlcourse.data.generated import lexicon
from dlcourse.data.generated.phrases import Phrase, action, is_held_back, noun_phrase, state

FEMININE = {"fille", "femme", "souris", "vache", "pomme", "orange", "carotte", "fraise", "voiture", "maison", "fleur"}
FEMININE |= {"chaise", "île"}
BEFORE_VOWEL = ("a", "e", "i", "o", "h", "é", "î", "œ")


@pytest.fixture(scope="module")
def pairs() -> Dataset:
    return generated.french_phrases(clauses=2)


@pytest.mark.parametrize(
    ("asked", "english", "french"),
    [
        (("the", "bird", "black"), "the black bird", "l'oiseau noir"),
        (("the", "bird", "small"), "the small bird", "le petit oiseau"),
        (("a", "apple", "red"), "a red apple", "une pomme rouge"),
        (("a", "apple"), "an apple", "une pomme"),
        (("a", "orange", "old"), "an old orange", "une vieille orange"),
        (("my", "orange"), "my orange", "mon orange"),
        (("my", "orange", "beautiful"), "my beautiful orange", "ma belle orange"),
        (("this", "tree"), "this tree", "cet arbre"),
        (("this", "tree", "beautiful"), "this beautiful tree", "ce bel arbre"),
        (("the", "man", "old"), "the old man", "le vieil homme"),
        (("this", "cow", "white"), "this white cow", "cette vache blanche"),
        (("the", "horse", "white", True), "the white horses", "les chevaux blancs"),
        (("a", "bird", "small", True), "some small birds", "de petits oiseaux"),
        (("a", "bird", "black", True), "some black birds", "des oiseaux noirs"),
        (("this", "woman", "old", True), "these old women", "ces vieilles femmes"),
        (("a", "egg", "", False, True), "an egg", "d'œuf"),
        (("a", "car", "red", False, True), "a red car", "de voiture rouge"),
        (("a", "car", "red", True, True), "any red cars", "de voitures rouges"),
    ],
)
def test_a_noun_phrase_is_as_a_grammar_book_has_it(asked: tuple, english: str, french: str) -> None:
    phrase = noun_phrase(*asked)
    assert (phrase.english, phrase.french) == (english, french)


@pytest.mark.parametrize(
    ("subject", "person", "verb", "target", "rest", "english", "french"),
    [
        ("i", 0, "love", noun_phrase("the", "dog"), (False,), "i love the dog", "j'aime le chien"),
        ("i", 0, "love", noun_phrase("the", "dog"), (True,), "i do not love the dog", "je n'aime pas le chien"),
        ("she", 2, "see", "them", (False, "often"), "she often sees them", "elle les voit souvent"),
        ("we", 3, "see", "them", (True,), "we do not see them", "nous ne les voyons pas"),
        (
            "he",
            2,
            "look for",
            noun_phrase("a", "hat", "", False, True),
            (True, "always", "in the garden"),
            "he does not always look for a hat in the garden",
            "il ne cherche pas toujours de chapeau dans le jardin",
        ),
    ],
)
def test_a_clause_is_as_a_grammar_book_has_it(subject, person, verb, target, rest, english, french) -> None:
    pronoun = next(each for each in lexicon.PERSONS if each.english == subject)
    target = Phrase("them", "les") if target == "them" else target
    phrase = action(Phrase(pronoun.english, pronoun.french), person, verb, target, *rest)
    assert (phrase.english, phrase.french) == (english, french)


def test_an_adjective_after_the_verb_agrees_with_its_subject() -> None:
    phrase = state(
        noun_phrase("the", "mouse", "", True), lexicon.NOUNS["mouse"], True, lexicon.ADJECTIVES["happy"], True
    )
    assert (phrase.english, phrase.french) == ("the mice are not happy", "les souris ne sont pas contentes")


def test_every_article_agrees_with_the_noun_right_after_it(pairs: Dataset) -> None:
    gender = {"un": False, "le": False, "ce": False, "une": True, "la": True, "cette": True, "ma": True}
    nouns = {noun.un for noun in lexicon.NOUNS.values()}
    checked = 0
    for phrase in pairs.y_train:
        for article, noun in pairwise(phrase.split()):
            if article in gender and noun in nouns:
                assert gender[article] == (noun in FEMININE), phrase
                checked += 1
    assert checked > 1000


def test_no_le_la_je_ne_or_que_stands_before_a_vowel(pairs: Dataset) -> None:
    for phrase in pairs.y_train:
        for word, following in pairwise(phrase.split()):
            assert not (word in ("le", "la", "je", "ne", "de", "que", "ce", "ma") and following[0] in BEFORE_VOWEL), (
                phrase
            )


def test_the_feminine_nouns_of_the_lexicon_are_those_of_a_dictionary() -> None:
    assert {noun.un for noun in lexicon.NOUNS.values() if noun.feminine} == FEMININE


def combinations(phrases) -> set[tuple[str, str]]:
    """Pairs of an adjective and the noun right after it in the English phrases."""
    nouns = {form: name for name, noun in lexicon.NOUNS.items() for form in (noun.one, noun.many)}
    found = set()
    for phrase in phrases:
        found |= {
            (nouns[noun], adjective)
            for adjective, noun in pairwise(phrase.split())
            if adjective in lexicon.ADJECTIVES and noun in nouns
        }
    return found


def test_no_combination_that_is_held_back_stands_in_the_training_part(pairs: Dataset) -> None:
    assert not any(is_held_back(*pair) for pair in combinations(pairs.x_train))
    assert sum(is_held_back(*pair) for pair in combinations(pairs.x_test)) > 20


def words(phrases) -> set[str]:
    return set(" ".join(phrases).replace("'", "' ").split())


def test_every_word_of_the_test_part_stands_in_the_training_part(pairs: Dataset) -> None:
    assert words(pairs.x_test) <= words(pairs.x_train)
    assert words(pairs.y_test) <= words(pairs.y_train)


def test_no_phrase_stands_there_twice(pairs: Dataset) -> None:
    assert len({*pairs.x_train, *pairs.x_test}) == len(pairs.x_train) + len(pairs.x_test)


def test_a_green_apple_is_an_apple_green_in_french() -> None:
    pairs = generated.french_phrases()
    green = [french for english, french in zip(pairs.x_train, pairs.y_train, strict=True) if " green apple" in english]
    assert green
    assert all("pomme verte" in french or "pommes vertes" in french for french in green)


def test_more_clauses_make_longer_phrases() -> None:
    short, long = (generated.french_phrases(train=300, test=50, clauses=each) for each in (1, 4))
    mean = [sum(len(each.split()) for each in part.x_train) / 300 for part in (short, long)]
    assert mean[1] > 2 * mean[0]


def test_simple_phrases_have_neither_negation_nor_adverb_nor_place_nor_them() -> None:
    simple = words(generated.french_phrases(train=1000, test=100, simple=True).y_train)
    full = words(generated.french_phrases(train=1000, test=100).y_train)
    assert not {"pas", "souvent", "toujours", "dans", "marché"} & simple
    assert {"pas", "souvent", "toujours", "dans", "marché"} <= full
