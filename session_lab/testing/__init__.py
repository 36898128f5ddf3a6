"""The contract suite: what every store of sessions must do, to run on a store of your own.

Each promise is a ``Check``, a named coroutine that is given a fresh, empty store.  Run them all from a
cell with ``await check_store(make)``, or one test each under pytest::

    @pytest.mark.parametrize("check", checks_for(MyStore()), ids=str)
    async def test_my_store_keeps_the_contract(check):
        await check.run(MyStore)

There are two parts: ``CALLS`` for the four calls of ``SessionStore`` and the optional fifth, and
``SNAPSHOTS`` for a ``SnapshotStore``.  Needs no pytest.
"""

from session_lab.testing.calls import CALLS
from session_lab.testing.checks import Check, Outcome, Report, check_store, checks_for
from session_lab.testing.snapshots import SNAPSHOTS

__all__ = ["CALLS", "SNAPSHOTS", "Check", "Outcome", "Report", "check_store", "checks_for"]
