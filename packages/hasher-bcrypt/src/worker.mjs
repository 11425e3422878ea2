import { compareSync, hashSync } from "bcryptjs";

/**
 * Runs in a worker thread: bcryptjs computes wherever it is called, also by its asynchronous functions.
 * What comes in is an HMAC of the secret: neither secret nor pepper ever crosses.
 *
 * @param {{ digest: string, cost: number } | { digest: string, hash: string }} task
 */
export default function bcrypt(task) {
  return "hash" in task ? compareSync(task.digest, task.hash) : hashSync(task.digest, task.cost);
}
