"""Tables of any size: a page declares its columns, and gets filter, sort, pages, views, selection and export for them.

Knows no broker and no queue: `dashboard.tables` has the declarations, `templates/lists` draws them.
"""
