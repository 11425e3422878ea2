import { expect, test } from "vitest";
import { fingerprintHash, ProofMemo } from "./proof-memo.js";

test("a proof decides on every key string of its stored hash, and of no other", () => {
  const memo = new ProofMemo(10);
  expect(memo.recall("id", "digest", "hash")).toBeUndefined();
  expect([memo.has("id"), memo.knows("id", "hash")]).toEqual([false, false]);
  memo.learn("id", "digest", "hash");
  expect(memo.recall("id", "digest", "hash")).toBe(true);
  expect(memo.recall("id", "another", "hash")).toBe(false);
  expect(memo.recall("id", "digest", "new hash")).toBeUndefined();
  expect(memo.recall("other", "digest", "hash")).toBeUndefined();
  expect([memo.has("id"), memo.has("other")]).toEqual([true, false]);
  expect([memo.knows("id", "hash"), memo.knows("id", "new hash")]).toEqual([true, false]);
});

test("as many keys are kept as it was told", () => {
  const memo = new ProofMemo(2);
  for (const id of ["a", "b", "c"]) memo.learn(id, "digest", "hash");
  expect(["a", "b", "c"].map((id) => memo.has(id))).toEqual([false, true, true]);
});

test("a fingerprint is 128 bits of a labelled SHA-256", () => {
  // printf 'apikey:stored-hash:$argon2id$x' | openssl dgst -sha256 -binary | head -c 16 | basenc --base64url
  expect(fingerprintHash("$argon2id$x")).toBe("fScXfTU5D8HZd36CyJBaZA");
});
