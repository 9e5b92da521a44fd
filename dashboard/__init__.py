"""The Django project and app: pages, one websocket, jobs. Every broker is reached through brokerctl.clients only."""
