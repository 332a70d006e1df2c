"""What names of columns say of their values."""

from __future__ import annotations

import pytest

from model.tables.hints import Role, hint_of, plain_name

NAMES = {
    Role.TEXT: ["text", "Review", "review_text", "reviewText"],
    Role.LABEL: ["label", "Sentiment", "airline_sentiment", "label_text", "labelText", "compound", "polarity",
                 "sentiment_label", "gold"],
    Role.RATING: ["rating", "Stars", "starRating", "star rating", "Score", "user_score", "userscore", "imdb_rating",
                  "rating (1-10)", "overall"],
    Role.YES: ["is_positive", "isPositive", "voted_up", "recommended", "Liked"],
    Role.NO: ["is_negative", "isNegative", "neg", "not_recommended"],
    Role.FLAG: ["is_spoiler", "isVerified", "verified_purchase", "has_image", "airline_sentiment_confidence",
                "prediction", "helpful_votes", "review_id", "contains_spoilers"],
    Role.UNNAMED: ["", "column 3", "Unnamed: 0", "0", "f1"],
    Role.UNKNOWN: ["genre", "said", "country"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in NAMES.items() for name in names])
def test_a_name_says_what_a_column_is_for(role, name):
    assert hint_of(name).role is role


@pytest.mark.parametrize(
    ("name", "most"),
    [("rating_10", 10), ("rating (1-10)", 10), ("stars_of_5", 5), ("score out of 100", 100), ("imdb_rating", 10),
     ("metascore", 100), ("rating", None), ("label", None), ("ten stars", 10)],
)  # fmt: skip
def test_a_name_may_say_the_highest_number(name, most):
    assert hint_of(name).most == most


def test_names_are_taken_apart_at_case_and_marks():
    assert plain_name(" isSpoiler?") == plain_name("Is spoiler") == "is_spoiler"
    assert hint_of("compound").signed
    assert hint_of("label_text").worded
    assert hint_of("stars").stars
