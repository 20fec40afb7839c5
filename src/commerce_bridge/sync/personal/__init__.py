"""Personal data: sealed on its way into plans and state, handed out, and erased."""
