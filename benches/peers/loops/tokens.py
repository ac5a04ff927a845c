"""Makes tokens with the standard library."""

import secrets
import sys

write, token_hex = sys.stdout.write, secrets.token_hex
for _ in range(int(sys.argv[1])):
    write(token_hex(32) + "\n")
