import fc from "fast-check";
import { describe, expect, test } from "vitest";
import reference from "../../../../vectors/python-reference.json" with { type: "json" };
import { ConfigurationError } from "../errors/index.js";
import { systemRandom } from "../ports/index.js";
import { encodeBase62 } from "./base62.js";
import { CHECKSUM_LENGTH, checksum, endsInChecksum } from "./checksum.js";
import { KeyFormat, type KeyFormatOptions } from "./index.js";

const format = new KeyFormat();

describe("parse", () => {
  test("takes the reference's example key with default settings", () => {
    expect(format.parse(reference.exampleKey)).toEqual({
      keyId: "92f5326fb9b44ab7",
      secret: "fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    });
  });

  test("refuses the reference's keys where a checksum is required", () => {
    const strict = new KeyFormat({ checksum: "required" });
    expect(strict.parse(reference.exampleKey)).toBe("checksum_mismatch");
  });

  test("takes back what format wrote, for any options", () => {
    fc.assert(
      fc.property(
        fc.record({
          prefix: fc.constantFrom("ak", "acme", "a", "sk0", "live"),
          separator: fc.constantFrom("-", "_", ".", "~"),
          keyIdLength: fc.integer({ min: 8, max: 32 }).map((half) => half * 2),
          secretLength: fc.integer({ min: 22, max: 120 }).filter((length) => length !== 58),
          checksum: fc.constantFrom("required", "lenient"),
        }),
        (options) => {
          const any = new KeyFormat(options as KeyFormatOptions);
          const made = any.generate(systemRandom);
          const text = any.format(made);
          expect(any.parse(text)).toEqual(made);
          expect(any.outline(text)).toBe(made.keyId);
          expect(new RegExp(any.pattern).exec(`x ${text} y`)?.[0]).toBe(text);
        },
      ),
    );
  });

  test("finds every typo of one character in a created key by its checksum", () => {
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const text = format.format(format.generate(systemRandom));
    const secretStart = text.lastIndexOf("-") + 1;
    for (let at = secretStart; at < text.length; at += 1) {
      for (const wrong of alphabet) {
        if (wrong === text[at]) continue;
        const typo = text.slice(0, at) + wrong + text.slice(at + 1);
        expect(format.parse(typo)).toBe("checksum_mismatch");
      }
    }
  });

  test("the checksum covers the key id too", () => {
    const text = format.format(format.generate(systemRandom));
    const other = text.replace(/^ak-./, text[3] === "0" ? "ak-1" : "ak-0");
    expect(format.parse(other)).toBe("checksum_mismatch");
  });

  test.each([
    "",
    "ak",
    "ak-",
    "ak--",
    "-92f5326fb9b44ab7-",
    "ak-92f5326fb9b44ab7-",
    "AK-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    "ak-92F5326FB9B44AB7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    "ak_92f5326fb9b44ab7_fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    " ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN\n",
    "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2Fz\u0000",
    "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2Fzé",
    "ak-92f5326fb9b44ab7-fSvBMig0-r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2Fz",
    "ak-__proto__0000000-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
    `ak-92f5326fb9b44ab7-${"a".repeat(5_000_000)}`,
  ])("refuses %#: another spelling is another key", (text) => {
    expect(format.parse(text)).toBe("malformed_key");
  });

  test("answers any string, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(format.parse(text)).toBe("malformed_key");
      }),
    );
  });
});

describe("the bounds of a key", () => {
  const any = new KeyFormat({ prefix: "a" });
  /** A key whose checksum fits, with a secret of this length. */
  const keyOf = (length: number) => {
    const text = `a-${"0".repeat(16)}-${"s".repeat(length - CHECKSUM_LENGTH)}`;
    return text + checksum(text);
  };

  test.each([
    [27, false],
    [28, true],
    [126, true],
    [127, false],
  ])("a secret of %i characters is taken: %s", (length, isTaken) => {
    const text = keyOf(length);
    expect(text).toHaveLength(19 + length);
    expect(typeof any.parse(text) === "object").toBe(isTaken);
    expect(new RegExp(`^${any.pattern}$`).test(text)).toBe(isTaken);
    expect(any.outline(text)).toBe(length === 127 ? undefined : "0".repeat(16));
  });

  test("only a secret of the reference's length goes without a checksum", () => {
    for (const length of [63, 64, 65]) {
      const text = `a-${"0".repeat(16)}-${"s".repeat(length)}`;
      expect(any.parse(text)).toEqual(
        length === 64 ? { keyId: "0".repeat(16), secret: "s".repeat(64) } : "checksum_mismatch",
      );
    }
  });

  test("an outline is no more than that: separators in place, a secret that is not empty", () => {
    expect(any.outline("a-0123456789abcdef-s")).toBe("0123456789abcdef");
    expect(any.outline("a-0123456789ABCDE!-s")).toBe("0123456789ABCDE!");
    expect(any.outline("a-0123456789abcdef-")).toBe("0123456789abcdef");
    expect(any.outline("a-0123456789abcdef")).toBeUndefined();
    expect(any.outline("a-0123456789abcdef_s")).toBeUndefined();
    expect(any.outline("b-0123456789abcdef-s")).toBeUndefined();
    expect(any.outline("a_0123456789abcdef-s")).toBeUndefined();
  });
});

