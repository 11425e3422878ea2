import { execFile } from "node:child_process";
import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** Path of a program on the PATH or in one of `folders`; `undefined` when there is none. */
export async function findBinary(name, folders = []) {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...folders]) {
    const path = join(folder, name);
    const isThere =
      folder !== "" &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (isThere) return path;
  }
  return undefined;
}

/** Folders of PostgreSQL's programs as Debian lays them out, newest first. */
export async function postgresFolders() {
  const versions = await readdir("/usr/lib/postgresql").catch(() => []);
  return versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
}

/** Whether Debian packages can be installed without asking anybody. */
async function aptPrefix() {
  if (!(await findBinary("apt-get"))) return undefined;
  if (process.getuid?.() === 0) return [];
  const isFree = await exec("sudo", ["-n", "true"]).then(
    () => true,
    () => false,
  );
  return isFree ? ["sudo", "-n"] : undefined;
}

/**
 * Installs Debian packages where that is possible. Services that a package brings are not started: the
 * servers of the tests are our own.
 * @returns {Promise<boolean>} whether they were installed
 */
export async function aptInstall(packages) {
  const prefix = await aptPrefix();
  if (prefix === undefined) return false;
  console.log(`Installing ${packages.join(", ")} with apt-get`);
  // RUNLEVEL=1 makes Debian's invoke-rc.d leave services alone.
  const env = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"];
  const apt = async (...args) => {
    const [command, ...rest] = [...prefix, ...env, "apt-get", "-qq", ...args];
    await exec(command, rest, { maxBuffer: 1 << 26 });
  };
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", ...packages);
    return true;
  } catch (error) {
    console.error(
      `apt-get failed: ${String(error.stderr ?? error)
        .trim()
        .split("\n")
        .at(-1)}`,
    );
    return false;
  }
}

/** Whether a Docker engine answers, not only its client. */
export async function hasDocker() {
  return exec("docker", ["info"], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
