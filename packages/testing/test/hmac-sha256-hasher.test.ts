import { HmacSha256Hasher } from "@apikey/core/hashers";
import { testHasher } from "@apikey/testing";

testHasher("HmacSha256Hasher", {
  make: (pepper) => new HmacSha256Hasher({ pepper }),
  foreignHashes: [
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
  ],
  deterministic: true,
});
