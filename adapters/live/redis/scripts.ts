/** What is told is remembered for so long, and while it is one of the last. */
export const keepMs = 5 * 60_000;
export const entriesMax = 100;
/** More at once is told, and not remembered: who comes back later reads everything anew. */
const entryBytesMax = 4_096;

/** Of one tenant: from when on what is told is remembered, and what that is. Both go when nobody has listened for a while. */
export function keysOf(tenantId: string): [since: string, ring: string] {
  return [`live:since:${tenantId}`, `live:ring:${tenantId}`];
}

/** When something was not told at all, to nobody knows whom. */
export const lostKey = 'live:lost';

export const channelOf = (prefix: string, tenantId: string) => `${prefix}live:${tenantId}`;
export const lostChannel = (prefix: string) => `${prefix}live-lost`;

const microseconds = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function text(number) return string.format('%.0f', number) end`;

/** Keys: since, ring. Arguments: channel, changes. Nothing where nobody has listened lately. */
export const tellScript = `${microseconds}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local last = redis.call('LINDEX', KEYS[2], -1)
if last then now = math.max(now, tonumber(string.match(last, '^%d+')) + 1) end
local kept = ARGV[2]
if #kept > ${entryBytesMax} then kept = '' end
redis.call('RPUSH', KEYS[2], text(now) .. ' ' .. kept)
redis.call('LTRIM', KEYS[2], -${entriesMax}, -1)
redis.call('PEXPIRE', KEYS[2], ${keepMs})
redis.call('PUBLISH', ARGV[1], text(now) .. ' ' .. ARGV[2])
return 1`;

/** Keys: since, ring, lost. Answers now, since, lost, and what is remembered. */
export const followScript = `${microseconds}
redis.call('SET', KEYS[1], text(now), 'NX')
redis.call('PEXPIRE', KEYS[1], ${keepMs})
return { text(now), redis.call('GET', KEYS[1]), redis.call('GET', KEYS[3]) or '0', redis.call('LRANGE', KEYS[2], 0, -1) }`;

/** Key: since. Whether what was told meanwhile was remembered, and published, at all. */
export const keepScript = `${microseconds}
local isNew = redis.call('SET', KEYS[1], text(now), 'NX')
redis.call('PEXPIRE', KEYS[1], ${keepMs})
return isNew and 0 or 1`;

/** Key: lost. Argument: channel. */
export const loseScript = `${microseconds}
redis.call('SET', KEYS[1], text(now))
redis.call('PUBLISH', ARGV[1], '')
return 1`;
