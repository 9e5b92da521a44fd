"""Forms of pages: what people type, checked as far as that needs no broker."""
