import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { apiKeyAuth, apiKeyOf, apiKeyRouter } from "@apikey/express";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { PrismaApiKeyRepository } from "@apikey/repo-prisma";
import express from "express";
import { Redis } from "ioredis";
import type { Config } from "./config.js";
import { openDatabase } from "./database.js";

/** Scope of the keys that may manage keys. */
export const ADMIN_SCOPE = "keys:admin";

/** Puts everything together: this is what an application of yours has to do. */
export async function wire(config: Config) {
  const database = await openDatabase(config.databaseUrl);
  const redis = config.redisUrl === undefined ? undefined : new Redis(config.redisUrl);
  const cache = redis
    ? new RedisCache({ redis, secret: config.pepper, namespace: "apikey-demo" })
    : new MemoryCache();
  const service = new ApiKeyService({
    repository: new PrismaApiKeyRepository(database.prisma),
    hasher: new Argon2Hasher({ pepper: config.pepper }),
    cache,
  });

  const app = express().disable("x-powered-by");
  // Any key that is good.
  app.get("/hello", apiKeyAuth(service), (req, res) => {
    res.json({ message: `Verified key belongs to: ${apiKeyOf(req).name}` });
  });
  // A key with a scope.
  app.post("/builds", apiKeyAuth(service, { scopes: ["builds:write"] }), (req, res) => {
    res.status(202).json({ startedBy: apiKeyOf(req).id });
  });
  // The management API, for keys with the scope to manage.
  app.use(
    "/keys",
    apiKeyRouter(service, { authorize: { scopes: [ADMIN_SCOPE] }, openapi: "/openapi.json" }),
  );

  return {
    app,
    service,
    storage: database.description,
    cache: redis ? "Redis, in front of it memory" : "memory",
    /** Writes last-used times, then closes what was opened here. */
    async close(): Promise<void> {
      await service.close();
      if (cache instanceof RedisCache) await cache.close();
      redis?.disconnect();
      await database.close();
    },
  };
}
