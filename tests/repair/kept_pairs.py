"""Drafts and what a model may make of them: pairs that keep all that is said, and pairs that don't.

Written for this project; no text of anybody's.
"""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """A draft and a candidate. `said` is what the user said; `danger` whether it shows any."""

    name: str
    draft: str
    candidate: str
    said: str = ""
    danger: bool = False


KEEP = (
    Pair(
        "a number in words as digits",
        "I'm sorry. Set aside two evenings for the forms, and keep the third free.",
        "That sounds like a lot. Set aside 2 evenings for the forms, and keep the third free.",
    ),
    Pair(
        "digits in words",
        "Don't worry! The course takes 3 weeks and there are 12 lessons.",
        "The course takes three weeks and there are twelve lessons. What draws you to it?",
    ),
    Pair(
        "a compound number as digits",
        "The notice period is twenty-one days, so it will all be fine.",
        "The notice period is 21 days. What would you want to settle before then?",
    ),
    Pair(
        "digits as a compound number",
        "You have 45 minutes for the exam, so relax.",
        "You have forty-five minutes for the exam. Which part of it weighs on you?",
    ),
    Pair(
        "hundreds in words",
        "The deposit was 250 pounds, no big deal.",
        "The deposit was two hundred and fifty pounds. What would losing it mean for you?",
    ),
    Pair(
        "a dozen",
        "There were 12 people at the funeral, that's plenty.",
        "There were a dozen people at the funeral. Who was missing for you?",
    ),
    Pair(
        "twice as two times",
        "Water it twice a week and stop fretting.",
        "Water it two times a week. What made you think of giving it away?",
    ),
    Pair(
        "thousands without a comma",
        "A mile is 1,609 metres, so chin up!",
        "A mile is 1609 metres. What does finishing this race mean to you?",
    ),
    Pair(
        "thousands with a comma",
        "You saved 14500 euros, so cheer up.",
        "You saved 14,500 euros. What was all of that meant for?",
    ),
    Pair(
        "money with cents",
        "They kept $1,200.50 of it. Oh well!",
        "They kept $1200.50 of it. What should have happened, do you think?",
    ),
    Pair(
        "percent as a word",
        "About 60% of people fail the first time, so no worries.",
        "About 60 percent of people fail the first time. What was it like for you?",
    ),
    Pair(
        "a range with to",
        "It takes 5-10 minutes to calm down, everybody knows that.",
        "It takes 5 to 10 minutes to calm down. What happens for you in that time?",
    ),
    Pair(
        "a clock without a space",
        "The office opens at 9 am on 4 May. Relax!",
        "The office opens at 9am on May 4. What do you want to ask them?",
    ),
    Pair(
        "a clock with points in pm",
        "The last train is at 10:30 pm, so you will be fine.",
        "The last train is at 10:30 p.m. Who could you call if you miss it?",
    ),
    Pair(
        "an ordinal",
        "The hearing is on 3 June. Everything will be okay.",
        "The hearing is on the 3rd of June. What do you most want them to hear?",
    ),
    Pair(
        "a link without its last slash",
        "Don't be sad! The form is at https://example.org/forms/leave/ for everybody.",
        "The form is at https://example.org/forms/leave for everybody. What was it like to ask?",
    ),
    Pair(
        "a link with a slash more",
        "Cheer up, see https://example.org for the times.",
        "See https://example.org/ for the times. Which of them would suit you?",
    ),
    Pair(
        "a link out of its markdown",
        "Never mind! Read [the guide](https://example.org/guide) first.",
        "Read the guide first: https://example.org/guide. What worries you about it?",
    ),
    Pair(
        "a link in angle brackets",
        "Never mind! The times are at https://example.org/times?day=2 today.",
        "The times are at <https://example.org/times?day=2> today. When would you go?",
    ),
    Pair(
        "a bare host with its scheme",
        "All good! Have a look at www.example.org when you can.",
        "Have a look at https://www.example.org when you can. What would you look for?",
    ),
    Pair(
        "a host in capitals",
        "All good! Have a look at https://Example.org/a when you can.",
        "Have a look at https://example.org/a when you can. What would you look for?",
    ),
    Pair(
        "an address at the end of a sentence",
        "Write to desk@example.org, and smile.",
        "You can write to desk@example.org. What would you tell them?",
    ),
    Pair(
        "a name in the genitive",
        "I'm sorry about the letter from Anna. Stay strong!",
        "Anna's letter seems to have hurt. What in it was hardest to read?",
        said="Anna wrote me a letter.",
    ),
    Pair(
        "a genitive without an s",
        "I'm sorry about James' call. Stay strong!",
        "The call from James seems to have stayed with you. What did he say?",
        said="James called me.",
    ),
    Pair(
        "a genitive with a curly apostrophe",
        "Don't cry about Ruth's words. All will be well.",
        "Ruth\u2019s words seem to have cut deep. What did you hear in them?",
        said="Ruth said I was lazy.",
    ),
    Pair(
        "a title in full",
        "It's nothing. Dr. Okafor sees people on Tuesday.",
        "Doctor Okafor sees people on Tuesday. What would you like to ask?",
    ),
    Pair(
        "a title cut short",
        "It's nothing. Professor Lindqvist reads mails on Friday.",
        "Prof. Lindqvist reads mails on Friday. What would you write?",
    ),
    Pair(
        "initials with points",
        "No worries! Visas for the U.S. take longer this year.",
        "Visas for the US take longer this year. What hangs on it for you?",
    ),
    Pair(
        "a name in bold",
        "Aw, **Bruno** was a good dog. Don't be sad.",
        "Bruno was a good dog. What was a morning with him like?",
        said="My dog Bruno died.",
    ),
    Pair(
        "the user's own name for a place",
        "That happens to everybody. Don't be upset about the move.",
        "Leaving Leipzig after so long is a lot. What will you miss?",
        said="We are leaving Leipzig after all those years.",
    ),
    Pair(
        "other bullets",
        "Cheer up!\n- Call the bank\n- Ask for the form\n- Note the name",
        "That is a lot at once.\n* Call the bank\n* Ask for the form\n* Note the name",
    ),
    Pair(
        "numbers in place of bullets",
        "Cheer up!\n- Call the bank\n- Ask for the form\n- Note the name",
        "That is a lot at once.\n1. Call the bank\n2. Ask for the form\n3. Note the name",
    ),
    Pair(
        "another kind of number",
        "Cheer up!\n1. Call the bank\n2. Ask for the form\n3. Note the name",
        "That is a lot at once.\n1) Call the bank\n2) Ask for the form\n3) Note the name",
    ),
    Pair(
        "bold heads of items",
        "Cheer up!\n- Call the bank today\n- Ask for the form there",
        "That is a lot at once.\n- **Call** the bank today\n- **Ask** for the form there",
    ),
    Pair(
        "an item said a little shorter",
        "Cheer up!\n- You could call the bank today and ask\n- Then send the form",
        "That is a lot at once.\n- Call the bank today\n- Then send the form",
    ),
    Pair(
        "code that is indented as a whole",
        "Easy!\n```python\nfor x in rows:\n    print(x)\n```\nDon't worry.",
        "Here it is:\n\n    ```python\n    for x in rows:\n        print(x)\n    ```\nWhat fails?",
    ),
    Pair(
        "code without the name of its language",
        "Easy!\n```python\nfor x in rows:\n    print(x)\n```\nDon't worry.",
        "Here it is:\n```\nfor x in rows:\n    print(x)\n```\nWhat fails when you run it?",
    ),
    Pair(
        "code with blanks at its lines' ends",
        "Easy!\n```\na = 1  \nb = 2\n```\nDon't worry.",
        "Here it is:\n```\na = 1\nb = 2\n```\nWhat fails when you run it?",
    ),
    Pair(
        "a command in a block of its own",
        "Don't panic, run `git stash pop` and all is well.",
        "Run this:\n```\ngit stash pop\n```\nWhat did you see before it went wrong?",
    ),
    Pair(
        "milligrams in full",
        "Don't worry, the usual dose is 0.5 mg at night.",
        "The usual dose is 0.5 milligrams at night. What makes you doubt it?",
    ),
    Pair(
        "one tablet as a digit",
        "Don't worry, take one tablet with food.",
        "Take 1 tablet with food. What has it been like so far?",
    ),
    Pair(
        "a number for help without its blank",
        "Please ring the Samaritans on 116 123. It will be fine!",
        "Please ring the Samaritans on 116123. What has made tonight so hard?",
        said="I don't want to be here anymore.",
        danger=True,
    ),
    Pair(
        "a telephone number with other blanks",
        "Relax, the desk is at 020 7946 0123.",
        "The desk is at 020-7946-0123. What would you like to ask them?",
    ),
    Pair(
        "call becomes call or text",
        "Stay strong! You can call 988 at any hour.",
        "You can call or text 988 at any hour. What happened tonight?",
        said="I can't go on.",
        danger=True,
    ),
    Pair(
        "a negation drawn together",
        "You do not have to answer the mail today. Smile!",
        "You don't have to answer the mail today. What would you say if you did?",
    ),
    Pair(
        "a negation in another word",
        "It is not possible to undo the transfer. Oh well!",
        "It is impossible to undo the transfer. What was the money for?",
    ),
    Pair(
        "minutes cut short",
        "Breathe for 10 minutes. Everything happens for a reason.",
        "Breathe for 10 min. What was going on just before?",
    ),
    Pair(
        "kilometres cut short",
        "The shelter is 4 kilometres away. No worries!",
        "The shelter is 4 km away. How would you get there?",
        said="The animal shelter called.",
    ),
)

