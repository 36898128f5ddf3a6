"""The explorer: a widget that lists sessions and shows, compares, forks and deletes them.

What it looks like (the page draws it, Python says what stands in it)::

    ┌──────────────────────────────────────────────────────────────────────────────────────────┐
    │ sessions.db  agent-base database, read-only; …   [ search…            ]  230 sessions  ⟳ │
    ├───────────────────────────────────────┬──────────────────────────────────────────────────┤
    │ ! 2 rows can't be read  (details)     │ 42(deploy)  Deploy the shop        [3 failed]    │
    │ Session            Msgs Calls Updated │ 31 messages · 6 turns · 12 tool calls · 14 kB    │
    │ ───────────────────────────────────── │ [Load into notebook] [Compare with…] [Label…]    │
    │ ▌42(deploy) Deploy the shop           │ [Fork…] [Revert] [Delete]                        │
    │ ▌  Please deploy …   31   12  2 h ago │ ┌ Transcript ┬ Snapshots ┬ Compare ┐             │
    │  7          Weekly report             │ ├──────────────────────────────────────────────┐ │
    │    Write the …       12    3  1 d ago │ │ You look at snapshot 3 of 7 · back to newest │ │
    │  …                                    │ │ ── turn 1 ──────────────────────────────     │ │
    │                                       │ │ ▌User       Please deploy version 4.2        │ │
    │                                       │ │ ▌Assistant  I start the deployment.          │ │
    │                                       │ │ ▌  ┌ deploy_service {"version": "4.2"} ┐     │ │
    │                                       │ │ ▌  └ failed: timed out after 300 s     ┘     │ │
    │ « first   < previous   51-100 of 230 > │ │        [show more: 100 of 412 messages]      │ │
    ├───────────────────────────────────────┴─┴──────────────────────────────────────────────┴─┤
    │ Deleted session 42.  [Undo]                                                              │
    └──────────────────────────────────────────────────────────────────────────────────────────┘

Snapshots lists the kept states, newest first, with label, time, what changed and where it came from;
a click shows one in Transcript.  Compare has two pickers and the rows of the difference, unchanged
runs folded.  A cell narrower than 800 px has the list on top and the session below.  Errors of a
click are a bar that stays; what a store can't do is a disabled button with the reason.

Where things go:

=======================  =========================================================================
``desk.py``              what is worked on: a store with history (``SnapshotDesk``) …
``sidecar.py``           … or a source of one state per session beside a sidecar (``SidecarDesk``)
``listing.py``           the summaries of such a source
``browsing.py``          moving about: table, opened session, comparison; an ``Outcome`` each
``controller.py``        changing: label, fork, revert, delete, undo, refresh
``state.py``             the values that these pass on
``present.py``           how table and session look (``comparing.py``: comparisons; ``notices.py``)
``protocol.py``          the JSON that the page receives (``requests.py``: what it asks)
``verbs.py``             the methods of a person (``contents.py``: those that ask no store)
``messages.py``          from a request to a method
``widget.py``            the traits, and the thread that may set them
``session_explorer.py``  nouns, and what is shown when
``opening.py``           ``explore``
``frontend/``            the page: ``.mjs`` modules and ``.css``, joined by ``assets.py``
=======================  =========================================================================

A new tab needs a view in ``protocol.py`` with a trait, a function that fills it, a request and method
for what it can do, and a module in ``frontend/``.  The explorer draws what views say and calls the
store; it decides nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.explorer.opening import explore

if TYPE_CHECKING:
    from session_lab.explorer.session_explorer import SessionExplorer as SessionExplorer

__all__ = ["explore"]
