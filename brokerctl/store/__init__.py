"""Where durable things lie. The server submits batches; a batch is on disk, whole, when its receipts are called."""
