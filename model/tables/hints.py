"""What the name of a column says of its values: labels, stars, a flag that means positive or negative, something else.

Names are taken apart at case, digits and marks: "isSpoiler", "is_spoiler" and "Is spoiler" are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

TEXT_NAMES = ("text", "review", "review_text", "reviewtext", "review_body", "sentence", "content", "comment", "body",
              "document", "phrase", "message", "reviews", "texts", "评论", "评论内容", "内容", "文本")  # fmt: skip
LABEL_NAMES = ("label", "labels", "sentiment", "class", "target", "polarity", "y", "gold", "positive", "is_positive",
               "category")  # fmt: skip
RATING_NAMES = ("rating", "ratings", "stars", "star_rating", "star", "score", "overall")

_WORDED = {"label_text", "text_label", "label_name", "label_str", "label_names", "sentiment_text", "sentiment_name",
           "class_name", "target_name", "target_names", "label_words"}  # fmt: skip
_STRONG = {"label", "labels", "sentiment", "sentiments", "polarity", "gold", "gold_label", "annotation", "annotations",
           "true_label", "label_true", "y_true", "compound", "valence", "rating", "ratings", "stars",
           "star_rating"}  # fmt: skip
_LABELS = {*LABEL_NAMES, *_STRONG, "classification", "verdict", "y", "tag", "tags", "cls", "emotion", "attitude",
           "airline_sentiment", "feedback", "cats", "intent", "freshness", "state", "review_type", "accept",
           "classes", "sentimiento", "etiqueta", "标签", "情感", "情感标签", "类别", "情绪",
           "output", "ground_truth", "truth", "expected", "answer", "choice", "choices"}  # fmt: skip
_RATINGS = {*RATING_NAMES, "score", "scores", "user_score", "user_rating", "review_rating", "review_score", "rate",
            "review_stars", "overall_rating", "rating_value", "points", "grade", "mark", "marks", "note", "metascore",
            "tomatometer", "imdb_rating", "imdb_score", "critic_score", "audience_score", "bewertung", "评分", "星级",
            "打分", "review_overall",
            "original_score", "n_stars", "stars_given", "num_stars"}  # fmt: skip
_YES = {"positive", "is_positive", "pos", "is_pos", "good", "is_good", "liked", "like", "is_liked", "recommended",
        "recommend", "is_recommended", "recommends", "would_recommend", "recommended_ind", "recommendation", "voted_up",
        "thumbs_up", "thumb_up", "up", "upvoted", "happy", "is_happy", "satisfied", "is_satisfied", "fresh", "is_fresh",
        "label_positive", "sentiment_positive", "is_positive_review", "positive_label", "positive_score",
        "prob_positive", "p_positive", "positive_probability", "positivity", "good_review"}  # fmt: skip
_NO = {"negative", "is_negative", "neg", "is_neg", "bad", "is_bad", "disliked", "dislike", "not_recommended", "unhappy",
       "voted_down", "thumbs_down", "thumb_down", "down", "rotten", "is_rotten", "label_negative", "sentiment_negative",
       "negative_label", "is_negative_review", "negative_score", "prob_negative", "p_negative", "negativity",
       "not_positive", "is_not_positive", "dissatisfied", "is_dissatisfied", "non_positive", "bad_review",
       "negative_probability"}  # fmt: skip
_SIGNED = {"compound", "valence", "vader", "polarity_score", "vader_compound", "vader_score", "textblob_polarity",
           "compound_score", "textblob"}  # fmt: skip
_OTHER_START = {"is", "has", "was", "were", "contains", "can", "did", "had", "should", "are"}
_OTHER_WORDS = {"confidence", "conf", "prob", "probability", "id", "count", "index", "prediction", "predicted", "pred",
                "votes", "helpful", "helpfulness", "subjectivity", "length", "spoiler", "verified", "date", "time",
                "timestamp", "year", "user", "author", "title", "url", "split", "logit", "reason",
                "purchase"}  # fmt: skip
_MOST_OF = {"imdb": 10.0, "metascore": 100.0, "tomatometer": 100.0, "percent": 100.0, "percentage": 100.0, "pct": 100.0,
            "letterboxd": 5.0}  # fmt: skip

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = re.compile(r"[\W_]+")
_MOST = re.compile(r"(?:of|to|max|maximum|from|ratings?|stars?|scores?|[01]) ?(5|7|10|20|100)$")
_MOST_STARS = {"five": 5.0, "ten": 10.0}


class Role(Enum):
    """What a column is for, as far as its name says."""

    TEXT = "text"
    LABEL = "label"
    RATING = "rating"
    YES = "positive"  # a flag that says whether a review is positive
    NO = "negative"  # one that says whether it is negative
    FLAG = "other"  # a flag or a measure of something else
    UNNAMED = "unnamed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hint:
    """What a name says. `most`: the highest number of its scale; `signed`: the scale goes from -1 to 1.

    `stars`: it counts stars. `strong`: the name leaves no doubt that labels or stars stand there; `worded`: that labels
    do, in words.
    """

    role: Role
    most: float | None = None
    signed: bool = False
    stars: bool = False
    strong: bool = False
    worded: bool = False


def hint_of(name: str) -> Hint:
    """What the name of a column says of its values."""
    key = plain_name(name)
    words = set(key.split("_"))
    if not key or re.fullmatch(r"(?:column_|unnamed_|field_|col_|c|f|v|x)?\d+", key):
        return Hint(Role.UNNAMED)
    if key in TEXT_NAMES:
        return Hint(Role.TEXT)
    if key in _WORDS_BESIDE:
        return Hint(Role.LABEL, strong=True, worded=True)
    most = next((_MOST_OF[word] for word in words if word in _MOST_OF), None) or _most(key)
    role = _role(key, words)
    signed, stars = bool(key in _SIGNED or words & {"compound", "textblob"}), bool(words & {"star", "stars"})
    strong = key in _STRONG or (role is Role.LABEL and key not in _LABELS)
    return Hint(role, most, signed, stars, strong)


def _role(key: str, words: set[str]) -> Role:
    for role, names in _ROLES.items():
        if key in names or key.replace("_", "") in names:
            return role
    first, last = key.split("_")[0], key.split("_")[-1]
    if first in _OTHER_START or words & _OTHER_WORDS:
        return Role.FLAG
    if "not" not in words and {"sentiment", "label", "polarity", "compound"} & {first, last}:
        return Role.LABEL
    return Role.RATING if words & {"rating", "stars", "star", "score"} else Role.UNKNOWN


def _joined(*names: set[str]) -> frozenset[str]:
    """Names, also with their words run together: "userscore"."""
    return frozenset(each for name in set().union(*names) for each in (name, name.replace("_", "")))


_WORDS_BESIDE = _joined(_WORDED)
_ROLES = {
    Role.YES: _joined(_YES),
    Role.NO: _joined(_NO),
    Role.RATING: _joined(_RATINGS),
    Role.LABEL: _joined(_LABELS, _SIGNED),
}


def plain_name(name: str) -> str:
    """A column's name in lower case, its words joined by "_"."""
    return _APART.sub("_", _CAMEL.sub("_", name).lower()).strip("_")


def _most(key: str) -> float | None:
    words = key.replace("_", " ")
    if found := re.search(r"(five|ten) stars?$|stars? of (five|ten)$|out of (five|ten)$", words):
        return _MOST_STARS[next(filter(None, found.groups()))]
    found = _MOST.search(words)
    return float(found[1]) if found else None
