import { Redis } from 'ioredis';

export interface StoredValue {
  key: string;
  /** The key itself and everything it holds. */
  texts: string[];
}

const keysAtOnce = 500;
const membersMax = 1_000;

/** Every key with this prefix and what it holds, up to `keysMax`; answers how many were read, and whether that was all. */
export async function readValues(
  url: string,
  wanted: { prefix: string; keysMax: number },
  take: (value: StoredValue) => void,
): Promise<{ read: number; isAll: boolean }> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: Error | undefined;
  redis.on('error', (error: Error) => {
    failure = error;
  });
  let read = 0;
  try {
    await redis.connect();
    for (let cursor = '0'; ; ) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${wanted.prefix}*`, 'COUNT', keysAtOnce);
      const held = await Promise.all(
        keys.map(async (key) => ({ key, texts: [key, ...(await readValue(redis, key))] })),
      );
      held.forEach(take);
      read += keys.length;
      if (next === '0') return { read, isAll: true };
      if (read >= wanted.keysMax) return { read, isAll: false };
      cursor = next;
    }
  } catch (error) {
    // The library's own word, "Connection is closed", does not say why.
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}

async function readValue(redis: Redis, key: string): Promise<string[]> {
  switch (await redis.type(key)) {
    case 'string':
      return [(await redis.get(key)) ?? ''];
    case 'hash':
      return Object.entries(await redis.hgetall(key)).flat();
    case 'list':
      return redis.lrange(key, 0, membersMax);
    case 'set':
      return (await redis.sscan(key, 0, 'COUNT', membersMax))[1];
    case 'zset':
      return redis.zrange(key, 0, String(membersMax));
    case 'stream':
      return (await redis.xrange(key, '-', '+', 'COUNT', membersMax)).flatMap(([id, fields]) => [id, ...fields]);
    default:
      return [];
  }
}
