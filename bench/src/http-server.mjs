// Serves one contender of http.bench.mjs in a process of its own, and tells what its requests cost.
import { createServer } from "node:http";
import { ApiKeyService } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { apiKeyAuth } from "@apikey/express";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { apiKey as apiKeyPlugin } from "@better-auth/api-key";
import { hash, verify } from "@node-rs/argon2";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import express from "express";
import passport from "passport";
import { HeaderAPIKeyStrategy } from "passport-headerapikey";

/** Each gives the middleware in front of the same route, and a key that passes it. */
const contenders = {
  /** Presents as many bytes as the others. */
  unprotected: async () => ({ key: "n".repeat(69), guard: undefined }),

  async apikey() {
    const service = new ApiKeyService({
      repository: new InMemoryApiKeyRepository(),
      hasher: new Argon2Hasher({ pepper: "bench" }),
    });
    const { key } = await service.create({ name: "bench", scopes: ["read"] });
    await service.verifyKey(key);
    return { key, guard: apiKeyAuth(service, { scopes: ["read"] }) };
  },

  /** What passport's example becomes with keys that are stored as strong hashes. */
  async passport() {
    const id = "92f5326fb9b44ab7";
    const secret = "fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3Rzf";
    const records = new Map([[id, { name: "bench", hash: await hash(secret, ARGON2) }]]);
    const strategy = new HeaderAPIKeyStrategy(
      { header: "Authorization", prefix: "Bearer " },
      false,
      async (key, done) => {
        const [, keyId, presented] = key.split("-");
        const record = records.get(keyId);
        done(null, record && (await verify(record.hash, presented)) ? record : false);
      },
    );
    passport.use(strategy);
    return {
      key: `ak-${id}-${secret}`,
      guard: passport.authenticate("headerapikey", { session: false }),
    };
  },

  async "better-auth"() {
    const slots = new Map();
    const auth = betterAuth({
      baseURL: "http://127.0.0.1",
      secret: "a secret of the bench, long enough for better-auth",
      database: memoryAdapter({ user: [], session: [], account: [], verification: [], apikey: [] }),
      secondaryStorage: {
        get: (name) => slots.get(name) ?? null,
        set: (name, value) => void slots.set(name, value),
        delete: (name) => void slots.delete(name),
      },
      emailAndPassword: { enabled: true },
      logger: { disabled: true },
      telemetry: { enabled: false },
      plugins: [apiKeyPlugin({ storage: "secondary-storage", rateLimit: { enabled: false } })],
    });
    const body = { name: "Bench", email: "bench@example.com", password: "a long password" };
    const { user } = await auth.api.signUpEmail({ body });
    const { key } = await auth.api.createApiKey({ body: { name: "bench", userId: user.id } });
    return {
      key,
      async guard(req, res, next) {
        const presented = req.get("authorization")?.slice("Bearer ".length) ?? "";
        const { valid } = await auth.api.verifyApiKey({ body: { key: presented } });
        if (valid) next();
        else res.sendStatus(401);
      },
    };
  },
};

/** OWASP's minimum, which is also the default of @apikey/hasher-argon2. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const { key, guard } = await contenders[process.argv[2]]();
const app = express();
if (guard) app.use(guard);
app.get("/", (_req, res) => {
  res.json({ hello: "world" });
});
const server = createServer(app).listen(0, "127.0.0.1", () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}/`, key });
});
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMicroseconds: user + system });
});
process.on("disconnect", () => process.exit());
