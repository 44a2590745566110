-- Signing in with a code from the platform. Codes and tokens are kept as the
-- SHA-256 of 256 random bits. Whoever is erased is signed out.

CREATE TABLE sign_in_codes (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    user_id     text NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    -- Whether they look after everybody's lessons.
    admin       boolean NOT NULL,
    return_to   text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX sign_in_codes_by_age ON sign_in_codes (expires_at);
CREATE INDEX sign_in_codes_by_user ON sign_in_codes (user_id);

CREATE TABLE sign_ins (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    user_id     text NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    admin       boolean NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX sign_ins_by_age ON sign_ins (expires_at);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id);
