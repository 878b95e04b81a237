"""What must be seen in no message, no representation and no log."""

ACCESS_KEY = "access-key-of-tests"
SECRET_KEY = "secret-key/of+tests"  # noqa: S105
SESSION_TOKEN = "session-token/of+tests=="  # noqa: S105
PASSWORD = "correct-horse-battery"  # noqa: S105
PASSPHRASE = "staple-of-the-key"  # noqa: S105
SECRETS = (SECRET_KEY, SESSION_TOKEN, PASSWORD, PASSPHRASE, "PRIVATE KEY")
