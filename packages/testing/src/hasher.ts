import { inspect } from "node:util";
import type { ApiKeyHasher } from "@apikey/core";
import { afterAll, describe, expect, test } from "vitest";

/** What {@link testHasher} needs to know of a hasher. */
export interface HasherUnderTest {
  /** Makes a hasher; the first pepper hashes, all verify. */
  make(peppers: readonly [string, ...string[]]): ApiKeyHasher;
  /** Makes a hasher of lower cost than `make`, where there is such a thing. */
  makeCheaper?(peppers: readonly [string, ...string[]]): ApiKeyHasher;
  /** Well-formed hashes of other algorithms. */
  readonly foreignHashes: readonly string[];
  /** Equal secrets have equal hashes: nothing random goes in. @defaultValue false */
  readonly deterministic?: boolean;
}

const PEPPER = "pepper-under-test-Zq8";

/**
 * Contract of `ApiKeyHasher`, for any adapter.
 *
 * @example
 * ```ts
 * testHasher("MyHasher", { make: (pepper) => new MyHasher({ pepper }), foreignHashes: [] });
 * ```
 */
export function testHasher(name: string, subject: HasherUnderTest): void {
  describe(`${name} keeps the contract of a hasher:`, () => {
    const opened: ApiKeyHasher[] = [];
    const keep = (hasher: ApiKeyHasher): ApiKeyHasher => {
      opened.push(hasher);
      return hasher;
    };
    const hasher = keep(subject.make([PEPPER]));
    afterAll(async () => {
      for (const one of opened) await one.close?.();
    });

    test("a secret matches its own hash and no other secret does", async () => {
      const hash = await hasher.hash("correct horse");
      expect(await hasher.verify(hash, "correct horse")).toEqual({ outdated: false });
      expect(await hasher.verify(hash, "correct horsf")).toBe(false);
      expect(await hasher.verify(hash, "")).toBe(false);
    });

    test("it recognizes what it makes, and no other algorithm's hash", async () => {
      expect(hasher.recognizes(await hasher.hash("secret"))).toBe(true);
      for (const foreign of subject.foreignHashes) {
        expect(hasher.recognizes(foreign)).toBe(false);
        expect(await hasher.verify(foreign, "secret")).toBe(false);
      }
    });

    test(`the same secret has ${subject.deterministic ? "the same hash" : "another hash each time"}`, async () => {
      const [one, other] = [await hasher.hash("secret"), await hasher.hash("secret")];
      expect(one === other).toBe(subject.deterministic ?? false);
    });

    test("its generation, if it has one, changes with what makes new hashes and with nothing else", () => {
      const generation = (peppers: readonly [string, ...string[]]) =>
        keep(subject.make(peppers)).generation;
      if (hasher.generation === undefined) return;
      expect(generation([PEPPER])).toBe(hasher.generation);
      expect(generation([PEPPER, "older"])).toBe(hasher.generation);
      expect(generation(["newer", PEPPER])).not.toBe(hasher.generation);
      const cheaper = subject.makeCheaper?.([PEPPER]);
      if (cheaper) expect(keep(cheaper).generation).not.toBe(hasher.generation);
      expect(hasher.generation).not.toContain(PEPPER);
    });

    test("under a new pepper, hashes of an old one match as outdated", async () => {
      const hash = await hasher.hash("secret");
      const rotated = keep(subject.make(["new-pepper", PEPPER]));
      expect(await rotated.verify(hash, "secret")).toEqual({ outdated: true });
      expect(await rotated.verify(hash, "other")).toBe(false);
      expect(await rotated.verify(await rotated.hash("secret"), "secret")).toEqual({
        outdated: false,
      });
    });

    test("without its pepper a hash matches nothing", async () => {
      const hash = await hasher.hash("secret");
      expect(await keep(subject.make(["another-pepper"])).verify(hash, "secret")).toBe(false);
    });

    test("a hash of lower cost is outdated", async () => {
      if (!subject.makeCheaper) return;
      const hash = await keep(subject.makeCheaper([PEPPER])).hash("secret");
      expect(await hasher.verify(hash, "secret")).toEqual({ outdated: true });
    });

    test("every part of a long or odd secret counts", async () => {
      const odd = [
        "a\0b",
        "a\0c",
        "a",
        "ä€😀",
        "\ud800",
        `${"x".repeat(100)}1`,
        `${"x".repeat(100)}2`,
      ];
      const hashes = await Promise.all(odd.map((secret) => hasher.hash(secret)));
      for (const [row, hash] of hashes.entries()) {
        for (const [column, secret] of odd.entries()) {
          const match = await hasher.verify(hash, secret);
          expect(match, `hash ${row}, secret ${column}`).toEqual(
            row === column ? { outdated: false } : false,
          );
        }
      }
    });

    test("a malformed hash is no match and no error", async () => {
      const hash = await hasher.hash("secret");
      const malformed = [
        "",
        "$",
        "secret",
        hash.slice(0, -1),
        hash.slice(0, hash.length / 2),
        hash.slice(1),
        `${hash}A`,
        `${hash}\n`,
        ` ${hash}`,
        hash.replace(/.$/, "é"),
        hash.replace(/.$/, "\0"),
        "é".repeat(100),
        "$".repeat(1_000),
        "x".repeat(1_000_000),
        "__proto__",
      ];
      for (const text of malformed) {
        expect(await hasher.verify(text, "secret"), text.slice(0, 80)).toBe(false);
        expect(hasher.recognizes(text)).toBeTypeOf("boolean");
      }
    });

    test("neither secret nor pepper is in the hash, or can be read off the hasher", async () => {
      const hash = await hasher.hash("secret-under-test");
      for (const text of [
        hash,
        inspect(hasher, { depth: 10, showHidden: true }),
        JSON.stringify(hasher),
        String(hasher),
      ]) {
        expect(text).not.toContain(PEPPER);
        expect(text).not.toContain("secret-under-test");
      }
    });

    test("many hashes at a time come out right", async () => {
      const secrets = Array.from({ length: 8 }, (_, index) => `secret ${index}`);
      const hashes = await Promise.all(secrets.map((secret) => hasher.hash(secret)));
      const matches = await Promise.all(
        hashes.map((hash, index) => hasher.verify(hash, secrets[index] ?? "")),
      );
      expect(matches.every((match) => match !== false)).toBe(true);
    });

    test("it can be closed twice", async () => {
      const closed = subject.make([PEPPER]);
      await closed.hash("secret");
      await closed.close?.();
      await closed.close?.();
    });
  });
}
