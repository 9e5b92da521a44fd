"""Clients that people use, against the embedded broker, with and without TLS.

`steps.py` is the list of what each of them does; each `with_….py` says it in one client's words; `test_clients.py`
compares what came of it. Celery, which is more than a client, has `test_celery.py`.
"""
