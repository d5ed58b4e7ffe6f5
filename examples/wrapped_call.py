"""Audit what a language model answers before the user sees it.

`answer` stands for the call that you already have; here it gives a canned reply, so that the
example runs without a network.
"""

from guard import Guard

guard = Guard(mode="rewrite")


def answer(messages: list[dict[str, str]]) -> str:
    return "I'm sorry you feel so low today. A warm bath and an early night can do wonders!"


def guarded_answer(messages: list[dict[str, str]]) -> str:
    report = guard.check(messages=messages, draft=answer(messages))
    return report.reply.text


if __name__ == "__main__":
    print(guarded_answer([{"role": "user", "content": "I don't want to be here anymore."}]))
