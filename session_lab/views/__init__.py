"""What a person sees, as plain data, escaped HTML and text.

Where things go: how characters, counts and times are written into ``text.py``; an element into
``html.py``; a new part of a message into ``entries.py``; a fact of a whole session into
``header.py``; a new column of a table into ``sessions.py``, of a frame into ``records.py``.
Nothing here knows asyncio, a database, a widget or pandas, and nothing decides anything: an
explorer draws what these modules say.
"""
