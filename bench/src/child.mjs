import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/**
 * A process of its own that says "ready", does what it is sent, and answers.
 * @param {string} file beside this one
 * @param {Record<string, unknown>} settings
 */
export async function startChild(file, settings) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(settings)], {
    execArgv: ["--expose-gc", "--max-old-space-size=8192"],
  });
  const next = async () => {
    const [answer] = await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => {
        throw new Error(`${file} ended with ${code}.`);
      }),
    ]);
    return answer;
  };
  await next();
  return {
    ask(request) {
      child.send(request);
      return next();
    },
    async stop() {
      const ended = once(child, "exit");
      child.send("stop");
      await ended;
    },
  };
}
