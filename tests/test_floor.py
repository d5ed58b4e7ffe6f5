"""Two audits joined: what the deployment's own packs found stands, whatever others spare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard import Guard, Report
from guard.floor import at_least
from guard.packs.firing import ACTIONS, SEVERITIES
from guard.policy import MODES, decide, unknown
from guard.report import Finding, Mode

FINDINGS = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["a", "b", "c", "d"]),
        label=st.just("cold"),
        severity=st.sampled_from(SEVERITIES),
        action=st.sampled_from(ACTIONS),
        score=st.just(0.5),
        threshold=st.just(0.4),
        reason=st.just("why"),
    ),
    max_size=4,
    unique_by=lambda finding: finding.rule,
)


@pytest.fixture(scope="module")
def empty(guard_: Guard) -> Report:
    return guard_.audit(user="What is the time?", draft="Ten past four.")


def report(empty: Report, findings: list[Finding], mode: Mode) -> Report:
    verdict = decide(findings, mode)
    return empty.model_copy(update={"findings": tuple(findings), "mode": mode, "verdict": verdict})


@given(own=FINDINGS, wider=FINDINGS, mode=st.sampled_from(MODES))
def test_nothing_is_taken_back_or_weakened(
    empty: Report, own: list[Finding], wider: list[Finding], mode: Mode
) -> None:
    both = (report(empty, own, mode), report(empty, wider, mode))

    joined = at_least(*both)

    found = {finding.rule: finding for finding in joined.findings}
    assert set(found) == {finding.rule for finding in (*own, *wider)}
    for finding in (*own, *wider):
        assert ACTIONS.index(found[finding.rule].action) >= ACTIONS.index(finding.action)
    for one in both:
        assert ACTIONS.index(joined.verdict.action) >= ACTIONS.index(one.verdict.action)
    assert joined.verdict.outcome == ("flag" if own or wider else "pass")


@given(findings=FINDINGS)
def test_what_could_not_be_judged_never_becomes_a_pass(
    empty: Report, findings: list[Finding]
) -> None:
    judged = report(empty, findings, "rewrite")
    unjudged = empty.model_copy(update={"verdict": unknown("error", "rewrite")})

    joined = {at_least(*pair).verdict.outcome for pair in ((judged, unjudged), (unjudged, judged))}

    assert joined == {"flag" if findings else "unknown"}
