"""What each template receives: a frozen dataclass per page, so that the contract between view and template is typed."""
