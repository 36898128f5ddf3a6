"""Any sequence of calls gives the same answers from the SQLite store and the plain one in memory."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from session_lab import AgentSession, InMemorySessionStore, SessionQuery, SqliteSessionStore
from session_lab.errors import DivergedWarning, SessionLabError
from session_lab.models import TextDelta, UserMessage, event_from_wire
from session_lab.models.checkpoints import CheckpointStep
from session_lab.models.pages import SORT_COLUMNS

IDS = st.sampled_from([1, 2, "a"])
TEXTS = st.sampled_from(["one", "two", "three", "four"])
REVISIONS = st.integers(0, 6)
LABELS = st.sampled_from([None, "good", "bad"])


TIMES = {"recorded_at", "created_at", "updated_at", "deleted_at", "at", "key"}


def without_times(value):
    """Give a value with its times left out: the two stores have clocks of their own."""
    if isinstance(value, AgentSession):
        return value.to_json(), value.digest
    if hasattr(value, "model_dump"):
        return without_times(value.model_dump())
    if isinstance(value, dict):
        return {name: without_times(item) for name, item in value.items() if name not in TIMES}
    if isinstance(value, (tuple, list)):
        return [without_times(item) for item in value]
    return value


class SameAnswers(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.plain = InMemorySessionStore()
        self.sqlite = SqliteSessionStore(self.folder / "a.db", durability="normal")
        self.second = SqliteSessionStore(self.folder / "a.db", durability="normal")
        # Objects at hand, the same in both worlds: those of one store must not meet the other.
        self.objects = {}

    def teardown(self):
        self.loop.run_until_complete(self.sqlite.close())
        self.loop.run_until_complete(self.second.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def both(self, call):
        answers = []
        for name, store in (("plain", self.plain), ("sqlite", self.sqlite)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DivergedWarning)
                    answer = self.loop.run_until_complete(call(store, name))
            except SessionLabError as error:
                answer = (type(error).__name__, error.problem)
            answers.append(answer)
        assert without_times(answers[0]) == without_times(answers[1])
        return answers[0]

    def object_of(self, name, session_id):
        return self.objects.setdefault(
            (name, session_id),
            AgentSession(id=session_id),
        )

    @rule(session_id=IDS, text=TEXTS, label=LABELS, expect=st.none() | REVISIONS)
    def append_and_save(self, session_id, text, label, expect):
        def call(store, name):
            session = self.object_of(name, session_id)
            session.push_user(text)
            return store.save(session, label=label, expect=expect)

        self.both(call)

    @rule(session_id=IDS, text=TEXTS, where=st.integers(0, 5))
    def edit_and_save(self, session_id, text, where):
        def call(store, name):
            session = self.object_of(name, session_id)
            if where < len(session.chat_messages):
                session.replace(where, UserMessage(content=text))
            else:
                session.insert(0, UserMessage(content=text))
            return store.save(session)

        self.both(call)

    @rule(session_id=IDS)
    def shorten_and_save(self, session_id):
        def call(store, name):
            session = self.object_of(name, session_id)
            if session.chat_messages:
                session.remove(0)
            return store.save(session)

        self.both(call)

    @rule(session_id=IDS, revision=st.none() | REVISIONS | st.sampled_from(["good", "bad"]))
    def load(self, session_id, revision):
        def call(store, name):
            async def load():
                session = await store.load(session_id, revision)
                if session is not None:
                    self.objects[name, session_id] = session
                return session

            return load()

        self.both(call)

    @rule(session_id=IDS, revision=REVISIONS, label=LABELS)
    def label(self, session_id, revision, label):
        self.both(lambda store, _: store.label(session_id, revision, label))

    @rule(session_id=IDS, title=TEXTS)
    def annotate(self, session_id, title):
        self.both(lambda store, _: store.annotate(session_id, title=title, tags=[title]))

    @rule(session_id=IDS, revision=st.none() | REVISIONS, new_id=st.none() | IDS)
    def fork(self, session_id, revision, new_id):
        self.both(lambda store, _: store.fork(session_id, revision, new_id=new_id))

    @rule(session_id=IDS, revision=REVISIONS)
    def revert(self, session_id, revision):
        self.both(lambda store, _: store.revert(session_id, revision))

    @rule(session_id=IDS)
    def delete(self, session_id):
        self.both(lambda store, _: store.delete(session_id))

    @rule(session_id=IDS, revision=REVISIONS)
    def delete_snapshot(self, session_id, revision):
        self.both(lambda store, _: store.delete_snapshot(session_id, revision))

    @rule(which=st.integers(0, 3), new_id=st.none() | IDS)
    def undelete(self, which, new_id):
        async def call(store, _):
            entries = await store.trash()
            return await store.undelete(entries[which], new_id) if which < len(entries) else None

        self.both(call)

    @rule(which=st.sets(st.integers(0, 3)))
    def purge(self, which):
        async def call(store, _):
            entries = [e for n, e in enumerate(await store.trash()) if n in which]
            return await store.purge(entries)

        self.both(call)

    @rule()
    def purge_all(self):
        self.both(lambda store, _: store.purge())

    @rule()
    def another_store_takes_the_file_over(self):
        # A second store has a cache of its own: neither may rely on what the other has removed.
        self.sqlite, self.second = self.second, self.sqlite
        self.objects.clear()

    @rule(session_id=IDS, text=TEXTS)
    def append_delta(self, session_id, text):
        event = TextDelta(session_id={"id": 1}, text=text)
        self.both(lambda store, _: store.append_event(session_id, event))

    @rule(session_id=IDS, texts=st.lists(TEXTS, max_size=4))
    def append_checkpoint(self, session_id, texts):
        messages = [UserMessage(content=text).to_wire() for text in texts]
        step = CheckpointStep(name="BeforeLlm", fields={"messages": messages, "tools": []})
        event = event_from_wire(
            {
                "runtimeEventType": "checkpoint",
                "session_id": {"id": 1},
                "checkpoint": {
                    "session_id": {"id": 1},
                    "user_input": "",
                    "step": step.to_wire(),
                    "turn_count": 0,
                },
            }
        )
        self.both(lambda store, _: store.append_event(session_id, event))

    @rule(
        search=st.none() | TEXTS,
        sort=st.sampled_from([c for c in SORT_COLUMNS if not c.endswith("_at")]),
        descending=st.booleans(),
    )
    def query(self, search, sort, descending):
        query = SessionQuery(search=search, sort=sort, descending=descending, limit=2)
        self.both(lambda store, _: store.sessions(query))
        self.both(lambda store, _: store.count(query))

    @invariant()
    def the_same_is_there(self):
        for session_id in self.both(lambda store, _: store.list()):
            self.both(lambda store, _, each=session_id: store.snapshots(each))
            self.both(lambda store, _, each=session_id: store.load(each))
            self.both(lambda store, _, each=session_id: store.events(each))
        self.both(lambda store, _: store.trash())


TestSameAnswers = SameAnswers.TestCase
TestSameAnswers.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
