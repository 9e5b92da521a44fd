"""Clients that people use, against the embedded broker, with and without TLS.

`steps.py` is the list of what each AMQP client does; each `with_….py` says it in one client's words; `test_clients.py`
compares what came of it. Celery, which is more than a client, has `test_celery.py`. Clients of the management API offer
different things: each has a test of its own, `test_api_of_….py`.
"""
