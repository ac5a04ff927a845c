-- What a fleet of programs needs. A program that does not know that a database can be moving would change one whose copy
-- is being made, so older ones must not write.
ALTER TABLE sessionctl.meta DROP CONSTRAINT meta_state_check;
ALTER TABLE sessionctl.meta ADD CONSTRAINT meta_state_check
    CHECK (state IN ('active', 'moving', 'copying', 'copied', 'moved'));
UPDATE sessionctl.meta SET oldest_program = 2;

-- The signature of a seal (Ed25519 over its hash), where whoever seals was given a key, and the public key.
ALTER TABLE sessionctl.seal ADD COLUMN signer bytea CHECK (octet_length(signer) = 32);
ALTER TABLE sessionctl.seal ADD COLUMN signature bytea CHECK (octet_length(signature) = 64);

-- What a reader saw: which kind, and from which address. Whoever seals turns an alarm into an event.
ALTER TABLE sessionctl.alarm ADD COLUMN kind text NOT NULL DEFAULT 'token.reused'
    CHECK (kind IN ('token.reused', 'session.network_changed'));
ALTER TABLE sessionctl.alarm ADD COLUMN ip bytea CHECK (octet_length(ip) = 16);
ALTER TABLE sessionctl.alarm ADD COLUMN detail text;
