"""What was read from a queue: kept, filtered, turned into what a page shows. Knows no view and no broker."""
