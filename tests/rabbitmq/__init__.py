"""The twin run: conversations that a real RabbitMQ and the embedded broker must answer alike, frame by frame.

`steps.py` is the language, `scenarios/` the conversations, `play.py` holds one with a broker and writes down what it
says, `differences.py` names every line that may differ and why, `test_twin.py` compares.
"""
