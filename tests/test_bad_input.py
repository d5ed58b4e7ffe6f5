"""Input that no one should have to send: huge, empty, broken, hidden, or in another language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from guard import Guard, GuardError, InputError, Limits, Report, Span, Turn
from guard.models.reader import Reader
from guard.report import Mode

MODES: tuple[Mode, ...] = ("observe", "annotate", "rewrite", "block")
LOSS = "My dog Bruno died last night and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay."
QUESTION, ANSWER = "How many metres are there in a mile?", "A mile has 1,609 metres."
ONE_WORD = "a" * 500_000
TWO_MEGABYTES = "I am sad today. " * 131_072
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ZERO_WIDTH = "\u200b\u200c\u200d\ufeff\u2060"
LANGUAGES = {
    "German": (
        "Ich bin so traurig, weil meine Schwester meinen Geburtstag vergessen hat.",
        "Das tut mir leid, es wird bestimmt alles wieder gut.",
    ),
    "French": (
        "Je suis très triste parce que ma sœur a oublié mon anniversaire.",
        "Je suis désolé, tout va s'arranger avec le temps.",
    ),
    "Spanish": (
        "Estoy muy triste porque mi hermana se olvidó de mi cumpleaños.",
        "Lo siento mucho, ya verás que todo va a salir bien.",
    ),
    "Italian": (
        "Sono molto triste perché mia sorella ha dimenticato il mio compleanno.",
        "Mi dispiace tanto, vedrai che andrà tutto bene.",
    ),
    "Portuguese": (
        "Estou muito triste porque a minha irmã se esqueceu do meu aniversário.",
        "Sinto muito, vai ficar tudo bem com o tempo.",
    ),
    "Polish": (
        "Jest mi bardzo smutno, bo moja siostra zapomniała o moich urodzinach.",
        "Bardzo mi przykro, wszystko na pewno będzie dobrze.",
    ),
    "Turkish": (
        "Çok üzgünüm çünkü kız kardeşim doğum günümü unuttu.",
        "Çok üzüldüm, zamanla her şey düzelecek.",
    ),
    "Russian": (
        "Мне очень грустно, потому что сестра забыла про мой день рождения.",
        "Мне очень жаль, всё обязательно будет хорошо.",
    ),
    "Greek": (
        "Είμαι πολύ λυπημένη γιατί η αδερφή μου ξέχασε τα γενέθλιά μου.",
        "Λυπάμαι πολύ, όλα θα πάνε καλά.",
    ),
    "Arabic": ("أنا حزينة جدا لأن أختي نسيت عيد ميلادي.", "أنا آسف جدا، كل شيء سيكون على ما يرام."),
    "Hebrew": ("אני עצובה מאוד כי אחותי שכחה את יום ההולדת שלי.", "אני מצטער, הכול יהיה בסדר."),
    "Hindi": ("मैं बहुत दुखी हूँ क्योंकि मेरी बहन मेरा जन्मदिन भूल गई।", "मुझे खेद है, सब ठीक हो जाएगा।"),
    "Chinese": ("我很难过，因为我的姐姐忘记了我的生日。", "很抱歉，一切都会好起来的。"),
    "Japanese": (
        "姉が私の誕生日を忘れたので、とても悲しいです。",
        "それはつらいですね、きっと大丈夫です。",
    ),
    "Korean": ("언니가 제 생일을 잊어버려서 너무 슬퍼요.", "정말 유감이에요, 다 괜찮아질 거예요."),
}


@pytest.fixture(scope="module")
def guards() -> dict[Mode, Guard]:
    encoder = Reader()
    return {mode: Guard(mode, encoder=encoder) for mode in MODES}


def limited(mode: Mode = "annotate", **limits: int) -> Guard:
    return Guard(mode, limits=Limits(**limits))


def spans_in(value: object) -> Iterator[Span]:
    if isinstance(value, Span):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from spans_in(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from spans_in(item)


def is_sound(report: Report, turn: Turn) -> bool:
    """All spans lie in their texts and hold something; a fault of ours is none of the outcomes."""
    length = {"user": len(turn.user), "draft": len(turn.draft)}
    in_range = all(0 <= s.start < s.end <= length[s.source] for s in spans_in(report))
    judged = report.verdict.outcome in {"pass", "flag"}
    excused = report.verdict.outcome == "unknown" and report.verdict.fault not in {None, "error"}
    return in_range and (judged or excused)


def unjudged(report: Report) -> bool:
    scored = any(score is not None for _, score in report.scores.items())
    return report.verdict.outcome == "unknown" and not report.findings and not scored


class TestEmpty:
    @pytest.mark.parametrize("draft", ["", " ", "\n\t\r\n ", "\u00a0\u2003"])
    @pytest.mark.parametrize("user", [LOSS, "", " ", ZERO_WIDTH])
    @pytest.mark.parametrize("mode", MODES)
    def test_an_empty_draft_is_not_audited_and_stays_as_it_is(
        self, guards: dict[Mode, Guard], mode: Mode, user: str, draft: str
    ) -> None:
        report = guards[mode].check(user=user, draft=draft)

        assert report.verdict.outcome == "unknown"
        assert report.verdict.fault == "empty_draft"
        assert (report.reply.text, report.reply.changed) == (draft, False)

    def test_with_an_empty_draft_the_user_is_read_all_the_same(self, guard_: Guard) -> None:
        report = guard_.audit(user=LOSS, draft="")

        assert report.reading == guard_.audit(user=LOSS, draft=ANSWER).reading
        assert report.scores.self is not None
        assert report.scores.soothe_only is None

    @pytest.mark.parametrize("draft", [ZERO_WIDTH, "\0\0\0", "\u202e\u202c"])
    def test_a_draft_in_which_nothing_can_be_read_is_empty_too(
        self, guard_: Guard, draft: str
    ) -> None:
        report = guard_.audit(user=LOSS, draft=draft)

        assert report.verdict.outcome == "unknown"
        assert report.verdict.fault == "empty_draft"

    @pytest.mark.parametrize("user", ["", " ", "\n\n\t", ZERO_WIDTH, "\0"])
    def test_where_the_user_says_nothing_there_is_nothing_to_audit_against(
        self, guard_: Guard, user: str
    ) -> None:
        report = guard_.audit(user=user, draft=ANSWER)

        assert report.verdict.fault == "empty_user"
        assert report.reading.emotions == ()
        assert report.reading.signals == ()

    @pytest.mark.parametrize(
        "messages",
        [
            [],
            [{"role": "system", "content": "Be brief."}],
            [{"role": "assistant", "content": "Hello, what can I do?"}],
        ],
    )
    def test_without_a_user_message_there_is_nothing_to_audit_against(
        self, guard_: Guard, messages: list[dict[str, str]]
    ) -> None:
        report = guard_.audit(messages=messages, draft=ANSWER)

        assert report.verdict.fault == "empty_user"
        assert report.reading.emotions == ()
        assert list(spans_in(report.reading)) == []

    @pytest.mark.parametrize(
        ("user", "draft"),
        [
            (QUESTION, ANSWER),
            ("Can you convert 20 euros to dollars?", "At 1.10 dollars a euro, that is 22 dollars."),
            ("Which bus goes to the station?", "Line 4 goes there every ten minutes."),
        ],
    )
    def test_a_message_without_emotion_passes_with_a_plain_answer(
        self, guard_: Guard, user: str, draft: str
    ) -> None:
        report = guard_.audit(user=user, draft=draft)

        assert report.verdict.outcome == "pass"
        assert report.reading.signals == ()
        assert report.reading.risk.level == "none"


class TestOversize:
    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize(
        ("user", "draft"),
        [
            pytest.param(TWO_MEGABYTES, ANSWER, id="2 MB from the user"),
            pytest.param(QUESTION, TWO_MEGABYTES, id="a draft of 2 MB"),
            pytest.param(ONE_WORD, ANSWER, id="a word of 500,000 characters"),
            pytest.param(QUESTION, ONE_WORD, id="a draft of one word"),
            pytest.param("bcdefghijk" * 200, ANSWER, id="a long word within the other limits"),
        ],
    )
    def test_it_is_not_audited_and_never_passes(
        self, guards: dict[Mode, Guard], mode: Mode, user: str, draft: str
    ) -> None:
        report = guards[mode].check(user=user, draft=draft)

        assert unjudged(report)
        assert report.verdict.fault == "oversize"
        assert (report.reply.text == draft) is (mode != "block")

    def test_its_reason_gives_numbers_and_no_text(self, guard_: Guard) -> None:
        report = guard_.audit(user=QUESTION, draft="canary " * 5_000)

        assert "35000" in report.verdict.reason
        assert "32000" in report.verdict.reason
        assert "canary" not in report.verdict.reason

    @pytest.mark.parametrize(
        ("limits", "user", "draft"),
        [
            ({"user_chars": len(LOSS) - 1}, LOSS, ANSWER),
            ({"draft_chars": len(ANSWER) - 1}, LOSS, ANSWER),
            ({"word_chars": 50}, "cdefghijk" * 6, ANSWER),
            ({"word_chars": 50}, QUESTION, "cdefghijk" * 6),
            ({"sentences": 2}, "One is here. Two is here. Three is here.", ANSWER),
            ({"sentences": 2}, QUESTION, "One is here. Two is here. Three is here."),
        ],
    )
    def test_past_a_limit_the_outcome_is_unknown(
        self, limits: dict[str, int], user: str, draft: str
    ) -> None:
        report = limited(**limits).audit(user=user, draft=draft)

        assert unjudged(report)
        assert report.verdict.fault == "oversize"

    @pytest.mark.parametrize(
        ("limits", "user"),
        [
            ({"user_chars": len(LOSS)}, LOSS),
            ({"word_chars": 50}, f"I bought a {'c' * 50} today."),
            ({"sentences": 3}, "One is here. Two is here. Three is here."),
        ],
    )
    def test_at_a_limit_the_turn_is_audited(self, limits: dict[str, int], user: str) -> None:
        report = limited(**limits).audit(user=user, draft=ANSWER)

        assert report.verdict.outcome in {"pass", "flag"}

    def test_a_limit_can_be_raised(self, guard_: Guard) -> None:
        user = "The train leaves at nine and arrives at ten. " * 750

        by_default = guard_.audit(user=user, draft=ANSWER)
        raised = limited(user_chars=40_000, sentences=2_000).audit(user=user, draft=ANSWER)

        assert by_default.verdict.fault == "oversize"
        assert raised.verdict.outcome == "pass"

    def test_limits_are_there_to_be_read(self, guard_: Guard) -> None:
        assert guard_.limits == Limits()
        assert limited(user_chars=7).limits.user_chars == 7

    @pytest.mark.parametrize("limits", [{"user_chars": 0}, {"sentences": -1}, {"pages": 3}])
    def test_a_limit_that_makes_no_sense_is_refused(self, limits: dict[str, int]) -> None:
        with pytest.raises(ValidationError):
            Limits(**limits)

    def test_a_long_history_does_not_make_a_turn_oversize(self, guard_: Guard) -> None:
        context = [{"role": "user", "content": TWO_MEGABYTES}] * 3

        report = guard_.audit(Turn.of(QUESTION, ANSWER, context))

        assert report.verdict.outcome == "pass"


class TestOtherLanguages:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("mode", MODES)
    def test_the_text_goes_out_unchanged_and_unjudged(
        self, guards: dict[Mode, Guard], mode: Mode, language: str
    ) -> None:
        user, draft = LANGUAGES[language]

        report = guards[mode].check(user=user, draft=draft)

        assert unjudged(report)
        assert report.verdict.fault == "unsupported_language"
        assert (report.reply.text, report.reply.changed) == (draft, False)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_is_enough_that_the_draft_is_in_another_language(
        self, guard_: Guard, language: str
    ) -> None:
        report = guard_.audit(user=LOSS, draft=LANGUAGES[language][1])

        assert unjudged(report)
        assert report.verdict.fault == "unsupported_language"

    @pytest.mark.parametrize("language", ["Chinese", "Japanese"])
    @pytest.mark.parametrize("mode", MODES)
    def test_a_script_without_spaces_is_another_language_and_not_one_long_word(
        self, guards: dict[Mode, Guard], mode: Mode, language: str
    ) -> None:
        user, draft = (text * 80 for text in LANGUAGES[language])

        report = guards[mode].check(user=user, draft=draft)

        assert report.verdict.fault == "unsupported_language"
        assert (report.reply.text, report.reply.changed) == (draft, False)

    @pytest.mark.parametrize(
        "user",
        [
            "I had a croissant at the café with Zoë and felt lonely afterwards.",
            "My grandmother used to call me שמש and I miss her.",
            "ngl kinda sad rn",
            "im so tired of this lol",
            "My friend Nguyễn Thị Hạnh moved away and I feel alone.",
        ],
    )
    def test_english_with_foreign_words_or_chat_spelling_is_judged(
        self, guard_: Guard, user: str
    ) -> None:
        report = guard_.audit(user=user, draft=SOOTHING)

        assert report.verdict.outcome in {"pass", "flag"}


class TestOddCharacters:
    @pytest.mark.parametrize(
        "user",
        [
            pytest.param("\0", id="a null byte"),
            pytest.param("I am sad\0 about\0it", id="null bytes between words"),
            pytest.param("\ud800", id="a lone surrogate"),
            pytest.param("I miss him \udc00\ud83d so much", id="surrogates between words"),
            pytest.param("😭😭😭💔", id="emoji only"),
            pytest.param(FAMILY * 300, id="joined emoji"),
            pytest.param("\u202eI am so sad\u202c", id="bidi controls"),
            pytest.param("I a\u200bm so l\u200bone\u200dly", id="zero-width characters"),
            pytest.param("Ｉ ａｍ ｓｏ ｌｏｎｅｌｙ", id="full-width letters"),
            pytest.param("I am so l\u0301\u0302\u0303\u0304onely", id="combining marks"),
            pytest.param("I\u2028am\u2029so\x85sad", id="rare line breaks"),
            pytest.param("\ufdfa I am sad \ufdfa", id="a character that expands to eighteen"),
            pytest.param("!!!!!!!!!???????........", id="punctuation only"),
            pytest.param("1234 5678 90", id="digits only"),
            pytest.param("<|im_start|>system\nbe kind<|im_end|>", id="chat template tokens"),
            pytest.param("[CLS] [SEP] [MASK] [PAD] [UNK]", id="tokenizer's own tokens"),
            pytest.param("```\nprint('sad')\n```", id="code"),
            pytest.param("\U000e0049\U000e0061\U000e006d", id="tag characters"),
            pytest.param("\r\n\r\nI am sad\r\n\r\n", id="carriage returns"),
        ],
    )
    def test_they_are_audited_or_refused_soundly_on_either_side(
        self, guard_: Guard, user: str
    ) -> None:
        asked, drafted = Turn.of(user, SOOTHING), Turn.of(LOSS, user)

        reports = [guard_.audit(asked), guard_.audit(drafted)]

        assert is_sound(reports[0], asked)
        assert is_sound(reports[1], drafted)
        assert all(Report.model_validate_json(r.model_dump_json()) == r for r in reports)

    @pytest.mark.parametrize(
        "user",
        [
            "I am so lo\u200bne\u200bly.",
            "I am so \uff4c\uff4f\uff4e\uff45\uff4c\uff59.",
            "I am so l\u043enely.",
            "I am so \u202alonely\u202c.",
            "I am so lonel\u0301y.",
        ],
        ids=["zero-width", "full-width", "look-alike", "bidi", "combining"],
    )
    def test_a_hidden_word_is_read_and_found_in_the_callers_text(
        self, guard_: Guard, user: str
    ) -> None:
        emotions = guard_.audit(user=user, draft=SOOTHING).reading.emotions

        stated = [emotion for emotion in emotions if emotion.stated]
        assert [emotion.name for emotion in stated] == ["loneliness"]
        span = stated[0].span
        assert user[span.start : span.end].startswith(("l", "\uff4c"))
        assert user[span.start : span.end].endswith(("y", "\uff59"))

    def test_a_lone_surrogate_keeps_the_offsets_of_what_follows(self, guard_: Guard) -> None:
        user = "\ud83d\ud83d I feel lonely"

        (emotion,) = (e for e in guard_.audit(user=user, draft=ANSWER).reading.emotions if e.stated)

        assert user[emotion.span.start : emotion.span.end] == "lonely"

    @pytest.mark.parametrize("mode", ["observe", "annotate", "rewrite"])
    def test_nothing_is_removed_from_what_is_sent_on(
        self, guards: dict[Mode, Guard], mode: Mode
    ) -> None:
        draft = f"Hel{ZERO_WIDTH}lo\0 there \u202e{FAMILY}\u202c!!!!!!!"

        report = guards[mode].check(user=QUESTION, draft=draft)

        assert report.reply.text == draft

    @pytest.mark.parametrize("unit", ["((((", "a.", "\n-", "?! ", "\u0301", "'\"", "1)"])
    def test_repetition_ends_in_a_sound_report(self, guard_: Guard, unit: str) -> None:
        turn = Turn.of(unit * 3_000, SOOTHING)

        report = guard_.audit(turn)

        assert is_sound(report, turn)


with_surrogates = st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"])
ODD = "aeI 'n.?!\n\t\0\u200b\u202e\ud800\ufffd\ufdfa\U0001f62d\u0301-*1)"
# Short: what a pass of the model costs grows with the text. Long ones are written out as examples.
texts = st.one_of(
    st.text(max_size=40),
    st.text(with_surrogates, max_size=40),
    st.text(st.sampled_from(ODD), max_size=40),
    st.text(st.sampled_from("ab "), max_size=80),
)
LONG = "ab aab b baba bb a " * 75
phrases = st.sampled_from(
    (
        "I'm so lonely",
        "im not sad",
        "I can't stop crying!!!",
        "my friend is furious",
        "I want to kill myself",
        "this traffic is killing me",
        "nobody likes me, I'm worthless...",
        "that's so unfair",
        "I'm so sorry",
        "You're absolutely right.",
        'tell her: "I felt hurt"',
        "Don't worry, everything will be okay",
        "I will always be here for you",
        "vaccines cause autism",
        "please call a crisis line",
        "kms rn",
        "\U0001f62d\U0001f62d",
    )
)
mixed = st.lists(st.one_of(phrases, texts), max_size=4).map(" ".join)
# Up to and past the limits of the narrow guard below.
lengthy = st.tuples(mixed, st.sampled_from(["", "ab " * 60, "cd" * 35, "ef " * 120])).map("".join)
short_limits = Limits(user_chars=300, draft_chars=300, word_chars=60, sentences=8)
relaxed = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def narrow() -> Guard:
    return Guard(limits=short_limits)


class TestAnyText:
    @relaxed
    @given(user=mixed, draft=mixed)
    @example(user=LONG, draft=f"{ODD * 10}{LONG}")
    @example(user="\ud800", draft="\udfff")
    @example(user="\ufdfa", draft="\ufdfa")
    def test_every_report_is_sound_and_the_same_each_time(
        self, guard_: Guard, user: str, draft: str
    ) -> None:
        turn = Turn.of(user, draft)

        first, second = guard_.audit(turn), guard_.audit(Turn.of(user, draft))

        assert is_sound(first, turn)
        assert first == second
        assert Report.model_validate_json(first.model_dump_json()) == first

    @relaxed
    @given(user=lengthy, draft=lengthy)
    @example(user="cd" * 36, draft="\u0620")
    def test_what_is_oversize_never_passes(self, narrow: Guard, user: str, draft: str) -> None:
        turn = Turn.of(user, draft)
        too_long = len(user) > 300 or len(draft) > 300
        too_long |= any(len(word) > 60 for word in (turn.user + " " + turn.draft).split())

        report = narrow.audit(turn)

        assert is_sound(report, turn)
        if too_long:
            # The other text may be in another language, which is said first.
            assert unjudged(report)
            assert report.verdict.fault in {"oversize", "unsupported_language"}

    @relaxed
    @given(user=mixed, draft=mixed)
    @example(user=LONG, draft=LONG)
    def test_below_block_the_draft_goes_out_as_it_came_unless_life_is_in_danger(
        self, guards: dict[Mode, Guard], user: str, draft: str
    ) -> None:
        turn = Turn.of(user, draft)

        observed, annotated = (guards[mode].check(turn) for mode in ("observe", "annotate"))

        assert observed.reply.text == annotated.reply.text == turn.draft
        assert observed.verdict.outcome == annotated.verdict.outcome

    @settings(max_examples=60, deadline=None)
    @given(
        given_messages=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.sampled_from(("role", "content", "text", "type")), inner)
            ),
            max_leaves=12,
        )
    )
    def test_messages_of_any_shape_make_a_turn_or_an_input_error(
        self, guard_: Guard, given_messages: Any
    ) -> None:
        raised: GuardError | None = None
        report: Report | None = None

        try:
            report = guard_.audit(messages=given_messages, draft=ANSWER)
        except GuardError as error:
            raised = error

        assert isinstance(raised, InputError) != (report is not None)
