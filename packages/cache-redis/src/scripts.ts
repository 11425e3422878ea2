import { createHash } from "node:crypto";

/** A Lua script and the name that Redis knows it by. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

function script(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}

/*
 * A slot is `E{version}:{sealed entry}` or `T{version}`, a tombstone. The version stands in the open so that
 * the scripts can compare it; the sealed part carries it again.
 */

/** Puts an entry unless the slot holds a newer version. ARGV: version, slot, life in ms. */
export const PUT = script(`
local current = redis.call('GET', KEYS[1])
local version = current and tonumber(string.match(current, '^[ET](%d+)'))
if version and version > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

/**
 * Bars versions below one, and tells all processes, in one step. An entry that is not older stays; a
 * tombstone's life begins anew. ARGV: version, life of the tombstone in ms, channel, message.
 */
export const INVALIDATE = script(`
local current = redis.call('GET', KEYS[1])
local version = current and tonumber(string.match(current, '^[ET](%d+)'))
if not version or version < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], 'T' .. ARGV[1], 'PX', ARGV[2])
elseif string.sub(current, 1, 1) == 'T' then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
`);
