// What honest callers notice of attackers in the same process, who send wrong secrets as fast as they are answered.
import { ApiKeyService, isApiKeyError, MemoryCache } from "@apikey/core";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { DerivedRepository, derivedKey, wrongKey } from "./derived-keys.mjs";
import { duration, markdown } from "./report.mjs";
import { percentile, spread } from "./spread.mjs";

const ATTACKERS = [0, 1, 10, 100];
/** Requests that one attacker has under way: 100 attackers are more than the queue for hashes takes. */
const IN_FLIGHT = 10;
/** Honest callers whose keys are cached, and one more who comes with a new key each time. */
const KNOWN_CALLERS = 10;
const VICTIMS = 10;
const FOR_MS = 1_500;
const ROUNDS = 3;
/** Key ids: the known callers' first, then the attackers' victims, then those of new callers. */
const FIRST_NEW = 1_000;
const KEYS = 1_000_000;

const KINDS = [
  {
    name: "a known, cached key id",
    keyOf: (attacker, attempt) => wrongKey(attacker % KNOWN_CALLERS, attempt),
  },
  {
    name: "a known key id, not cached",
    keyOf: (attacker, attempt) => wrongKey(KNOWN_CALLERS + (attacker % VICTIMS), attempt),
  },
  {
    name: "an unknown key id, a new one each time",
    keyOf: (attacker, attempt) => derivedKey(KEYS + attempt * 1_000 + attacker),
  },
];

export const title = "Honest callers under attack";

export async function run() {
  const scenarios = KINDS.flatMap((kind) =>
    ATTACKERS.map((attackers) => ({ kind, attackers, rounds: [] })),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of scenarios) one.rounds.push(await attack(one));
  }
  const rows = scenarios.map(({ kind, attackers, rounds }) => ({
    kind: kind.name,
    attackers,
    ...Object.fromEntries(
      Object.keys(rounds[0]).map((name) => [name, spread(rounds.map((one) => one[name]))]),
    ),
  }));
  return { text: text(rows), data: { rows } };
}

/** One round on a service of its own. */
async function attack({ kind, attackers }) {
  const hasher = new Argon2Hasher({ pepper: "bench" });
  const repository = await DerivedRepository.open({ hasher, size: KEYS });
  const service = new ApiKeyService({ repository, hasher, cache: new MemoryCache() });
  const known = Array.from({ length: KNOWN_CALLERS }, (_, number) => derivedKey(number));
  for (const key of known) await service.verifyKey(key);

  const start = performance.now();
  const isOver = () => performance.now() - start > FOR_MS;
  const knownTimes = [];
  const newTimes = [];
  const answers = { invalid: 0, overloaded: 0 };
  let attempts = 0;
  let newcomers = 0;
  const attacks = Array.from({ length: attackers * IN_FLIGHT }, (_, index) =>
    flood(isOver, () => kind.keyOf(index % attackers, attempts++), answers, service),
  );
  const before = { ...service.stats(), reads: repository.reads };
  await Promise.all([
    ...known.map((key) => call(isOver, () => key, knownTimes, service)),
    call(isOver, () => derivedKey(FIRST_NEW + newcomers++), newTimes, service),
  ]);
  const seconds = (performance.now() - start) / 1_000;
  const after = { ...service.stats(), reads: repository.reads };
  // What waits in the queue is of this round, and must not run in the next.
  await Promise.all(attacks);
  await service.close();
  const hashesOfAttackers = after.hashesVerified - before.hashesVerified - newTimes.length;
  return {
    knownPerSecond: knownTimes.length / seconds,
    knownP50Ns: percentile(knownTimes, 50),
    knownP99Ns: percentile(knownTimes, 99),
    newPerSecond: newTimes.length / seconds,
    newP50Ns: percentile(newTimes, 50),
    newP99Ns: percentile(newTimes, 99),
    invalidPerSecond: answers.invalid / seconds,
    overloadedPerSecond: answers.overloaded / seconds,
    attackHashesPerSecond: hashesOfAttackers / seconds,
    attackReadsPerSecond: (after.reads - before.reads - newTimes.length) / seconds,
  };
}

/** An honest caller: one request after the other, each in a turn of the event loop of its own. */
async function call(isOver, nextKey, times, service) {
  while (!isOver()) {
    const arrived = performance.now();
    await nextTurn();
    if (!(await service.safeVerifyKey(nextKey())).ok)
      throw new Error("An honest caller was refused.");
    times.push((performance.now() - arrived) * 1e6);
  }
}

/** One of the requests that an attacker keeps under way. */
async function flood(isOver, nextKey, answers, service) {
  while (!isOver()) {
    await nextTurn();
    try {
      const { ok } = await service.safeVerifyKey(nextKey());
      if (ok) throw new Error("An attacker was let in.");
      if (!isOver()) answers.invalid += 1;
    } catch (error) {
      if (!isApiKeyError(error) || error.code !== "overloaded") throw error;
      answers.overloaded += 1;
    }
  }
}

function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

function text(rows) {
  const count = ({ median }) => Math.round(median).toLocaleString("en");
  const blocks = KINDS.map(({ name }) => {
    const own = rows.filter((row) => row.kind === name);
    return `Wrong secrets for ${name}:

${markdown(
  [
    "attackers",
    "known keys: verifications/s",
    "p50 / p99",
    "new keys: verifications/s",
    "p50 / p99",
    "attackers hear `invalid_key`/s",
    "`overloaded`/s",
    "hashes/s for them",
    "reads/s for them",
  ],
  own.map((row) => [
    String(row.attackers),
    count(row.knownPerSecond),
    `${duration(row.knownP50Ns.median)} / ${duration(row.knownP99Ns.median)}`,
    count(row.newPerSecond),
    `${duration(row.newP50Ns.median)} / ${duration(row.newP99Ns.median)}`,
    count(row.invalidPerSecond),
    count(row.overloadedPerSecond),
    count(row.attackHashesPerSecond),
    count(row.attackReadsPerSecond),
  ]),
)}`;
  });
  return `One process, Argon2id and all settings at their defaults. ${KNOWN_CALLERS} callers repeat keys that are cached; one caller comes with
a new key each time, which takes a hash. Both wait for a turn of the event loop, then for the answer; that is their
latency. Each attacker keeps ${IN_FLIGHT} requests under way, and sends the next one as soon as one is answered, in the same
event loop: no network slows anyone down. ${VICTIMS} key ids are attacked. Medians of ${ROUNDS} rounds of ${FOR_MS / 1_000} s.

${blocks.join("\n\n")}

No honest caller was refused, and none of the attackers let in: the bench ends with an error otherwise.`;
}