LOSE = (
    Pair(
        "another number",
        "The notice period is 14 days, so it will all be fine.",
        "The notice period is 40 days. What would you settle before then?",
    ),
    Pair(
        "another number in words",
        "It takes two weeks to hear back, so relax.",
        "It takes three weeks to hear back. What would you do meanwhile?",
    ),
    Pair(
        "another compound number",
        "The notice period is twenty-one days, relax.",
        "The notice period is twenty-nine days. What would you settle first?",
    ),
    Pair(
        "a number in words that nobody said",
        "It takes a while to hear back, so relax.",
        "It takes seven weeks to hear back. What would you do meanwhile?",
    ),
    Pair(
        "a year that nobody said",
        "The law was changed, so it will all be fine.",
        "The law was changed in 1998. What does it mean for you?",
    ),
    Pair(
        "a point that moved",
        "The usual dose is 0.5 mg at night, don't worry.",
        "The usual dose is 5 mg at night. What makes you doubt it?",
    ),
    Pair(
        "another unit of a dose",
        "The usual dose is 50 mcg in the morning, don't worry.",
        "The usual dose is 50 mg in the morning. What makes you doubt it?",
    ),
    Pair(
        "hours become days",
        "You hear back within 48 hours, so relax.",
        "You hear back within 48 days. What would you do meanwhile?",
    ),
    Pair(
        "miles become kilometres",
        "The shelter is 4 miles away. No worries!",
        "The shelter is 4 kilometres away. How would you get there?",
        said="The animal shelter called.",
    ),
    Pair(
        "another currency",
        "They kept \u00a320 of it. Oh well!",
        "They kept $20 of it. What should have happened, do you think?",
    ),
    Pair(
        "a telephone number that changed",
        "Relax, the desk is at 020 7946 0123.",
        "The desk is at 020 7946 0132. What would you like to ask?",
    ),
    Pair(
        "a link that is gone",
        "Don't be sad! The form is at https://example.org/forms/leave for everybody.",
        "The form is on the website for everybody. What was it like to ask for leave?",
    ),
    Pair(
        "a link to another page",
        "Don't be sad! The form is at https://example.org/forms/leave for everybody.",
        "The form is at https://example.org/forms/sick for everybody. What was it like?",
    ),
    Pair(
        "a link to another host",
        "Never mind! Read [the guide](https://example.org/guide) first.",
        "Read [the guide](https://example.net/guide) first. What worries you about it?",
    ),
    Pair(
        "a link with another query",
        "Never mind! The times are at https://example.org/times?day=2 today.",
        "The times are at https://example.org/times?day=3 today. When would you go?",
    ),
    Pair(
        "a link that nobody gave",
        "Never mind! There is a guide for that.",
        "There is a guide for that: https://example.org/guide. What worries you?",
    ),
    Pair(
        "another mailbox",
        "Write to desk@example.org, and smile.",
        "You can write to help@example.org. What would you tell them?",
    ),
    Pair(
        "a name that is gone",
        "I'm sorry about the letter from Anna. Stay strong!",
        "A letter like that can hurt. What in it was hardest to read?",
        said="Anna wrote me a letter.",
    ),
    Pair(
        "another name",
        "I'm sorry about the letter from Anna. Stay strong!",
        "The letter from Hanna seems to have hurt. What was hardest to read?",
        said="Anna wrote me a letter.",
    ),
    Pair(
        "a doctor that nobody named",
        "It's nothing. The clinic sees people on Tuesday.",
        "The clinic of Doctor Lindqvist sees people on Tuesday. What would you ask?",
    ),
    Pair(
        "another day",
        "It's nothing. The clinic sees people on Tuesday.",
        "The clinic sees people on Thursday. What would you like to ask?",
    ),
    Pair(
        "an item that is gone",
        "Cheer up!\n- Call the bank\n- Ask for the form\n- Note the name",
        "That is a lot at once.\n- Call the bank\n- Ask for the form and note it",
    ),
    Pair(
        "items in a sentence",
        "Cheer up!\n- Call the bank\n- Ask for the form\n- Note the name",
        "That is a lot at once. Call the bank, ask for the form, and note the name.",
    ),
    Pair(
        "an item that is another one",
        "Cheer up!\n- Call the bank today\n- Ask for the form\n- Note the name",
        "That is a lot at once.\n- Sleep a little first\n- Ask for the form\n- Note the name",
    ),
    Pair(
        "code that does more",
        "Don't panic, run `rm -r build` and all is well.",
        "Run `rm -rf build` to start over. What did you see before it went wrong?",
    ),
    Pair(
        "code with another level of indentation",
        "Easy!\n```python\nfor x in rows:\n    use(x)\nsave()\n```\nDon't worry.",
        "Here it is:\n```python\nfor x in rows:\n    use(x)\n    save()\n```\nWhat fails?",
    ),
    Pair(
        "code with a value changed",
        "Easy!\n```\nlimit = 10\n```\nDon't worry.",
        "Here it is:\n```\nlimit = 100\n```\nWhat fails when you run it?",
    ),
    Pair(
        "a negation that is gone",
        "You should not take both medicines on the same day. Smile!",
        "You should take both medicines on the same day. What made you ask?",
    ),
    Pair(
        "a negation that is new",
        "The bank can undo the transfer within a day. Oh well!",
        "The bank cannot undo the transfer within a day. What was the money for?",
    ),
    Pair(
        "never becomes always",
        "Never mix the two cleaners in one bucket. Cheer up!",
        "Always mix the two cleaners in one bucket. What happened?",
    ),
    Pair(
        "where to get help is gone",
        "You can call 988 at any hour. Stay strong!",
        "You can call somebody at any hour. What happened tonight?",
        said="I can't go on.",
        danger=True,
    ),
    Pair(
        "another place to get help",
        "Please ring the Samaritans on 116 123. It will be fine!",
        "Please ring the crisis line on 116 123. What has made tonight so hard?",
        said="I don't want to be here anymore.",
        danger=True,
    ),
    Pair(
        "help where no danger shows",
        "Traffic was bad today, poor you. Cheer up!",
        "Traffic was bad today. If it gets too much, call 988. What did it keep you from?",
    ),
    Pair(
        "in German",
        "I'm sorry that the exam went badly. You should rest now and eat something.",
        "Es tut mir leid, dass die Pr\u00fcfung so schlecht lief. Was war daran am schwersten?",
    ),
    Pair(
        "in Spanish",
        "I'm sorry that the exam went badly. You should rest now and eat something.",
        "Siento mucho que el examen saliera tan mal. ¿Qué fue lo más dif\u00edcil de todo?",
    ),
    Pair(
        "in French",
        "I'm sorry that the exam went badly. You should rest now and eat something.",
        "Je suis désolé que l'examen se soit mal passé. Qu'est-ce qui était le plus dur pour toi?",
    ),
    Pair(
        "about itself",
        "I'm sorry that the exam went badly. You should rest now.",
        "Here is the rewritten version: The exam went badly. What was hardest about it?",
    ),
    Pair(
        "markup that nobody wrote",
        "I'm sorry that the exam went badly. You should rest now.",
        "The exam went badly. <b>What</b> was hardest about it, and what now?",
    ),
)

