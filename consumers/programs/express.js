import assert from "node:assert/strict";
import { createServer } from "node:http";
import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { apiKeyAuth, apiKeyOf, apiKeyRouter } from "@apikey/express";
import express from "express";

async function main() {
  const service = new ApiKeyService({
    repository: new InMemoryApiKeyRepository(),
    hasher: new HmacSha256Hasher({ pepper: "p" }),
  });
  const admin = await service.create({ name: "admin", scopes: ["keys:manage"] });

  const app = express();
  app.use("/keys", apiKeyRouter(service, { authorize: { scopes: ["keys:manage"] } }));
  app.get("/hello", apiKeyAuth(service, { scopes: ["hello"] }), (req, res) => {
    assert.equal(req.apiKey?.id, apiKeyOf(req).id);
    res.send(`Hello, ${apiKeyOf(req).name}`);
  });
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const url = `http://127.0.0.1:${port}`;

  const created = await fetch(`${url}/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.key}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "CI", scopes: ["hello"] }),
  });
  assert.equal(created.status, 201);
  const { key } = await created.json();
  assert.equal((await fetch(`${url}/hello`)).status, 401);
  const hello = await fetch(`${url}/hello`, { headers: { "x-api-key": key } });
  assert.equal(await hello.text(), "Hello, CI");
  const admins = await fetch(`${url}/hello`, { headers: { "x-api-key": admin.key } });
  assert.equal(admins.status, 403);
  assert.equal((await fetch(`${url}/keys`, { headers: { "x-api-key": key } })).status, 403);

  server.closeAllConnections();
  server.close();
  await service.close();
}

void main();
