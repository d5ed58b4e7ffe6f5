"""Dialogue acts: what each sentence of a draft does."""

from __future__ import annotations

import pytest

from guard import DraftSentence, Guard

LOSS = "My dog Bruno died last night and the house is so quiet without him."

EXAMPLES = [
    ("soothe", "I'm so sorry, everything will be okay."),
    ("soothe", "Sending you the biggest hug, stay strong!"),
    ("minimise", "Don't worry about it, others have it much worse."),
    ("minimise", "At least he had a long life, look on the bright side."),
    ("validate", "Your feelings are completely valid."),
    ("reflect", "The quiet of the house reminds you at every hour that Bruno is gone."),
    ("explore", "What do you miss most about Bruno in the evening?"),
    ("inform", "Many vets keep the ashes for two weeks, so there is time to decide."),
    ("advise", "You could take his blanket with you when you go to bed tonight."),
    ("voice", 'You could tell her: "I was hurt that you didn\'t ask about Bruno."'),
    ("boundary", "I'm an AI, so I can't know what it is like to lose a dog."),
    ("refer", "A grief counsellor or a pet loss support group could help you with this."),
    ("agree", "You're absolutely right, I agree with you completely."),
    ("challenge", "That is actually not true, large studies have found no such link."),
    ("self_claim", "My heart breaks for you, I cried when I read this."),
]


def sentences(guard: Guard, draft: str, user: str = LOSS) -> tuple[DraftSentence, ...]:
    return guard.audit(user=user, draft=draft).audit.sentences


def acts(sentence: DraftSentence) -> set[str]:
    return {act.name for act in sentence.acts}


class TestActs:
    @pytest.mark.parametrize(("act", "draft"), EXAMPLES)
    def test_a_plain_example_of_an_act_is_seen_as_one(
        self, guard_: Guard, act: str, draft: str
    ) -> None:
        (sentence,) = sentences(guard_, draft)

        assert act in acts(sentence)

    @pytest.mark.parametrize("draft", [draft for act, draft in EXAMPLES if act != "explore"])
    def test_nothing_is_explored_where_nothing_is_asked(self, guard_: Guard, draft: str) -> None:
        (sentence,) = sentences(guard_, draft)

        assert "explore" not in acts(sentence)

    def test_one_sentence_can_do_two_things(self, guard_: Guard) -> None:
        (sentence,) = sentences(
            guard_, "I'm so sorry about Bruno, and what do you miss most about him?"
        )

        assert {"soothe", "explore"} <= acts(sentence)

    @pytest.mark.parametrize("act", ["soothe", "minimise", "agree", "self_claim", "refer"])
    def test_a_plain_fact_does_none_of_these(self, guard_: Guard, act: str) -> None:
        (sentence,) = sentences(guard_, "A mile has 1,609 metres.", "How long is a mile?")

        assert act not in acts(sentence)


class TestSentences:
    def test_each_sentence_is_listed_with_its_place_in_the_draft(self, guard_: Guard) -> None:
        parts = ["I'm so sorry!", "What was Bruno like?", "You could call your sister."]
        draft = "  ".join(parts)

        found = sentences(guard_, draft)

        assert [draft[s.span.start : s.span.end] for s in found] == parts

    def test_each_sentence_has_its_own_acts(self, guard_: Guard) -> None:
        first, second = sentences(guard_, "Stay strong, it will all be okay! What was Bruno like?")

        assert "soothe" in acts(first)
        assert "explore" in acts(second)
        assert "soothe" not in acts(second)

    @pytest.mark.parametrize("draft", [draft for _, draft in EXAMPLES] + ["Hm.", "42"])
    def test_a_sentence_has_at_least_one_act_the_likeliest_first(
        self, guard_: Guard, draft: str
    ) -> None:
        (sentence,) = sentences(guard_, draft)

        probabilities = [act.probability for act in sentence.acts]
        assert probabilities
        assert probabilities == sorted(probabilities, reverse=True)

    def test_a_sentence_about_the_users_particulars_is_more_specific_than_a_formula(
        self, guard_: Guard
    ) -> None:
        formula, specific = sentences(
            guard_, "Your feelings are valid. A house without Bruno in it must be quiet."
        )

        assert formula.specificity < specific.specificity

    def test_a_sentence_about_something_else_is_not_specific(self, guard_: Guard) -> None:
        about, beside = sentences(
            guard_, "The house is quiet without Bruno. Bake the bread at two hundred degrees."
        )

        assert beside.specificity < about.specificity
