// One verification: apikey, its peers, and what one writes by hand. Each contender gets a key string and says
// whether it is good; each finds the key among the same number of keys; each reads and writes memory only.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { openApiKey } from "./contenders/apikey.mjs";
import { openBetterAuth } from "./contenders/better-auth.mjs";
import {
  openArgon2,
  openPrefixedApiKey,
  openRemembered,
  openSha256,
} from "./contenders/hand-written.mjs";
import { countDigests } from "./digests.mjs";
import { table } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";
import { named, versionOf } from "./versions.mjs";

/** Few: better-auth's memory adapter scans its table, which no database would. */
const KEYS = 10;
const KINDS = ["strongHashes", "digests", "reads", "writes"];
/** Operations of one turn. */
const FAST = 20_000;
const MIDDLING = 400;
const SLOW = 4;
const ROUNDS = 15;

const HMAC = "apikey, `HmacSha256Hasher`";

export const title = "One verification, and its peers";

export async function run() {
  const betterAuth = named("better-auth");
  const contenders = [
    await contender("apikey", FAST, openApiKey({ keys: KEYS })),
    await contender("apikey, strict", FAST, openApiKey({ keys: KEYS, consistency: "strict" })),
    await contender(HMAC, FAST, openApiKey({ keys: KEYS, hasher: "hmac" })),
    await contender("by hand: SHA-256", FAST, openSha256({ keys: KEYS })),
    await contender(named("prefixed-api-key"), FAST, openPrefixedApiKey({ keys: KEYS })),
    {
      ...(await contender("by hand: Argon2id, remembered", FAST, openRemembered({ keys: KEYS }))),
      hashesWrong: true,
    },
    ...(await Promise.all(
      [
        ["secondary storage, no limiter", "secondary-storage", false, false],
        ["secondary storage, limiter", "secondary-storage", false, true],
        ["secondary storage over database, no limiter", "secondary-storage", true, false],
        ["database, no limiter", "database", false, false],
        ["database, limiter", "database", false, true],
      ].map(([name, storage, fallbackToDatabase, limits]) =>
        contender(
          `${betterAuth}: ${name}`,
          MIDDLING,
          openBetterAuth({ storage, fallbackToDatabase, limits, keys: KEYS }),
        ),
      ),
    )),
    await contender("by hand: Argon2id on every request", SLOW, openArgon2({ keys: KEYS })),
  ];

  const warm = await measure([...contenders.map((one) => onceSeen(one)), ...floors()]);
  const cold = await measure(contenders.map((one) => unseen(one)));
  const wrong = await measure(contenders.map((one) => refused(one)));
  await Promise.all(contenders.map((one) => one.close()));
  return { text: text({ warm, cold, wrong }), data: { keys: KEYS, warm, cold, wrong } };
}

async function contender(name, operations, opening) {
  return { name, operations, ...(await opening) };
}

/** The good keys, over and over. */
function onceSeen(one) {
  return { ...one, run: (operations) => verifyAll(one, one.keys, operations, true) };
}

/** Each good key once, after everything was forgotten. */
function unseen(one) {
  return {
    ...one,
    operations: KEYS,
    before: () => one.forget(),
    run: () => verifyAll(one, one.keys, KEYS, true),
  };
}

/** Keys with a wrong secret, while the good ones are known. */
function refused(one) {
  const keys = one.keys.map((key) => one.wrong(key));
  return {
    ...one,
    operations: one.hashesWrong ? SLOW : one.operations,
    before: () => verifyAll(one, one.keys, KEYS, true),
    run: (operations) => verifyAll(one, keys, operations, false),
  };
}

async function verifyAll({ name, verify }, keys, operations, expected) {
  for (let at = 0; at < operations; at += 1) {
    if ((await verify(keys[at % keys.length])) !== expected) throw new Error(`${name}: wrong`);
  }
}

/** What cannot be undercut by something that hashes, or looks up, at all. They verify nothing. */
function floors() {
  const keys = Array.from({ length: KEYS }, () => `ak-${randomBytes(40).toString("hex")}`);
  const known = new LRUCache({ max: 100 });
  for (const key of keys) known.set(key, { key });
  const secret = randomBytes(32);
  let sink = 0;
  const floor = (name, once) => ({
    name: `floor: ${name}`,
    operations: FAST,
    async run(operations) {
      for (let at = 0; at < operations; at += 1) sink += await once(keys[at % KEYS]);
      if (sink === 0) throw new Error(`${name}: optimized away`);
    },
  });
  return [
    floor("lru-cache `get`, awaited", (key) => known.get(key).key.length),
    floor("SHA-256 of the key", (key) => createHash("sha256").update(key).digest().length),
    floor(
      "HMAC-SHA-256 of the key",
      (key) => createHmac("sha256", secret).update(key).digest().length,
    ),
  ];
}

/** Times the contenders in turns; then counts what one verification of each does, untimed. */
async function measure(contenders) {
  const results = await sideBySide({ rounds: ROUNDS, contenders });
  for (const [index, one] of contenders.entries()) {
    if (one.work !== undefined) results[index].work = await countWork(one);
  }
  return results;
}

async function countWork({ before, run, work }) {
  await before?.();
  await run(KEYS);
  await before?.();
  const start = work();
  const digests = await countDigests(() => run(KEYS));
  const end = work();
  return Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      kind === "digests" ? digests / KEYS : (end[kind] - start[kind]) / KEYS,
    ]),
  );
}

function text({ warm, cold, wrong }) {
  const columns = KINDS.map((kind) => ({
    head: { strongHashes: "strong hashes" }[kind] ?? kind,
    of: ({ work }) => (work === undefined ? "" : String(work[kind])),
  }));
  return `${KEYS} keys each, one verification at a time, ratios to apikey. The last columns are counted, for one
verification: strong hashes (Argon2id, 19 MiB, 2 iterations), SHA-256 and HMAC digests, reads and writes of the store
or of a cache outside the library. All stores are in this process's memory: over a network each read or write costs
a round trip more.

What each does beside telling a good key from a bad one:

- **apikey** (Argon2id with a pepper, defaults): looks at status, expiry and scopes; notes the time of use, written
  in one batch each 10 s. A revocation counts from the next verification on. _Strict_ reads the record each time.
  HmacSha256Hasher is its fast hash, as sound for long random keys as the peers' SHA-256.
- **better-auth** (API-key plugin ${versionOf("@better-auth/api-key")}): stores SHA-256, which is sound for long random keys, and has no strong
  hash to save. Looks at status, expiry and permissions; keeps time of use and a stamp at each verification; with
  its limiter (on by default; here set too high to refuse) counts requests, which apikey does not do. _Secondary
  storage_ is a Map here; keys live there alone, or also in its in-memory database.
- **prefixed-api-key**: parses, and compares one SHA-256. The look-up in a Map, status and expiry were added here.
- **by hand: SHA-256 / Argon2id**: a Map look-up, the hash, status and expiry.
- **by hand: Argon2id, remembered**: the same behind an LRU of the key's SHA-256. It reads nothing on a hit, so a
  revoked key works on for five minutes: faster or not, it is not the same promise.
- **floors** verify nothing.

### A key that was verified before

${table(warm, columns)}

### A key that nobody has verified yet

Everything was forgotten before: apikey starts anew, better-auth's cache in front of its database is emptied. Its
secondary storage alone is its store, and stays.

${table(cold, columns)}

### A wrong secret, of a key that was verified before

${table(wrong, columns)}`;
}
