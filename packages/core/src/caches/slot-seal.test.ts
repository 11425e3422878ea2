import { createHmac, hash, hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import type { ApiKey } from "../domain/index.js";
import type { CacheEntry } from "../ports/index.js";
import { SlotSeal } from "./slot-seal.js";

const record: ApiKey = {
  id: "id",
  keyId: "key id",
  version: 7,
  name: "n",
  description: "d",
  ownerId: null,
  scopes: ["a"],
  metadata: { deep: { list: [1] } },
  isActive: true,
  expiresAt: new Date(5),
  createdAt: new Date(1),
  updatedAt: new Date(2),
  lastUsedAt: new Date(3),
  hint: "h",
};
const entry: CacheEntry = { record, proof: "proof" };
const open = (seal: SlotSeal, sealed: string, binding?: string) =>
  seal.open("key id", sealed, 0, binding);

test("a slot is its MAC and its content, as written down here", () => {
  const sealed = new SlotSeal({ secrets: ["s"], namespace: "n" }).seal("k", entry, 1_000, "b");
  const derived = (info: string) => Buffer.from(hkdfSync("sha256", "s", "", info, 32));
  const digest = hash(
    "sha256",
    `${derived("apikey:key-digest:n").toString("base64")}k`,
    "base64url",
  );
  const content = JSON.stringify([
    ...[1_000, digest, "proof", "id", 7, "n", "d", null, ["a"], { deep: { list: [1] } }, true],
    ...[5, 1, 2, 3, "h"],
  ]);
  const mac = createHmac("sha256", derived("apikey:slot-mac:n"))
    .update(`6:key id1:b${content}`)
    .digest("base64url");
  expect(sealed).toBe(mac.slice(0, 22) + content);
});

test("what was sealed opens as it was, frozen, until its time", () => {
  const seal = new SlotSeal({ secrets: ["s"], namespace: "n" });
  const sealed = seal.seal("k", entry, 1_000);
  for (let times = 0; times < 2; times += 1) {
    const slot = seal.open("key id", sealed, 999);
    expect(slot?.entry).toEqual(entry);
    expect(slot?.expiresAtMs).toBe(1_000);
    expect(Object.isFrozen(slot?.entry.record)).toBe(true);
    expect(Object.isFrozen(slot?.entry.record.scopes)).toBe(true);
    expect(Object.isFrozen(slot?.entry.record.metadata.deep)).toBe(true);
    expect(seal.open("key id", sealed, 1_000)).toBeUndefined();
  }
});

test("times that are not there stay so", () => {
  const seal = new SlotSeal({ secrets: ["s"], namespace: "n" });
  const timeless = { proof: "proof", record: { ...record, expiresAt: null, lastUsedAt: null } };
  expect(open(seal, seal.seal("k", timeless, 1_000))?.entry).toEqual(timeless);
});

test("a slot opens with its binding only, also when it was opened before", () => {
  const seal = new SlotSeal({ secrets: ["s"], namespace: "n" });
  const sealed = seal.seal("k", entry, 1_000, "b");
  expect(open(seal, sealed, "b")).toBeDefined();
  expect(open(seal, sealed, "c")).toBeUndefined();
  expect(open(seal, sealed)).toBeUndefined();
  expect(open(seal, sealed, "b")).toBeDefined();
});

test("no text moves between key id, binding and content", () => {
  const seal = new SlotSeal({ secrets: ["s"], namespace: "n" });
  const named = (keyId: string) => ({ ...entry, record: { ...record, keyId } });
  const sealed = seal.seal("k", named("ab"), 1_000, "c");
  expect(seal.open("ab", sealed, 0, "c")).toBeDefined();
  expect(seal.open("a", sealed, 0, "bc")).toBeUndefined();
  expect(seal.open("abc", sealed, 0, "")).toBeUndefined();
});

test("what was opened once is not parsed again, and no other text is taken for it", () => {
  const seal = new SlotSeal({ secrets: ["s"], namespace: "n" });
  const sealed = seal.seal("k", entry, 1_000);
  const slot = open(seal, sealed);
  expect(open(seal, sealed)).toBe(slot);
  const newer = seal.seal("k", { ...entry, record: { ...record, version: 8 } }, 1_000);
  expect(open(seal, newer)?.entry.record.version).toBe(8);
  expect(open(seal, sealed)).not.toBe(slot);
});

test("a slot matches its key string alone, whichever secret sealed it", () => {
  const old = new SlotSeal({ secrets: ["old"], namespace: "n" });
  const both = new SlotSeal({ secrets: ["new", "old"], namespace: "n" });
  for (const sealed of [old.seal("k", entry, 1_000), both.seal("k", entry, 1_000)]) {
    const slot = open(both, sealed);
    expect(slot?.matches(both.present("k"))).toBe(true);
    expect(slot?.matches(both.present("l"))).toBe(false);
  }
  expect(open(old, both.seal("k", entry, 1_000))).toBeUndefined();
});

test.each(["", "x", "é".repeat(22), "A".repeat(22), `${"A".repeat(22)}{}`])(
  "%j was sealed by nobody",
  (text) => {
    expect(open(new SlotSeal({ secrets: ["s"], namespace: "n" }), text)).toBeUndefined();
  },
);