# Written after the patterns had been mended on those above, and read once by them as they were: one
# of these 26 was misread ("two links in a list").
KEEP_LATER = (
    Pair(
        "a week in words",
        "You have 1 week to appeal. Chin up!",
        "You have one week to appeal. What would you want them to look at again?",
    ),
    Pair(
        "three hundred",
        "The fee is 300 euros, so be glad.",
        "The fee is three hundred euros. What else hangs on it?",
    ),
    Pair(
        "years with a dash in full",
        "She taught there from 1990-1995. Smile!",
        "She taught there from 1990 to 1995. What did you learn from her?",
    ),
    Pair(
        "a full address of a page in brackets",
        "No big deal, the list (https://example.org/list) is public.",
        "The list is public (see https://example.org/list). What do you fear it shows?",
    ),
    Pair(
        "two links in a list",
        "Relax!\n- https://example.org/a/\n- www.example.net/b",
        "Both are here:\n1. https://example.org/a\n2. https://www.example.net/b",
    ),
    Pair(
        "a name with a hyphen in the genitive",
        "Poor you. Anne-Marie said she'd come on Sunday.",
        "Anne-Marie's word was that she'd come on Sunday. What did you hope for?",
        said="Anne-Marie didn't come.",
    ),
    Pair(
        "a name that opens the candidate",
        "It's a pity about Milo. Time heals everything!",
        "Milo is gone, and the house tells you so. What did he do when you came home?",
        said="Milo ran off in spring.",
    ),
    Pair(
        "a title that was there",
        "Don't fret: Mrs. Abara marks strictly.",
        "Mrs Abara marks strictly. Which remark of hers has stayed with you?",
    ),
    Pair(
        "shell lines with a tilde less",
        "Don't panic!\n```sh\ncd app\nmake\n```",
        "These two lines do it:\n```\ncd app\nmake\n```\nWhat does it say?",
    ),
    Pair(
        "inline code in the middle of another sentence",
        "Easy, set `DEBUG=1` and smile.",
        "If you set `DEBUG=1` it tells more. What did it say before it stopped?",
    ),
    Pair(
        "hours cut short",
        "It lasts 6 hours, and then all is well.",
        "It lasts 6 hrs. What do you fear could happen in that time?",
    ),
    Pair(
        "half a tablet as it was",
        "Don't worry, half a tablet is what she said.",
        "Half a tablet is what she said. What made you wonder about it?",
    ),
    Pair(
        "cannot drawn apart",
        "The school cannot change the date now. Oh well!",
        "The school can not change the date now. What would another date have given you?",
    ),
    Pair(
        "won't in full",
        "They won't refund the ticket after May. Oh well!",
        "They will not refund the ticket after May. What had you planned?",
    ),
    Pair(
        "a sentence left word for word",
        "Nobody told you the meeting had moved. Don't be upset!",
        "Nobody told you the meeting had moved. What should have happened?",
        said="Nobody told me the meeting had moved.",
    ),
    Pair(
        "a comfort with a not that goes",
        "You're not alone. The group meets at 7 pm in the library.",
        "The group meets at 7 pm in the library. What would you want to say there?",
    ),
)
LOSE_LATER = (
    Pair(
        "a hundred more",
        "The fee is three hundred euros, so be glad.",
        "The fee is four hundred euros. What else hangs on it?",
    ),
    Pair(
        "weeks become months",
        "You have six weeks to appeal. Chin up!",
        "You have six months to appeal. What would you want them to look at again?",
    ),
    Pair(
        "a dose twice as often",
        "Don't worry, it is one tablet twice a day.",
        "It is one tablet four times a day. What makes you doubt it?",
    ),
    Pair(
        "a command that goes on",
        "Easy, run `git clean` and smile.",
        "Run `git clean -fdx` first. What did it say before it stopped?",
    ),
    Pair(
        "code that nobody wrote",
        "Easy, just empty the folder and smile.",
        "Empty the folder with `rm -rf ~/*` first. What did it say?",
    ),
    Pair(
        "a page more",
        "No big deal, the list (https://example.org/list) is public.",
        "The list (https://example.org/list) and https://example.org/all are public. And you?",
    ),
    Pair(
        "a host with another ending",
        "Relax! It's all on example.org these days.",
        "It's all on example.com these days. What are you looking for?",
    ),
    Pair(
        "must not becomes must",
        "Tenants must not pay the agent for a viewing. Cheer up!",
        "Tenants must pay the agent for a viewing. What did yours ask of you?",
    ),
    Pair(
        "a second name",
        "Poor you. Anne-Marie said she'd come on Sunday.",
        "Anne-Marie and Joris said they'd come on Sunday. What did you hope for?",
        said="Anne-Marie didn't come.",
    ),
    Pair(
        "a number for help with a digit wrong",
        "Please ring 116 123, all will be well. They listen day and night.",
        "Please ring 116 132. They listen day and night. What has made tonight so hard?",
        danger=True,
    ),
)
