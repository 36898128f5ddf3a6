"""Which message belongs to which: crafted cases whose answer is known."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from session_lab.diffing import SessionDiff, align, diff
from session_lab.diffing.align import common_subsequence
from session_lab.diffing.text import SIMILAR, Sketch, similarity
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    Base64Image,
    ChatMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)

_WORDS = """
    parser lexer build cache token index branch commit reads writes table query server client
    because while after before never always small large first second module package release
"""
WORDS = _WORDS.split()


def said(text: str) -> AssistantMessage:
    return AssistantMessage(content=text)


def asked(text: str) -> UserMessage:
    return UserMessage(content=text)


def call(*ids: str, arguments: str = "{}") -> AssistantMessage:
    return AssistantMessage(
        tool_calls=tuple(ToolCall(id=one, name="read", arguments=arguments) for one in ids)
    )


def answer(call_id: str, text: str) -> ToolMessage:
    return ToolMessage(tool_call_id=call_id, content=text)


def compare(a: list[ChatMessage], b: list[ChatMessage]) -> SessionDiff:
    found = diff(AgentSession(id=1, chat_messages=a), AgentSession(id=1, chat_messages=b))
    assert found.apply(AgentSession(id=1, chat_messages=a)).chat_messages == tuple(b)
    return found


def told(found: SessionDiff) -> list[tuple[str, int | None, int | None]]:
    """Give all ops but the unchanged messages, as kind, old and new index."""
    return [(op.kind, op.a_index, op.b_index) for op in found.ops if op.kind != "same"]


PROSE = [asked("why does the build fail?"), said("the lexer reads one token too many"), asked("ok")]


# -- digest ----------------------------------------------------------------------------------------


def test_a_message_more_at_the_end_is_added():
    assert told(compare(PROSE, [*PROSE, said("fixed")])) == [("added", None, 3)]


def test_a_message_more_at_the_start_is_added():
    assert told(compare(PROSE, [SystemMessage(content="Be terse."), *PROSE])) == [
        ("added", None, 0)
    ]


def test_an_edit_beside_an_insertion_is_told_from_it():
    edited = said("the lexer reads two tokens too many")
    new = said("wait, let me look at it")
    assert told(compare(PROSE, [PROSE[0], new, edited, PROSE[2]])) == [
        ("added", None, 1),
        ("edited", 1, 2),
    ]
    assert told(compare(PROSE, [PROSE[0], edited, new, PROSE[2]])) == [
        ("edited", 1, 1),
        ("added", None, 2),
    ]


def test_an_edit_beside_a_deletion_is_told_from_it():
    longer = [*PROSE, said("now the build of the release is green again")]
    edited = said("now the build of the release is red again")
    assert told(compare(longer, [*PROSE[:2], edited])) == [("removed", 2, None), ("edited", 3, 2)]


def test_a_message_replaced_by_an_unlike_one_is_removed_and_added():
    other = said("green")
    assert told(compare(PROSE, [PROSE[0], other, PROSE[2]])) == [
        ("removed", 1, None),
        ("added", None, 1),
    ]


def test_a_message_of_another_kind_is_no_version_of_it_even_with_the_same_words():
    other = asked("the lexer reads one token too many")
    kinds = [kind for kind, _, _ in told(compare(PROSE, [PROSE[0], other, PROSE[2]]))]
    assert kinds == ["removed", "added"]


def test_a_moved_block_is_moved_and_the_rest_stays():
    rest = [asked(f"question {word}") for word in WORDS[:6]]
    block = [call("c1"), answer("c1", "a result")]
    found = compare([*block, *rest], [*rest, *block])
    assert told(found) == [("moved", 0, 6), ("moved", 1, 7)]
    assert found.stats.same == 6


def test_what_was_swapped_is_moved_once():
    a, b = asked("one"), asked("two")
    assert sorted(op.kind for op in compare([a, b], [b, a]).ops) == ["moved", "same"]


def test_a_moved_message_stands_where_it_is_now():
    found = compare([asked("x"), *PROSE], [*PROSE, asked("x"), said("bye")])
    assert [op.b_index for op in found.ops] == [0, 1, 2, 3, 4]
    assert told(found) == [("moved", 0, 3), ("added", None, 4)]


@pytest.mark.parametrize("place", range(7))
def test_one_more_of_a_repeated_message_is_one_added_message(place: int):
    again = asked("go on")
    old = [again] * 6
    found = compare(old, [*old[:place], again, *old[place:]])
    assert (found.stats.same, found.stats.added, found.stats.moved) == (6, 1, 0)


def test_turns_that_were_cut_out_are_one_block_although_they_begin_alike():
    old = [m for word in WORDS[:20] for m in (asked("go on"), said(f"the {word} is done now"))]
    removed = told(compare(old, [*old[:10], *old[14:]]))
    first = removed[0][1]
    # The block may as well begin one later: its first message is repeated after it.
    assert first in {10, 11}
    assert removed == [("removed", first + k, None) for k in range(4)]


def test_a_block_of_repeated_messages_moves_as_a_block():
    a, b, other = asked("go on"), said("done"), [asked(word) for word in WORDS]
    found = compare([a, b, *other, a], [*other, a, a, b])
    moved = [(op.a_index, op.b_index) for op in found.ops if op.kind == "moved"]
    assert found.stats.same == len(other) + 1
    assert moved == [(0, len(other) + 1), (1, len(other) + 2)]


def test_a_moved_block_is_not_torn_apart_by_an_equal_message_before_it():
    a, b, other = asked("go on"), said("done"), [asked(word) for word in WORDS]
    assert told(compare([b, a, b, *other], [*other, a, b])) == [
        ("removed", 0, None),
        ("moved", 1, len(other)),
        ("moved", 2, len(other) + 1),
    ]


def test_what_is_unique_says_where_the_repeated_messages_between_belong():
    parts = [[said(f"part {n} is done now"), *[asked("go on")] * 24] for n in range(20)]
    old = [asked("begin"), *(m for part in parts for m in part), asked("end")]
    new = [said("hello"), *old[1 + 4 * 25 : -1], said("bye")]
    stats = compare(old, new).stats
    assert (stats.same, stats.moved) == (16 * 25, 0)


# -- tool_call_id ----------------------------------------------------------------------------------


def test_an_answer_to_the_same_call_is_an_edit_whatever_it_says():
    old = [asked("x"), call("c1"), answer("c1", "42 rows"), said("done")]
    new = [*old[:2], answer("c1", "❌ connection refused"), old[3]]
    assert told(compare(old, new)) == [("edited", 2, 2)]


def test_a_batch_of_the_same_calls_is_an_edit_whatever_its_arguments():
    old = [asked("x"), call("c1", "c2", arguments='{"path": "a"}')]
    new = [asked("x"), call("c2", "c1", arguments="[999999999999999999999]")]
    assert told(compare(old, new)) == [("edited", 1, 1)]


def test_a_batch_that_got_one_call_more_is_an_edit():
    old = [asked("x"), call("c1", arguments='{"path": "a"}')]
    new = [asked("x"), said("let me see"), call("c1", "c2", arguments="[1, 2, 3, 4, 5, 6, 7, 8]")]
    assert told(compare(old, new)) == [("added", None, 1), ("edited", 1, 2)]


def test_answers_in_another_order_with_other_text_are_found_by_their_ids():
    old = [call("c1", "c2"), answer("c1", "north"), answer("c2", "south")]
    new = [call("c1", "c2"), answer("c2", "0.25"), answer("c1", "0.75")]
    found = compare(old, new)
    edited = {(op.a_index, op.b_index, op.moved) for op in found.ops if op.kind == "edited"}
    pairs = {(i, j) for i, j, _ in edited}
    assert pairs == {(1, 2), (2, 1)}
    assert sorted(moved for _, _, moved in edited) == [False, True]


def test_ids_that_start_again_with_each_turn_pair_the_answers_of_their_turn():
    def turn(word: str, result: str) -> list[ChatMessage]:
        return [asked(f"look at the {word}"), call("call_0"), answer("call_0", result)]

    old = [*turn("parser", "north"), *turn("lexer", "south"), *turn("cache", "east")]
    new = [*turn("parser", "north"), *turn("lexer", "0.25"), *turn("cache", "east")]
    assert told(compare(old, new)) == [("edited", 5, 5)]


@pytest.mark.parametrize(
    ("before", "after"), [(["north"], ["0.25", "0.75"]), (["north", "south"], ["0.25"])]
)
def test_an_id_used_for_several_answers_pairs_no_messages_far_apart(
    before: list[str], after: list[str]
):
    old = [*(answer("call_0", text) for text in before), *PROSE]
    new = [*PROSE, *(answer("call_0", text) for text in after)]
    stats = compare(old, new).stats
    assert (stats.edited, stats.removed, stats.added) == (0, len(before), len(after))


# -- similarity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fix the build", "fix the biuld"),
        ("ok then", "ok then!"),
        ("修复构建错误", "修复构建的错误"),
        ('{"rows": [1, 2, 3], "next": null}', '{"rows": [1, 2, 4], "next": null}'),
        ("x" * 100_000, "y" + "x" * 100_000),
        ("[" * 300 + "1" + "]" * 300, "[" * 300 + "2" + "]" * 300),
        ("", ""),
    ],
)
def test_versions_of_one_text_are_similar(old: str, new: str):
    assert similarity(Sketch(old), Sketch(new)) >= SIMILAR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yes", "no"),
        ("fix the build of the parser", "thank you, that is all for today"),
        ("short", "a text that is far too long to be a version of a short one"),
        ("text", ""),
        ("the index is read before the table is", "a query of the client reaches our server"),
    ],
)
def test_texts_that_have_nothing_to_do_with_each_other_are_not_similar(old: str, new: str):
    assert similarity(Sketch(old), Sketch(new)) < SIMILAR


def test_of_a_long_text_a_bounded_part_is_compared_its_end_too():
    start = " ".join(f"{n:x}" for n in range(100_000))
    assert len(Sketch(start)) == 2000
    assert len(Sketch(start).pieces(4)) < 2000
    assert Sketch(f"{start} north").pieces(4) != Sketch(f"{start} south").pieces(4)


def test_of_two_similar_messages_the_more_similar_one_is_taken():
    old = [asked("read the first table of the server")]
    new = [
        asked("read the first table of the client"),
        asked("read the first table of the servers"),
    ]
    assert told(compare(old, new)) == [("added", None, 0), ("edited", 0, 1)]


def test_a_message_without_words_is_paired_in_its_place():
    image, other = Base64Image(data="aGk="), Base64Image(data="aG8=")
    old = [PROSE[0], UserMessage(content="", images=(image,)), PROSE[1]]
    new = [PROSE[0], UserMessage(content="", images=(other,)), PROSE[1]]
    assert told(compare(old, new)) == [("edited", 1, 1)]


def test_custom_messages_of_another_role_are_no_versions_of_each_other():
    data = {"text": "the same long text in both of them"}
    old, new = CustomMessage(role="note", data=data), CustomMessage(role="artifact", data=data)
    assert [kind for kind, _, _ in told(compare([old], [new]))] == ["removed", "added"]


# -- size ------------------------------------------------------------------------------------------


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret is made with it


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(8, 14))) + f" {rng.getrandbits(20):x}"


def made_up_session(rng: random.Random, turns: int) -> list[ChatMessage]:
    messages: list[ChatMessage] = []
    for number in range(turns):
        again = rng.random() < 0.2
        messages.append(asked("go on" if again else sentence(rng)))
        messages.append(call(f"c{number}", arguments=f'{{"query": "{sentence(rng)}"}}'))
        messages.append(answer(f"c{number}", "\n".join(sentence(rng) for _ in range(5))))
        messages.append(said(sentence(rng)))
    return messages


def edited(message: ChatMessage, rng: random.Random) -> ChatMessage:
    def change(text: str) -> str:
        words = text.split(" ")
        words[rng.randrange(1, len(words) - 1)] = f"edit{rng.getrandbits(16):x}"
        return " ".join(words)

    if isinstance(message, AssistantMessage) and message.tool_calls:
        (one,) = message.tool_calls
        changed = one.model_copy(update={"arguments": change(one.arguments)})
        return message.model_copy(update={"tool_calls": (changed,)})
    return message.model_copy(update={"content": change(message.text)})


@pytest.mark.parametrize("seed", range(8))
def test_every_edit_insertion_and_deletion_is_found_exactly(seed: int):
    rng = seeded(seed)
    old = made_up_session(rng, 100)
    chosen = [i for i, m in enumerate(old) if m.text != "go on"]
    rng.shuffle(chosen)
    edits, insertions, deletions = set(chosen[:16]), set(chosen[16:28]), set(chosen[28:40])
    new: list[ChatMessage] = []
    expected = set()
    for i, message in enumerate(old):
        if i in insertions:
            expected.add(("added", None, len(new)))
            new.append(rng.choice([asked, said])(sentence(rng)))
        if i in deletions:
            expected.add(("removed", i, None))
        elif i in edits:
            expected.add(("edited", i, len(new)))
            new.append(edited(message, rng))
        else:
            new.append(message.model_copy())
    assert set(told(compare(old, new))) == expected


def test_sessions_that_share_nothing_cost_a_few_comparisons_a_message(
    monkeypatch: pytest.MonkeyPatch,
):
    counted = 0

    def counting(a: Sketch, b: Sketch) -> float:
        nonlocal counted
        counted += 1
        return similarity(a, b)

    monkeypatch.setattr(align, "similarity", counting)
    rng = seeded(0)
    size = 1500
    compare(
        [asked(sentence(rng)) for _ in range(size)], [asked(sentence(rng)) for _ in range(size)]
    )
    assert size < counted < 12 * size


def test_one_content_repeated_thousands_of_times_costs_a_few_candidates_a_message(
    monkeypatch: pytest.MonkeyPatch,
):
    most = 0

    def counting(candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
        nonlocal most
        most = max(most, len(candidates))
        return ascending(candidates)

    ascending = align._ascending
    monkeypatch.setattr(align, "_ascending", counting)
    rng = seeded(0)
    old, new = ([asked(rng.choice("abc")) for _ in range(3000)] for _ in range(2))
    compare(old, new)
    assert 3000 < most < 40 * 3000


@pytest.mark.parametrize(
    ("a", "b", "length"),
    [
        ("", "", 0),
        ("abc", "", 0),
        ("abcabba", "cbabac", 4),
        ("xyxyxyxy", "yxyxyxyx", 7),
        ("abcdef", "fedcba", 1),
        ("aabbaabb", "bbaabbaa", 6),
    ],
)
def test_the_longest_common_subsequence_is_found(a: str, b: str, length: int):
    found = common_subsequence(a, b)
    assert len(found) == length
    assert all(a[i] == b[j] for i, j in found)
    assert found == sorted(set(found))
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(found))


def test_none_belongs_to_nothing():
    assert common_subsequence([None, "a", None], [None, None, "a"]) == [(1, 2)]
