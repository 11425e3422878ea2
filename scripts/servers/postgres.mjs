import { execFile } from "node:child_process";
import { chown } from "node:fs/promises";
import { promisify } from "node:util";
import { aptInstall, findBinary, hasDocker, postgresFolders } from "./binary.mjs";
import { dataFolder, freePort, startContainer, startInstance } from "./instance.mjs";

const exec = promisify(execFile);

/** PostgreSQL for the tests: the one of `POSTGRES_URL`, else a private instance, else a container. */
export async function providePostgres() {
  if (process.env.POSTGRES_URL) {
    return { env: { POSTGRES_URL: process.env.POSTGRES_URL }, stop: async () => {} };
  }
  const find = async (name) => findBinary(name, await postgresFolders());
  const initdb =
    (await find("initdb")) ??
    ((await aptInstall(["postgresql"])) ? await find("initdb") : undefined);
  const port = await freePort();
  if (initdb !== undefined) return startPrivate(initdb, await find("postgres"), port);
  if (await hasDocker()) {
    const { stop } = await startContainer({
      name: "postgres",
      image: "postgres:16-alpine",
      port,
      containerPort: 5432,
      env: ["POSTGRES_HOST_AUTH_METHOD=trust"],
    });
    return { env: { POSTGRES_URL: urlOf(port) }, stop };
  }
  throw new Error(
    "The tests need PostgreSQL 13 or later: install it, or set POSTGRES_URL to a server's.",
  );
}

async function startPrivate(initdb, postgres, port) {
  const folder = await dataFolder("postgres");
  const user = process.getuid?.() === 0 ? await postgresUser() : {};
  // PostgreSQL refuses to run as root.
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const data = `${folder}/data`;
  await exec(
    initdb,
    ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"],
    user,
  );
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
  };
  const { stop } = await startInstance({
    name: "postgres",
    command: postgres,
    args: [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    port,
    folder,
    ...user,
  });
  return { env: { POSTGRES_URL: urlOf(port) }, stop };
}

async function postgresUser() {
  const idOf = async (flag) => Number((await exec("id", [flag, "postgres"])).stdout);
  return { uid: await idOf("-u"), gid: await idOf("-g") };
}

function urlOf(port) {
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}
