import { execFile } from "node:child_process";
import { chown } from "node:fs/promises";
import { promisify } from "node:util";
import { aptInstall, findBinary, hasDocker } from "./binary.mjs";
import { dataFolder, freePort, startContainer, startInstance } from "./instance.mjs";

const exec = promisify(execFile);

/** MariaDB or MySQL for the tests: the one of `MYSQL_URL`, else a private MariaDB, else a container. */
export async function provideMariadb() {
  if (process.env.MYSQL_URL) {
    return { env: { MYSQL_URL: process.env.MYSQL_URL }, stop: async () => {} };
  }
  const find = (name) => findBinary(name, ["/usr/sbin", "/usr/local/sbin"]);
  const mariadbd =
    (await find("mariadbd")) ??
    ((await aptInstall(["mariadb-server"])) ? await find("mariadbd") : undefined);
  const install = mariadbd && (await find("mariadb-install-db"));
  const port = await freePort();
  if (install !== undefined) return startPrivate(install, mariadbd, port);
  if (await hasDocker()) {
    const { stop } = await startContainer({
      name: "mariadb",
      image: "mariadb:11",
      port,
      containerPort: 3306,
      env: ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1", "MARIADB_DATABASE=test"],
    });
    return { env: { MYSQL_URL: urlOf(port) }, stop };
  }
  throw new Error(
    "The tests need MariaDB 10.6 or MySQL 8: install mariadb-server, or set MYSQL_URL to a server's.",
  );
}

async function startPrivate(install, mariadbd, port) {
  const folder = await dataFolder("mariadb");
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? await serverUser() : {};
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const data = `${folder}/data`;
  // No settings of this machine: `--no-defaults` comes first or not at all.
  const common = ["--no-defaults", `--datadir=${data}`];
  const asUser = isRoot ? ["--user=mysql"] : [];
  await exec(install, [
    ...common,
    ...asUser,
    "--auth-root-authentication-method=normal",
    "--skip-name-resolve",
  ]);
  const settings = {
    "bind-address": "127.0.0.1",
    port,
    socket: `${folder}/socket`,
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-doublewrite": "0",
    "max-connections": "200",
  };
  const { stop } = await startInstance({
    name: "mariadb",
    command: mariadbd,
    args: [
      ...common,
      ...asUser,
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ],
    port,
    folder,
    // It does not listen to SIGINT.
    signal: "SIGTERM",
  });
  return { env: { MYSQL_URL: urlOf(port) }, stop };
}

async function serverUser() {
  const idOf = async (flag) => Number((await exec("id", [flag, "mysql"])).stdout);
  return { uid: await idOf("-u"), gid: await idOf("-g") };
}

function urlOf(port) {
  return `mysql://root@127.0.0.1:${port}/test`;
}
