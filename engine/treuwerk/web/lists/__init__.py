"""Lists whose state is the address: filters, order, columns, pages, saved views, downloads, acts on many rows.

`docs/guides/lists.md` is the page to begin with.
"""

from treuwerk.web.lists.asking import Asked, asked, words_of
from treuwerk.web.lists.bulk import BULK_BYTES, BULK_FIELDS, Act, Preview, RowReport, bulk_form
from treuwerk.web.lists.csv_files import Cell, Spreadsheet, csv_answer
from treuwerk.web.lists.cursors import cursor_of, cursor_text
from treuwerk.web.lists.kinds import Column, Filter, ListKind
from treuwerk.web.lists.showing import COUNTED_AT_MOST, ListView, list_page, list_view
from treuwerk.web.lists.views import views_form

__all__ = ["BULK_BYTES", "BULK_FIELDS", "COUNTED_AT_MOST", "Act", "Asked", "Cell", "Column", "Filter", "ListKind",
           "ListView", "Preview", "RowReport", "Spreadsheet", "asked", "bulk_form", "csv_answer", "cursor_of",
           "cursor_text", "list_page", "list_view", "views_form", "words_of"]
