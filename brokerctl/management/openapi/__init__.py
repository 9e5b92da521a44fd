"""The API's own description: OpenAPI 3.1 from the table of routes and what is written here, and a page of it."""
