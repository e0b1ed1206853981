"""Words of eight languages from Debian's word lists, cleaned and split so that held-out words are truly new."""
import pathlib
import random
import unicodedata
import zlib
from collections import Counter

DICT = pathlib.Path("/usr/share/dict")
# Language code -> file in /usr/share/dict and its encoding. Debian packages, in order: wamerican, wfrench, wngerman,
# wspanish, witalian, wportuguese, wdutch, wswedish.
LISTS = {
    "en": ("american-english", "utf-8"),
    "fr": ("french", "utf-8"),
    "de": ("ngerman", "utf-8"),
    "es": ("spanish", "utf-8"),
    "it": ("italian", "utf-8"),
    "pt": ("portuguese", "utf-8"),
    "nl": ("dutch", "utf-8"),
    "sv": ("swedish", "latin-1"),
}
LANGUAGES = list(LISTS)

SHORTEST = 3  # letters; shorter words are mostly abbreviations
FOREIGN = 100  # a letter that fewer words of a list use is a loan there, like the ê of German
STEM = 5  # words that begin with the same letters fall on the same side of the split: inflections stay together
HELD_OUT_SHARE = 10  # one stem in ten


def fold(word):
    """What the classifier sees: composed (NFC) and lower case, for German's capitals would give its nouns away."""
    return unicodedata.normalize("NFC", word).lower()


def read(language):
    """The folded words of a list, and which of them are worth learning: no names, acronyms, possessives or affixes."""
    name, encoding = LISTS[language]
    lines = (DICT / name).read_text(encoding=encoding).split()
    is_name = str.isupper if language == "de" else lambda word: word != word.lower()
    good = {fold(word) for word in lines if len(word) >= SHORTEST and word.isalpha() and not is_name(word)}
    common = {letter for letter, words in Counter(letter for word in good for letter in set(word)).items() if words >= FOREIGN}
    return {fold(word) for word in lines}, {word for word in good if common.issuperset(word)}


def is_held_out(word):
    return zlib.crc32(word[:STEM].encode()) % HELD_OUT_SHARE == 0


def split(held_out, seed=0):
    """Each language's training words, shuffled; and `held_out` words a language as `(word, language index)` pairs."""
    lists = {language: read(language) for language in LANGUAGES}
    owners = Counter(word for everything, _ in lists.values() for word in everything)
    training, chosen = [], []
    for index, language in enumerate(LANGUAGES):
        words = sorted(word for word in lists[language][1] if owners[word] == 1)  # a word of two languages teaches neither
        random.Random(seed + index).shuffle(words)
        training.append([word for word in words if not is_held_out(word)])
        new = [word for word in words if is_held_out(word)]
        assert len(new) >= held_out, f"{language}: {len(new)} words to hold out, {held_out} asked"
        chosen += [(word, index) for word in new[:held_out]]
        print(f"{language}: {len(training[-1])} training words, {len(new)} kept apart from them", flush=True)
    return training, chosen
