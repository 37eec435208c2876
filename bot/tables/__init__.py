"""Tables as people get them: the licence table's columns, its CSV, and its short form for chat."""