test("a checksum is a CRC-32 in six characters of base62", () => {
  // The check value of CRC-32, 0xcbf43926, and the smallest.
  expect(checksum("123456789")).toBe("3jZRME");
  expect(checksum("")).toBe("000000");
  expect(endsInChecksum("1234567893jZRME")).toBe(true);
  expect(endsInChecksum("1234567803jZRME")).toBe(false);
  expect(encodeBase62(61, 3)).toBe("00z");
  expect(encodeBase62(62, 3)).toBe("010");
});

test.each([
  [{}, "\\bak\\-[0-9a-f]{16}\\-[0-9A-Za-z]{28,126}\\b"],
  [{ prefix: "a.b-c", separator: "_" }, "\\ba\\.b\\-c_[0-9a-f]{16}_[0-9A-Za-z]{28,126}\\b"],
  [{ separator: "~", keyIdLength: 64 }, "\\bak\\~[0-9a-f]{64}\\~[0-9A-Za-z]{28,126}\\b"],
  [{ separator: "." }, "\\bak\\.[0-9a-f]{16}\\.[0-9A-Za-z]{28,126}\\b"],
] as const)("the pattern of %j", (options, pattern) => {
  expect(new KeyFormat(options).pattern).toBe(pattern);
});

describe("generate", () => {
  const keys = Array.from({ length: 1_000 }, () => format.generate(systemRandom));

  test("gives distinct ids and secrets", () => {
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1_000);
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(1_000);
  });

  test("draws every character of the alphabet equally often", () => {
    const counts = new Map<string, number>();
    for (const { secret } of keys) {
      for (const character of secret.slice(0, -6)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    const expected = (1_000 * 43) / 62;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(counts.size).toBe(62);
    // 61 degrees of freedom: a fair source goes beyond 130 about once in a million runs; bytes taken modulo
    // 62 without rejection, the usual slip, give about 1700.
    expect(chiSquared).toBeLessThan(130);
  });

  test("drops the bytes that would favour some characters", () => {
    const bytes = [255, 248, 247, 0, 61, 62];
    const sizes: number[] = [];
    const random = (size: number) => {
      sizes.push(size);
      return Uint8Array.from({ length: size }, (_, at) => bytes[at % bytes.length] ?? 0);
    };
    const { secret } = format.generate(random);
    // 247 % 62 is 61: the last character. 62 % 62 is 0: the first.
    expect(secret.slice(0, 8)).toBe("z0z0z0z0");
    expect(secret).toHaveLength(49);
    // Half of the key id's 16; then what is missing, and eight more for those that will be dropped.
    expect(sizes).toEqual([8, 51, 18]);
  });
});

describe("options", () => {
  test.each<[string, unknown]>([
    ["format.separator", { separator: "a" }],
    ["format.separator", { separator: "--" }],
    ["format.separator", { separator: "0" }],
    ["format.separator", { separator: "" }],
    ["format.prefix", { prefix: "a-b" }],
    ["format.prefix", { prefix: "a_b", separator: "_" }],
    ["format.prefix", { prefix: "" }],
    ["format.prefix", { prefix: "ä" }],
    ["format.prefix", { prefix: "a ".repeat(40) }],
    ["format.prefix", { prefix: 5 }],
    ["format.keyIdLength", { keyIdLength: 15 }],
    ["format.keyIdLength", { keyIdLength: 66 }],
    ["format.secretLength", { secretLength: 21 }],
    ["format.secretLength", { secretLength: 58 }],
    ["format.secretLength", { secretLength: Number.NaN }],
    ["format.checksum", { checksum: true }],
    ["format.lenght", { lenght: 5 }],
  ])("names %s when it is wrong", (name, options) => {
    expect(() => new KeyFormat(options as KeyFormatOptions)).toThrow(ConfigurationError);
    expect(() => new KeyFormat(options as KeyFormatOptions)).toThrow(name);
  });

  test("a prefix may hold an underscore", () => {
    const acme = new KeyFormat({ prefix: "acme_live" });
    expect(acme.parse(acme.format(acme.generate(systemRandom)))).toBeTypeOf("object");
  });
});
